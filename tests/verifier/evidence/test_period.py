"""A period as typed, and the seconds it covers."""

from __future__ import annotations

import pytest

from verifier.evidence.period import REASONS, BadPeriod, parse_period, to_written

DAY = 1709251200  # 2024-03-01T00:00:00, as if the clock showed UTC


@pytest.mark.parametrize(
    ("text", "clock", "first", "last"),
    [
        ("2024-03-01..2024-03-01", "wall", DAY, DAY + 86399),
        ("2024-03-01T00:00..2024-03-31T23:59", "wall", DAY, DAY + 31 * 86400 - 1),
        ("2024-03-01T00:00:00..2024-03-01T00:00:00", "wall", DAY, DAY),
        ("2024-03-01T00:00..2024-03-01T00:00", "wall", DAY, DAY + 59),
        ("2024-03-01..2024-03-01T00:00:07", "wall", DAY, DAY + 7),
        ("2024-03-01..2024-03-01+08:00", "instant", DAY - 28800, DAY + 86399 - 28800),
        ("2024-03-01T00:00..2024-03-01T00:00-03:30", "instant", DAY + 12600, DAY + 12659),
        ("2024-03-01..2024-03-01+00:00", "instant", DAY, DAY + 86399),
    ],
)
def test_seconds(text: str, clock: str, first: int, last: int):
    assert parse_period(text, clock) == (first, last, text)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2024-03-01..2024-03-01", "instant"), ("2024-03-01..2024-03-01+08:00", "wall"),
        ("2024-03-01..2024-03-01", "none"), ("2024-03-02..2024-03-01", "wall"),
        ("2024-02-30..2024-03-01", "wall"), ("2024-03-01T24:00..2024-03-02", "wall"),
        ("2024-03-01T00:00:60..2024-03-02", "wall"), ("2024-3-1..2024-03-02", "wall"),
        ("2024-03-01 .. 2024-03-02", "wall"), ("2024-03-01...2024-03-02", "wall"),
        ("2024-03-01..2024-03-02Z", "instant"), ("2024-03-01..2024-03-02-00:00", "instant"),
        ("2024-03-01..2024-03-02+14:01", "instant"), ("2024-03-01..2024-03-02+08:60", "instant"),
        ("2024-03..2024-04", "wall"), ("2024-03-01T00..2024-03-02", "wall"), ("", "wall"),
        ("２０２４-03-01..2024-03-02", "wall"), ("2024-03-01..2024-03-02\n", "wall"),
    ],
)  # fmt: skip
def test_refused(text: str, clock: str):
    with pytest.raises(BadPeriod, match="period") as raised:
        parse_period(text, clock)
    assert str(raised.value) == f"period: {REASONS[raised.value.reason]}"


def test_written():
    assert to_written(DAY, "wall") == "2024-03-01T00:00:00"
    assert to_written(DAY - 28800, "instant", 28800) == "2024-03-01T00:00:00+08:00"
    assert to_written(-1, "wall") == "1969-12-31T23:59:59"
