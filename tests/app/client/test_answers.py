"""Whatever answers: garbage, a stranger, a liar, a line that breaks. Each ends in one sentence."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.client.between import Heard, between
from tests.app.client.support import Client, write

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def http(body: bytes, head: bytes = HEAD) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


@contextmanager
def answering(data: bytes, *, endless: bytes = b"") -> Iterator[str]:
    """A socket that answers everything with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    connection.sendall(data)
                    while endless:
                        connection.sendall(endless)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


ACCOUNT = b'{"account":"AAAAAAAAAAAAAAAAAAAAAA==","origin":"test.example/client"}'
GARBAGE = {
    "bytes that are no HTTP": b"\x00\xff\x13garbage\r\n\r\n",
    "a greeting of another protocol": b"220 mail ready\r\n",
    "a page": http(b"<html>log in</html>"),
    "nothing": http(b""),
    "a list": http(b"[]"),
    "a key twice": http(ACCOUNT[:-1] + b',"origin":"b.example"}'),
    "a BOM": http(b"\xef\xbb\xbf" + ACCOUNT),
    "NaN": http(ACCOUNT[:-1] + b',"x":NaN}'),
    "half a surrogate": http(b'{"origin":"\\ud800"}'),
    "base64 in another spelling": http(ACCOUNT.replace(b"A==", b"B==")),
    "an origin with a line feed": http(ACCOUNT.replace(b"e/c", b"e\\n/c")),
    "deep nesting": http(b"[" * 100_000),
    "another encoding": http(ACCOUNT, HEAD + b"Content-Encoding: gzip\r\n"),
    "a redirect": http(b"", b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"),
    "not found": http(b"", b"HTTP/1.1 404 Not Found\r\n"),
    "a status of nobody's": http(b"no", b"HTTP/1.1 418 No\r\n"),
    "half an answer": HEAD + b"Content-Length: 999\r\n\r\n{",
    "closed at once": b"",
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_not_believed(client: Client, tmp_path: Path, name: str):
    with answering(GARBAGE[name]) as url:
        done = client.seal(write(tmp_path / "x", b"x"), server=url)
    assert done.returncode == 69, done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert client.leftovers() == set()


def test_an_endless_answer_is_cut_off(client: Client, tmp_path: Path):
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with answering(head, endless=b"10000\r\n" + b" " * 65536 + b"\r\n") as url:
        done = client.seal(write(tmp_path / "x", b"x"), server=url)
    assert done.returncode == 69, done.stderr


# -- a liar in front of the real service


def on_entry(change: Callable[[dict[str, str]], object]) -> Callable[[Heard], Heard]:
    """Change the JSON answer to a submission."""

    def changed(heard: Heard) -> Heard:
        if heard.path != "/v1/entries" or heard.status not in (200, 201):
            return heard
        values = json.loads(heard.body)
        change(values)
        return heard._replace(body=json.dumps(values).encode())

    return changed


def in_receipt(old: str, new: str) -> Callable[[dict[str, str]], object]:
    def change(values: dict[str, str]) -> None:
        assert old in values["receipt"]
        values["receipt"] = values["receipt"].replace(old, new, 1)

    return change


def flip_last(values: dict[str, str]) -> None:
    """Change the log's signature, which ends the receipt."""
    text = values["receipt"]
    values["receipt"] = text[:-20] + ("A" if text[-20] != "A" else "B") + text[-19:]


LIES: dict[str, Callable[[dict[str, str]], object]] = {
    "another index": lambda v: v.update(index=str(int(v["index"]) + 1)),
    "another leaf hash": lambda v: v.update(leaf_hash="A" * 43 + "="),
    "the signature": flip_last,
    "the item": in_receipt("\nitem 1\n", "\nitem 2\n"),
    "the time": in_receipt("\nreceived 2", "\nreceived 3"),
    "the origin": in_receipt("origin test.example/client", "origin best.example/client"),
    "no signature of ours": in_receipt("\nsignature ", "\nsignature none\nx "),
    "cut off": lambda v: v.update(receipt=v["receipt"][:-1]),
    "something after": lambda v: v.update(receipt=v["receipt"] + "x\n"),
    "empty": lambda v: v.update(receipt=""),
}


@pytest.mark.parametrize("name", LIES)
def test_a_receipt_that_does_not_hold_is_refused_and_the_true_one_taken_later(
    client: Client, tmp_path: Path, name: str
):
    before = client.service.size()
    x = write(tmp_path / "x", b"x")
    with between(client.service.url, on_entry(LIES[name])) as url:
        done = client.seal(x, server=url)
    assert done.returncode == 77, done.stderr
    assert "do not rely on it" in done.stderr
    assert not client.out.exists()
    assert client.part.exists()
    assert client.seal(x).returncode == 0  # the same entry, from the service itself
    assert client.service.size() == before + 1
    assert client.verify().verdict == "TOTAL-PASSED"


def test_the_receipt_of_another_submission_is_refused(client: Client, tmp_path: Path):
    assert client.seal(write(tmp_path / "other", b"o"), out=tmp_path / "other.zip").returncode == 0
    index = str(client.parsed(tmp_path / "other.zip").proof.index)
    receipt = client.receipt(tmp_path / "other.zip").decode()
    lie = on_entry(lambda v: v.update(index=index, receipt=receipt))
    with between(client.service.url, lie) as url:
        done = client.seal(write(tmp_path / "x", b"x"), server=url)
    assert done.returncode == 77
    assert "OTHER_SUBMISSION" in done.stderr


def test_control_unchanged_answers_pass(client: Client, tmp_path: Path):
    with between(client.service.url, on_entry(lambda _: None)) as url:
        assert client.seal(write(tmp_path / "x", b"x"), server=url).returncode == 0


# -- a line that breaks, and a service that is busy


def first(times: int, instead: Callable[[Heard], Heard | None]) -> Callable[[Heard], Heard | None]:
    """Change so many answers to submissions, then no more."""
    left = [times]

    def change(heard: Heard) -> Heard | None:
        if heard.path != "/v1/entries" or not left[0]:
            return heard
        left[0] -= 1
        return instead(heard)

    return change


def problem(status: int, code: str, **headers: str) -> Callable[[Heard], Heard]:
    body = json.dumps({"code": code, "index": "57"}).encode()
    return lambda heard: heard._replace(status=status, body=body, headers=headers)


PASSING: dict[str, Callable[[Heard], Heard | None]] = {
    "the answer is lost": lambda _: None,
    "busy": problem(503, "overloaded", **{"Retry-After": "1"}),
    "in progress": problem(409, "in-progress", **{"Retry-After": "1"}),
    "a gateway": lambda heard: heard._replace(status=502, body=b"<html>"),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_waited_out_and_anchors_once(client: Client, tmp_path: Path, name: str):
    before = client.service.size()
    with between(client.service.url, first(2, PASSING[name])) as url:
        done = client.seal(write(tmp_path / "x", b"x"), server=url)
    assert done.returncode == 0, done.stderr
    assert client.service.size() == before + 1


def test_a_garbled_answer_to_the_submission_is_taken_up_later(client: Client, tmp_path: Path):
    before = client.service.size()
    garble = first(1, lambda heard: heard._replace(body=heard.body[:30]))
    with between(client.service.url, garble) as url:
        assert client.seal(write(tmp_path / "x", b"x"), server=url).returncode == 69
        assert client.part.exists()
        assert client.seal(tmp_path / "x", server=url).returncode == 0
    assert client.service.size() == before + 1


REFUSALS = {
    "unauthorized": (401, 77, "revoked"),
    "digest-known": (409, 77, "index 57"),
    "key-reused": (422, 77, "Delete the .part"),
    "signature-required": (422, 77, "--identity"),
    "frozen": (409, 77, "closed for good"),
    "disk-full": (507, 75, "disk space"),
    "bad-value": (422, 77, "bad-value"),
    "body-too-large": (413, 77, "body-too-large"),
    "bad-json": (400, 70, "newer version"),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_each_refusal_has_its_sentence_and_the_plan_is_kept(
    client: Client, tmp_path: Path, code: str
):
    status, exit_code, word = REFUSALS[code]
    with between(client.service.url, first(1, problem(status, code))) as url:
        done = client.seal(write(tmp_path / "x", b"x"), server=url)
    assert done.returncode == exit_code, done.stderr
    assert word in done.stderr
    assert client.part.exists()
    assert client.seal(tmp_path / "x").returncode == 0
