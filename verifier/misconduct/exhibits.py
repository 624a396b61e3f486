"""What can stand in a proof of misconduct: four things that a key vouches for (SPEC §17.2).

    beilin/part/v1      a run of leaves and its root, proven in a signed tree
    beilin/logged/v1    an entry at its index, proven in a signed tree
    beilin/item/v1      a receipt: an entry and the statement behind it
    beilin/said/v1      a statement signed by the service key

Every note in an exhibit has exactly one signature line, that of the key in
question: cosignatures are left out, so one signed head has one spelling here.
Parsing verifies nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from ..encoding import parse_base64, parse_decimal, to_base64
from ..errors import Malformed
from ..evidence.entry import MAX_BYTES as MAX_ENTRY_BYTES
from ..evidence.lines import Lines
from ..evidence.receipt import parse_receipt
from ..tlog.checkpoint import Checkpoint, parse_checkpoint
from ..tlog.merkle import HASH_BYTES, is_subtree
from ..tlog.note import MAXIMUM_BYTES as MAX_SAID_BYTES
from ..tlog.note import Note, parse_note
from ..tlog.proof import MAXIMUM_HASHES

MAX_BLOCK_BYTES: Final = 1 << 18
_MAX_HEAD_BYTES: Final = 2048  # a checkpoint with the longest origin, and one Ed25519 line
_MAX_RECEIPT_BYTES: Final = 16_384  # without time blocks and cosignatures


class Part(NamedTuple):
    """The leaves from ``start`` to before ``end`` have the root ``root`` in the note's tree.

    ``hashes`` lead from it to the note's root (``merkle.check_subtree_consistency``).
    """

    note: bytes
    start: int
    end: int
    root: bytes
    hashes: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the block, without the empty line."""
        return (
            f"beilin/part/v1\nstart {self.start}\nend {self.end}\nroot {to_base64(self.root)}\n"
            f"{_hash_lines(self.hashes)}note {to_base64(self.note)}\n"
        ).encode()


class Logged(NamedTuple):
    """``entry`` stands at ``index`` of the note's tree; ``hashes`` is its inclusion path."""

    note: bytes
    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    entry: bytes
    hashes: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return the block, without the empty line."""
        return (
            f"beilin/logged/v1\nindex {self.index}\nentry {to_base64(self.entry)}\n"
            f"{_hash_lines(self.hashes)}note {to_base64(self.note)}\n"
        ).encode()


class Item(NamedTuple):
    """An item of a dossier: its receipt without time blocks, the note with the log's line only."""

    receipt: bytes

    def to_bytes(self) -> bytes:
        """Return the block, without the empty line."""
        return f"beilin/item/v1\nreceipt {to_base64(self.receipt)}\n".encode()


class Said(NamedTuple):
    """A dossier statement (SPEC §10.1) signed by the service key."""

    note: bytes

    def to_bytes(self) -> bytes:
        """Return the block, without the empty line."""
        return f"beilin/said/v1\nnote {to_base64(self.note)}\n".encode()


Exhibit = Part | Logged | Item | Said


def note_of(exhibit: Exhibit) -> Note:
    """Return the signed note of an exhibit; of an item that of its checkpoint."""
    if isinstance(exhibit, Item):
        return parse_note(parse_receipt(exhibit.receipt).proof.note)
    return parse_note(exhibit.note)


def head_of(exhibit: Part | Logged | Item) -> Checkpoint:
    """Return the tree head that an exhibit rests on."""
    return parse_checkpoint(note_of(exhibit).text)


def parse_exhibit(block: bytes) -> Exhibit:
    """Return the exhibit; ``to_bytes()`` of it is ``block``. Raises Malformed or NewerFormat."""
    name = block.partition(b"/v")[0]
    reader = _READERS.get(name)
    if reader is None:
        raise Malformed("misconduct: a block that no proof has")
    lines = Lines.of(block, name.removeprefix(b"beilin/").decode(), maximum_bytes=MAX_BLOCK_BYTES)
    exhibit = reader(lines)
    lines.done()
    return exhibit


def _hash_lines(hashes: tuple[bytes, ...]) -> str:
    return "".join(f"hash {to_base64(value)}\n" for value in hashes)


def _hashes(lines: Lines) -> tuple[bytes, ...]:
    return tuple(
        parse_base64(value, f"{lines.what}: hash", length=HASH_BYTES)
        for value in lines.take_all("hash", maximum=MAXIMUM_HASHES + 1)
    )


def _bytes(lines: Lines, key: str, maximum: int) -> bytes:
    data = parse_base64(lines.take(key), f"{lines.what}: {key}")
    if len(data) > maximum:
        raise Malformed(f"{lines.what}: {key}: more than the {maximum} bytes allowed")
    return data


def _head(lines: Lines) -> bytes:
    data = _bytes(lines, "note", _MAX_HEAD_BYTES)
    _check_one_line(data, lines.what)
    parse_checkpoint(parse_note(data).text)
    return data


def _check_one_line(data: bytes, what: str) -> None:
    if len(parse_note(data).signatures) != 1:
        raise Malformed(f"{what}: a note here has exactly one signature line")


def _read_part(lines: Lines) -> Part:
    start = parse_decimal(lines.take("start"), "part: start")
    end = parse_decimal(lines.take("end"), "part: end")
    root = parse_base64(lines.take("root"), "part: root", length=HASH_BYTES)
    hashes = _hashes(lines)
    if start >= end or not is_subtree(start, end):
        raise Malformed("part: these leaves do not form a subtree")
    return Part(_head(lines), start, end, root, hashes)


def _read_logged(lines: Lines) -> Logged:
    index = parse_decimal(lines.take("index"), "logged: index")
    entry = _bytes(lines, "entry", MAX_ENTRY_BYTES)
    hashes = _hashes(lines)
    return Logged(_head(lines), index, entry, hashes)


def _read_item(lines: Lines) -> Item:
    data = _bytes(lines, "receipt", _MAX_RECEIPT_BYTES)
    receipt = parse_receipt(data)
    if receipt.tokens or receipt.anchor_proofs or receipt.proof.extra is not None:
        raise Malformed("item: a receipt here has no time blocks and no extra line")
    _check_one_line(receipt.proof.note, "item")
    return Item(data)


def _read_said(lines: Lines) -> Said:
    data = _bytes(lines, "note", MAX_SAID_BYTES)
    _check_one_line(data, "said")
    return Said(data)


_READERS: Final[dict[bytes, Callable[[Lines], Exhibit]]] = {
    b"beilin/part": _read_part,
    b"beilin/logged": _read_logged,
    b"beilin/item": _read_item,
    b"beilin/said": _read_said,
}
