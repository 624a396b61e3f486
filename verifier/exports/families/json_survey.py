"""What a whole JSON chat shows, counted record by record: the notes that its readers share."""

from __future__ import annotations

from typing import Final, NamedTuple

from ..reader import Note
from ..tally import Tally, merged
from .instants import EAST, WEST, offset_text

_MAX_OFFSETS: Final = 200  # there are fewer offsets in quarter hours from -12 to +14
_HOUR: Final = 3600

KEPT: Final = "words_kept"
"""Beside ``recalled`` or ``deleted``: the record holds content all the same."""
_GONE: Final = ("recalled", "deleted")

FLAG_NOTES: Final = (
    (("duplicate_key",), "DUPLICATE_KEYS"),
    (("syntax_invalid",), "SYNTAX_INVALID"),
    (("too_complex",), "RECORD_TOO_COMPLEX"),
    (_GONE, "RECALLED"),
    ((KEPT,), "RECALLED_CONTENT_KEPT"),
    (("edited",), "EDITED"),
    (("media_omitted",), "MEDIA_OMITTED"),
    (("media_remote",), "MEDIA_REMOTE"),
    (("voice_transcript",), "TRANSCRIPT_NOT_ORIGINAL"),
    (("from_index",), "RECOVERED_FROM_INDEX"),
    (("snowflake_mismatch",), "SNOWFLAKE_MISMATCH"),
    (("zone_unknown",), "TIME_SPANS_ZONES"),
)
"""Marks that become a note; a record has at most one of those that share a line."""


class Message(NamedTuple):
    """What one record shows; the fields are those of ``Segment``.

    ``wall`` says that ``te_lo`` and ``te_hi`` are wall time. ``paired`` says
    that the record writes its time twice, as instant and as wall time, and
    ``offset`` the seconds east of UTC that follow; None if that is no offset in
    use. ``codes`` are codes of notes that concern the record without a flag of its own.
    """

    time: bytes = b""
    te_lo: int | None = None
    te_hi: int | None = None
    sender: bytes = b""
    native_id: bytes = b""
    type: bytes = b""
    media: tuple[bytes, ...] = ()
    flags: tuple[str, ...] = ()
    wall: bool = False
    paired: bool = False
    offset: int | None = None
    codes: tuple[str, ...] = ()


class Span(NamedTuple):
    """A record's instants: those it can mean, and whether it wrote wall time without a zone."""

    lo: int
    hi: int
    wall: bool


def span_of(message: Message) -> Span | None:
    """Return the instants that a record can mean; None where it shows no time.

    Wall time without a zone is some offset in use away from the instant.
    """
    if message.te_lo is None or message.te_hi is None:
        return None
    if message.wall:
        lo = message.te_lo - EAST
        return Span(lo, message.te_hi + WEST, True) if lo >= 0 else None
    return Span(message.te_lo, message.te_hi, False)


class Survey:
    """What the records show together."""

    def __init__(self) -> None:
        self.records = 0
        self.instants = 0
        self.walls = 0
        self.back = Tally()
        self.forth = Tally()
        self.no_id = Tally()
        self.undated = Tally()
        self.unparsed = Tally()
        self.too_long = Tally()
        self.offsets: dict[int | None, Tally] = {}
        """By seconds east of UTC; None where the two times of a record give no offset."""
        self.flags: dict[str, Tally] = {}
        self.codes: dict[str, Tally] = {}
        self._last: Span | None = None

    def new_conversation(self) -> None:
        """Compare the next record's time with none before it."""
        self._last = None

    def add(self, index: int, message: Message) -> None:
        """Count one record."""
        self.records += 1
        if not message.native_id:
            self.no_id.add(index)
        for code in message.codes:
            self.codes.setdefault(code, Tally()).add(index)
        if message.paired and (message.offset is not None or len(self.offsets) < _MAX_OFFSETS):
            self.offsets.setdefault(message.offset, Tally()).add(index)
        for flag in message.flags:
            if flag in _GONE and KEPT in message.flags:
                continue
            self.flags.setdefault(flag, Tally()).add(index)
        span = span_of(message)
        if span is None:
            self.undated.add(index)
            return
        self.instants += not span.wall
        self.walls += span.wall
        last, self._last = self._last, span
        if last is None:
            return
        alike = last.wall is span.wall
        if span.lo < last.lo if alike else span.hi < last.lo:
            self.back.add(index)
        elif span.lo > last.lo if alike else span.lo > last.hi:
            self.forth.add(index)

    @property
    def newest_first(self) -> bool:
        """Tell whether the records stand from the newest to the oldest, single ones apart."""
        return self.back.count >= 3 and self.back.count > 4 * self.forth.count

    def usual_offsets(self) -> tuple[int, ...]:
        """Return the offset of most records, and the one an hour from it that also occurs.

        A computer's clock has two in a zone with summer time.
        """
        known = {offset: t.count for offset, t in self.offsets.items() if offset is not None}
        if not known:
            return ()
        usual = max(known, key=lambda offset: (known[offset], -offset))
        beside = [offset for offset in (usual - _HOUR, usual + _HOUR) if offset in known]
        return (usual, *sorted(beside, key=lambda offset: -known[offset])[:1])

    def notes(self) -> list[Note]:
        """Return the notes that follow from what was counted."""
        notes: list[Note] = []
        _add(notes, "NO_NATIVE_ID", self.no_id)
        for code in sorted(self.codes):
            _add(notes, code, self.codes[code])
        self._offset_notes(notes)
        if self.walls and not self.instants:
            notes.append(Note("NO_TIMEZONE", self.walls))
        for flags, code in FLAG_NOTES:
            _add(notes, code, merged(self.flags[each] for each in flags if each in self.flags))
        _add(notes, "TIME_UNREADABLE", self.undated)
        if self.newest_first:
            notes.append(Note("NEWEST_FIRST", self.forth.count, tuple(self.forth.places)))
        else:
            _add(notes, "TIME_NOT_MONOTONE", self.back)
        _add(notes, "FIELD_TOO_LONG", self.too_long)
        return notes

    def _offset_notes(self, notes: list[Note]) -> None:
        usual = self.usual_offsets()
        for offset in usual:
            tally = self.offsets[offset]
            places = () if offset == usual[0] else tuple(tally.places)
            notes.append(Note("TZ_INFERRED", tally.count, places, offset_text(offset)))
        against = merged(t for offset, t in self.offsets.items() if offset not in usual)
        _add(notes, "TZ_CONFLICT", against, offset_text(usual[0]) if usual else "no-offset")


def _add(notes: list[Note], code: str, tally: Tally, detail: str = "") -> None:
    if tally.count:
        notes.append(Note(code, tally.count, tuple(tally.places), detail))
