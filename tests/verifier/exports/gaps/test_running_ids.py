"""Numbers that are missing are found in any order of the records, and exactly those."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.exports.inspection.gaps import running_ids
from verifier.exports.inspection.gaps.running_ids import MAX_STRETCHES, RunningIds
from verifier.exports.inspection.gaps.shown import Shown


def collected(numbers: list[int]) -> RunningIds:
    found = RunningIds()
    for place, number in enumerate(numbers, 1):
        found.add(Shown(b"%d" % number, b"", None, None, place, place))
    return found


@given(st.lists(st.integers(0, 60), min_size=1))
def test_the_gaps_are_the_numbers_that_no_record_has(numbers: list[int]):
    found = collected(numbers)
    there = set(numbers)
    absent = [n for n in range(min(there), max(there)) if n not in there]
    assert found.missing == len(absent)
    gaps = found.gaps()
    assert [n for gap in gaps for n in range(int(gap.before) + 1, int(gap.after))] == absent
    assert found.holes == len(gaps)
    for gap in gaps:
        assert gap.missing == int(gap.after) - int(gap.before) - 1 > 0
        assert (gap.earlier.native_id, gap.later.native_id) == (gap.before, gap.after)
        assert numbers[gap.earlier.number - 1] == int(gap.before)


def test_newest_first_is_no_gap():
    assert collected([9, 8, 7, 6]).gaps() == ()
    [gap] = collected([9, 8, 5, 4]).gaps()
    assert (gap.before, gap.after, gap.earlier.number, gap.later.number) == (b"5", b"8", 3, 2)


def test_what_is_no_number_is_left_out():
    found = RunningIds()
    for native_id in (b"", b"a1", b"-1", b"1" * 21, "١".encode()):
        found.add(Shown(native_id, b"", None, None, 0, 1))
    assert (found.numbers, found.running, found.missing, found.gaps()) == (0, False, 0, ())


def test_numbers_full_of_holes_are_given_up_and_say_nothing():
    full = collected(list(range(0, 2 * MAX_STRETCHES, 2)))
    assert (full.running, full.holes) == (True, MAX_STRETCHES - 1)
    assert len(full.gaps()) == running_ids.MAX_GAPS
    more = collected(list(range(0, 2 * MAX_STRETCHES + 2, 2)))
    assert (more.given_up, more.running, more.holes, more.missing) == (True, False, 0, 0)
    assert more.gaps() == ()
