"""A repetition is counted once for each time after the first, and bounds are admitted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.evidence.segment import RECORD, Segment
from verifier.exports.inspection.gaps.remembered import Remembered
from verifier.exports.inspection.gaps.repeated import Repeated


def fed(
    *records: tuple[bytes, bytes], with_ids: bool = True, flags: tuple[str, ...] = ()
) -> Repeated:
    found = Repeated(with_ids=with_ids)
    for number, (native_id, data) in enumerate(records, 1):
        segment = Segment(RECORD, len(data), native_id=native_id, flags=flags)
        found.add(number, segment, data)
    return found


def test_the_second_and_the_third_are_counted_with_their_places():
    found = fed((b"1", b"a\n"), (b"2", b"b\n"), (b"1", b"a\n"), (b"3", b"a"))
    assert (found.records.count, found.records.places) == (2, [3, 4])
    assert (found.ids.count, found.ids.places) == (1, [3])


def test_without_ids_of_the_platform_none_is_repeated():
    found = fed((b"1", b"a"), (b"1", b"b"), with_ids=False)
    assert (found.ids.count, found.records.count, found.ids_incomplete) == (0, 0, False)
    assert fed((b"", b"a"), (b"", b"b")).ids.count == 0


def test_the_app_itself_may_say_the_same_again():
    assert fed((b"", b"a"), (b"", b"a"), flags=("system",)).records.count == 0


@given(st.lists(st.binary(max_size=2), max_size=30))
def test_remembers_like_a_list(things: list[bytes]):
    memory = Remembered()
    assert [memory.again(thing) for thing in things] == [
        thing in things[:place] for place, thing in enumerate(things)
    ]
    assert not memory.full


def test_what_was_not_remembered_is_said():
    memory = Remembered(most=2)
    assert [memory.again(thing) for thing in (b"a", b"b", b"c", b"c", b"a")] == [
        False, False, False, False, True,
    ]  # fmt: skip
    assert memory.full
