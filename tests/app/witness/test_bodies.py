"""What strangers send: malformed bodies, other addresses, too much, too slow."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.witness.request import MAXIMUM_BODY, MAXIMUM_HASHES, parse_request
from tests.app.server.harness import PATIENCE
from tests.app.witness.support import (
    ORIGIN,
    Process,
    WatchedLog,
    new_witness,
    opened,
    serving,
)
from tests.worked import Key
from verifier.encoding import to_base64
from verifier.errors import Malformed

LOG = WatchedLog()
GOOD = LOG.request(3, 5)
HASH = (to_base64(bytes(32)) + "\n").encode()


def swapped(old: bytes, new: bytes, body: bytes = GOOD) -> bytes:
    assert body.count(old) >= 1, old
    return body.replace(old, new, 1)


def signed(text: bytes) -> bytes:
    """A request with any text, validly signed."""
    return b"old 3\n\n" + text + b"\n" + LOG.keys[0].line(text)


ROOT5 = to_base64(LOG.root(5)).encode()
MALFORMED = {
    "nothing": b"",
    "a line feed": b"\n",
    "two line feeds": b"\n\n",
    "only old": b"old 3\n\n",
    "no old": swapped(b"old 3\n", b""),
    "another word": swapped(b"old 3", b"Old 3"),
    "two spaces": swapped(b"old 3", b"old  3"),
    "a tab": swapped(b"old 3", b"old\t3"),
    "a sign": swapped(b"old 3", b"old +3"),
    "a minus": swapped(b"old 3", b"old -3"),
    "a leading zero": swapped(b"old 3", b"old 03"),
    "hex": swapped(b"old 3", b"old 0x3"),
    "an underscore": swapped(b"old 3", b"old 0_3"),
    "other digits": swapped(b"old 3", "old ３".encode()),
    "a trailing space": swapped(b"old 3\n", b"old 3 \n"),
    "64 bits": swapped(b"old 3", b"old 9223372036854775808"),
    "a thousand digits": swapped(b"old 3", b"old " + b"9" * 1000),
    "old over size": swapped(b"old 3", b"old 6"),
    "CRLF": GOOD.replace(b"\n", b"\r\n"),
    "a BOM": b"\xef\xbb\xbf" + GOOD,
    "a NUL": swapped(b"old 3", b"old 3\x00"),
    "a space before": b" " + GOOD,
    "31 bytes": swapped(b"\n", b"\n" + to_base64(bytes(31)).encode() + b"\n"),
    "33 bytes": swapped(b"\n", b"\n" + to_base64(bytes(33)).encode() + b"\n"),
    "no padding": swapped(b"\n", b"\n" + HASH.rstrip(b"=\n") + b"\n"),
    "trailing bits": swapped(b"\n", b"\n" + HASH.replace(b"A=", b"B=")),
    "URL alphabet": swapped(b"\n", b"\n" + b"-" * 43 + b"=\n"),
    "64 hashes": LOG.request(3, 5, proof=[bytes(32)] * (MAXIMUM_HASHES + 1)),
    "a huge proof": swapped(b"\n", b"\n" + HASH * 2000),
    "no empty line": GOOD.replace(b"\n\n", b"\n"),
    "no signature": b"old 3\n\n" + LOG.text(5),
    "no signature, a gap": b"old 3\n\n" + LOG.text(5) + b"\n",
    "no last line feed": GOOD[:-1],
    "a line behind": GOOD + b"x\n",
    "an empty line behind": GOOD + b"\n",
    "a hyphen for the dash": GOOD.replace("— ".encode(), b"- "),
    "no space behind the dash": GOOD.replace("— ".encode(), "—".encode()),
    "4 bytes of signature": b"old 3\n\n" + LOG.text(5) + f"\n— {ORIGIN} AAAAAA==\n".encode(),
    "not UTF-8": swapped(b"log.example", b"log\xff.example"),
    "101 signature lines": GOOD + GOOD.split(b"\n\n")[-1] * 100,
    "size with a zero": signed(b"%s\n05\n%s\n" % (ORIGIN.encode(), ROOT5)),
    "size is a word": signed(b"%s\nfive\n%s\n" % (ORIGIN.encode(), ROOT5)),
    "size over 63 bits": signed(b"%s\n9223372036854775808\n%s\n" % (ORIGIN.encode(), ROOT5)),
    "an extension line": signed(LOG.text(5) + b"more\n"),
    "two lines": signed(b"%s\n5\n" % ORIGIN.encode()),
    "a short root": signed(b"%s\n5\nAAAA\n" % ORIGIN.encode()),
    "a short root at 0": signed(b"%s\n0\nAAAA\n" % ORIGIN.encode()).replace(b"old 3", b"old 0"),
    "an origin with a space": signed(b"log example\n5\n%s\n" % ROOT5),
    "JSON": b'{"old": 3}',
    "random": bytes(range(256)) * 20,
}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    data: Path = tmp_path_factory.mktemp("bodies") / "w"
    new_witness(data, LOG)
    with serving(data, fault="short") as process:
        with process.client() as client:
            assert client.post("/add-checkpoint", content=LOG.request(0, 3)).status_code == 200
        yield process


@pytest.fixture(scope="module")
def client(process: Process) -> Iterator[httpx.Client]:
    with process.client() as client:
        yield client


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_body_is_400(client: httpx.Client, name: str) -> None:
    answer = client.post("/add-checkpoint", content=MALFORMED[name])
    assert (answer.status_code, answer.text.count("\n")) == (400, 1), answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "example" not in answer.text  # nothing of the input


def test_control_the_good_body_is_taken_and_nothing_above_moved_it(client: httpx.Client) -> None:
    assert client.post("/add-checkpoint", content=LOG.request(2, 3)).text == "3\n"
    assert parse_request(GOOD).old == 3
    # 63 hashes can be read; they only do not lead anywhere
    most = LOG.request(3, 5, proof=[bytes(32)] * MAXIMUM_HASHES)
    assert client.post("/add-checkpoint", content=most).status_code == 422
    assert client.post("/add-checkpoint", content=LOG.request(3, 3)).status_code == 200


@pytest.mark.parametrize(("change", "status"), [
    (lambda note: note.replace(b"=\n", b"\n"), 400),  # not even the shape of base64 with its root
    (lambda note: note[:-5] + bytes([note[-5] ^ 1]) + note[-4:], 403),
    (lambda note: note.replace(b"\n5\n", b"\n6\n"), 403),
    (lambda note: note + LOG.keys[0].line(LOG.text(6)), 403),
    (lambda note: b"\n\n".join([note.split(b"\n\n")[0], Key(ORIGIN, "x").line(LOG.text(5))]), 403),
])  # fmt: skip
def test_what_the_log_did_not_sign(client: httpx.Client, change, status: int) -> None:
    body = LOG.request(3, 5, change(LOG.note(5)))
    assert client.post("/add-checkpoint", content=body).status_code == status


def test_sizes_of_bodies(client: httpx.Client, process: Process) -> None:
    answer = client.post("/add-checkpoint", content=b"x" * (MAXIMUM_BODY + 1))
    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert client.post("/add-checkpoint", content=b"x" * MAXIMUM_BODY).status_code == 400

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 65536

    # The answer may be lost to one who is still sending; what counts is that it ends.
    try:
        assert client.post("/add-checkpoint", content=pieces()).status_code == 413
    except httpx.TransportError:
        pass
    assert client.get("/livez").text == "ok\n"


def test_addresses_and_methods(client: httpx.Client) -> None:
    for method, path, status in (
        ("GET", "/livez", 200), ("HEAD", "/livez", 200), ("POST", "/livez", 405),
        ("GET", "/add-checkpoint", 405), ("PUT", "/add-checkpoint", 405),
        ("GET", "/", 404), ("POST", "/", 404), ("GET", "/add-checkpoint/", 404),
        ("GET", "/" + "0" * 64 + "/checkpoint", 404), ("GET", "/" + "0" * 63 + "/checkpoint", 404),
        ("POST", "/" + "0" * 64 + "/checkpoint", 405), ("GET", "/../w/signer/witness.key", 404),
    ):  # fmt: skip
        answer = client.request(method, path)
        assert answer.status_code == status, (method, path)
        assert answer.headers["cache-control"] == "no-store"
        assert (status == 405) == ("allow" in answer.headers)
        assert answer.text == "" if method == "HEAD" else answer.text.endswith("\n")


def test_who_is_slow_is_shown_out(process: Process) -> None:
    """The bounds are those of ``app/web``, which the service's own tests try; here that they hold."""
    for data, status in (
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40000 + b"\r\n\r\n", 431),
        ((b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
          b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n", 408),  # headers without end
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nold", 408),
    ):  # fmt: skip
        with socket.create_connection(process.address, timeout=PATIENCE) as connection:
            connection.sendall(data)
            got = b""
            while chunk := connection.recv(65536):
                got += chunk
        assert got.startswith(b"HTTP/1.1 %d " % status), got
        assert got.endswith(b"\n")


def test_every_request_is_one_json_line_without_input(tmp_path: Path) -> None:
    data = tmp_path / "w"
    new_witness(data, LOG)
    with serving(data) as process, process.client() as client:
        client.post("/add-checkpoint", content=LOG.request(0, 3))
        client.post("/add-checkpoint", content=WatchedLog(origin="SECRET").request(0, 3))
        client.post("/add-checkpoint", content=LOG.request(5, 6))
        client.post("/add-checkpoint", content=WatchedLog("b").request(3, 3))
        client.get("/SECRET")
        client.get("/livez")
        assert process.stop() == 0
        lines = [json.loads(line) for line in process.errors().splitlines() if line[0] == "{"]
    told = [(line.get("route"), line.get("status"), line.get("log")) for line in lines
            if line["event"] == "request"]  # fmt: skip
    assert told == [
        ("add-checkpoint", 200, ORIGIN), ("add-checkpoint", 404, None),
        ("add-checkpoint", 409, ORIGIN), ("add-checkpoint", 422, ORIGIN), ("other", 404, None),
    ]  # fmt: skip
    assert [line["level"] for line in lines if line.get("submitter_ahead")] == ["warning"]
    assert [line["level"] for line in lines if line["event"] == "fork"] == ["critical"]
    assert lines[-1]["event"] == "stopped"
    assert "SECRET" not in json.dumps(lines)


@given(st.binary(max_size=300), st.integers(0, len(GOOD)), st.integers(0, 300))
def test_any_bytes_have_an_answer(junk: bytes, at: int, cut: int) -> None:
    for body in (junk, GOOD[:at] + junk + GOOD[at + cut :]):
        try:
            request = parse_request(body)
        except Malformed:
            continue
        assert request.old <= request.checkpoint.size
        assert len(request.proof) <= MAXIMUM_HASHES


def test_any_one_changed_byte_is_refused(tmp_path: Path) -> None:
    new_witness(tmp_path, LOG)
    with opened(tmp_path) as witness:
        assert witness.add_checkpoint(LOG.request(0, 3)).status == 200
        for at in range(len(GOOD)):
            for flip in (1, 0x20, 0x80):
                body = GOOD[:at] + bytes([GOOD[at] ^ flip]) + GOOD[at + 1 :]
                assert witness.add_checkpoint(body).status in (400, 403, 404, 409, 422), (at, flip)
        assert witness.add_checkpoint(GOOD).status == 200
