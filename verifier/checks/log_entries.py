"""What an audit asks of the entries, one after another: spelling, order, distinct links.

A bundle that holds nothing but evidence is read by one regular expression; its
spelling is that of ``entry.parse_entry``, which reads all others. Both say the
same of every entry (a test compares them).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from ..encoding import parse_time, to_base64, to_time
from ..errors import Malformed, NewerFormat, Verification
from ..evidence.entry import KINDS, Entry, parse_anchor, parse_entry
from ..tlog.note import parse_note
from .log_own import OwnEntries

EVIDENCE_BYTES: Final = 166
"""Every evidence entry has the same length."""

_KEY: Final = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]="  # 32 bytes in canonical base64
_TIME: Final = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
_TEXT: Final = (
    rb"beilin/entry/v1\nkind evidence\nlink (" + _KEY + rb")\nreceived (" + _TIME + rb")\n"
    rb"commitment " + _KEY + rb"\n"
)
_EVIDENCE: Final = re.compile(_TEXT)
_IN_BUNDLE: Final = re.compile(rb"\x00\xa6" + _TEXT)  # after its length, 166


class Place(NamedTuple):
    """Where something is wrong: the file, the entry's index in the log, its offset in the file."""

    path: str
    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    offset: int


class Fault(NamedTuple):
    """The first fault of one check; ``reason`` is a key of the report's tables or a message."""

    place: Place
    sub_indication: str
    reason: str


_OPEN: Final = frozenset({"SIGNED_DATA_NOT_FOUND", "NEWER_FORMAT"})
"""Reasons that leave a check open; all others say that it failed."""


def is_open(fault: Fault) -> bool:
    """Whether the fault leaves its check *not done*, because something was not to be had."""
    return fault.sub_indication in _OPEN


def more_serious(one: Fault | None, other: Fault) -> Fault:
    """Return the fault to name: the first, but a failure before what leaves a check open."""
    return other if one is None or (is_open(one) and not is_open(other)) else one


def check_body(entry: Entry, index: int) -> None:
    """Check what an entry of another kind than evidence can say at ``index``. Raises Malformed.

    What a note says, and who signed it, is for ``log_own``.
    """
    if entry.body is None:
        return
    if entry.kind == "anchor":
        if parse_anchor(entry.body).size > index:
            raise Malformed("entry: an anchor for a checkpoint that is larger than its index")
    else:
        parse_note(entry.body)


class Links(Protocol):
    """What is asked of the set of links; who follows a large log keeps it on disk."""

    def __contains__(self, link: bytes, /) -> bool: ...

    def isdisjoint(self, links: Iterable[bytes], /) -> bool: ...

    def add(self, link: bytes, /) -> None: ...

    def update(self, links: Iterable[bytes], /) -> None: ...


class Entries:
    """The state that runs along the log, and the first fault of each check.

    ``last`` and ``frozen`` go on from entries that were read before, ``links`` holds theirs.
    ``own`` judges what the log says of itself; without it that is not asked.
    """

    def __init__(
        self,
        links: Links | None = None,
        *,
        last: bytes = b"",
        frozen: bool = False,
        own: OwnEntries | None = None,
    ) -> None:
        self.counts = dict.fromkeys(KINDS, 0)
        self.first: bytes | None = None
        self.last = last
        self.fault: Fault | None = None
        self.unread = 0  # how many entries could not be read
        self.twice: Fault | None = None
        self.twice_link = b""
        self.links: Links = set() if links is None else links
        self.frozen = frozen
        self._own = own
        self._day = b""  # the last day that was found to be real

    def read(self, path: str, data: bytes, starts: list[int], first: int) -> None:
        """Check the entries of a bundle; ``first`` is the index of its first one."""
        width = len(starts) - 1
        found = _IN_BUNDLE.findall(data) if starts[-1] - 2 == width * (EVIDENCE_BYTES + 2) else []
        if len(found) != width or self.frozen or len(data) != starts[-1] - 2:
            self._read_slowly(path, data, starts, first)
            return
        links, times = zip(*found, strict=True)
        if self._times_are_fine(times) and self._are_new(links):
            self.counts["evidence"] += width
            self.links.update(links)
            self.first = self.first or times[0]
            self.last = times[-1]
            return
        self._read_slowly(path, data, starts, first)

    def _times_are_fine(self, times: tuple[bytes, ...]) -> bool:
        """Whether the times never decrease and are real; text of one width sorts like time."""
        if times[0] < self.last or list(times) != sorted(times):
            return False
        return all(self._is_real(day) for day in {time[:10] for time in times})

    def _is_real(self, day: bytes) -> bool:
        """Whether there is such a day; the pattern has judged the time of day."""
        if day != self._day:
            try:
                parse_time(f"{day.decode('ascii')}T00:00:00Z", "entry: received")
            except Malformed:
                return False
            self._day = day
        return True

    def _are_new(self, links: tuple[bytes, ...]) -> bool:
        return len(set(links)) == len(links) and self.links.isdisjoint(links)

    def _read_slowly(self, path: str, data: bytes, starts: list[int], first: int) -> None:
        for index, (start, end) in enumerate(pairwise(starts), first):
            place = Place(path, index, start)
            try:
                kind, link, time = self._parse(data[start : end - 2], place)
            except Malformed as error:
                newer = isinstance(error, NewerFormat)
                self.unread += 1
                self._refuse(place, "NEWER_FORMAT" if newer else "FORMAT_FAILURE", str(error))
                continue
            self.counts[kind] += 1
            if self.frozen:
                self._refuse(place, "CONSISTENCY_FAILURE", "ENTRY_AFTER_FREEZE")
            if time < self.last:
                self._refuse(place, "CONSISTENCY_FAILURE", "TIME_DECREASES")
            if link in self.links and self.twice is None:
                self.twice = Fault(place, "CONSISTENCY_FAILURE", "LINK_TWICE")
                self.twice_link = link
            self.links.add(link)
            self.first = self.first or time
            self.last = max(self.last, time)
            self.frozen = self.frozen or kind == "freeze"

    def _parse(self, entry: bytes, place: Place) -> tuple[str, bytes, bytes]:
        """Return kind, link and received as they are spelled."""
        match = _EVIDENCE.fullmatch(entry)
        if match is not None and self._is_real(match[2][:10]):
            return "evidence", match[1], match[2]
        parsed = parse_entry(entry)
        check_body(parsed, place.index)
        if self._own is not None:
            try:
                self._own.check(parsed, place.index)
            except NewerFormat as error:
                self._refuse(place, "NEWER_FORMAT", str(error))
            except Malformed as error:
                self._refuse(place, "FORMAT_FAILURE", str(error))
            except Verification as error:
                self._refuse(place, error.sub_indication, str(error))
        return parsed.kind, to_base64(parsed.link).encode(), to_time(parsed.received).encode()

    def _refuse(self, place: Place, sub_indication: str, reason: str) -> None:
        self.fault = more_serious(self.fault, Fault(place, sub_indication, reason))
