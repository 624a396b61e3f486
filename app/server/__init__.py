"""The HTTP service: one process, one log (design §7). Needs `beilin[server]`."""
