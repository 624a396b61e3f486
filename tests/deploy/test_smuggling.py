"""T-SMUG: one reading of a request or none, by the service alone and behind ``deploy/nginx.conf``."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

import pytest

from tests.app.server.harness import check_problem_bytes, raw
from tests.deploy.proxy import Backend, Behind, seen, statuses

HIDDEN = b"GET /v1/entries/0/receipt HTTP/1.1\r\nHost: log.example.org\r\nX: y\r\n\r\n"
"""What an attacker would have a second reader take for a request of its own."""


def _post(*lines: bytes, body: bytes = b"", start: bytes = b"POST /livez HTTP/1.1") -> bytes:
    return b"\r\n".join([start, b"Host: log.example.org", *lines, b"", body])


ZERO = b"0\r\n\r\n"
LENGTH = b"Content-Length: %d" % len(ZERO + HIDDEN)
AMBIGUOUS: dict[str, bytes] = {
    "a length and chunks": _post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=ZERO + HIDDEN),
    "chunks and a length": _post(b"Transfer-Encoding: chunked", LENGTH, body=ZERO + HIDDEN),
    "two lengths": _post(b"Content-Length: 5", LENGTH, body=ZERO + HIDDEN),
    "two lengths, the other way": _post(LENGTH, b"Content-Length: 5", body=ZERO + HIDDEN),
    "a list of lengths": _post(b"Content-Length: 5, %d" % len(ZERO + HIDDEN), body=ZERO + HIDDEN),
    "a length with a plus": _post(b"Content-Length: +5", body=ZERO + HIDDEN),
    "a length in hex": _post(b"Content-Length: 0x5", body=ZERO + HIDDEN),
    "a negative length": _post(b"Content-Length: -5", body=ZERO + HIDDEN),
    "a space before the colon": _post(b"Content-Length : 5", LENGTH, body=ZERO + HIDDEN),
    "a folded coding": _post(b"Content-Length: 5", b"Transfer-Encoding:", b" chunked", body=ZERO + HIDDEN),
    "an unknown coding": _post(b"Content-Length: 5", b"Transfer-Encoding: xchunked", body=ZERO + HIDDEN),
    "chunked twice": _post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", LENGTH,
                           body=ZERO + HIDDEN),
    "a coding behind a vertical tab": _post(b"Content-Length: 5", b"Transfer-Encoding: \x0bchunked",
                                            body=ZERO + HIDDEN),
    "a coding behind a bare line feed": _post(b"X: y\nTransfer-Encoding: chunked", b"Content-Length: 5",
                                              body=ZERO + HIDDEN),
    "a length in HTTP/1.0 with chunks": _post(b"Content-Length: 5", b"Transfer-Encoding: chunked",
                                              start=b"POST /livez HTTP/1.0", body=ZERO + HIDDEN),
    "a folded header": _post(b"X: a", b" Content-Length: 5", LENGTH, body=ZERO + HIDDEN),
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /livez HTTP/1.1\r\nHost: log.example.org\r\nHost: evil.example\r\n\r\n",
    "a chunk without a length": _post(b"Transfer-Encoding: chunked", body=b"zz\r\n" + HIDDEN),
    "a negative chunk": _post(b"Transfer-Encoding: chunked", body=b"-1\r\n\r\n" + HIDDEN),
    "a chunk longer than numbers": _post(b"Transfer-Encoding: chunked", body=b"f" * 20 + b"\r\n" + HIDDEN),
}  # fmt: skip
ONE: dict[str, bytes] = {
    "bare line feeds": b"GET /livez HTTP/1.1\nHost: log.example.org\n\n",
    "an absolute address": b"GET http://log.example.org/livez HTTP/1.1\r\nHost: log.example.org\r\n\r\n",
    "an absolute address of another": b"GET http://evil.example/livez HTTP/1.1\r\nHost: log.example.org\r\n\r\n",
    "a fragment": b"GET /livez#/v1/entries/0/receipt HTTP/1.1\r\nHost: log.example.org\r\n\r\n",
    "an upgrade": b"GET /livez HTTP/1.1\r\nHost: log.example.org\r\nUpgrade: h2c\r\n"
                  b"Connection: Upgrade, HTTP2-Settings\r\n\r\n",
    "a body of a GET": b"GET /livez HTTP/1.1\r\nHost: log.example.org\r\nContent-Length: %d\r\n\r\n"
                       % len(HIDDEN) + HIDDEN,
    "a chunk with an extension": _post(b"Transfer-Encoding: chunked", body=b"0;a=b\r\n\r\n"),
}  # fmt: skip
"""What may be read, in one way only."""


def ask_of(behind: Behind, through: str) -> Callable[[bytes], bytes]:
    return behind.proxy.raw if through == "nginx" else lambda data: raw(behind.server, data)[0]


@pytest.mark.parametrize("through", ["alone", "nginx"])
@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_has_two_readings_is_refused(behind: Behind, name: str, through: str) -> None:
    before, hidden = seen(behind.server), seen(behind.server, "receipt")
    answer = ask_of(behind, through)(AMBIGUOUS[name])
    assert statuses(answer) in ([400], [501], []), answer
    assert seen(behind.server, "receipt") == hidden, "the hidden request was carried out"
    # Where only the body is in disorder its headers had reached the service.
    assert seen(behind.server) - before <= ("chunk" in name)
    if answer and through == "alone":
        check_problem_bytes(answer.partition(b"\r\n\r\n")[2])


@pytest.mark.parametrize("through", ["alone", "nginx"])
@pytest.mark.parametrize("name", ONE)
def test_what_is_read_is_read_in_one_way(behind: Behind, name: str, through: str) -> None:
    before, hidden = seen(behind.server), seen(behind.server, "receipt")
    got = statuses(ask_of(behind, through)(ONE[name]))
    assert len(got) <= 1
    assert got in ([], [200], [400], [405], [404])
    assert seen(behind.server, "receipt") == hidden
    assert seen(behind.server) - before <= len(got)


@pytest.mark.parametrize("through", ["alone", "nginx"])
def test_pipelined_requests_are_answered_in_their_order(behind: Behind, through: str) -> None:
    paths = [b"/livez", b"/nothing", b"/checkpoint", b"/livez"]
    data = b"".join(
        b"GET " + path + b" HTTP/1.1\r\nHost: log.example.org\r\n\r\n" for path in paths
    )
    before = seen(behind.server)
    answer = ask_of(behind, through)(data)
    assert statuses(answer) == [200, 404, 200, 200]
    assert answer.index(b"log.example.org/test\n") < answer.rindex(b"\r\n\r\nok\n")
    assert seen(behind.server) - before == (4 if through == "alone" else 3)


def test_control_an_old_server_carries_the_hidden_request_out() -> None:
    backend = Backend()
    carried = []
    for name, data in AMBIGUOUS.items():
        backend.requests.clear()
        with socket.create_connection(backend.address) as connection:
            connection.sendall(data)
            connection.settimeout(0.3)
            with contextlib.suppress(TimeoutError):
                while connection.recv(65536):
                    pass
        if any(request.startswith(b"GET /v1/entries/0/receipt") for request in backend.requests):
            carried.append(name)
    backend.close()
    assert {"a length and chunks", "two lengths", "a list of lengths", "a folded coding"} <= set(
        carried
    )
