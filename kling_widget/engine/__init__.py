"""The background worker that tends takes: what is due, what comes next, what is written down."""
