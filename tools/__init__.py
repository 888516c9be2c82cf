"""What ``make`` calls: small programs, each with one job."""
