"""All takes of a library."""
