"""What looks after takes: the service's calls, one background worker, downloads."""
