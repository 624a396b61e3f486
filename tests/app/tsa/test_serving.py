"""The authority in a process of its own, over HTTP: tokens, bounds, and a stop in order."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.app.server.harness import beilin, environment
from verifier.policy import Tsa
from verifier.timestamp.messages import Request, parse_response
from verifier.timestamp.verify import verify_token

DIGEST = hashlib.sha256(b"x").digest()
QUERY = Request(DIGEST, nonce=9).to_bytes()
HEADERS = {"Content-Type": "application/timestamp-query"}
LABEL = "development only, not independent"
PATIENCE = 60

# Other bounds for a process whose bounds are tested; everything else is the command.
SCRIPT = """
import sys
from app.tsa import serving
serving.{}
from app.cli import main
sys.exit(main(sys.argv[1:]))
"""
SLOW = SCRIPT.format(
    "BODY_SECONDS = 1.0; serving.BOUNDS = serving.BOUNDS._replace("
    "header_timeout_seconds=1.0, idle_timeout_seconds=1.0, max_connections=3)"
)


class Served(NamedTuple):
    """A running authority."""

    process: subprocess.Popen[str]
    url: str
    data: Path

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)


def start(data: Path, script: str = "") -> Served:
    words = ["-c", script] if script else ["-m", "app.cli"]
    process = subprocess.Popen(
        [sys.executable, *words, "tsa", "serve", "--data", str(data), "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.fullmatch(rf"listening on (http://[0-9.]+:[0-9]+) \({LABEL}\)\n", line)
    assert found, line
    return Served(process, found[1], data)


def stop(served: Served) -> tuple[int, str]:
    served.process.send_signal(signal.SIGTERM)
    _, errors = served.process.communicate(timeout=PATIENCE)
    return served.process.returncode, errors


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tsa") / "data"
    line = beilin("tsa", "init", "--data", place)
    assert re.fullmatch(r"tsa development-tsa \S+Z \S+Z \S+\n", line)
    return place


@pytest.fixture
def served(data: Path) -> Iterator[Served]:
    running = start(data)
    yield running
    if running.process.poll() is None:
        stop(running)


@pytest.fixture
def slow(data: Path) -> Iterator[Served]:
    running = start(data, SLOW)
    yield running
    stop(running)


def root(data: Path) -> Tsa:
    certificate = x509.load_pem_x509_certificate((data / "root.crt").read_bytes())
    return Tsa("dev", 0, 2**33, certificate.public_bytes(Encoding.DER))


def ask(served: Served) -> int:
    """Return the serial number of a token that was verified."""
    answer = httpx.post(served.url + "/", content=QUERY, headers=HEADERS, timeout=PATIENCE)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/timestamp-reply"
    assert answer.headers["x-beilin-tsa"] == LABEL
    token = parse_response(answer.content).token
    assert token is not None
    return verify_token(token, b"x", [root(served.data)], nonce=9).serial


def test_numbers_go_on_after_a_stop_and_after_a_kill(data: Path) -> None:
    served = start(data)
    first = ask(served)
    assert ask(served) == first + 1
    code, errors = stop(served)
    assert code == 0
    assert "not independent" in errors
    served = start(data)
    assert ask(served) == first + 2
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.communicate(timeout=PATIENCE)
    served = start(data)
    assert ask(served) == first + 3
    assert "another process" in subprocess.run(
        [sys.executable, "-m", "app.cli", "tsa", "serve", "--data", data, "--listen", "127.0.0.1:0"],
        capture_output=True, text=True, env=environment(), timeout=PATIENCE, check=False,
    ).stderr  # fmt: skip
    assert stop(served)[0] == 0


def test_what_is_no_request(served: Served) -> None:
    assert LABEL in httpx.get(served.url + "/").text
    assert httpx.get(served.url + "/other").status_code == 404
    assert httpx.put(served.url + "/", content=QUERY).status_code == 405
    assert httpx.post(served.url + "/", content=QUERY).status_code == 415
    large = httpx.post(served.url + "/", content=bytes(4097), headers=HEADERS)
    assert large.status_code == 413
    bad = httpx.post(served.url + "/", content=b"\x30\x80", headers=HEADERS)
    assert parse_response(bad.content) == (2, 5, None)
    assert ask(served)


ENDLESS_HEADER = b"GET / HTTP/1.1\r\nX: "
ENDLESS_BODY = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/timestamp-query\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n"
)
FLOOD_BYTES = 1 << 23


def flood_is_ended(served: Served, begin: bytes) -> bool:
    """Send far more than a request has; return whether the other side ended it."""
    with socket.create_connection(served.address, timeout=PATIENCE) as connection:
        try:
            connection.sendall(begin)
            for _ in range(FLOOD_BYTES // 4096):
                connection.sendall(b"a" * 4096)
        except OSError:
            return True
    return False


@pytest.mark.parametrize("begin", [ENDLESS_HEADER, ENDLESS_BODY])
def test_a_connection_that_says_too_much_is_ended(served: Served, begin: bytes) -> None:
    assert flood_is_ended(served, begin)
    assert ask(served)


def test_control_without_the_bound_a_header_has_no_end(data: Path) -> None:
    running = start(
        data, SCRIPT.format("BOUNDS = serving.BOUNDS._replace(max_header_bytes=1 << 40)")
    )
    assert not flood_is_ended(running, ENDLESS_HEADER)
    stop(running)


def closed(connection: socket.socket) -> bool:
    """Wait until the other side has ended the connection."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    return True


CUT_OFF = (
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 59\r\n"
    b"Content-Type: application/timestamp-query\r\n\r\n0"
)


@pytest.mark.parametrize("said", [b"", b"POST / HTTP/1.1\r\n", CUT_OFF])
def test_a_slow_connection_is_ended(slow: Served, said: bytes) -> None:
    with socket.create_connection(slow.address, timeout=PATIENCE) as connection:
        connection.settimeout(PATIENCE)
        connection.sendall(said)
        assert closed(connection)
    assert ask(slow)


def test_one_connection_too_many_is_ended_and_the_others_go_on(slow: Served) -> None:
    waiting = [socket.create_connection(slow.address, timeout=PATIENCE) for _ in range(4)]
    try:
        for each in waiting:
            each.settimeout(PATIENCE)
            assert closed(each)  # the one too many at once, the others when their time is over
    finally:
        for each in waiting:
            each.close()
    assert ask(slow)


def test_folders_that_are_not_one(data: Path, tmp_path: Path) -> None:
    assert "nothing was changed" in beilin("tsa", "init", "--data", data, code=77)
    beilin("tsa", "serve", "--data", tmp_path / "none", code=65)
    (tmp_path / "half").mkdir()
    for name in ("tsa.key", "tsa.crt", "root.crt"):
        (tmp_path / "half" / name).write_bytes((data / name).read_bytes())
    assert "not a whole folder" in beilin("tsa", "serve", "--data", tmp_path / "half", code=65)
    (tmp_path / "half" / "state").write_text("x\n")
    beilin("tsa", "serve", "--data", tmp_path / "half", code=65)
    beilin("tsa", "serve", "--data", data, "--listen", "nowhere", code=64)
    for words in (["tsa"], ["tsa", "init"], ["tsa", "other"]):
        beilin(*words, code=64)


@pytest.mark.parametrize(("language", "words"), [("en_US.UTF-8", "not independent"),
                                                 ("zh_CN.UTF-8", "并非独立第三方")])  # fmt: skip
def test_it_says_what_it_is_everywhere(language: str, words: str, tmp_path: Path) -> None:
    for arguments in (["init", "--data", tmp_path / "d"], ["init", "--help"], ["serve", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", "tsa", *map(str, arguments)],
            capture_output=True, text=True, check=True, timeout=PATIENCE,
            env=environment() | {"LANG": language, "COLUMNS": "400"},
        )  # fmt: skip
        assert words in done.stdout + done.stderr
