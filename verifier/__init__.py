"""Beilin's verifier: it checks receipts, packages and logs offline, and trusts one policy file."""
