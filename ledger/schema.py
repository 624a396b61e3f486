"""The tables, as SQLAlchemy Core sees them; ``migrations/`` creates them by hand.

append-only (a trigger refuses UPDATE and DELETE)
    entries      what is logged: the whole truth, everything derived comes from it
    heads        W2: every tree head that was signed, with the log's own line
    published    W3: the note of every head that was published, as it was published
    erasures     entries whose opening is gone, when and why
    epochs       when chain heads of dossiers were lost
    declarations what the operator published of the platform; the newest is in force
    cosignatures each witness's line over a published head: those of W3 and those that came later
    witness_keys the key of every witness that ever had a line there
    tokens       proofs of time over published heads
    anchors      which ``anchor`` entry holds which token's digest; follows from the entries
    audit_log    what operators did and whom the service denied, a chain of its own
erasable
    openings     salt and statement of an entry
    submissions  where an entry stands in its dossier; its digest
    requests     which Idempotency-Key got which entries
moving
    head         one row: size and root; moves by compare-and-swap, never back
    tiles        hashes of the tree, one row per tile, growing to 256; derived
    accounts, api_keys
    holds        accounts and dossiers of which nothing may be erased
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0007")
"""All migrations; this program works with the last, and brings older databases there."""
REVISION: Final = REVISIONS[-1]

metadata = MetaData()
_Number = BigInteger().with_variant(Integer, "sqlite")  # INTEGER PRIMARY KEY is SQLite's rowid


def _index() -> Column[int]:
    return Column("entry_index", _Number, primary_key=True, autoincrement=False)


def _of_entry() -> Column[int]:
    return Column(
        "entry_index",
        _Number,
        ForeignKey("entries.entry_index"),
        primary_key=True,
        autoincrement=False,
    )


entries = Table(
    "entries",
    metadata,
    _index(),
    Column("link", LargeBinary, nullable=False, unique=True),
    Column("entry", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    Column("received", _Number, nullable=False),
)
heads = Table(
    "heads",
    metadata,
    Column("size", _Number, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False),
)
published = Table(
    "published",
    metadata,
    Column("size", _Number, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
)
erasures = Table(
    "erasures",
    metadata,
    _of_entry(),
    Column("erased", _Number, nullable=False),
    Column("cause", String(10), nullable=False),  # erased | lost
    CheckConstraint("cause IN ('erased', 'lost')", name="erasures_cause"),
)
epochs = Table(
    "epochs",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("size", _Number, nullable=False),  # entries before it may lack their chain
    Column("begun", _Number, nullable=False),
)

declarations = Table(
    "declarations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of the note
    Column("note", LargeBinary, nullable=False),
)

witness_keys = Table(
    "witness_keys",
    metadata,
    Column("key_name", String(255), primary_key=True),
    Column("key_id", LargeBinary, primary_key=True),
    Column("vkey", String(4096), nullable=False),
)
cosignatures = Table(
    "cosignatures",
    metadata,
    Column("size", _Number, ForeignKey("published.size"), primary_key=True, autoincrement=False),
    Column("key_name", String(255), primary_key=True),
    Column("key_id", LargeBinary, primary_key=True),
    Column("line", LargeBinary, nullable=False),
    Column("at", _Number, nullable=False),  # the time that the witness signed, Unix seconds
    ForeignKeyConstraint(["key_name", "key_id"], ["witness_keys.key_name", "witness_keys.key_id"]),
)

tokens = Table(
    "tokens",
    metadata,
    Column("size", _Number, ForeignKey("published.size"), nullable=False),
    Column("tsa", String(200), nullable=False),  # the address that gave it, or who put it here
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of the token
    Column("kind", String(40), nullable=False),
    Column("token", LargeBinary, nullable=False),
    Column("certificates", LargeBinary, nullable=False),  # beside it, one after the other
    Column("at", _Number, nullable=False),  # when it was stored, by our clock
    Index("tokens_size", "size"),
)
anchors = Table(
    "anchors",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    _of_entry(),
    Column("size", _Number, nullable=False),
    Index("anchors_entry", "entry_index"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the record
)
holds = Table(
    "holds",
    metadata,
    Column("account", LargeBinary, primary_key=True),
    Column("dossier", LargeBinary, primary_key=True),  # empty: all of the account
    Column("since", _Number, nullable=False),
)

openings = Table(
    "openings",
    metadata,
    _of_entry(),
    Column("salt", LargeBinary, nullable=False),
    Column("statement", LargeBinary, nullable=False),
)
submissions = Table(
    "submissions",
    metadata,
    _of_entry(),
    Column("account", LargeBinary, nullable=False),
    Column("dossier", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("item", _Number, nullable=False),
    Column("number", _Number, nullable=False),
    Column("next", LargeBinary, nullable=False),
    Column("digest", LargeBinary),  # SHA-256 of the customer's bytes; NULL once erased
    Column("identity_hash", LargeBinary, unique=True),  # of the submission; NULL once erased
    UniqueConstraint("account", "number", name="submissions_number"),
    UniqueConstraint("account", "dossier", "epoch", "item", name="submissions_item"),
    Index("submissions_digest", "account", "digest"),
)
requests = Table(
    "requests",
    metadata,
    Column("account", LargeBinary, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("first_index", _Number, nullable=False),
    Column("entry_count", Integer, nullable=False),
)

head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", _Number, nullable=False),
    Column("root", LargeBinary, nullable=False),
    CheckConstraint("id = 1", name="head_one_row"),
)
tiles = Table(
    "tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("tile_index", _Number, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
accounts = Table(
    "accounts",
    metadata,
    Column("account", LargeBinary, primary_key=True),
    Column("label", String(100), nullable=False, unique=True),
    Column("identity", String(200), nullable=False),
    Column("created", _Number, nullable=False),
    Column("submitter", LargeBinary),  # a registered key: nothing unsigned any more
    Column("entries_per_day", _Number),  # its quota; NULL: none
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("account", LargeBinary, ForeignKey("accounts.account"), nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created", _Number, nullable=False),
    Column("revoked", _Number),
    Column("scopes", String(100), nullable=False),  # names with one space between, sorted
    Column("expires", _Number),  # good before this second; NULL: until it is revoked
    Column("label", String(100), nullable=False),
    Column("used", _Number),  # about when it was used last
    Index("api_keys_account", "account"),
)

APPEND_ONLY: Final = (
    "entries",
    "heads",
    "published",
    "erasures",
    "epochs",
    "declarations",
    "cosignatures",
    "witness_keys",
    "tokens",
    "anchors",
    "audit_log",
)
