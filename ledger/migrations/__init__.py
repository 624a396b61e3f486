"""Alembic's folder; it is shipped with the package and run by ``ledger.migrate``."""
