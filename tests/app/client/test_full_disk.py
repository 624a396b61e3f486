"""No room left: exit 73, no half package, and the same command works once there is room."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.client.support import CHAT, Client, write

pytestmark = pytest.mark.fault


def limited(client: Client, limit: int, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Seal in a process that may write no file larger than ``limit`` bytes."""
    return subprocess.run(
        [sys.executable, "-B", "-m", "app.cli", *client.arguments(*paths)],
        env=client.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def test_no_room_for_the_package(client: Client, tmp_path: Path):
    before = client.service.size()
    large = write(tmp_path / "in/large.bin", bytes(200_000))
    done = limited(client, 100_000, large)
    assert done.returncode == 73, done.stderr
    assert "No room left" in done.stderr
    assert client.leftovers() == {"package.zip.part", "package.zip.part.tables"}
    assert client.service.size() == before + 1
    assert client.seal(large).returncode == 0
    assert client.service.size() == before + 1
    assert client.verify().verdict == "TOTAL-PASSED"


@pytest.mark.parametrize("limit", [0, 300, 1000])
def test_no_room_for_tables_or_plan(client: Client, tmp_path: Path, limit: int):
    before = client.service.size()
    chat = write(tmp_path / "in/chat.txt", CHAT * 40)
    done = limited(client, limit, chat)
    assert done.returncode == 73, done.stderr
    assert "No room left" in done.stderr
    assert client.leftovers() == set()
    assert client.service.size() == before
    assert client.seal(chat).returncode == 0


def test_a_volume_that_is_full(client: Client, tmp_path: Path, tool):
    """A real one of 256 KiB, in a mount namespace that ends with the process."""
    unshare = tool("unshare")
    volume = tmp_path / "volume"
    volume.mkdir()
    large = write(tmp_path / "in/large.bin", bytes(400_000))
    arguments = client.arguments(large, out=volume / "package.zip")
    script = 'mount -t tmpfs -o size=256k none "$0" && "$@"; code=$?; ls "$0"; exit $code'
    done = subprocess.run(
        [unshare, "-m", "sh", "-c", script, str(volume), sys.executable, "-B", "-m", "app.cli",
         *arguments],
        env=client.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    if "mount" in done.stderr and done.returncode in (1, 32):
        pytest.skip("no volume can be mounted here")
    assert done.returncode == 73, done.stderr
    assert "No room left" in done.stderr
    assert done.stdout.split() == ["package.zip.part", "package.zip.part.tables"]


def test_a_folder_that_cannot_be_written(client: Client, tmp_path: Path):
    done = client.seal(write(tmp_path / "x", b"x"), out=Path("/proc/package.zip"))
    assert done.returncode == 73
    assert "Cannot write" in done.stderr
