"""What every answer bears for browsers and caches: drawn from the document, so no route is forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

import pytest

from tests.app.server.conftest import Running
from tests.app.server.harness import b64, entry, post, raw
from tests.app.server.test_openapi import PUBLIC, operations

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
EVERY = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}
NEVER = {"server", "x-powered-by", "set-cookie", "via"}
OPEN = {"/checkpoint", "/checkpoint.pending", "/tile/{path}", "/v1/declaration",
        "/v1/declarations/{digest}"}  # fmt: skip
"""Public and the same for all: a page of anyone's may read them. Nothing else may be."""
IMMUTABLE = "max-age=31536000, immutable"


def missing(headers: Iterable[tuple[str, str]]) -> set[str]:
    """Return what is wrong with the headers of an answer."""
    pairs = [(name.lower(), value) for name, value in headers]
    names = [name for name, _ in pairs]
    wrong = {name for name, value in EVERY.items() if (name, value) not in pairs}
    wrong |= NEVER & set(names)
    wrong |= {name for name in names if names.count(name) > 1}
    if "cache-control" not in names or "x-trace-id" not in names:
        wrong.add("cache-control or x-trace-id")
    return wrong


def caching(path: str, status: int) -> set[str]:
    """Return what Cache-Control may be."""
    if status >= 400 or path in ("/livez", "/readyz", "/metrics", "/v1/accounts/me"):
        return {"no-store"}
    if path.endswith("/receipt"):
        return {f"private, {IMMUTABLE}"}
    if path.startswith(("/tile/", "/v1/declarations/")):
        return {f"public, {IMMUTABLE}"}
    return {"no-cache"} if path in PUBLIC else {"no-store"}


def addresses() -> list[tuple[str, str]]:
    """Return every path of the document, and one of it that leads somewhere."""
    dossier = b64(bytes(16)).replace("/", "_").replace("+", "-")
    return [
        (path, path.format(index=0, id=dossier, path="0/000.p/1", digest="A" * 43 + "="))
        for path in dict.fromkeys(path for path, _, _ in operations())
    ]


@pytest.fixture(scope="module", autouse=True)
def first(service: Running) -> None:
    assert post(service.client, entry(b"headers")).status_code == 201


@pytest.mark.parametrize("method", METHODS)
def test_every_route(service: Running, method: str) -> None:
    reached = set()
    for path, address in addresses():
        for client in (service.client, service.anyone):
            answer = client.request(method, address)
            status = answer.status_code
            assert not missing(answer.headers.multi_items()), (path, answer.headers)
            assert answer.headers["cache-control"] in caching(path, status), path
            allowed = answer.headers.get("access-control-allow-origin")
            assert allowed == ("*" if path in OPEN and status < 400 else None), path
            assert not {n for n in answer.headers if n.startswith("access-control-")} - {
                "access-control-allow-origin"
            }
            reached.add(status)
            if method not in ("GET", "HEAD", "POST"):
                assert status in (400, 405), path
    if method == "GET":
        assert {200, 401, 404, 405} <= reached


def test_whatever_else_is_answered(service: Running) -> None:
    for answer in (
        service.anyone.get("/nothing"),
        service.client.get("/v1/accounts/me?x"),
        post(service.client, b"{"),
        post(service.client, b"x" * 5000),
        post(service.client, entry(os.urandom(8))),
        post(service.client, {"entries": [entry(os.urandom(8))]}, path="/v1/batches"),
        post(service.client, entry(os.urandom(8)), Prefer="respond-async"),
        post(service.client, entry(os.urandom(8)), Content_Type="text/plain"),
    ):
        assert not missing(answer.headers.multi_items()), answer.headers
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 70 + b"\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
])  # fmt: skip
def test_what_no_application_sees(service: Running, data: bytes) -> None:
    answer, _ = raw(service.server, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    headers = {name: value for name, value in lines}  # noqa: C416 - pairs of lists
    assert not missing(headers.items()), headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-trace-id"] == json.loads(body)["trace_id"]


def test_a_page_of_another_site_gets_nowhere(service: Running) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST",
             "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    for path, address in addresses():
        answer = service.anyone.options(address, headers=asked)
        assert answer.status_code == 405, path
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_control_an_answer_without_them_is_found(service: Running) -> None:
    good = service.anyone.get("/livez").headers.multi_items()
    assert not missing(good)
    for name in (*EVERY, "cache-control", "x-trace-id"):
        assert missing(pair for pair in good if pair[0].lower() != name)
    assert missing([*good, ("server", "uvicorn")]) == {"server"}
    assert missing([*good, ("X-Content-Type-Options", "nosniff")])
