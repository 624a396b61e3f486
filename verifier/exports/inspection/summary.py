"""What one chat file holds, in numbers: how many records, from when to when, by whom.

One pass over a reading and its file, holding one record at a time. Everything
here is counted from the bytes; nothing is read from what the file says of
itself. Which counts a format can give differs: ``counted`` names them, and a
count that is not named there is 0 because nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ...evidence.segment import RECORD, Segment
from ..cutting.json_object import unescape
from ..reader import Note, Reader, Reading
from ..registry import reader_named
from ..segment_bytes import with_bytes
from ..source import Source
from . import personal, stand_ins
from .gaps.running_ids import MAX_GAPS, NumberGap, RunningIds
from .gaps.shown import Shown
from .gaps.silences import MAX_SILENCES, Silences, TimeGap

MAX_SENDERS: Final = 1000


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
    ``numbered`` tells whether the records' ids run on, by the reader's own word
    for its format; only then is a number that is missing a message that is. ``out_of_order`` counts
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
    counting = Counting(reading)
    for index, (segment, data) in enumerate(with_bytes(reading.segments(), source)):
        if segment.kind == RECORD:
            counting.add(index, segment, data)
    return counting.summary()


class Counting:
    """The counts so far, for one reading."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.reader: Reader = reader_named(reading.reader)
        self.records = self.media = self.transfers = self.voice = self.calls = 0
        self.recalled = self.system = self.undated = 0
        self.first: Shown | None = None
        self.last: Shown | None = None
        self.oldest: Shown | None = None
        self.newest: Shown | None = None
        self.earliest: int | None = None
        self.latest: int | None = None
        self.senders: dict[bytes, None] = {}
        self.senders_more = False
        self.numbers = RunningIds() if reading.ids == "running" else None
        self.silences = Silences()
        self.personal: dict[str, int] = {}
        self.stand_ins: dict[str, int] = {}

    def add(self, index: int, segment: Segment, data: bytes) -> Shown:
        """Count one record. What most records have not is asked for first: 2 µs each."""
        _, _, time, te_lo, te_hi, _, sender, native_id, kind, media, flags = segment
        self.records += 1
        shown = Shown(native_id, time, te_lo, te_hi, index, self.records)
        self.first = self.first or shown
        self.last = shown
        if kind or media or flags:
            self._kinds(segment)
        self._times(shown)
        if self.numbers is not None:
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
        return shown

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
        self.silences.add(shown, te_lo, te_hi)
        if self.earliest is None or te_lo < self.earliest:
            self.earliest = te_lo
        if self.latest is None or te_hi > self.latest:
            self.latest = te_hi
        if self.oldest is None or te_hi < (self.oldest.te_hi or 0):
            self.oldest = shown
        if self.newest is None or te_lo > (self.newest.te_lo or 0):
            self.newest = shown

    def summary(self) -> Summary:
        """Return what was counted."""
        reading, numbers, silences = self.reading, self.numbers, self.silences
        numbered = numbers is not None and numbers.running
        uncut = any(note.code in _UNCUT for note in reading.notes)
        return Summary(
            reader=reading.reader,
            variant=reading.variant,
            clock=reading.clock,
            records=self.records,
            media=self.media,
            transfers=self.transfers,
            voice=self.voice,
            calls=self.calls,
            recalled=self.recalled,
            first=self.first,
            last=self.last,
            earliest=self.earliest,
            latest=self.latest,
            senders=tuple(self.senders),
            senders_more=self.senders_more,
            number_gaps=numbers.gaps() if numbers is not None else (),
            time_gaps=silences.gaps(),
            notes=reading.notes,
            out_of_order=silences.steps_back,
            personal=self.personal,
            counted=() if uncut else self.reader.counted,
            system=self.system,
            undated=self.undated,
            oldest=self.oldest,
            newest=self.newest,
            numbered=numbered,
            gaps_more=self._gaps_more(),
            stand_ins=self.stand_ins,
        )

    def _gaps_more(self) -> bool:
        numbers, silences = self.numbers, self.silences
        return (
            silences.given_up
            or silences.count > MAX_SILENCES
            or (numbers is not None and (numbers.given_up or numbers.holes > MAX_GAPS))
        )
