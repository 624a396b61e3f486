"""What the tests of JSON readers share."""

from __future__ import annotations

import json

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import RECORD, Segment
from verifier.exports.reader import Note, Reading
from verifier.exports.registry import read, reader_named
from verifier.exports.segment_bytes import with_bytes
from verifier.exports.source import Source
from verifier.exports.view import View


def fixture(name: str) -> bytes:
    """Return a fixture's bytes."""
    return (HERE / name).read_bytes()


def read_bytes(data: bytes) -> tuple[Reading, list[Segment], list[bytes]]:
    """Return the reading, its records and their bytes."""
    source = Source(data)
    reading = read(source)
    pairs = list(with_bytes(reading.segments(), source))
    assert sum(each.length for each, _ in pairs) == len(data)
    found = [(each, raw) for each, raw in pairs if each.kind == RECORD]
    return reading, [each for each, _ in found], [raw for _, raw in found]


def read_fixture(name: str) -> tuple[Reading, list[Segment], dict[str, Note]]:
    """Return the reading, its records and its notes by code (the last of each)."""
    reading, records, _ = read_bytes(fixture(name))
    return reading, records, {note.code: note for note in reading.notes}


def views(data: bytes) -> list[View]:
    """Return what each record shows a person."""
    reading, _, raw = read_bytes(data)
    show = reader_named(reading.reader).view
    return [show(each) for each in raw]


def changed(data: bytes, **fields: object) -> bytes:
    """Return a valid JSON object with other values of some keys."""
    return json.dumps(json.loads(data) | fields, ensure_ascii=False).encode()
