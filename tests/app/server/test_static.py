"""The log as static files: exact paths, types, caching; what is missing is an uncacheable 404."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.app.server.conftest import Running
from tests.app.server.harness import check_problem, entry, post, raw

COUNT = 260


@pytest.fixture(scope="module")
def filled(service: Running) -> Path:
    entries = [entry(os.urandom(12)) for _ in range(COUNT)]
    answer = post(service.client, {"entries": entries}, path="/v1/batches")
    assert answer.status_code == 201
    return service.server.data / "log"


def test_checkpoint(service: Running, filled: Path) -> None:
    got = service.anyone.get("/checkpoint")
    assert got.status_code == 200
    assert got.content == (filled / "checkpoint").read_bytes()
    assert got.headers["content-type"] == "text/plain; charset=utf-8"
    assert got.headers["cache-control"] == "no-cache"
    assert got.headers["access-control-allow-origin"] == "*"
    head = service.anyone.head("/checkpoint")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))


def test_every_tile_file_is_served(service: Running, filled: Path) -> None:
    paths = [path.relative_to(filled).as_posix() for path in filled.rglob("*") if path.is_file()]
    tiles = [path for path in paths if path.startswith("tile/")]
    assert "tile/0/000" in tiles
    assert "tile/entries/001.p/4" in tiles
    for path in tiles:
        got = service.anyone.get(f"/{path}")
        assert got.content == (filled / path).read_bytes(), path
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert got.headers["access-control-allow-origin"] == "*"
        head = service.anyone.head(f"/{path}")
        assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("path", [
    "/tile/0/002", "/tile/0/001", "/tile/0/001.p/5", "/tile/0/001.p/3", "/tile/2/000",
    "/tile/entries/009", "/tile/0/000.p/256", "/tile/0/000.p/0", "/tile/0/000.p/04",
    "/tile/00/000", "/tile/64/000", "/tile/-1/000", "/tile/0/0", "/tile/0/0000", "/tile/0/x000/000",
    "/tile/0", "/tile/0/", "/tile/0/000/", "/tile//0/000", "/tile/entries", "/tile/entries/000.p",
    "/tile/0/000%2ep/5", "/tile/%30/000", "/tile/0/%78001/000", "/tile/0/../../checkpoint",
    "/tile/%2e%2e/%2e%2e/beilin.toml", "/tile/..%2fcheckpoint", "/tile/entries/..\\x",
    "/tile/../checkpoint", "/checkpoint.pending", "/checkpoint/x", "/tile/٠/000", "/tile/0/000%00",
    "/signer/log.key", "/beilin.toml", "/beilin.db", "/tile/0/000;x",
])  # fmt: skip
def test_what_is_not_there(service: Running, filled: Path, path: str) -> None:
    answer, _ = raw(
        service.server,
        f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1", "replace"),
    )
    head, _, _ = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in (b"404", b"400"), path
    assert b"cache-control: no-store" in head
    assert b"location:" not in head


def test_a_missing_tile_is_a_problem_document(service: Running, filled: Path) -> None:
    check_problem(service.anyone.get("/tile/0/002"), 404, "not-found")
    missing = service.anyone.head("/tile/0/002")
    assert (missing.status_code, missing.content) == (404, b"")
    assert missing.headers["cache-control"] == "no-store"
