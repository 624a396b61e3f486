"""A silence is a time from which no record can be, whatever the order in the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.exports.inspection.gaps.shown import Shown
from verifier.exports.inspection.gaps.silences import LONG_SILENCE_SECONDS, MAX_STRETCHES, Silences

DAY = 86400
Spans = list[tuple[int, int]]


def followed(spans: Spans) -> Silences:
    found = Silences()
    for place, (lo, hi) in enumerate(spans, 1):
        found.add(Shown(b"", b"x", lo, hi, place, place), lo, hi)
    return found


def by_sorting(spans: Spans) -> Spans:
    """The same in another way: (last second before, first second after) of each silence."""
    found: Spans = []
    reached: int | None = None
    for lo, hi in sorted(spans):
        if reached is not None and lo - reached > LONG_SILENCE_SECONDS:
            found.append((reached, lo))
        reached = hi if reached is None else max(reached, hi)
    return found


SPAN = st.tuples(st.integers(0, 400), st.integers(0, 50)).map(
    lambda pair: (pair[0] * DAY, (pair[0] + pair[1]) * DAY + 59)
)


@given(st.lists(SPAN, max_size=12))
def test_silences_are_those_that_sorting_shows(spans: Spans):
    gaps = followed(spans).gaps()
    assert [(gap.before.te_hi, gap.after.te_lo) for gap in gaps] == by_sorting(spans)
    assert all(gap.seconds == (gap.after.te_lo or 0) - (gap.before.te_hi or 0) for gap in gaps)


def test_going_to_and_fro_between_two_chats_is_no_silence():
    """As in a file with several chats: neighbours are far apart, no month is without a record."""
    spans = [(n * DAY, n * DAY) for n in (0, 90, 20, 70, 40, 60)]
    assert followed(spans).gaps() == ()
    assert followed(spans).order == "neither"


@pytest.mark.parametrize(
    ("spans", "order"),
    [
        ([], "not_shown"),
        ([(1, 1)], "not_shown"),
        ([(1, 60), (30, 90)], "not_shown"),  # may be the same second
        ([(1, 1), (2, 2), (2, 2)], "oldest_first"),
        ([(2, 2), (1, 1)], "newest_first"),
        ([(1, 1), (3, 3), (2, 2)], "neither"),
    ],
)
def test_order_is_said_only_where_it_is_certain(spans: Spans, order: str):
    assert followed(spans).order == order


def test_too_many_silences_are_given_up_and_none_is_listed():
    step = 40 * DAY
    full = followed([(n * step, n * step) for n in range(MAX_STRETCHES)])
    assert full.count == MAX_STRETCHES - 1
    more = followed([(n * step, n * step) for n in range(MAX_STRETCHES + 1)])
    assert (more.given_up, more.count, more.gaps()) == (True, 0, ())
