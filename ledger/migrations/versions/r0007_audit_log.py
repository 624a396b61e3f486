"""The audit log: append-only, numbered from 1 without a gap; and the holds that keep from erasing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_NEXT = "(SELECT coalesce(max(number) + 1, 1) FROM audit_log)"


def upgrade() -> None:
    """Create the tables and their triggers."""
    op.create_table(
        "audit_log",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "holds",
        sa.Column("account", sa.LargeBinary, primary_key=True),
        sa.Column("dossier", sa.LargeBinary, primary_key=True),
        sa.Column("since", _NUMBER, nullable=False),
    )
    if op.get_context().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _sqlite_triggers() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_log_no_{action.lower()} BEFORE {action} ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'audit_log: append-only'); END"
        )
    op.execute(
        "CREATE TRIGGER audit_log_gapless BEFORE INSERT ON audit_log "
        f"WHEN NEW.number <> {_NEXT} "
        "BEGIN SELECT RAISE(ABORT, 'audit_log: not the next number'); END"
    )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION beilin_next_record() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NEW.number <> {_NEXT} "
        "THEN RAISE EXCEPTION 'audit_log: not the next number'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION beilin_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_log_gapless BEFORE INSERT ON audit_log "
        "FOR EACH ROW EXECUTE FUNCTION beilin_next_record()"
    )
