"""Readers of exported chats, one per tool: from a file's bytes to the segments it consists of."""
