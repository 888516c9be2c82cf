"""The request as code."""
