"""Times written year first, and the offset that two spellings of one time give."""

from __future__ import annotations

import pytest

from verifier.exports.families.clock_offset import Offsets, offset_of
from verifier.exports.families.ymd_time import read_time
from verifier.exports.reader import Note


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (b"1970-01-01 00:00:00", (0, 0)), (b"2024/10/4 11:42", (1728042120, 1728042179)),
        (b"2024-05-13T10:00:01", (1715594401, 1715594401)), (b"2024-02-30 10:00", None),
        (b"2024-05/13 10:00", None), (b"2024-05-13 24:00", None), (b"2024-05-13 10:60", None),
        (b"2024-05-13 10:00:60", None), (b"1969-12-31 23:59", None), (b"2024-05-13", None), (b"", None),
        (b"24-05-13 10:00", None), (b"2024-05-13 10:00:00 ", None), ("２０２４-05-13 10:00".encode(), None),
    ],
)  # fmt: skip
def test_times_written_year_first(written: bytes, seconds: tuple[int, int] | None):
    assert read_time(written) == seconds


def test_offsets():
    assert offset_of(1715565600, (1715594400, 1715594400)) == 28800
    assert offset_of(1715565659, (1715594400, 1715594459)) == 28800
    assert offset_of(1715565601, (1715594400, 1715594400)) is None
    assert offset_of(0, (15 * 3600, 15 * 3600)) is None
    none = Offsets()
    assert (none.usual(), none.notes()) == (None, [])
    none.add(3, None)
    assert none.notes() == [Note("TZ_CONFLICT", 1, (3,), "no-offset")]
