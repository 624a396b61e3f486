"""One segment of a file as a disclosure shows it, made readable: what a face prints, within bounds.

Every value comes from bytes that lead to the anchored root. ``text`` is a
reading of a record's bytes and may be wrong where the file is odd; the bytes
themselves stand in the package, and they are what counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_SEGMENTS: Final = 2_000
"""So many segments of one disclosure are made readable, in the order of the files."""
MAX_TEXT: Final = 4_000
"""Characters of one value."""
MAX_ALL_TEXT: Final = 4_000_000
"""Characters of all texts together."""


@dataclass(frozen=True)
class ShownSegment:
    """``index`` counts the file's segments from 0; ``before`` are those not shown just before it.

    ``kind`` is ``record``, ``framing`` or ``unparsed``. ``role`` is ``inside``
    a range, ``left`` or ``right`` just outside a period, or ``dates``: it only
    supplies the date of another. ``first`` and ``last`` are the seconds that
    the written ``time`` can mean, in the file's own clock; None where it has
    none. ``hidden`` are the names of the values that stay hidden, ``content``
    being the bytes: a record that hides it is redacted. Hidden values are
    empty here. ``media`` are positions in the manifest. ``cut`` says that
    there is more text than ``MAX_TEXT``, or than all texts together may have.
    """

    file: int
    index: int
    kind: str
    role: str
    before: int
    size: int
    time: str = ""
    first: int | None = None
    last: int | None = None
    sender: str = ""
    native_id: str = ""
    type: str = ""
    media: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    text: str = ""
    quoted: str = ""
    cut: bool = False
    hidden: tuple[str, ...] = ()

    @property
    def redacted(self) -> bool:
        """Whether it is a record whose bytes are hidden."""
        return "content" in self.hidden
