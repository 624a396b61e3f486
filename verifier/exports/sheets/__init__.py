"""A careful look into a spreadsheet file: its members, rows and maker."""
