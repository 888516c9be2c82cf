"""Pictures and videos of a request."""
