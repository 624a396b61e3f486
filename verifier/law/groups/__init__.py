"""One file for each group of rows: what a row needs, and functions only where it needs one."""
