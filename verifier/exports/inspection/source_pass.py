"""The look at one file that a source report comes from.

It rests on the reader's word for its format and on one pass over the records;
a second one only where records quote others. Both hold one record at a time
and bounded tables: under 300 MB, however large the file is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...evidence.segment import RECORD
from ..charset import encoding_of
from ..reader import MAX_PLACES, Note, Reading
from ..registry import detect, read, reader_named
from ..segment_bytes import with_bytes
from ..source import Source
from ..tally import Tally
from ..tools import any_file
from . import live_secrets
from .finding import SourceFinding
from .gaps.linked_media import Beside, LinkedMedia
from .gaps.marks import Marks
from .gaps.quotes import Quotes
from .gaps.repeated import Repeated
from .importance import by_importance
from .line_ends import line_ends
from .source_report import AMBIGUOUS, UNCOUNTED, Media, SourceReport
from .summary import Counting, Summary

_TWO_BYTES: Final = ("utf-16-le", "utf-16-be", "utf-32-le")


def report_on(
    source: Source, reading: Reading | None = None, beside: Beside | None = None
) -> SourceReport:
    """Return the report on a file, read as ``reading`` or as the first reader that knows it.

    Raises what ``source`` raises, and nothing of its own.
    """
    reading = read(source) if reading is None else reading
    return _Looking(source, reading, beside).report()


class _Looking:
    """One file being looked at."""

    def __init__(self, source: Source, reading: Reading, beside: Beside | None) -> None:
        self._source, self._reading = source, reading
        self._reader = reader_named(reading.reader)
        self._counting = Counting(reading)
        self._marks, self._quotes = Marks(), Quotes(self._reader)
        several = any(note.code == "SEVERAL_CONVERSATIONS" for note in reading.notes)
        # Each conversation may count for itself, so that an id names no single message.
        self._one_message = reading.ids not in ("none", "renumbered") and not several
        self._repeated = Repeated(with_ids=self._one_message)
        self._media = LinkedMedia(beside)
        self._secrets: dict[str, int] = {}
        self._with_secrets = Tally()
        places = {place for note in reading.notes for place in note.places}
        self._places: dict[int, tuple[int, bool]] = dict.fromkeys(places, (0, False))
        """Of the segments that notes name: the number of the last record, and is it this one."""

    def report(self) -> SourceReport:
        self._look()
        reading, source = self._reading, self._source
        summary = self._counting.summary()
        found = detect(source)
        mine = next((each for each in found if each.reader == reading.reader), None)
        reasons = mine.reasons if mine is not None else ()
        codes = {note.code for note in reading.notes}
        offset = next((note.detail for note in reading.notes if note.code == "TZ_INFERRED"), "")
        encoding = self._encoding()
        return SourceReport(
            title=self._reader.title,
            reasons=tuple((each, self._reader.reasons[each.code]) for each in reasons),
            others=tuple(
                each.reader
                for each in found
                if each.reader not in (reading.reader, any_file.NAME)
            ),
            size=source.size,
            generator=reading.generator,
            encoding=encoding,
            line_ends=None if encoding in ("unknown", *_TWO_BYTES) else line_ends(source.chunks()),
            clock=reading.clock,
            offset=offset,
            order=self._counting.silences.order,
            ids=reading.ids,
            escaped=self._reader.escaped,
            records=None if codes & UNCOUNTED else summary.records,
            ambiguous=tuple(code for code in AMBIGUOUS if code in codes),
            declared_records=reading.declared_records,
            media=self._media_counts(),
            looked=self._media.looked,
            secrets=self._secrets,
            findings=by_importance(self._findings(summary)),
            not_searched=self._not_searched(summary),
            partly_searched=self._partly_searched(),
            summary=summary,
            media_names=frozenset(self._media.names),
        )  # fmt: skip

    def _look(self) -> None:
        reading, source, places = self._reading, self._source, self._places
        counting, repeated, quotes = self._counting, self._repeated, self._quotes
        hint, one_message = live_secrets.HINT.search, self._one_message
        for index, (segment, data) in enumerate(with_bytes(reading.segments(), source)):
            is_record = segment.kind == RECORD
            if is_record:
                number = counting.add(index, segment, data).number
                repeated.add(number, segment, data)
                if segment.flags:
                    self._marks.add(number, segment.flags)
                if one_message:
                    quotes.add(number, segment, data)
                if segment.media:
                    self._media.add(number, segment.media)
                if hint(data) is not None:
                    self._add_secrets(number, data)
            if index in places:
                places[index] = counting.records, is_record
        quotes.look_up(with_bytes(reading.segments(), source))

    def _add_secrets(self, number: int, data: bytes) -> None:
        found = live_secrets.kinds_in(data)
        for kind, count in found.items():
            self._secrets[kind] = self._secrets.get(kind, 0) + count
        if found:
            self._with_secrets.add(number)

    def _encoding(self) -> str:
        if self._reading.reader == any_file.NAME and self._source.size:
            return encoding_of(self._source)  # that reader does not ask
        return self._reading.encoding

    def _media_counts(self) -> dict[Media, int]:
        media = self._media
        counts: dict[Media, int] = {"named": media.named}
        return (
            counts | {"linked": media.linked, "missing": media.missing} if media.looked else counts
        )

    def _findings(self, summary: Summary) -> Iterator[SourceFinding]:
        scanned = {each.code: each for each in self._scanned(summary)}
        noted = set()
        for note in self._reading.notes:
            noted.add(note.code)
            # The whole file was gone through for these, and the reader may know a part.
            if note.code not in scanned:
                yield self._from_note(note)
        yield from scanned.values()
        for code, tally in self._marks.found.items():
            if code not in noted | scanned.keys():
                yield _from_tally(code, tally)

    def _from_note(self, note: Note) -> SourceFinding:
        seen = [self._places[place] for place in note.places]
        return SourceFinding(
            note.code,
            note.count,
            tuple(number for number, is_record in seen if is_record),
            tuple(dict.fromkeys(number for number, is_record in seen if not is_record)),
            note.detail,
        )

    def _scanned(self, summary: Summary) -> Iterator[SourceFinding]:
        """Yield what the passes found; only what was found."""
        numbers, silences = self._counting.numbers, self._counting.silences
        if numbers is not None and numbers.holes:
            places = sorted(gap.later.number for gap in summary.number_gaps)
            tally = Tally(numbers.holes, places[:MAX_PLACES])
            yield _from_tally("ID_GAP", tally, f"missing {numbers.missing}")
        if silences.count:
            places = sorted(gap.after.number for gap in summary.time_gaps)
            yield _from_tally("TIME_GAP", Tally(silences.count, places[:MAX_PLACES]))
        secrets = " ".join(f"{kind}={count}" for kind, count in sorted(self._secrets.items()))
        for code, tally, detail in (
            ("DUPLICATE_IDS", self._repeated.ids, ""),
            ("DUPLICATE_RECORDS", self._repeated.records, ""),
            ("QUOTE_TARGET_MISSING", self._quotes.missing, ""),
            ("QUOTE_MISMATCH", self._quotes.differing, ""),
            ("MEDIA_MISSING", self._media.records_missing, ""),
            ("SECRETS_PRESENT", self._with_secrets, secrets),
        ):
            if tally.count:
                yield _from_tally(code, tally, detail)
        declared, found = self._reading.declared_records, summary.records
        if not summary.counted:
            declared = None  # a file that is not cut has no number to hold it against
        if declared is not None and declared != found:
            detail = f"declared {declared} found {found}"
            yield SourceFinding("COUNT_MISMATCH", found, detail=detail)

    def _not_searched(self, summary: Summary) -> tuple[str, ...]:
        quotes = self._quotes
        reasons = (
            ("ID_GAP", not summary.numbered),
            ("DUPLICATE_IDS", not self._one_message),
            ("TIME_GAP", summary.newest is None),
            ("QUOTE_TARGET_MISSING", not quotes.kept),
            ("QUOTE_MISMATCH", not quotes.kept),
            ("MEDIA_MISSING", not self._media.looked),
        )
        return tuple(code for code, is_so in reasons if is_so)

    def _partly_searched(self) -> tuple[str, ...]:
        repeated, quotes, silences = self._repeated, self._quotes, self._counting.silences
        reasons = (
            ("DUPLICATE_IDS", repeated.ids_incomplete),
            ("DUPLICATE_RECORDS", repeated.records_incomplete),
            ("QUOTE_TARGET_MISSING", quotes.left_out > 0 or 0 < quotes.without_id),
            ("TIME_GAP", silences.given_up),
            ("MEDIA_UNUSED", self._media.names_more),
        )
        return tuple(code for code, is_so in reasons if is_so)


def _from_tally(code: str, tally: Tally, detail: str = "") -> SourceFinding:
    return SourceFinding(code, tally.count, tuple(tally.places), detail=detail)
