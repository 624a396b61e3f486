"""The file: a kind, an origin, and two exhibits that cannot both be.

    beilin/misconduct/v1
    kind fork
    origin log.example.org/beilin
    (empty line)
    beilin/part/v1 …
    (empty line)
    beilin/part/v1 …

SPEC §17.1. The exhibits stand in ascending order of their bytes, so that one
pair has one file. Parsing verifies nothing but spelling.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..errors import Malformed
from ..evidence.lines import Lines
from ..tlog.checkpoint import check_origin
from .exhibits import Exhibit, Item, Logged, Part, Said, head_of, parse_exhibit

FIRST: Final = b"beilin/misconduct/"
MAX_BYTES: Final = 1 << 19
"""Two longest exhibits with room."""

FORK: Final = "fork"
REWRITE: Final = "rewrite"
LEAF: Final = "leaf"
LINK: Final = "link"
TIME: Final = "time"
FREEZE: Final = "freeze"
DOSSIER: Final = "dossier"
KINDS: Final = (FORK, REWRITE, LEAF, LINK, TIME, FREEZE, DOSSIER)


class MisconductProof(NamedTuple):
    """A parsed proof; nothing is verified yet. ``first`` and ``second`` are in the file's order."""

    kind: str
    origin: str
    first: Exhibit
    second: Exhibit

    def to_bytes(self) -> bytes:
        """Return the file."""
        head = f"beilin/misconduct/v1\nkind {self.kind}\norigin {self.origin}\n".encode()
        return b"\n".join((head, self.first.to_bytes(), self.second.to_bytes()))


def parse_misconduct(data: bytes) -> MisconductProof:
    """Return the proof; ``to_bytes()`` of it is ``data``. Raises Malformed or NewerFormat."""
    if len(data) > MAX_BYTES:
        raise Malformed(f"misconduct: {len(data)} bytes, more than the {MAX_BYTES} allowed")
    head, *blocks = data.split(b"\n\n", 3)
    lines = Lines.of(head + b"\n", "misconduct", maximum_bytes=1024)
    kind = lines.take("kind")
    origin = lines.take("origin")
    lines.done()
    if len(blocks) != 2:
        raise Malformed("misconduct: two blocks are expected after the first")
    check_origin(origin)
    first, second = parse_exhibit(blocks[0] + b"\n"), parse_exhibit(blocks[1])
    if blocks[0] + b"\n" >= blocks[1]:
        raise Malformed("misconduct: the blocks do not ascend, or are one and the same")
    if kind not in kinds_of(first, second):
        raise Malformed("misconduct: a kind that these two blocks cannot have")
    return MisconductProof(kind, origin, first, second)


def kinds_of(first: Exhibit, second: Exhibit) -> tuple[str, ...]:
    """Return the kinds that two exhibits can have, by what they are."""
    match first, second:
        case Part(), Part():
            return (_kind_of_parts(first, second),)
        case Logged(), Logged():
            return LINK, TIME
        case (Logged(), Part()) | (Part(), Logged()):
            return (FREEZE,)
        case ((Item() | Said()), (Item() | Said())):
            return (DOSSIER,)
        case (Part(), Said()) | (Said(), Part()):
            return (DOSSIER,)
        case _:
            return ()


def _kind_of_parts(first: Part, second: Part) -> str:
    if (first.start, first.end) != (second.start, second.end):
        return ""
    sizes = sorted((head_of(first).size, head_of(second).size))
    if first.start or first.end != sizes[0]:
        return LEAF
    return FORK if sizes[0] == sizes[1] else REWRITE
