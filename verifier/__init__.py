"""Beilin's verifier: it checks receipts, packages and logs offline, and trusts one policy file."""

__version__ = "0.1.0"
