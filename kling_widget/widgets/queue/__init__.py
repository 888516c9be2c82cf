"""Takes that are under way, one line each."""
