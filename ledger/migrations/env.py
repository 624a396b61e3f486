"""What Alembic runs: the connection is given by ``ledger.migrate``, nothing is read from files."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
