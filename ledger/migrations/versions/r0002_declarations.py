"""The platform's declarations: append-only, numbered from 1 without a gap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NEXT = "(SELECT coalesce(max(number) + 1, 1) FROM declarations)"


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        "declarations",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("note", sa.LargeBinary, nullable=False),
    )
    if op.get_context().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _sqlite_triggers() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER declarations_no_{action.lower()} BEFORE {action} ON declarations "
            "BEGIN SELECT RAISE(ABORT, 'declarations: append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER declarations_gapless BEFORE INSERT ON declarations "
        f"WHEN NEW.number <> {_NEXT} "
        "BEGIN SELECT RAISE(ABORT, 'declarations: not the next number'); END"
    )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION beilin_next_declaration() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.number <> {_NEXT} "
        "THEN RAISE EXCEPTION 'declarations: not the next number'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER declarations_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON declarations FOR EACH STATEMENT EXECUTE FUNCTION beilin_refuse()"
    )
    op.execute(
        "CREATE TRIGGER declarations_gapless BEFORE INSERT ON declarations "
        "FOR EACH ROW EXECUTE FUNCTION beilin_next_declaration()"
    )
