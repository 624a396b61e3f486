"""A witness: cosigns the checkpoints of any log, each only where it extends the one before."""
