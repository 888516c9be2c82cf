"""What can be computed about takes without a library: sweeps, votes, measures of a clip."""
