"""Reading a fixture or bytes in a test: its segments, records, notes and views."""

from __future__ import annotations

from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import RECORD, Segment
from verifier.exports.reader import Note, Reading
from verifier.exports.registry import read, reader_named
from verifier.exports.segment_bytes import with_bytes
from verifier.exports.source import Source
from verifier.exports.view import View


def reading_of(data: bytes | str) -> Reading:
    """Read bytes, or the fixture of that name, with the reader that recognises it."""
    return read(Source(data if isinstance(data, bytes) else HERE / data))


def segments_of(data: bytes | str) -> list[Segment]:
    """Return its segments."""
    return list(reading_of(data).segments())


def records_of(data: bytes | str) -> list[Segment]:
    """Return its records."""
    return [each for each in segments_of(data) if each.kind == RECORD]


def notes_of(data: bytes | str) -> dict[tuple[str, str], Note]:
    """Return its notes by code and detail."""
    return {(note.code, note.detail): note for note in reading_of(data).notes}


def codes_of(data: bytes | str) -> set[str]:
    """Return the codes of its notes."""
    return {note.code for note in reading_of(data).notes}


def views_of(name: str) -> list[View]:
    """Return what its records show a person."""
    source = Source(HERE / name)
    reading = read(source)
    view = reader_named(reading.reader).view
    return [
        view(data) for each, data in with_bytes(reading.segments(), source) if each.kind == RECORD
    ]
