"""What the readers of mail share, and the check of a DKIM signature."""
