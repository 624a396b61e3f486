"""The first schema: tables, and the triggers that make the ledger append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("entries", "heads", "published", "erasures", "epochs")
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, nullable=False)


def _key(name: str, kind: sa.types.TypeEngine[int] = _NUMBER) -> sa.Column[int]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _of_entry() -> sa.Column[int]:
    entry = sa.ForeignKey("entries.entry_index")
    return sa.Column("entry_index", _NUMBER, entry, primary_key=True, autoincrement=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    """Create everything."""
    _ledger()
    _erasable()
    _moving()
    if op.get_context().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _ledger() -> None:
    op.create_table(
        "entries",
        _key("entry_index"),
        sa.Column("link", sa.LargeBinary, nullable=False, unique=True),
        _bytes("entry"),
        _bytes("leaf_hash"),
        _number("received"),
    )
    op.create_table("heads", _key("size"), _bytes("root"), _bytes("note"))
    op.create_table("published", _key("size"), _bytes("note"))
    op.create_table(
        "erasures",
        _of_entry(),
        _number("erased"),
        sa.Column("cause", sa.String(10), nullable=False),
        sa.CheckConstraint("cause IN ('erased', 'lost')", name="erasures_cause"),
    )
    op.create_table("epochs", _key("epoch", sa.Integer()), _number("size"), _number("begun"))


def _erasable() -> None:
    op.create_table("openings", _of_entry(), _bytes("salt"), _bytes("statement"))
    op.create_table(
        "submissions",
        _of_entry(),
        _bytes("account"),
        _bytes("dossier"),
        sa.Column("epoch", sa.Integer, nullable=False),
        _number("item"),
        _number("number"),
        _bytes("next"),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("identity_hash", sa.LargeBinary, unique=True),
        sa.UniqueConstraint("account", "number", name="submissions_number"),
        sa.UniqueConstraint("account", "dossier", "epoch", "item", name="submissions_item"),
    )
    op.create_index("submissions_digest", "submissions", ["account", "digest"])
    op.create_table(
        "requests",
        sa.Column("account", sa.LargeBinary, primary_key=True),
        sa.Column("key", sa.LargeBinary, primary_key=True),
        _bytes("fingerprint"),
        _number("first_index"),
        sa.Column("entry_count", sa.Integer, nullable=False),
    )


def _moving() -> None:
    op.create_table(
        "head",
        _key("id", sa.Integer()),
        _number("size"),
        _bytes("root"),
        sa.CheckConstraint("id = 1", name="head_one_row"),
    )
    op.create_table("tiles", _key("level", sa.Integer()), _key("tile_index"), _bytes("data"))
    op.create_table(
        "accounts",
        sa.Column("account", sa.LargeBinary, primary_key=True),
        sa.Column("label", sa.String(100), nullable=False, unique=True),
        sa.Column("identity", sa.String(200), nullable=False),
        _number("created"),
        sa.Column("submitter", sa.LargeBinary),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("account", sa.LargeBinary, sa.ForeignKey("accounts.account"), nullable=False),
        _bytes("secret_hash"),
        _number("created"),
        sa.Column("revoked", _NUMBER),
    )


def _sqlite_triggers() -> None:
    for table in _APPEND_ONLY:
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER entries_gapless BEFORE INSERT ON entries "
        "WHEN NEW.entry_index <> (SELECT coalesce(max(entry_index) + 1, 0) FROM entries) "
        "BEGIN SELECT RAISE(ABORT, 'entries: not the next index'); END"
    )
    op.execute(
        "CREATE TRIGGER head_no_shrink BEFORE UPDATE ON head WHEN NEW.size <= OLD.size "
        "BEGIN SELECT RAISE(ABORT, 'head: only grows'); END"
    )
    op.execute(
        "CREATE TRIGGER head_no_delete BEFORE DELETE ON head "
        "BEGIN SELECT RAISE(ABORT, 'head: stays'); END"
    )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION beilin_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%: append-only', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE FUNCTION beilin_gapless() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.entry_index <> (SELECT coalesce(max(entry_index) + 1, 0) FROM entries) "
        "THEN RAISE EXCEPTION 'entries: not the next index'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE FUNCTION beilin_grow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.size <= OLD.size THEN RAISE EXCEPTION 'head: only grows'; END IF; "
        "RETURN NEW; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION beilin_refuse()"
        )
    op.execute(
        "CREATE TRIGGER entries_gapless BEFORE INSERT ON entries "
        "FOR EACH ROW EXECUTE FUNCTION beilin_gapless()"
    )
    op.execute(
        "CREATE TRIGGER head_no_shrink BEFORE UPDATE ON head "
        "FOR EACH ROW EXECUTE FUNCTION beilin_grow()"
    )
    op.execute(
        "CREATE TRIGGER head_no_delete BEFORE DELETE OR TRUNCATE ON head "
        "FOR EACH STATEMENT EXECUTE FUNCTION beilin_refuse()"
    )
