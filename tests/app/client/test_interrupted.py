"""A seal that is killed anywhere, run again, ends with the same receipt and one entry."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from app.client.sealing import POINTS
from tests.app.client.support import CHAT, Client, write

pytestmark = pytest.mark.fault

AFTER_PLAN = POINTS[POINTS.index("planned") :]


def killed(client: Client, point: str, arguments: list[str]) -> int:
    journal = client.folder / "journal"
    return subprocess.run(
        [sys.executable, "-m", "tests.app.client.killed", point, str(journal), *arguments],
        env=client.environment(),
        capture_output=True,
        timeout=120,
        check=False,
    ).returncode


def receipts(client: Client) -> list[bytes]:
    journal = client.folder / "journal"
    return journal.read_bytes().split(b"\0")[:-1] if journal.exists() else []


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [write(tmp_path / "in/chat.txt", CHAT), write(tmp_path / "in/empty.bin", b"")]


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point_and_run_again(client: Client, paths: list[Path], point: str):
    before = client.service.size()
    arguments = client.arguments(*paths)
    assert killed(client, point, arguments) == -9  # the fault fired
    if point == "cleaned":
        # Nothing is left to take up: the package is there, and a second run does not touch it.
        assert client.leftovers() == {"package.zip", "package.zip.part.lock"}
        assert killed(client, "none", arguments) == 73
        client.out.with_name("package.zip.part.lock").unlink(missing_ok=True)
    else:
        assert killed(client, "none", arguments) == 0
    assert client.service.size() == before + 1
    given = receipts(client)
    assert set(given) == {client.receipt()}
    assert client.verify().verdict == "TOTAL-PASSED"
    assert client.leftovers() == {"package.zip"}


def test_killed_at_every_point_in_turn(client: Client, paths: list[Path]):
    before = client.service.size()
    arguments = client.arguments(*paths)
    for point in POINTS[:-1]:
        assert killed(client, point, arguments) == -9 or point == "scanned"
    assert killed(client, "none", arguments) == 0
    assert client.service.size() == before + 1
    assert set(receipts(client)) == {client.receipt()}


def test_control_without_the_plan_the_innocent_looks_like_a_shotgun(
    client: Client, paths: list[Path]
):
    """What the plan is for: lose it, and the retry gets another receipt and a second entry."""
    before = client.service.size()
    arguments = client.arguments(*paths)
    assert killed(client, "submitted", arguments) == -9
    client.part.unlink()
    assert killed(client, "none", arguments) == 0
    assert client.service.size() == before + 2
    assert len(set(receipts(client))) == 2


def test_tables_lost_with_the_power_are_made_again(client: Client, paths: list[Path]):
    arguments = client.arguments(*paths)
    for damage in ("gone", "cut off"):
        client.out.unlink(missing_ok=True)
        assert killed(client, "submitted", arguments) == -9
        tables = client.part.with_name("package.zip.part.tables")
        if damage == "gone":
            tables.unlink()
        else:
            tables.write_bytes(tables.read_bytes()[:-5])
        assert killed(client, "none", arguments) == 0
        assert client.receipt() == receipts(client)[-1] == receipts(client)[-2]
        assert client.verify().verdict == "TOTAL-PASSED"


# What changes a file, a name or the server's mind; a crash lies between two of these.
CALLS = ("fsync", "rename", "unlink", "link", "ftruncate", "sendto", "write")


def test_killed_at_every_system_call(client: Client, paths: list[Path], tool, soak: bool):
    """The same, not at our own points but at the operating system's, one after the other."""
    strace = tool("strace")
    arguments = client.arguments(*paths)
    assert killed(client, "none", arguments) == 0  # later runs find identity and dossier there
    client.out.unlink()
    calls = _calls(client, strace, arguments)
    assert {"fsync", "rename", "unlink", "sendto"} <= {name for name, _ in calls}
    for name, at in calls if soak else calls[:: max(1, len(calls) // 20)]:
        before = client.service.size()
        client.out.unlink(missing_ok=True)
        inject = f"inject={name}:signal=KILL:when={at}"
        done = _traced(client, [strace, "-qq", "-e", f"trace={name}", "-e", inject], arguments)
        assert done.returncode in (-9, 137), f"{name} {at}: the fault did not fire"
        kept = client.receipt() if client.out.exists() else None
        if kept is None or client.part.exists():
            assert killed(client, "none", arguments) == 0, f"{name} {at}"
        assert kept in (None, client.receipt()), f"{name} {at}"
        assert client.service.size() == before + 1, f"{name} {at}"
        assert client.verify().verdict == "TOTAL-PASSED", f"{name} {at}"


def _traced(
    client: Client, strace: list[str], arguments: list[str]
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*strace, "-o", str(client.folder / "trace"), sys.executable, "-B", "-m", "app.cli",
         *arguments],
        env=client.environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )  # fmt: skip


def _calls(client: Client, strace: str, arguments: list[str]) -> list[tuple[str, int]]:
    """Return each call of an undisturbed run with its number among those of its name."""
    done = _traced(client, [strace, "-qq", "-e", f"trace={','.join(CALLS)}"], arguments)
    assert done.returncode == 0, done.stderr
    client.out.unlink()
    counts: Counter[str] = Counter()
    calls = []
    for line in (client.folder / "trace").read_text().splitlines():
        match = re.match(r"([a-z0-9]+)\(", line)
        if match:
            counts[match[1]] += 1
            calls.append((match[1], counts[match[1]]))
    return calls
