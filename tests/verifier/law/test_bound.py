"""A source that compares its digest on every whole pass, and what a summary of it holds."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from pathlib import Path

import pytest

from verifier.errors import Malformed
from verifier.evidence.zip_container import Container, write_container
from verifier.exports.inspection.summary import summarise
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.law.bound import HELD_BYTES, Bound, Member


def test_every_whole_pass_is_compared_and_a_part_is_not():
    data = b"one\ntwo\n" * 1000
    right = Bound(Source(data), hashlib.sha256(data).digest(), b"a")
    wrong = Bound(Source(data), bytes(32), b"a")
    right.check()
    assert right.read_all() == data
    assert b"".join(right.lines()) == data
    for whole in (wrong.check, wrong.read_all, lambda: list(wrong.lines()),
                  lambda: list(wrong.chunks(3)), lambda: list(wrong.chunks(stop=10**9))):  # fmt: skip
        with pytest.raises(Malformed):
            whole()
    assert b"".join(wrong.chunks(start=4, stop=8)) == b"two\n"
    assert (wrong.head(3), wrong.tail(4)) == (b"one", b"two\n")


def test_a_small_file_is_read_once_and_held():
    data = b"one\ntwo\n"
    held = Bound(Source(data), hashlib.sha256(data).digest(), b"a").held()
    assert (held.head(3), held.size, held.file_name) == (b"one", 8, b"a")
    with pytest.raises(Malformed):
        Bound(Source(data), bytes(32), b"a").held()
    large = Bound(Source(bytes(HELD_BYTES + 1)), bytes(32), b"a")
    assert large.held() is large


def test_a_package_that_changes_is_not_read_on(tmp_path: Path):
    path = tmp_path / "case.zip"
    with path.open("wb") as file:
        write_container(file, [("a", 100_000, [bytes(100_000)])])
    with Container(path) as container:
        member = Member(container, "a", path)
        assert (member.head(3), b"".join(member.chunks())) == (bytes(3), bytes(100_000))
        pieces = member.chunks(50_000)
        next(pieces)
        os.utime(path, ns=(0, 1))
        with pytest.raises(Malformed):
            list(pieces)
        with pytest.raises(Malformed):
            member.head(3)


def test_a_chat_is_summed_up_in_pieces(tmp_path: Path):
    """24 MB of messages in a few MB of memory: what is held is one record and one piece."""
    path = tmp_path / "chat.txt"
    body = "字" * 4000
    with path.open("w", encoding="utf-8") as file:
        for n in range(2000):
            file.write(f"13/05/24, {10 + n // 200}:{n % 60:02} - P{n % 7}: {body}\n")
    source = Source(path)
    tracemalloc.start()
    found = summarise(read(source), source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (found.records, source.size) == (2000, path.stat().st_size)
    assert source.size > 24_000_000
    assert peak < 8_000_000
