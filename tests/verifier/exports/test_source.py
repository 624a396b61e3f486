"""The source: streamed, iterable again, split at LF alone, honest about a changing file."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from verifier.errors import Malformed
from verifier.exports.registry import read
from verifier.exports.source import Source

DATA = b"one\r\ntwo\rstill two\xe2\x80\xa8still\x85\n\nlast"


@pytest.fixture(params=["bytes", "path"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    if request.param == "bytes":
        return Source(DATA, name="a.txt")
    (tmp_path / "a.txt").write_bytes(DATA)
    return Source(tmp_path / "a.txt")


def test_same_bytes_by_every_way_twice(source: Source):
    for _ in range(2):
        assert b"".join(source.chunks(7)) == DATA
        assert list(source.lines()) == [
            b"one\r\n",
            b"two\rstill two\xe2\x80\xa8still\x85\n",
            b"\n",
            b"last",
        ]
        assert b"".join(source.lines(4)) == DATA
    assert max(map(len, source.lines(4))) == 4
    assert source.size == len(DATA)
    assert (source.head(3), source.tail(4), source.head(10**6)) == (b"one", b"last", DATA)
    assert b"".join(source.chunks(2, start=4, stop=9)) == DATA[4:9]
    assert b"".join(source.chunks(start=9)) == DATA[9:]
    assert source.name in ("a.txt", b"a.txt")


def test_two_passes_at_once(source: Source):
    for one, other in zip(source.lines(), source.lines(), strict=True):
        assert one == other


def test_changed_file_is_refused(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(DATA)
    source = Source(path)
    path.write_bytes(DATA + b"more")
    with pytest.raises(Malformed):
        source.head(1)
    same_size = Source(path)
    state = path.stat()
    path.write_bytes(b"X" + DATA[1:] + b"more")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(Malformed):
        list(same_size.chunks())


def test_what_is_no_regular_file_is_refused(tmp_path: Path):
    with pytest.raises(Malformed):
        Source(tmp_path)
    with pytest.raises(FileNotFoundError):
        Source(tmp_path / "absent")


@pytest.mark.parametrize(
    ("line", "megabytes"),
    [
        # Few, because tracemalloc makes 20,000 records take two seconds.
        (b"13/05/24, 10:00 - Alice: a message of the usual length, more or less\n", 2),
        (b"x" * 999_999 + b"\n", 60),
        (b"y" * 1000, 60),
    ],
    ids=["records", "long-lines", "one-line"],
)
def test_memory_is_bounded(tmp_path: Path, line: bytes, megabytes: int):
    """Peak memory stays under 75 MB, whatever the size: a record is held, and a chunk."""
    path = tmp_path / "big.txt"
    with path.open("wb") as stream:
        stream.write(b"13/05/24, 09:00 - Alice: first\n" * 5)
        for _ in range(megabytes):
            stream.write(line * (1_000_000 // len(line)))
    source = Source(path)
    tracemalloc.start()
    try:
        reading = read(source)
        total = sum(segment.length for segment in reading.segments())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reading.reader == "whatsapp-text/1"
    assert total == source.size
    assert peak < 75_000_000
