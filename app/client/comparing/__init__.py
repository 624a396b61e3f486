"""``beilin diff``: two exports of one conversation."""
