"""What is said of a whole file: the source report, counts, gaps, secrets, and two exports compared."""
