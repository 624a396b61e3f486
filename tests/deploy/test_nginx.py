"""T-CACHE, and what the nginx of ``deploy/nginx.conf`` lets through, bounds, keeps and says itself."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from app.server.problem_kinds import KINDS
from app.server.problems import Problem
from tests.app.server.harness import (
    check_problem,
    check_problem_bytes,
    entry,
    post,
    wait_until,
)
from tests.app.server.test_security_headers import missing
from tests.deploy.proxy import CONF, HOST, Backend, Behind, Proxy, proxied, seen, statuses

# -- what the service is given


def test_what_reaches_the_service(tmp_path: Path) -> None:
    backend = Backend()
    hostile = (b"GET /v1/accounts/me HTTP/1.1\r\nHost: log.example.org\r\nX-Forwarded-For: 1.2.3.4\r\n"
               b"X-Forwarded-Host: evil.example\r\nForwarded: for=1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\n"
               b"Idempotency_Key: x\r\nTE: trailers\r\nAuthorization: Bearer k\r\nConnection: close\r\n\r\n")  # fmt: skip
    with proxied(tmp_path / "good", backend.address) as proxy:
        assert statuses(proxy.raw(hostile)) == [200]
    lines = backend.requests.pop().split(b"\n")
    assert lines[0] == b"GET /v1/accounts/me HTTP/1.1"
    assert {line for line in lines if b"orwarded" in line or b"Real" in line} == {
        b"X-Forwarded-For: 127.0.0.1", b"X-Forwarded-Proto: https",
    }  # fmt: skip
    assert b"Authorization: Bearer k" in lines
    assert not [line for line in lines if line.lower().startswith((b"te:", b"idempotency"))]
    # Control: with the usual line whoever asks can say where from.
    appended = {"X-Forwarded-For $remote_addr;": "X-Forwarded-For $proxy_add_x_forwarded_for;"}
    with proxied(tmp_path / "bad", backend.address, **appended) as proxy:
        proxy.raw(hostile)
    assert b"X-Forwarded-For: 1.2.3.4, 127.0.0.1" in backend.requests.pop()
    backend.close()


def test_an_address_reaches_the_service_as_it_came_or_not_at_all(tmp_path: Path) -> None:
    backend = Backend()
    with proxied(tmp_path / "good", backend.address) as proxy:
        for address in ("/v1/../metrics", "/v1/%2e%2e/metrics", "/tile/../v1/accounts/me", "/v1//accounts/me",
                        "/v1/./accounts/me", "/metrics", "/readyz", "/tile/0/000?x", "/tile/%30/000",
                        "/v1/\\accounts", "/v1/%00", "/other", "/v1", "/TILE/0/000", "//livez"):  # fmt: skip
            answer = proxy.raw(
                f"GET {address} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
            )
            assert statuses(answer) in ([404], [400]), address
            assert backend.requests == [], address
        for address in (
            "/v1/dossiers/AAA%2FBBB==/statement",
            "/v1/entries/%30/receipt",
            "/v1/accounts/me?x",
        ):
            proxy.raw(
                f"GET {address} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
            )
            assert backend.requests.pop().startswith(f"GET {address} HTTP/1.1\n".encode())
        for method in ("TRACE", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "CONNECT"):
            answer = proxy.raw(
                f"{method} /livez HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
            )
            assert statuses(answer) in ([405], [400]), method
        assert statuses(proxy.raw(b"GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n")) == []
        assert backend.requests == []
    # Control: with a path behind proxy_pass nginx writes the address anew.
    rewriting = {"location /v1/ { proxy_cache off; proxy_pass http://beilin; }":
                 "location /v1/ { proxy_pass http://beilin/v1/; }"}  # fmt: skip
    with proxied(tmp_path / "bad", backend.address, **rewriting) as proxy:
        proxy.raw(
            f"GET /v1/dossiers/AAA%2FBBB==/statement HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
        )
        assert backend.requests.pop().startswith(b"GET /v1/dossiers/AAA/BBB==/statement ")
    backend.close()


# -- bounds, and nginx's own answers


def test_bounds_and_the_shape_of_their_answers(behind: Behind) -> None:
    host = b"Host: log.example.org\r\n"
    for data, status in (
        (b"POST /v1/entries HTTP/1.1\r\n" + host + b"Content-Length: 10737418240\r\n\r\n", 413),
        (b"GET /livez HTTP/1.1\r\n" + host + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + host + b"\r\n", 431),
        (b"DELETE /livez HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", 405),
        (b"GET /metrics HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", 404),
        (b"GET /livez HTTP/1.1\r\n" + host + host + b"\r\n", 400),
    ):
        answer = behind.proxy.raw(data)
        assert statuses(answer) == [status], data[:80]
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
        problem = check_problem_bytes(body)
        assert problem["status"] == status
        names = {name.lower(): value for name, value in lines}
        assert names["content-type"] == "application/problem+json"
        # Its own name without a version is all that nginx can be brought to say.
        assert names.pop("server") == "nginx"
        assert missing(names.items()) == set(), head
        assert names["x-trace-id"] == problem["trace_id"]
    assert behind.proxy.raw(b"GET /livez HTTP/1.1\r\nHost: x") == b""  # in time, without an answer


def test_the_answers_of_nginx_are_the_problems_of_the_service() -> None:
    found = re.findall(r"return (\d+) '(\{.*\})';", CONF.read_text(encoding="utf-8"))
    assert len(found) == 8
    for status, body in found:
        text = body.replace("\\'", "'")
        code = json.loads(text)["code"]
        assert KINDS[code].status == int(status)
        assert text == Problem(code).body("$request_id").decode()


def test_answers_of_the_service_come_through_as_they_are(behind: Behind) -> None:
    with behind.proxy.client(behind.key) as client:
        answer = post(client, entry(os.urandom(8)))
        assert answer.status_code == 201
        for each in (answer, client.get("/livez"), client.get("/v1/accounts/me"),
                     client.get(answer.headers["location"])):  # fmt: skip
            pairs = [
                (name, value) for name, value in each.headers.multi_items() if name != "server"
            ]
            assert missing(pairs) == set(), each.headers
            assert each.headers["strict-transport-security"] == "max-age=31536000"
        check_problem(post(client, b"{"), 400, "bad-json")
        check_problem(client.get("/v1/entries/999/receipt"), 404, "not-found")
    text = (behind.proxy.folder / "access.log").read_text()
    assert behind.key not in text
    assert "receipt" not in text
    assert all(json.loads(line)["status"] for line in text.splitlines())


# -- the cache


def cross_answers(behind: Behind, proxy: Proxy) -> list[str]:
    """Return whose answers somebody else got."""
    found = []
    with (
        proxy.client(behind.key) as one,
        proxy.client(behind.other) as two,
        proxy.client() as anyone,
    ):
        for address in ("/v1/accounts/me", "/v1/entries/0/receipt", "/v1/entries/0/receipt/latest"):
            mine = one.get(address)
            assert mine.status_code == 200
            for name, client in (("another", two), ("anyone", anyone)):
                if client.get(address).content == mine.content:
                    found.append(f"{address} to {name}")
    return found


def test_no_answer_reaches_anyone_else(behind: Behind) -> None:
    assert cross_answers(behind, behind.proxy) == []
    assert cross_answers(behind, behind.proxy) == []
    assert not [path for path in (behind.proxy.folder / "cache").rglob("*") if path.is_file()
                and b"beilin/receipt" in path.read_bytes()]  # fmt: skip


def test_control_a_cache_that_does_not_look_who_asks_is_found(
    behind: Behind, tmp_path: Path
) -> None:
    careless = {"proxy_cache off; proxy_pass http://beilin;":
                "proxy_cache tiles; proxy_cache_key $uri; proxy_cache_valid any 1m; "
                "proxy_ignore_headers Cache-Control; proxy_pass http://beilin;"}  # fmt: skip
    with proxied(tmp_path / "bad", behind.server.address, **careless) as proxy:
        assert len(cross_answers(behind, proxy)) == 6


def test_tiles_are_kept_and_what_is_not_there_yet_is_not(behind: Behind) -> None:
    with behind.proxy.client(behind.key) as client, behind.server.client(behind.key) as direct:
        size = int(direct.get("/checkpoint").text.split("\n")[1])
        there, later = f"/tile/0/000.p/{size}", f"/tile/0/000.p/{size + 1}"
        before = seen(behind.server, "tile")
        first = client.get(there)
        assert first.status_code == 200
        assert seen(behind.server, "tile") == before + 1
        for name in ({}, {"Authorization": "Bearer x"}, {"X-Forwarded-Host": "evil.example"}):
            again = client.get(there, headers=name)
            assert (again.status_code, again.content) == (200, first.content)
        assert seen(behind.server, "tile") == before + 1, "from the cache"
        assert client.head(there).content == b""
        assert client.get(there).content == first.content
        check_problem(client.get(f"{there}?x=1"), 404, "not-found")
        check_problem(client.get(later), 404, "not-found")
        # Nothing of the answers to others stands in the way of the next size.
        assert post(direct, entry(os.urandom(8))).status_code == 201
        wait_until(lambda: direct.get(later).status_code == 200)
        assert client.get(later).status_code == 200
        assert client.get("/checkpoint").text == direct.get("/checkpoint").text


def test_control_a_cache_that_keeps_what_is_missing_hides_it(
    behind: Behind, tmp_path: Path
) -> None:
    keeping = {"proxy_cache_lock on;":
               "proxy_cache_valid any 1m; proxy_ignore_headers Cache-Control;"}  # fmt: skip
    with (
        proxied(tmp_path / "bad", behind.server.address, **keeping) as proxy,
        proxy.client() as client,
        behind.server.client(behind.key) as direct,
    ):
        size = int(direct.get("/checkpoint").text.split("\n")[1])
        later = f"/tile/0/000.p/{size + 1}"
        assert client.get(later).status_code == 404
        assert post(direct, entry(os.urandom(8))).status_code == 201
        wait_until(lambda: direct.get(later).status_code == 200)
        assert client.get(later).status_code == 404
