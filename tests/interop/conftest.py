"""One running service for the clients that are not ours, with several published sizes behind it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.app.server.harness import Server, beilin, entry, new_account, new_log, post, running
from tests.golang import build_go

HERE = Path(__file__).resolve().parent
BATCHES = (1, 255, 44, 400)
"""Published sizes 1, 256, 300 and 700: full tiles, and partial ones of several widths."""
MANY_BATCHES = (*BATCHES, *[1000] * 65)
"""65,700 entries: a full tile of level 1 (65,536 entries), and one of level 2."""


class Published(NamedTuple):
    """A service, its log's folder and key, and the checkpoints of its earlier sizes."""

    server: Server
    folder: Path
    vkey: str
    size: int
    older: dict[int, Path]


@contextmanager
def publishing(place: Path, batches: Sequence[int]) -> Iterator[Published]:
    """Run a service that has published one batch after the other."""
    data = place / "data"
    new_log(data)
    key = new_account(data, "interop")
    policy = beilin("policy", "--plain", "--data", data).splitlines()
    vkey = policy[0].removeprefix("log ")
    older: dict[int, Path] = {}
    size = 0
    with running(data, batch_interval_ms=5) as server, server.client(key) as client:
        for count in batches:
            if size:
                older[size] = place / f"checkpoint-{size}"
                older[size].write_bytes(client.get("/checkpoint").content)
            entries = [entry(b"%d" % n) for n in range(size, size + count)]
            answer = post(client, {"entries": entries}, path="/v1/batches")
            assert answer.status_code == 201, answer.text
            size += count
        yield Published(server, data / "log", vkey, size, older)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    """Return a service with 700 entries."""
    with publishing(tmp_path_factory.mktemp("interop"), BATCHES) as made:
        yield made


@pytest.fixture
def published_many(tmp_path: Path) -> Iterator[Published]:
    """Return a service with a log of three levels of tiles."""
    with publishing(tmp_path, MANY_BATCHES) as made:
        yield made


def flipped(published: Published, name: str, place: Path) -> Path:
    """Return a copy of the log's folder in which one bit of one file is another."""
    copy = place / "log"
    shutil.copytree(published.folder, copy)
    damaged = copy / name
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.chmod(0o644)
    damaged.write_bytes(data)
    return copy


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Patient(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that found what it looked for hangs up; that is no error."""


@pytest.fixture
def static_server() -> Iterator[Callable[[Path], str]]:
    """``static_server(folder)``: its address, served by a web server that knows nothing of logs."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def serve(folder: Path) -> str:
        handler = partial(_Quiet, directory=str(folder))
        server = _Patient(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def go_program(
    tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """``go_program(folder, package)``: built outside the tree, or a skip with the reason."""

    def build(folder: str, package: str = ".") -> Path:
        program = tmp_path_factory.mktemp("go") / "program"
        return build_go(tool("go"), HERE / folder, program, package)

    return build
