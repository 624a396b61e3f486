"""What a reader is, and what it says about a file.

A reader knows the files of one tool. It answers two questions: ``detect``, is
this one of mine and by which signs in the *content*; and ``read``, which bytes
are records and what do they show. To add one: write a file with a ``READER``
and put it in the list in ``registry``.

Contract of every reader:

* ``segments()`` can be called again and again, and yields the same segments.
* They partition the file: in file order, each at least one byte long, lengths
  summing to the size. For any bytes whatever.
* Content never raises. What is not understood becomes an UNPARSED segment.
* A record is at most ``MAX_RECORD_BYTES`` long; what would be a longer one is
  one UNPARSED segment, noted as ``RECORD_TOO_LARGE``.
* A segment with ``te_lo`` and ``te_hi`` has a ``time``, and both are within
  10**15 of zero. ``dated_by`` is an earlier segment or None, never itself.
* A field longer than ``bounds`` allows comes out empty and flagged; a reader
  notes such segments as ``FIELD_TOO_LONG``.
* The same bytes give the same segments on every machine, at every depth of the
  stack, in time and memory that grow with the size and not with its square.
* What cannot be told apart is noted, never guessed. Missing parts of a date
  are never filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from ..evidence.segment import Segment
from .bounds import bounded
from .source import Source
from .text import Text
from .view import View, plain

MAX_RECORD_BYTES: Final = 16 << 20
"""No chat message is near 16 MiB; a larger "record" is a sign of misreading."""

HEAD_BYTES: Final = 1 << 16
"""How much of the beginning ``detect`` looks at."""

MAX_PLACES: Final = 20
"""A note lists so many places; its count is exact all the same."""

Clock = Literal["wall", "instant", "none"]
"""Whose clock ``te_lo`` and ``te_hi`` are in: wall time without a zone, instants, or no times."""

Ids = Literal["none", "native", "running", "renumbered"]
"""What the records' ``native_id`` are: nothing; the platform's, which jump for many reasons;
the platform's and counted one by one within this very file, so that a gap is a missing message;
the tool's own count, which shows nothing."""


@dataclass(frozen=True)
class Reason:
    """One sign in the content that led to a detection; its text is in ``Reader.reasons``."""

    code: str
    count: int = 1


class Detection(NamedTuple):
    """A reader that recognises the file; a smaller ``priority`` is chosen first."""

    reader: str
    priority: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Note:
    """Something that the file leaves open or does not carry; text in ``codes.NOTES``.

    ``count`` is the number of segments concerned and ``places`` the indexes of
    the first of them (empty where it concerns the whole file). ``detail`` is
    short ASCII, such as ``+08:00`` or ``declared 4``; never text of the file.
    """

    code: str
    count: int = 0
    places: tuple[int, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Reading:
    """What one reader saw in one file.

    ``variant`` is one line of ASCII naming the dialect. ``encoding`` is
    advisory: what is anchored are bytes. ``cut`` is what the reader yields,
    ``segments()`` the same within the bounds that a segment table needs.
    ``generator`` is the tool and version that the file names as its maker (at
    most 100 printable ASCII characters), ``declared_records`` the number of
    records that it says it has: both are the file's own word.
    """

    reader: str
    variant: str
    clock: Clock
    encoding: str
    notes: tuple[Note, ...]
    cut: Callable[[], Iterator[Segment]]
    generator: str = ""
    declared_records: int | None = None
    ids: Ids = "none"

    def segments(self) -> Iterator[Segment]:
        """Yield the file's segments, from the beginning on each call."""
        return bounded(self.cut())


def nothing(_variant: str, _clock: str) -> bytes:
    """Stand in front of what needs nothing there."""
    return b""


Material = Literal["chat", "mail", "sms", "payment", "none"]
"""What the records are, in the words of the provenance record's kinds; "none" where none is cut."""


@dataclass(frozen=True)
class Reader:
    """A reader's entry in the registry; everything that is known of its tool is in its file.

    ``detect`` returns the signs found, none meaning "not mine"; ``read`` is
    only called on a source that ``detect`` recognised, yet raises on none.
    ``title`` is what a person calls such a file, ``material`` what its records are; ``reasons`` has the sentence
    of every sign. ``counted`` names what the format lets one count (of
    ``messages``, ``media``, ``voice``, ``transfers``, ``calls``); ``types``
    says which of these a record's ``type`` means. Records are JSON where
    ``escaped``. ``view`` shows one record's bytes to a person; it never raises.
    ``quotes`` is what every record that quotes another holds; where it is empty, such
    records have the flag ``quote``.
    ``context`` makes single records readable (``again``): the bytes that a file
    of that variant and clock may have in front of any of its records, ``between`` what
    stands for left-out ones; None where pieces of a file cannot be read.
    ``ahead`` takes the place of ``context`` where the file's own beginning is
    shown, and is nothing unless records need more than that beginning.
    """

    name: str
    title: Text
    detect: Callable[[Source], tuple[Reason, ...]]
    read: Callable[[Source], Reading]
    reasons: Mapping[str, Text]
    material: Material = "chat"
    counted: tuple[str, ...] = ("messages",)
    types: Mapping[bytes, tuple[str, ...]] = field(default_factory=dict)
    escaped: bool = False
    view: Callable[[bytes], View] = plain
    quotes: bytes = b""
    context: Callable[[str, str], bytes] | None = nothing
    between: bytes = b""
    ahead: Callable[[str, str], bytes] = nothing
