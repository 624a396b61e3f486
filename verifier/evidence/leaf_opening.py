"""One leaf of a message tree as a disclosure shows it: some values opened, the others still hidden.

SPEC §9.6. Each of the fifteen values of a leaf (place, bytes, thirteen fields)
stands in a column of its own: ``+``, its salt in base64 and the value, or ``-``
and its commitment. Either way the leaf's body follows, and with it the leaf
hash, so a column cannot be changed, opened otherwise or moved.

    12<TAB>R<TAB>+<salt>340 57<TAB>+<salt><TAB>+<salt>2024-05-13 10:00<TAB>…<TAB>-<commitment>

``raw`` has no value here: the bytes stand in a member of their own.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from ..encoding import (
    MAX_INT,
    escape_bytes,
    lp,
    parse_base64,
    parse_decimal,
    to_base64,
    u64,
    unescape_bytes,
)
from ..errors import BindingFailure, Malformed
from .messages import FIELDS
from .segment import FRAMING, KINDS, RECORD, UNPARSED

MAX_LINE_BYTES: Final = 1 << 17
NAMES: Final = ("pos", "raw", *FIELDS)
"""The fifteen values in the order of a leaf's body and of its salts."""
COLUMNS: Final = len(NAMES)
_BASE64: Final = 44
_KINDS: Final = {"R": RECORD, "F": FRAMING, "U": UNPARSED}
_LETTERS: Final = {kind: letter for letter, kind in _KINDS.items()}
_SIGNED: Final = re.compile(r"0|-?[1-9][0-9]{0,14}", re.ASCII)
_PLACES: Final = re.compile(r"(?:(?:0|[1-9][0-9]{0,4})(?:,(?:0|[1-9][0-9]{0,4}))*)?", re.ASCII)
_WORDS: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,40}(?:,[A-Za-z0-9_-]{1,40}){0,19})?", re.ASCII)
_SECONDS: Final = ("te_lo", "te_hi", "pmin", "pmax", "smin", "smax")


class Place(NamedTuple):
    """Where a segment stands in its file: offset and length in bytes."""

    offset: int
    length: int


class LeafOpening(NamedTuple):
    """One shown leaf.

    ``columns`` has for each of ``NAMES`` the pair (salt, value) where it is
    opened and (None, commitment) where it is not; ``raw``'s value is empty.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index, of no use here
    kind: int
    columns: tuple[tuple[bytes | None, bytes], ...]

    def opened(self) -> frozenset[str]:
        """Return the names of the opened values."""
        return frozenset(
            n for n, (salt, _) in zip(NAMES, self.columns, strict=True) if salt is not None
        )

    def value(self, name: str) -> bytes | None:
        """Return an opened value, None where it is hidden."""
        salt, value = self.columns[NAMES.index(name)]
        return None if salt is None else value

    def second(self, name: str) -> int | None:
        """Return an opened time or bound in seconds; None where hidden or empty."""
        value = self.value(name)
        return int(value) if value else None

    def place(self) -> Place | None:
        """Return the opened place."""
        value = self.value("pos")
        if value is None:
            return None
        offset, _, length = value.partition(b" ")
        return Place(int(offset), int(length))

    def to_line(self) -> bytes:
        """Return the line of the table."""
        cells = [
            f"-{to_base64(value)}" if salt is None else f"+{to_base64(salt)}{escape_bytes(value)}"
            for salt, value in self.columns
        ]
        return "\t".join((str(self.index), _LETTERS[self.kind], *cells)).encode() + b"\n"

    def leaf_hash(self, raw: bytes | None) -> bytes:
        """Return the leaf's hash; ``raw`` is C("raw") over the bytes shown, None where they are not."""
        parts = [b"CMT1", u64(self.index), bytes((self.kind,))]
        for name, (salt, value) in zip(NAMES, self.columns, strict=True):
            if name == "raw":
                if (salt is None) is (raw is not None):
                    raise AssertionError("raw commitment without its opening, or the reverse")
                parts += [value if raw is None else raw, b"\x00\x0d"]
            elif salt is None:
                parts.append(value)
            else:
                parts.append(commitment(name, salt, value))
        return hashlib.sha256(b"\x00" + b"".join(parts)).digest()


def commitment(name: str, salt: bytes, value: bytes) -> bytes:
    """Return C(…) of one opened value but ``raw`` (SPEC §8.2)."""
    if name == "pos":
        offset, _, length = value.partition(b" ")
        tag, message = b"pos", u64(int(offset)) + u64(int(length))
    else:
        tag, message = b"fld", lp(name.encode()) + value
    return hashlib.sha256(b"CMT1/" + tag + b"\x00" + salt + lp(message)).digest()


def parse_leaf(line: bytes) -> LeafOpening:
    """Return the leaf of one table line without its line feed; raises Malformed or BindingFailure.

    Malformed: not the one spelling. BindingFailure: an opened value that no
    segment can have, which the sealing software committed to all the same.
    """
    try:
        cells = line.decode("utf-8").split("\t")
    except UnicodeDecodeError:
        raise Malformed("disclosed: a line is not UTF-8") from None
    if len(cells) != 2 + COLUMNS or cells[1] not in _KINDS:
        raise Malformed(
            f"disclosed: a line of {len(cells)} columns where {2 + COLUMNS} are expected"
        )
    index = parse_decimal(cells[0], "disclosed: index")
    what = f"disclosed: segment {index}"
    columns: list[tuple[bytes | None, bytes]] = []
    for name, cell in zip(NAMES, cells[2:], strict=True):
        key = parse_base64(cell[1 : 1 + _BASE64], f"{what}: {name}", length=32)
        rest = cell[1 + _BASE64 :]
        if cell[:1] == "-" and not rest:
            columns.append((None, key))
        elif cell[:1] == "+":
            columns.append((key, unescape_bytes(rest, f"{what}: {name}")))
        else:
            raise Malformed(f"{what}: {name} is neither opened nor hidden")
    leaf = LeafOpening(index, _KINDS[cells[1]], tuple(columns))
    _check_values(leaf, what)
    return leaf


def _check_values(leaf: LeafOpening, what: str) -> None:
    """Raise unless every opened value is one that a segment can have (SPEC §8)."""
    raw = leaf.value("raw")
    if raw:
        raise Malformed(f"{what}: bytes stand in a member of their own, not in the line")
    place = leaf.value("pos")
    if place is not None:
        offset, space, length = place.decode("ascii", "replace").partition(" ")
        if not space or parse_decimal(length, what) < 1 or parse_decimal(offset, what) > MAX_INT:
            raise Malformed(f"{what}: its place is not an offset and a length")
    for name in _SECONDS:
        value = leaf.value(name)
        if value and not _SIGNED.fullmatch(value.decode("ascii", "replace")):
            raise BindingFailure(f"{what}: {name} is committed to in another form than a number")
    dated_by = leaf.value("dated_by")
    if dated_by and not _SIGNED.fullmatch(dated_by.decode("ascii", "replace")):
        raise BindingFailure(f"{what}: dated_by is committed to in another form than a number")
    for name, form in (("media", _PLACES), ("flags", _WORDS)):
        value = leaf.value(name)
        if value is not None and not form.fullmatch(value.decode("ascii", "replace")):
            raise BindingFailure(f"{what}: {name} is committed to in another form than SPEC 8 has")
    low, high = leaf.second("te_lo"), leaf.second("te_hi")
    both = leaf.value("te_lo") is not None and leaf.value("te_hi") is not None
    if both and (
        (low is None) is not (high is None) or (low is not None and high is not None and low > high)
    ):
        raise BindingFailure(f"{what}: its first second lies after its last")


assert set(KINDS) == set(_LETTERS)
