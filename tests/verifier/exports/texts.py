"""What the tests of plain-text readers have in common."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Mapping

import pytest

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import RECORD, Segment
from verifier.exports.families import headed_chat
from verifier.exports.reader import Note, Reading
from verifier.exports.registry import read
from verifier.exports.source import Source

Shown = tuple[str, int | None, str, tuple[str, ...]]
"""Time as written, first second, sender, flags."""


def opened(name: str) -> tuple[Reading, list[Segment], dict[str, Note]]:
    """Return a fixture's reading, its segments, and its notes by code (the last of each)."""
    reading = read(Source(HERE / name))
    return reading, list(reading.segments()), {note.code: note for note in reading.notes}


def records(segments: list[Segment]) -> list[Shown]:
    return [
        (each.time.decode(), each.te_lo, each.sender.decode(), each.flags)
        for each in segments
        if each.kind == RECORD
    ]


def at(*parts: int) -> int:
    return timegm((*parts, 0, 0, 0)[:6])


def doubts(reading: Reading) -> dict[str, tuple[int, ...]]:
    """Return the places of each ground on which a header is doubted."""
    return {note.detail: note.places for note in reading.notes if note.code == "HEADER_AMBIGUOUS"}


def assert_injection_is_flagged(name: str, expected: Mapping[str, tuple[int, ...]]) -> None:
    reading, segments, notes = opened(name)
    assert doubts(reading) == expected
    places = sorted({place for each in expected.values() for place in each})
    assert [n for n, each in enumerate(segments) if "header_ambiguous" in each.flags] == places
    assert notes["COUNT_APPARENT"].count == sum(each.kind == RECORD for each in segments)


def assert_perfect_forgery_leaves_the_count_apparent(name: str) -> None:
    reading, segments, notes = opened(name)
    assert doubts(reading) == {}
    assert sum(each.kind == RECORD for each in segments) == 4
    assert notes["COUNT_APPARENT"].count == 4


def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the doubts away: what the guards above must notice."""
    monkeypatch.setattr(headed_chat, "deviates", lambda shape, usual: False)
    count = headed_chat._count
    monkeypatch.setattr(
        headed_chat,
        "_count",
        lambda *each, back, closed: count(*each, back=False, closed=False) and False,
    )
