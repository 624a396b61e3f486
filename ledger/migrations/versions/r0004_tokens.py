"""Proofs of time over published heads, and which anchor entry holds which of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLES = ("tokens", "anchors")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "tokens",
        sa.Column("size", _NUMBER, sa.ForeignKey("published.size"), nullable=False),
        sa.Column("tsa", sa.String(200), nullable=False),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.Column("certificates", sa.LargeBinary, nullable=False),
        sa.Column("at", _NUMBER, nullable=False),
    )
    op.create_index("tokens_size", "tokens", ["size"])
    op.create_table(
        "anchors",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column(
            "entry_index",
            _NUMBER,
            sa.ForeignKey("entries.entry_index"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("size", _NUMBER, nullable=False),
    )
    op.create_index("anchors_entry", "anchors", ["entry_index"])
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
