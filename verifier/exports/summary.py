"""What one chat file holds, in numbers: how many records, from when to when, by whom.

One pass over a reading and its file, holding one record at a time. Everything
here is counted from the bytes; nothing is read from what the file says of
itself. Which counts a format can give differs: ``counted`` names them, and a
count that is not named there is 0 because nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ..evidence.segment import RECORD, Segment
from . import personal, stand_ins
from .json_object import unescape
from .reader import Note, Reader, Reading
from .registry import reader_named
from .segment_bytes import with_bytes
from .source import Source

MAX_SENDERS: Final = 1000
MAX_GAPS: Final = 1000
LONG_SILENCE_SECONDS: Final = 30 * 86400
"""Two neighbours further apart than this are listed; it says nothing about why."""


class Shown(NamedTuple):
    """One record as a reader shows it; ``segment`` counts the file's segments from 0."""

    native_id: bytes
    time: bytes
    te_lo: int | None
    te_hi: int | None
    segment: int


class NumberGap(NamedTuple):
    """Numbers that are missing between two neighbours of a running numbering: their ids, how many.

    ``earlier`` and ``later`` are the two records.
    """

    before: bytes
    after: bytes
    missing: int
    earlier: Shown
    later: Shown


class TimeGap(NamedTuple):
    """Neighbours that are certainly more than ``LONG_SILENCE_SECONDS`` apart, earlier one first."""

    before: Shown
    after: Shown
    seconds: int


@dataclass(frozen=True)
class Summary:
    """What was counted in one file.

    ``clock`` is the reader's: ``wall``, ``instant`` or ``none``. ``first`` and
    ``last`` are the first and last record in file order. ``earliest`` is the
    least ``te_lo`` and ``latest`` the greatest ``te_hi``; ``oldest`` and
    ``newest`` are the records that are certainly earliest and latest (least
    ``te_hi``, greatest ``te_lo``). ``senders`` are those of records that are
    not notices of the app, in order of appearance. ``media`` counts records that carry or
    stand for a file (voice included), ``system`` the app's own notices,
    ``recalled`` recalled or deleted ones, ``undated`` those without a time.
    ``numbered`` tells whether the records' ids run on (see ``_Numbers``);
    only then does ``number_gaps`` mean anything. ``out_of_order`` counts
    records certainly earlier than the dated record before them. ``stand_ins``
    counts, by kind, words that stand for something which the file does not hold.
    """

    reader: str
    variant: str
    clock: str
    records: int
    media: int
    transfers: int
    voice: int
    calls: int
    recalled: int
    first: Shown | None
    last: Shown | None
    earliest: int | None
    latest: int | None
    senders: tuple[bytes, ...]
    senders_more: bool
    number_gaps: tuple[NumberGap, ...]
    time_gaps: tuple[TimeGap, ...]
    notes: tuple[Note, ...]
    out_of_order: int
    personal: dict[str, int]
    counted: tuple[str, ...]
    system: int
    undated: int
    oldest: Shown | None
    newest: Shown | None
    numbered: bool
    gaps_more: bool
    stand_ins: dict[str, int] = field(default_factory=dict)

    def noted(self, code: str) -> Note | None:
        """Return the reader's first note of that code."""
        return next((note for note in self.notes if note.code == code), None)


_UNCUT: Final = ("TRANSCRIPT_NOT_CUT", "NO_RECORDS")


def summarise(reading: Reading, source: Source) -> Summary:
    """Go once through the file; raises what ``source`` raises and nothing of its own."""
    reader = reader_named(reading.reader)
    seen = _Seen(reader)
    for index, (segment, data) in enumerate(with_bytes(reading.segments(), source)):
        if segment.kind == RECORD:
            seen.add(index, segment, data)
    uncut = any(note.code in _UNCUT for note in reading.notes)
    return Summary(
        reader=reading.reader,
        variant=reading.variant,
        clock=reading.clock,
        records=seen.records,
        media=seen.media,
        transfers=seen.transfers,
        voice=seen.voice,
        calls=seen.calls,
        recalled=seen.recalled,
        first=seen.first,
        last=seen.last,
        earliest=seen.earliest,
        latest=seen.latest,
        senders=tuple(seen.senders),
        senders_more=seen.senders_more,
        number_gaps=tuple(seen.numbers.gaps) if seen.numbers.running else (),
        time_gaps=tuple(seen.silences),
        notes=reading.notes,
        out_of_order=seen.out_of_order,
        personal=seen.personal,
        counted=() if uncut else reader.counted,
        system=seen.system,
        undated=seen.undated,
        oldest=seen.oldest,
        newest=seen.newest,
        numbered=seen.numbers.running,
        gaps_more=seen.silences_more or (seen.numbers.running and seen.numbers.more),
        stand_ins=seen.stand_ins,
    )


@dataclass
class _Numbers:
    """Do the records' ids run on, and where do they jump?

    They run on if every record has one, all are decimal numbers that rise, and
    more than half of them follow the one before without a gap: the numbers
    that servers give are as large but far apart.
    """

    last: Shown | None = None
    pairs: int = 0
    steps: int = 0
    broken: bool = False
    gaps: list[NumberGap] = field(default_factory=list)
    more: bool = False

    def add(self, shown: Shown) -> None:
        native_id = shown.native_id
        if self.broken or not native_id.isdigit() or len(native_id) > 20:
            self.broken = True
            return
        if self.last is not None:
            missing = int(native_id) - int(self.last.native_id) - 1
            self.pairs += 1
            if missing < 0:
                self.broken = True
            elif missing == 0:
                self.steps += 1
            elif len(self.gaps) < MAX_GAPS:
                last = self.last
                self.gaps.append(NumberGap(last.native_id, native_id, missing, last, shown))
            else:
                self.more = True
        self.last = shown

    @property
    def running(self) -> bool:
        return not self.broken and self.steps * 2 > self.pairs


@dataclass
class _Seen:
    """The counts so far."""

    reader: Reader
    records: int = 0
    media: int = 0
    transfers: int = 0
    voice: int = 0
    calls: int = 0
    recalled: int = 0
    system: int = 0
    undated: int = 0
    out_of_order: int = 0
    first: Shown | None = None
    last: Shown | None = None
    dated: Shown | None = None
    oldest: Shown | None = None
    newest: Shown | None = None
    earliest: int | None = None
    latest: int | None = None
    senders: dict[bytes, None] = field(default_factory=dict)
    senders_more: bool = False
    numbers: _Numbers = field(default_factory=_Numbers)
    silences: list[TimeGap] = field(default_factory=list)
    silences_more: bool = False
    personal: dict[str, int] = field(default_factory=dict)
    stand_ins: dict[str, int] = field(default_factory=dict)

    def add(self, index: int, segment: Segment, data: bytes) -> None:
        """Count one record. What most records have not is asked for first: 2 µs each."""
        _, _, time, te_lo, te_hi, _, sender, native_id, kind, media, flags = segment
        shown = Shown(native_id, time, te_lo, te_hi, index)
        self.records += 1
        self.first = self.first or shown
        self.last = shown
        if kind or media or flags:
            self._kinds(segment)
        self._times(shown)
        if not self.numbers.broken:
            self.numbers.add(shown)
        if sender and sender not in self.senders and "system" not in flags:
            self.senders_more |= len(self.senders) >= MAX_SENDERS
            if not self.senders_more:
                self.senders[sender] = None
        if stand_ins.HINT.search(data) is not None:
            for name, count in stand_ins.count(data).items():
                self.stand_ins[name] = self.stand_ins.get(name, 0) + count
        if personal.HINT.search(data) is not None:
            found = personal.count(data, (native_id, time), escaped=self.reader.escaped)
            for name, count in found.items():
                self.personal[name] = self.personal.get(name, 0) + count

    def _kinds(self, segment: Segment) -> None:
        kind = segment.type
        if b"\\" in kind:
            kind = unescape(kind).encode("utf-8", "surrogatepass")
        means = self.reader.types.get(kind, ())
        self.media += bool(segment.media or "media_omitted" in segment.flags or "media" in means)
        self.voice += "voice" in means
        self.transfers += "transfers" in means
        self.calls += "calls" in means
        self.recalled += "recalled" in segment.flags or "deleted" in segment.flags
        self.system += "system" in segment.flags

    def _times(self, shown: Shown) -> None:
        te_lo, te_hi = shown.te_lo, shown.te_hi
        if te_lo is None or te_hi is None:
            self.undated += 1
            return
        before = self.dated
        if before is not None and before.te_lo is not None and before.te_hi is not None:
            self.out_of_order += te_hi < before.te_lo
            seconds = max(te_lo - before.te_hi, before.te_lo - te_hi)
            if seconds > LONG_SILENCE_SECONDS and len(self.silences) < MAX_GAPS:
                pair = (before, shown) if te_lo > before.te_hi else (shown, before)
                self.silences.append(TimeGap(*pair, seconds))
            elif seconds > LONG_SILENCE_SECONDS:
                self.silences_more = True
        self.dated = shown
        if self.earliest is None or te_lo < self.earliest:
            self.earliest = te_lo
        if self.latest is None or te_hi > self.latest:
            self.latest = te_hi
        if self.oldest is None or te_hi < (self.oldest.te_hi or 0):
            self.oldest = shown
        if self.newest is None or te_lo > (self.newest.te_lo or 0):
            self.newest = shown
