"""One file per step, written by hand, never changed once released."""
