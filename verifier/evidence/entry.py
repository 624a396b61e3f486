"""An entry: the canonical bytes that are logged, about 170 of them.

    beilin/entry/v1
    kind evidence
    link 3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    received 2026-11-21T13:07:00Z
    commitment ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=

SPEC §5. The other kinds (anchor, key, freeze) carry, after an empty line, their
statement in clear instead of a commitment. ``link`` is random and occurs once
in a log; a dossier's next item is found by it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..encoding import decode_text, parse_base64, parse_decimal, parse_time, to_base64, to_time
from ..errors import Malformed
from .lines import Lines

MAX_BYTES: Final = 65535
"""C2SP tlog-tiles: an entry's length is two bytes in its bundle."""
_EVIDENCE: Final = re.compile(
    "beilin/entry/v1\nkind evidence\nlink (.*)\nreceived (.*)\ncommitment (.*)\n"
)
"""The lines of nearly every entry, cut at once; values are read as below."""
EVIDENCE: Final = b"beilin/entry/v1\nkind evidence\n"
"""How the entries begin that a salted statement stands behind; no other kind has an opening."""
FREEZE: Final = b"beilin/entry/v1\nkind freeze\n"
"""How the entry begins that is a log's last."""
KINDS: Final = ("evidence", "anchor", "key", "freeze")


class Entry(NamedTuple):
    """The values of a ``beilin/entry/v1`` text; ``received`` in Unix seconds.

    ``commitment`` has 32 bytes for evidence and is None otherwise; ``body`` is
    the clear text of the other kinds and None for evidence.
    """

    kind: str
    link: bytes
    received: int
    commitment: bytes | None
    body: bytes | None

    def to_bytes(self) -> bytes:
        """Return the text; its RFC 6962 leaf hash is the entry's leaf hash."""
        head = (
            f"beilin/entry/v1\nkind {self.kind}\nlink {to_base64(self.link)}\n"
            f"received {to_time(self.received)}\n"
        )
        if self.commitment is not None:
            return f"{head}commitment {to_base64(self.commitment)}\n".encode()
        return head.encode() + b"\n" + (self.body or b"")


class Anchor(NamedTuple):
    """The body of an ``anchor`` entry: time-stamp tokens over an earlier checkpoint.

    ``size`` is that checkpoint's size, ``tokens`` the SHA-256 of each token's
    DER bytes, ascending.
    """

    size: int
    tokens: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the ``beilin/anchor/v1`` text."""
        lines = "".join(f"token {to_base64(token)}\n" for token in self.tokens)
        return f"beilin/anchor/v1\nsize {self.size}\n{lines}".encode()


def parse_entry(data: bytes) -> Entry:
    """Return the entry; raises Malformed or NewerFormat."""
    if len(data) > MAX_BYTES:
        raise Malformed(f"entry: {len(data)} bytes, more than the {MAX_BYTES} allowed")
    head, blank, body = data.partition(b"\n\n")
    if not blank:
        cut = _EVIDENCE.fullmatch(decode_text(data, "entry", maximum_bytes=MAX_BYTES))
        if cut is not None:
            return Entry(
                "evidence",
                parse_base64(cut[1], "entry: link", length=32),
                parse_time(cut[2], "entry: received"),
                parse_base64(cut[3], "entry: commitment", length=32),
                None,
            )
    lines = Lines.of(head + b"\n" if blank else data, "entry", maximum_bytes=MAX_BYTES)
    kind = lines.take("kind")
    link = parse_base64(lines.take("link"), "entry: link", length=32)
    received = parse_time(lines.take("received"), "entry: received")
    if kind == "evidence" and not blank:
        value = parse_base64(lines.take("commitment"), "entry: commitment", length=32)
        lines.done()
        return Entry(kind, link, received, value, None)
    lines.done()
    if kind not in KINDS or not blank or kind == "evidence":
        raise Malformed("entry: not one of the kinds evidence, anchor, key, freeze")
    # The body is a text of its own; key and freeze hold a signed note (SPEC §5.2).
    text = decode_text(body, f"entry: {kind}", maximum_bytes=MAX_BYTES)
    if not text.startswith(f"beilin/{kind}/v1\n") or not text.endswith("\n"):
        raise Malformed(f"entry: the body does not start with beilin/{kind}/v1")
    if kind == "anchor":
        parse_anchor(body)
    return Entry(kind, link, received, None, body)


def parse_anchor(body: bytes) -> Anchor:
    """Return the values of a ``beilin/anchor/v1`` text."""
    lines = Lines.of(body, "anchor", maximum_bytes=MAX_BYTES)
    size = parse_decimal(lines.take("size"), "anchor: size")
    tokens = tuple(
        parse_base64(value, "anchor: token", length=32)
        for value in lines.take_all("token", maximum=16)
    )
    lines.done()
    if not tokens or list(tokens) != sorted(set(tokens)):
        raise Malformed("anchor: 1 to 16 tokens, ascending, none twice")
    return Anchor(size, tokens)
