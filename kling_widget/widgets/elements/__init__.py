"""The persons and things that a prompt names."""
