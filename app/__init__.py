"""What people touch: the client, the server, the commands."""
