"""One file per command of ``beilin``; the table is in ``app/cli.py``."""
