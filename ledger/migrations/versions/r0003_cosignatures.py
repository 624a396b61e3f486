"""The witnesses' cosignatures over published heads, and the keys they are checked with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TABLES = ("witness_keys", "cosignatures")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "witness_keys",
        sa.Column("key_name", sa.String(255), primary_key=True),
        sa.Column("key_id", sa.LargeBinary, primary_key=True),
        sa.Column("vkey", sa.String(4096), nullable=False),
    )
    op.create_table(
        "cosignatures",
        sa.Column(
            "size",
            _NUMBER,
            sa.ForeignKey("published.size"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("key_name", sa.String(255), primary_key=True),
        sa.Column("key_id", sa.LargeBinary, primary_key=True),
        sa.Column("line", sa.LargeBinary, nullable=False),
        sa.Column("at", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["key_name", "key_id"], ["witness_keys.key_name", "witness_keys.key_id"]
        ),
    )
    for table in _TABLES:
        if op.get_context().dialect.name == "sqlite":
            _sqlite_triggers(table)
        else:
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION beilin_refuse()"
            )


def _sqlite_triggers(table: str) -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: append-only'); END"
        )
