"""The platform's declarations over HTTP: the newest, and each for ever under its digest."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from ledger.log import Log
from tests.app.server.conftest import Running
from tests.app.server.harness import ORIGIN, b64, check_problem, entry, post, raw
from verifier.encoding import to_base64
from verifier.evidence.declaration import parse_declaration
from verifier.evidence.receipt import parse_receipt


def publish(service: Running, text: str) -> bytes:
    """Publish from another process than the server's, as the command does."""
    with Log.open(service.server.data, read_only=True) as log:
        return log.publish_declaration({"plat.clean": text})


def named(service: Running) -> bytes | None:
    answer = post(service.client, entry(os.urandom(8)))
    return parse_receipt(answer.json()["receipt"].encode()).statement.declaration


def address(note: bytes) -> str:
    spelled = b64(hashlib.sha256(note).digest())
    return "/v1/declarations/" + spelled.replace("+", "-").replace("/", "_")


def test_none_then_one_then_another(service: Running) -> None:
    check_problem(service.anyone.get("/v1/declaration"), 404, "not-found")
    assert named(service) is None
    notes = []
    for text in ("一", "two"):
        notes.append(publish(service, text))
        got = service.anyone.get("/v1/declaration")  # the server that runs sees it at once
        assert (got.status_code, got.content) == (200, notes[-1])
        assert got.headers["content-type"] == "text/plain; charset=utf-8"
        assert got.headers["cache-control"] == "no-cache"
        assert got.headers["access-control-allow-origin"] == "*"
        assert named(service) == hashlib.sha256(notes[-1]).digest()
    with Log.open(service.server.data, read_only=True) as log:
        key = log.config.service
    assert parse_declaration(notes[1], key).replaces == hashlib.sha256(notes[0]).digest()
    assert key.name == f"{ORIGIN}/service"
    for note in notes:  # both stay where they are
        got = service.anyone.get(address(note))
        assert got.content == note
        assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert got.headers["access-control-allow-origin"] == "*"
        head = service.anyone.head(address(note))
        assert (head.content, head.headers["content-length"]) == (b"", str(len(note)))


def test_the_digest_is_spelled_as_in_the_statement(service: Running) -> None:
    while True:  # until there is one with both characters that an address spells in two ways
        note = publish(service, os.urandom(4).hex())
        spelled = to_base64(hashlib.sha256(note).digest())
        if "+" in spelled and "/" in spelled:
            break
    for path in (spelled, spelled.replace("+", "%2B").replace("/", "%2F"), spelled.translate(
        str.maketrans("+/", "-_")
    )):  # fmt: skip
        assert service.anyone.get(f"/v1/declarations/{path}").content == note


@pytest.mark.parametrize("path", [
    "", "x", "A" * 44, "A" * 43 + "=", "A" * 43 + "==", "A" * 42 + "B=", "../declaration",
    "%2e%2e/declaration", "A" * 43 + "%3D", "A" * 43 + "=/", "0" * 64, "%00", "A" * 4000,
])  # fmt: skip
def test_what_is_not_there_is_an_uncacheable_404(service: Running, path: str) -> None:
    request = f"GET /v1/declarations/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer, _ = raw(service.server, request.encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == b"404", path
    assert b"cache-control: no-store" in head
    assert b'"code":"not-found"' in body
    assert service.server.url.encode() not in body


def test_methods_and_queries(service: Running) -> None:
    note = publish(service, "x")
    for path in ("/v1/declaration", address(note)):
        check_problem(service.anyone.get(f"{path}?a=1"), 400, "bad-query")
        for method in ("POST", "PUT", "DELETE"):
            check_problem(service.client.request(method, path), 405, "method-not-allowed")
        # Public: whoever has a key, a wrong one or none reads the same.
        for client in (service.client, service.stranger, service.anyone):
            assert client.get(path).content == note


def test_nothing_of_the_data_folder_is_reached(service: Running, log: Path) -> None:
    for name in ("signer/service.key", "beilin.toml", "beilin.db"):
        assert service.anyone.get(f"/v1/declarations/{name}").status_code == 404
