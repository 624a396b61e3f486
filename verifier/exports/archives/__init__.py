"""A careful look into a ZIP: its directory, its members, one tool's integrity file."""
