"""The commands as a person runs them: one demonstration, and one service, for all tests here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.app.server.harness import beilin, new_account, new_log, running

BIN = Path(sys.executable).parent
Done = subprocess.CompletedProcess[str]


def run(
    command: Sequence[object], *, code: int | None = None, lang: str = "en_US.UTF-8",
    cwd: Path | None = None,
) -> Done:  # fmt: skip
    """Run a command to its end; ``code`` is the exit code that is expected."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("BEILIN_", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**kept, "LANG": lang}, timeout=120,
        capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    if code is not None:
        assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done


def verify(*arguments: object, code: int | None = None, lang: str = "en_US.UTF-8") -> Done:
    """Run ``beilin-verify``."""
    return run([BIN / "beilin-verify", *arguments], code=code, lang=lang)


def report(*arguments: object, code: int) -> dict[str, Any]:
    """Run ``beilin-verify … --json`` and return its report."""
    found: dict[str, Any] = json.loads(verify(*arguments, "--json", code=code).stdout)
    return found


def check_of(found: dict[str, Any], id_: str) -> dict[str, Any]:
    """Return one check of a report."""
    check: dict[str, Any] = next(check for check in found["checks"] if check["id"] == id_)
    return check


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what ``beilin demo`` leaves."""
    out: Path = tmp_path_factory.mktemp("acceptance") / "demo"
    run([BIN / "beilin", "demo", "--out", out], code=0, lang="zh_CN.UTF-8")
    return out


class Service(NamedTuple):
    """A running service with one account, and its policy."""

    url: str
    log: Path
    policy: Path
    key_file: Path
    client: httpx.Client


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a running service."""
    place: Path = tmp_path_factory.mktemp("service")
    data = place / "data"
    new_log(data)
    key = new_account(data, "party")
    (place / "key.txt").write_text(key + "\n")
    (place / "policy.txt").write_text(beilin("policy", "--data", data))
    with running(data, batch_interval_ms=5) as server, server.client(key) as client:
        yield Service(server.url, data / "log", place / "policy.txt", place / "key.txt", client)


@pytest.fixture(scope="session")
def offline() -> list[str]:
    """Return the command that takes the network away, empty where this machine forbids it."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        try:
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
        except OSError:
            break
    return []
