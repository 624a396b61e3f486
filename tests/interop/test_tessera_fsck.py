"""The log checked by Tessera's fsck, which derives every tile and the root anew."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.interop.conftest import Published, flipped


@pytest.fixture(scope="module")
def program(go_program: Callable[..., Path]) -> Path:
    return go_program("tessera", "github.com/transparency-dev/tessera/cmd/fsck")


def fsck(program: Path, url: str, vkey: str, scratch: Path) -> str:
    """Return what it said. It ends with 0 whatever it found: only its words count."""
    key = scratch / "log.vkey"
    key.write_text(vkey + "\n")
    done = subprocess.run(
        [program, f"--storage_url={url}/", f"--public_key={key}", "--ui=false", "--N=2"],
        capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_fsck_finds_the_log_in_order(program: Path, published: Published, tmp_path: Path) -> None:
    said = fsck(program, published.server.url, published.vkey, tmp_path)
    assert f"Successfully fsck'd log with size {published.size} and root" in said
    assert "failed" not in said


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_three_levels_of_tiles(program: Path, published_many: Published, tmp_path: Path) -> None:
    said = fsck(program, published_many.server.url, published_many.vkey, tmp_path)
    assert "Successfully fsck'd log with size 65700 and root" in said


@pytest.mark.parametrize("name", ["tile/0/000", "tile/1/000.p/2", "tile/entries/001"])
def test_control_fsck_finds_one_flipped_bit(
    name: str,
    program: Path,
    published: Published,
    static_server: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    copy = flipped(published, name, tmp_path)
    said = fsck(program, static_server(copy), published.vkey, tmp_path)
    assert "fsck failed" in said
    assert "Successfully" not in said
