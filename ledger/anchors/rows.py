"""Tokens and anchors in the database. The caller holds the connection.

    tokens    a proof of time over the stamped note of a published head
    anchors   which ``anchor`` entry holds which token's digest; derived from the entries

A token is stored first and logged then; one that is not in ``anchors`` waits for its entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Connection

from verifier.errors import Malformed
from verifier.evidence.entry import Anchor
from verifier.evidence.receipt import MAX_DER_BYTES, Token
from verifier.timestamp import der
from verifier.timestamp.signed_data import parse_signed_data
from verifier.timestamp.tst_info import parse_tst_info

from .. import schema, store
from ..queries import fetch
from .authority import RFC3161, Stamp

TOKENS_MOST: Final = 16
"""Digests that one anchor entry holds (SPEC §5.2)."""
_ANCHOR: Final = b"beilin/entry/v1\nkind anchor\n"


class StoredToken(NamedTuple):
    """A row of ``tokens``; ``certificates`` are DER, one after the other; ``at`` is our clock's."""

    size: int
    tsa: str
    digest: bytes
    kind: str
    token: bytes
    certificates: bytes
    at: int

    @property
    def seconds(self) -> int:
        """Return the Unix seconds that it states, 0 for a kind that is not read here."""
        if self.kind != RFC3161:
            return 0
        return parse_tst_info(parse_signed_data(self.token).content).seconds

    def to_block(self) -> Token:
        """Return the token with its certificates, as a receipt has them. Raises Malformed."""
        return Token(self.kind, self.token, split_certificates(self.certificates))


def split_certificates(data: bytes) -> tuple[bytes, ...]:
    """Return DER values that stand one after the other. Raises Malformed."""
    reader = der.Reader(data, "certificates")
    found: list[bytes] = []
    while reader.peek() is not None:
        found.append(reader.take(der.SEQUENCE).raw)
    return tuple(found)


def digest_of(token: bytes) -> bytes:
    """Return what an anchor entry holds of a token."""
    return sha256(token).digest()


_COLUMNS: Final = "t.size, t.tsa, t.digest, t.kind, t.token, t.certificates, t.at"


def _read(rows: Iterable[Sequence[object]]) -> list[StoredToken]:
    return [
        StoredToken(
            row[0], row[1], bytes(row[2]), row[3], bytes(row[4]), bytes(row[5]), row[6]  # type: ignore[arg-type, call-overload]
        )
        for row in rows
    ]  # fmt: skip


def save_token(connection: Connection, size: int, tsa: str, stamp: Stamp, at: int) -> bytes:
    """Store a proof over the head of ``size``; return its digest. The same one again changes nothing."""
    digest = digest_of(stamp.token)
    beside = b"".join(stamp.certificates)
    if not 1 <= len(stamp.token) <= MAX_DER_BYTES or len(beside) > MAX_DER_BYTES:
        raise Malformed(f"token: it, or all beside it, has more than {MAX_DER_BYTES} bytes")
    if not fetch(connection, "SELECT 1 FROM tokens WHERE digest = ?", digest):
        row = (size, tsa, digest, stamp.kind, stamp.token, beside, at)
        store.insert(connection, schema.tokens, [row])
    return digest


def anchor_rows(index: int, anchor: Anchor) -> list[store.Row]:
    """Return the rows of ``anchors`` for an entry."""
    return [(digest, index, anchor.size) for digest in anchor.tokens]


def waiting(connection: Connection) -> dict[int, list[StoredToken]]:
    """Return the tokens that no anchor entry holds yet, by the size of their head."""
    sql = (
        f"SELECT {_COLUMNS} FROM tokens t LEFT JOIN anchors a ON a.digest = t.digest "  # noqa: S608
        "WHERE a.digest IS NULL ORDER BY t.size, t.digest"
    )
    found: dict[int, list[StoredToken]] = {}
    for token in _read(fetch(connection, sql)):
        found.setdefault(token.size, []).append(token)
    return found


def tokens_of(connection: Connection, size: int) -> list[StoredToken]:
    """Return the tokens over the head of a size, the earliest stored first."""
    sql = f"SELECT {_COLUMNS} FROM tokens t WHERE t.size = ? ORDER BY t.at, t.digest"  # noqa: S608
    return _read(fetch(connection, sql, size))


def all_tokens(connection: Connection) -> Iterator[StoredToken]:
    """Yield every token, some at a time."""
    size, digest = 0, b""
    sql = (
        f"SELECT {_COLUMNS} FROM tokens t WHERE t.size > ? OR (t.size = ? AND t.digest > ?) "  # noqa: S608
        "ORDER BY t.size, t.digest LIMIT 100"
    )
    while found := _read(fetch(connection, sql, size, size, digest)):
        yield from found
        size, digest = found[-1].size, found[-1].digest


def newest_stamped(connection: Connection) -> int:
    """Return the size of the newest stamped head, 0 if there is none.

    Stamped is a head with a token that is read here: what an operator carries may be anything.
    """
    sql = "SELECT coalesce(max(size), 0) FROM tokens WHERE kind = ?"
    return int(fetch(connection, sql, RFC3161)[0][0])


def newest_time(connection: Connection) -> int | None:
    """Return when an authority's token was stored last, by our clock."""
    at = fetch(connection, "SELECT max(at) FROM tokens WHERE kind = ?", RFC3161)[0][0]
    return None if at is None else int(at)


def stamped_after(connection: Connection, index: int, most: int) -> list[int]:
    """Return the first stamped sizes above an index."""
    sql = "SELECT DISTINCT size FROM tokens WHERE kind = ? AND size > ? ORDER BY size LIMIT ?"
    return [int(row[0]) for row in fetch(connection, sql, RFC3161, index, most)]


def has_news(connection: Connection, old: int, new: int) -> bool:
    """Return whether entries ``old`` … ``new`` - 1 hold one that is not an anchor."""
    sql = (
        "SELECT 1 FROM entries WHERE entry_index >= ? AND entry_index < ? "
        "AND substr(entry, 1, ?) <> ? LIMIT 1"
    )
    return bool(fetch(connection, sql, old, new, len(_ANCHOR), _ANCHOR))


class LoggedToken(NamedTuple):
    """A token and the anchor entry that holds its digest."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    entry: bytes
    token: StoredToken


def anchored_before(connection: Connection, index: int, most: int) -> list[LoggedToken]:
    """Return tokens whose anchor entry stands before an index, the newest entries first."""
    sql = (
        f"SELECT a.entry_index, e.entry, {_COLUMNS} FROM anchors a "  # noqa: S608
        "JOIN tokens t ON t.digest = a.digest JOIN entries e ON e.entry_index = a.entry_index "
        "WHERE a.entry_index < ? ORDER BY a.entry_index DESC, t.digest LIMIT ?"
    )
    rows = fetch(connection, sql, index, most)
    return [LoggedToken(row[0], bytes(row[1]), *_read([row[2:]])) for row in rows]
