"""What every program of ours that answers HTTP shares: bounds, logs, a place to listen."""
