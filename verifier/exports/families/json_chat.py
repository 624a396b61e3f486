"""Read a JSON chat: the work that the readers of such formats share.

A reader says where the records lie (a cutter) and what one of them shows; here
the file is surveyed once, and cut anew on each call of ``segments``. A record
is one object; everything between is framing. Fields are the bytes as written,
without quotes.

The clock is one for a whole file. Where some records write an instant and
others only wall time, it is "instant", and those of the latter span every
offset in use on earth, from -12:00 to +14:00 (flag ``zone_unknown``): to take
the zone of their neighbours would be a guess, to leave them without a time
would date them by their predecessor. Where all write wall time, it is "wall".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ...evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from ..bounds import doubtful, fit
from ..charset import encoding_notes, encoding_of
from ..cutting.json_lines import LineCutter
from ..cutting.json_object import unescape
from ..cutting.json_path_cut import PathCutter
from ..cutting.json_record import Record, read_record
from ..reader import HEAD_BYTES, Clock, Ids, Note, Reading
from ..source import Source
from .json_survey import Message, Survey, span_of

Cutter = PathCutter | LineCutter
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[{\[]")
_HEADER = frozenset((
    "type", "chats", "messages", "chatlab", "meta", "metadata", "chatInfo", "statistics",
    "exportOptions", "dateRange", "messageCount",
))  # fmt: skip
"""Keys that readers ask a file's header for, also where there is much of it."""
_PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?")
_WORD = re.compile(r"[0-9A-Za-z.+_-]{1,24}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:|/|\\")


class JsonChat:
    """One file, surveyed.

    ``cutter`` makes a cutter of the file; ``message`` says what a record shows,
    or None for an object that is framing; ``wanted`` are the keys that it asks
    for. ``frame`` is what the file says outside of its records.
    """

    def __init__(
        self,
        source: Source,
        cutter: Callable[[], Cutter],
        message: Callable[[Record], Message | None],
        wanted: frozenset[str],
    ) -> None:
        self._source, self._cutter, self._message, self._wanted = source, cutter, message, wanted
        self.seen = Survey()
        self.used = cutter()
        self.conversations = 0
        for index, segment in enumerate(self._cut(self.used, "instant", self.seen, ())):
            if doubtful(segment) and fit(segment) is not segment:
                self.seen.too_long.add(index)
        self.frame = _around(self.used.frame)
        self.clock: Clock = "wall" if self.seen.walls and not self.seen.instants else "instant"
        if self.clock == "wall":
            self.seen.flags.pop("zone_unknown", None)

    def _cut(
        self, cutter: Cutter, clock: Clock, seen: Survey | None, offsets: tuple[int, ...]
    ) -> Iterator[Segment]:
        """Yield the segments; count in ``seen`` while the clock and ``offsets`` are not known."""
        arrays = 0
        wanted, read = self._wanted, self._message
        for index, (kind, length, data) in enumerate(cutter):
            if kind != RECORD:
                if kind == UNPARSED and seen:
                    seen.unparsed.add(index)
                yield Segment(kind, length)
                continue
            record = read_record(data, wanted, valid=cutter.valid)
            message = read(record)
            if message is None:
                yield Segment(FRAMING, length)
                continue
            (
                time, te_lo, te_hi, sender, native_id, type_, media, flags, wall, paired, offset, _,
            ) = message  # fmt: skip
            flags = record.flags + flags if record.flags else flags
            if wall:
                span = span_of(message)
                if clock == "instant" and span:
                    te_lo, te_hi = span.lo, span.hi
                    flags += ("zone_unknown",)
                elif not span:
                    te_lo = te_hi = None
            if seen:
                if cutter.arrays != arrays:
                    arrays = cutter.arrays
                    self.conversations += 1
                    seen.new_conversation()
                seen.add(index, message._replace(flags=flags))
            elif paired and offsets and offset not in offsets:
                flags += ("tz_conflict",)
            yield Segment(
                RECORD, length, time, te_lo, te_hi, None, sender, native_id, type_, media, flags
            )

    def reading(
        self,
        name: str,
        variant: str,
        notes: Iterable[Note],
        *,
        ids: Ids,
        generator: str = "",
        declared: int | None = None,
    ) -> Reading:
        """Return the reading: the reader's own ``notes``, then those that the survey gives.

        ``ids`` is what ids are if there are any.
        """
        seen, used = self.seen, self.used
        encoding = encoding_of(self._source)
        every = [*notes]
        if declared is not None and declared != seen.records:
            detail = f"declared {declared} found {seen.records}"
            every.append(Note("COUNT_MISMATCH", seen.records, detail=detail))
        every += seen.notes()
        if "duplicate_key" in self.frame.flags:
            every.append(Note("DUPLICATE_KEYS", detail="outside-records"))
        if not used.frame_whole or "too_complex" in self.frame.flags:
            every.append(Note("RECORD_TOO_COMPLEX", detail="outside-records"))
        invalid = used.frame_whole and "syntax_invalid" in self.frame.flags
        if not used.balanced or not used.separated or seen.unparsed.count or invalid:
            places = tuple(seen.unparsed.places)
            every.append(Note("SYNTAX_INVALID", seen.unparsed.count, places, "outside-records"))
        clock, offsets = self.clock, seen.usual_offsets()

        def segments() -> Iterator[Segment]:
            return self._cut(self._cutter(), clock, None, offsets)

        return Reading(
            name,
            variant,
            clock,
            encoding,
            (*every, *encoding_notes(encoding)),
            segments,
            generator=generator,
            declared_records=declared,
            ids=ids if seen.no_id.count < seen.records else "none",
        )


def _around(frame: bytes) -> Record:
    """Return what stands around the records; where that is an array, only its flags."""
    frame = frame.strip(b" \t\r\n")
    if not frame:
        return Record({})
    whole = frame if frame.startswith(b"{") else b'{"":' + frame + b"}"
    return read_record(whole, _HEADER)


def first_records(source: Source, *paths: str) -> tuple[list[Record], Record]:
    """Return the first whole records at the beginning of a file, and what stands around them.

    For detection: no more than ``HEAD_BYTES`` are looked at and 5 records returned.
    """
    head = source.head(HEAD_BYTES)
    if not _JSON.match(head):
        return [], Record({})
    cutter = PathCutter([head], *paths)
    found = [cut.data for cut in cutter if cut.kind == RECORD][:5]
    return [read_record(each) for each in found], _around(cutter.frame)


def printable(raw: bytes) -> str:
    """Return a string as one line of at most 100 printable ASCII characters, "" if it is none."""
    text = unescape(raw[:1000])
    return text if _PRINTABLE.fullmatch(text) else ""


def version(raw: bytes, prefix: str, otherwise: str) -> str:
    """Return ``prefix`` with a version as the file writes it, or with another word."""
    text = unescape(raw[:100])
    return f"{prefix} {text if _WORD.fullmatch(text) else otherwise}"


def is_relative(path: str) -> bool:
    """Tell whether a media name is a path below the file's folder, not an address or a root."""
    return bool(path) and _SCHEME.match(path) is None


def count_of(raw: bytes) -> int | None:
    """Return a declared number of records; None where it is none."""
    return int(raw) if raw.isdigit() and len(raw) <= 15 else None
