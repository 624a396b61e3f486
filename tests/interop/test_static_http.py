"""What the service answers for the static tree, to the byte: names, types, caches, refusals."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import httpx
import pytest

from tests.interop.conftest import Published

FOREVER = "public, max-age=31536000, immutable"


@pytest.fixture(scope="module")
def client(published: Published):
    with published.server.client(follow_redirects=False) as client:
        yield client


def raw_get(published: Published, target: str, method: str = "GET") -> bytes:
    """Return the whole answer to exactly this request line."""
    with socket.create_connection(published.server.address, timeout=20) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: log\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        got = b""
        while chunk := connection.recv(65536):
            got += chunk
    return got


def files(published: Published) -> list[str]:
    """Return the names of all tiles and bundles that lie in the folder."""
    folder = published.folder
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_checkpoint_is_text_and_always_asked_for_again(
    client: httpx.Client, published: Published
) -> None:
    answer = client.get("/checkpoint")
    assert answer.status_code == 200
    assert answer.content == (published.folder / "checkpoint").read_bytes()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_every_file_is_served_under_its_own_name_and_kept_for_ever(
    client: httpx.Client, published: Published
) -> None:
    names = [name for name in files(published) if name != "checkpoint"]
    assert {name.split("/")[0] for name in names} == {"tile"}
    for name in names:
        answer = client.get(f"/{name}")
        assert answer.status_code == 200, name
        assert answer.content == (published.folder / name).read_bytes()
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == FOREVER
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "content-encoding" not in answer.headers


def test_the_folder_holds_what_the_sizes_call_for_and_nothing_else(published: Published) -> None:
    expected = {"checkpoint", "tile/1/000.p/1", "tile/1/000.p/2"}
    for kind in ("0", "entries"):
        expected |= {f"tile/{kind}/{name}" for name in ("000", "001", "002.p/188")}
        expected |= {f"tile/{kind}/000.p/1", f"tile/{kind}/001.p/44"}
    assert set(files(published)) == expected


@pytest.mark.parametrize("future", ["tile/0/{n}.p/{w}", "tile/entries/{n}.p/{w}", "tile/0/{m}"])
def test_a_tile_that_is_not_there_yet_is_a_404_that_no_cache_keeps(
    future: str, client: httpx.Client, published: Published
) -> None:
    number, width = divmod(published.size, 256)
    name = future.format(n=f"{number:03}", m=f"{number:03}", w=width + 1)
    for method in ("GET", "HEAD"):
        answer = client.request(method, f"/{name}")
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "no-store"
        assert "location" not in answer.headers
        assert "etag" not in answer.headers
    assert json.loads(client.get(f"/{name}").content)["status"] == 404


def test_head_says_what_get_would(client: httpx.Client) -> None:
    for name in ("checkpoint", "tile/0/000", "tile/entries/000", "tile/0/999"):
        got, head = client.get(f"/{name}"), client.head(f"/{name}")
        assert head.status_code == got.status_code
        assert head.content == b""
        varying = {"date", "x-trace-id"}
        if got.status_code != 200:
            varying.add("content-length")  # a problem document bears a trace id
        for header in set(got.headers) - varying:
            assert head.headers[header] == got.headers[header], (name, header)


@pytest.mark.parametrize(
    "target",
    [
        "/tile", "/tile/", "/tile/0", "/tile/0/", "/tile/0/000/", "/tile/0//000", "//tile/0/000",
        "/tile/00/000", "/tile/0/0", "/tile/0/x000/000", "/tile/0/000.p", "/tile/0/000.p/",
        "/tile/0/000.p/256", "/tile/0/000.p/0", "/tile/0/000.p/01", "/tile/64/000", "/tile/-1/000",
        "/tile/data/000", "/tile/8/0/000", "/tile/0/%30%30%30", "/tile/0%2F000", "/Tile/0/000",
        "/tile/0/../0/000", "/tile/0/..%2f0/000", "/tile/entries/../../../beilin.toml",
        "/tile/%2e%2e/%2e%2e/beilin.db", "/checkpoint/", "/checkpoint.pending", "/signer/",
        "/beilin.toml", "/tile/0/000\\..\\001",
    ],
)  # fmt: skip
def test_another_spelling_is_a_404_and_never_a_redirect(target: str, published: Published) -> None:
    for method in ("GET", "HEAD"):
        head = raw_get(published, target, method).partition(b"\r\n\r\n")[0].lower()
        assert head.split(b"\r\n")[0] == b"http/1.1 404 not found", head
        assert b"\r\nlocation:" not in head
        assert b"\r\ncache-control: no-store" in head


def test_the_static_tree_takes_no_other_method(client: httpx.Client) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        for name in ("checkpoint", "tile/0/000"):
            answer = client.request(method, f"/{name}")
            assert answer.status_code == 405
            assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


def test_files_are_read_only_for_others_to_serve(published: Published) -> None:
    for name in files(published):
        mode = Path(published.folder / name).stat().st_mode & 0o777
        assert mode & 0o022 == 0, name
        assert mode & 0o044 == 0o044, f"{name}: a web server of another user could not read it"
