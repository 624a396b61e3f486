"""``beilin inspect``: what files are, how many records they hold, and what may be missing."""
