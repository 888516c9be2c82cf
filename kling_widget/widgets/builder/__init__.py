"""The form that a request is built with."""
