"""Records that are the same byte for byte, and ids that occur twice."""

from __future__ import annotations

from ....evidence.segment import Segment
from ...tally import Tally
from .remembered import Remembered


class Repeated:
    """Counts repetitions; the first of the same kind is not one.

    A record counts without the white space and commas around it, so that the
    last one of a file, which often lacks its line end, is compared too.
    Records of the app itself are left out: it says the same thing often.
    ``with_ids`` says whether the ids are the platform's; a number that a tool
    gave out shows nothing.
    """

    def __init__(self, *, with_ids: bool) -> None:
        self.records = Tally()
        self.ids = Tally()
        self._records = Remembered()
        self._ids = Remembered() if with_ids else None

    def add(self, number: int, segment: Segment, data: bytes) -> None:
        """Take one record, whose number it is from 1."""
        if "system" not in segment.flags and self._records.again(data.strip(b" \t\r\n,")):
            self.records.add(number)
        if self._ids is not None and segment.native_id and self._ids.again(segment.native_id):
            self.ids.add(number)

    @property
    def records_incomplete(self) -> bool:
        """Was the file too large to compare every record with every other?"""
        return self._records.full

    @property
    def ids_incomplete(self) -> bool:
        """Was it too large to compare every id with every other?"""
        return self._ids is not None and self._ids.full
