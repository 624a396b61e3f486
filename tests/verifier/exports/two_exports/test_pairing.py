"""Every record is paired once or listed once, and what differs is said to differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fixtures.exports.generate import paths
from tests.verifier.exports.test_summary import android, message, weflow
from verifier.exports.inspection.two_exports import sides
from verifier.exports.inspection.two_exports.difference import Difference, Different
from verifier.exports.inspection.two_exports.pairing import compare
from verifier.exports.inspection.two_exports.sides import (
    Item,
    Numbers,
    Place,
    Side,
    TooLarge,
    read_side,
)
from verifier.exports.registry import read
from verifier.exports.source import Source


def compared(*files: bytes | Path) -> Difference:
    numbers = Numbers()
    both = []
    for data in files:
        source = Source(data)
        both.append(read_side([(source, read(source))], numbers))
    return compare(*both)


def numbers_of(places: Sequence[Place]) -> list[int]:
    return [place.number for place in places]


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.name)
def test_a_file_does_not_differ_from_itself(path: Path):
    found = compared(path, path)
    source = Source(path)
    assert found.is_empty
    assert found.same == len(read_side([(source, read(source))], Numbers()).items)


LINES = [f"13/05/24, 10:{n:02} - {'Ann' if n % 2 else 'Bob'}: line {n % 4}" for n in range(20)]


@given(st.sets(st.integers(0, 19)), st.sets(st.integers(0, 19)))
@example({0, 1, 2, 5, 13, 17}, {0, 1, 2, 3, 4, 5, 9, 17})
def test_what_was_taken_out_of_either_is_what_is_listed(here: set[int], there: set[int]):
    keep_a = [n for n in range(20) if n not in here]
    keep_b = [n for n in range(20) if n not in there]
    if not keep_a or not keep_b:
        return
    found = compared(android(*(LINES[n] for n in keep_a)), android(*(LINES[n] for n in keep_b)))
    listed = {keep_a[n - 1] for n in numbers_of(found.only_here)}
    other = {keep_b[n - 1] for n in numbers_of(found.only_there)}
    # Two of the same words at other times, if no third has those words, are one that differs in time.
    for here_place, there_place, what in found.different:
        a, b = keep_a[here_place.number - 1], keep_b[there_place.number - 1]
        assert what == ("time",)
        assert a != b
        # The same words and sender, and nobody else left over on either side who said them.
        assert [n for n in there - here if n % 4 == a % 4] == [a]
        assert [n for n in here - there if n % 4 == a % 4] == [b]
        listed.add(a)
        other.add(b)
    assert (listed, other) == (there - here, here - there)
    assert found.same == 20 - len(here | there)


def test_another_word_at_the_same_time_is_one_different_message():
    found = compared(android(*LINES), android(*LINES[:5], LINES[5] + "!", *LINES[6:]))
    assert found.different == [Different(Place(0, 6), Place(0, 6), ("words",))]
    assert (found.same, found.only_here, found.only_there) == (19, [], [])


def test_one_that_was_sent_twice_and_is_there_once_is_missing_once():
    found = compared(android(LINES[0], LINES[0], LINES[1]), android(LINES[0], LINES[1]))
    assert (found.same, len(found.only_here), found.only_there) == (2, 1, [])


def test_ids_decide_where_both_have_them():
    first = weflow(message(1, 1715565660, content="a"), message(2, 1715565661, content="b"))
    second = weflow(message(2, 1715565661, content="c"), message(3, 1715565660, content="a"))
    found = compared(first, second)
    assert found.ways == ["ids"]
    assert found.different == [Different(Place(0, 2), Place(0, 1), ("words",))]
    assert (numbers_of(found.only_here), numbers_of(found.only_there)) == ([1], [2])


def side(*items: tuple[int | None, int | None, int, int], reader: str = "x/1",
         clock: str = "wall") -> Side:  # fmt: skip
    """Each item is te_lo, te_hi, sender, words."""
    made = [
        Item(Place(0, n), 0, lo, hi, sender, words)
        for n, (lo, hi, sender, words) in enumerate(items, 1)
    ]
    return Side(made, (reader,), clock, has_ids=False)  # type: ignore[arg-type]


def test_ids_of_two_kinds_are_set_aside_and_it_is_said():
    here, there = side((0, 0, 1, 1)), side((0, 0, 1, 1))
    both = [
        Side([each.items[0]._replace(id=id_)], each.readers, each.clock, has_ids=True)
        for id_, each in ((1, here), (2, there))
    ]
    found = compare(*both)
    assert (found.ids_foreign, found.ways, found.same) == (True, ["times"], 1)


def test_the_same_words_at_another_time_are_one_different_message():
    found = compare(side((0, 59, 1, 1), (60, 119, 1, 2)), side((0, 59, 1, 1), (600, 659, 1, 2)))
    assert (found.same, [each.what for each in found.different]) == (1, [("time",)])
    # With a third of the same words nobody can tell which is which.
    found = compare(side((60, 119, 1, 2)), side((600, 659, 1, 2), (700, 759, 1, 2)))
    assert (found.different, len(found.only_here), len(found.only_there)) == ([], 1, 2)


def test_minutes_and_seconds_belong_together_where_they_overlap():
    found = compare(side((0, 59, 1, 1), (60, 119, 1, 1)), side((59, 59, 1, 1), (61, 61, 1, 1)))
    assert (found.same, found.is_empty) == (2, True)


def test_different_clocks_are_matched_by_the_order_of_words_and_times_are_not_compared():
    found = compare(side((0, 0, 1, 1), (9, 9, 1, 2)), side((5000, 5000, 1, 1), clock="instant"))
    assert (found.times_compared, found.ways, found.same) == (False, ["order"], 1)
    assert numbers_of(found.only_here) == [2]


def test_senders_of_two_tools_are_not_compared_and_other_words_are_no_change():
    here, there = side((0, 0, 1, 1), (5, 5, 1, 2)), side((0, 0, 7, 1), (5, 5, 8, 9), reader="y/1")
    found = compare(here, there)
    assert (found.senders_compared, found.same, found.different) == (False, 1, [])
    assert (numbers_of(found.only_here), numbers_of(found.only_there)) == ([2], [2])
    assert len(compare(here, there._replace(readers=("x/1",))).only_here) == 2


ITEM = st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(1, 2), st.integers(1, 3)).map(
    lambda t: (t[0], t[0] + t[1], t[2], t[3])
)
UNDATED = st.tuples(st.none(), st.none(), st.integers(1, 2), st.integers(1, 3))


@given(st.lists(ITEM | UNDATED, max_size=9), st.lists(ITEM | UNDATED, max_size=9), st.booleans())
def test_every_record_is_in_exactly_one_place(a, b, same_clock: bool):
    here, there = side(*a), side(*b, clock="wall" if same_clock else "instant")
    found = compare(here, there)
    pairs = found.same + len(found.different)
    assert pairs + len(found.only_here) == len(a)
    assert pairs + len(found.only_there) == len(b)
    for places, others in (
        (found.only_here, [each.here for each in found.different]),
        (found.only_there, [each.there for each in found.different]),
    ):
        assert len({*places, *others}) == len(places) + len(others)
    other = compare(there, here)
    assert (other.same, len(other.only_here)) == (found.same, len(found.only_there))


def test_too_many_records_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sides, "MAX_RECORDS", 19)
    with pytest.raises(TooLarge):
        compared(android(*LINES), android(*LINES))
