"""What readers of one family share: chats as CSV, JSON or text, bills, and the times written in them."""
