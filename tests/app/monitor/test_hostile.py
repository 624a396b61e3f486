"""A server that wants to cost us time or memory, or to send us elsewhere: bounded, and undecided."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import threading
import tracemalloc

import pytest

from app.monitor import fetching
from app.monitor.errors import NoAnswer
from app.monitor.fetching import Source
from tests.app.monitor.serving import Served, Watch, give
from tests.verifier import logs
from verifier.tlog.note import signature_line


@pytest.fixture(autouse=True)
def log(served: Served) -> None:
    logs.build(served.folder, logs.entries(300))


TEN = bytes(10 << 20)
BOMB = gzip.compress(bytes(50 << 20))


def endless(handler) -> None:
    """A body without an end, of which nobody says how long it is."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(bytes(65536))


def large(handler) -> None:
    give(handler, TEN)


def redirect(handler) -> None:
    give(handler, b"", status=302, Location="/elsewhere")


def bomb(handler) -> None:
    give(handler, BOMB, Content_Encoding="gzip")


def no_http(handler) -> None:
    handler.wfile.write(b"\0\1\2 what is this\r\n\r\n")
    handler.close_connection = True


def broken_off(handler) -> None:
    give(handler, b"log", Content_Length="5000")
    handler.close_connection = True
    with contextlib.suppress(OSError):  # who asked may have gone
        handler.connection.shutdown(2)


def refused(handler) -> None:
    give(handler, b"no", status=403)


def fault(handler) -> None:
    give(handler, b"no", status=500)


def nothing(handler) -> None:
    give(handler, b"")


def junk(handler) -> None:
    give(handler, b"\xff\n" * 1000)


ALL = [endless, large, redirect, bomb, no_http, broken_off, refused, fault, nothing, junk]


@pytest.mark.parametrize("how", ALL)
@pytest.mark.parametrize("target", ["checkpoint", "tile/0/001.p/44", "tile/entries/000"])
def test_whatever_is_answered_costs_little_and_decides_nothing(served, tmp_path, how, target):
    watch = Watch(tmp_path / "m", served.url)

    def answer(handler, path):
        if path == target:
            how(handler)
            return True
        return False

    served.answer = answer
    tracemalloc.start()
    try:
        came = watch.once()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (came.code, came.fresh) == (10, 0)
    assert "elsewhere" not in served.asked
    most = (64 << 20) if target.startswith("tile/entries") else (8 << 20)
    assert peak < most, peak
    assert not (watch.folder / "log/checkpoint").exists()


def trickle(handler, ended: threading.Event) -> None:
    """A byte now and then, with no end: every single wait is short."""
    while not ended.wait(0.05):
        handler.wfile.write(b"x")


def body_by_bytes(handler, ended: threading.Event) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100000")
    handler.end_headers()
    trickle(handler, ended)


def head_by_bytes(handler, ended: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    trickle(handler, ended)


@pytest.mark.parametrize("how", [body_by_bytes, head_by_bytes])
def test_the_deadline_is_one_for_the_whole_answer(served, tmp_path, how):
    ended = threading.Event()

    def answer(handler, path):
        del path
        how(handler, ended)
        return True

    served.answer = answer
    try:
        came = Watch(tmp_path / "m", served.url).once(answer_seconds=1)
    finally:
        ended.set()
    assert came.code == 10
    assert came.reason == ("应答超时", "the answer took too long")


def test_without_the_whole_deadline_a_byte_now_and_then_goes_on(served: Served, monkeypatch):
    """The control: the time limits of each phase alone never end such an answer."""
    ended = threading.Event()

    def answer(handler, path):
        del path
        handler.send_response(200)
        handler.send_header("Content-Length", "60")
        handler.end_headers()
        for _ in range(60):
            if ended.wait(0.05):
                break
            handler.wfile.write(b"x")
        return True

    served.answer = answer
    source = Source(served.url, answer_seconds=1)
    with pytest.raises(NoAnswer):
        source.get("checkpoint", 1000)

    class Endless:
        def timeout(self, _):
            return contextlib.AsyncExitStack()

        def __getattr__(self, name):
            return getattr(asyncio, name)

    monkeypatch.setattr(fetching, "asyncio", Endless())
    assert source.get("checkpoint", 1000) == b"x" * 60
    ended.set()
    source.close()


def test_a_head_whose_size_is_a_lie_is_not_followed_to_its_end(served, tmp_path):
    """2^62 entries that the log's own key signed: one tile is asked for, and it is not there."""
    text = f"{logs.ORIGIN}\n{2**62}\n{logs.value('root')}\n".encode()
    line = signature_line(
        logs.ORIGIN, logs.vkey(logs.ORIGIN).key_id, logs.private_key(logs.ORIGIN).sign(text)
    )
    (served.folder / "checkpoint").write_bytes(text + b"\n" + line)
    came = Watch(tmp_path / "m", served.url).once()
    assert came.code == 10
    assert len(served.asked) < 20
