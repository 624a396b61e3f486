"""The log read by golang.org/x/mod/sumdb (note, tlog, TileHashReader) over HTTP."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.interop.conftest import Published, flipped
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note


@pytest.fixture(scope="module")
def program(go_program: Callable[..., Path]) -> Path:
    return go_program("xmod")


def read(program: Path, url: str, published: Published, *older: Path) -> tuple[Any, str]:
    """Return its report (None if it failed) and what it said."""
    done = subprocess.run(
        [program, url, published.vkey, *older], capture_output=True, text=True, timeout=250,
        check=False,
    )  # fmt: skip
    return (json.loads(done.stdout) if done.returncode == 0 else None), done.stderr


def test_every_entry_and_every_older_checkpoint(program: Path, published: Published) -> None:
    report, said = read(program, published.server.url, published, *published.older.values())
    assert report is not None, said
    assert report["Size"] == report["Included"] == published.size
    assert report["Consistent"] == list(published.older)
    # The same tree head as our own parser reads.
    note = parse_note((published.folder / "checkpoint").read_bytes())
    ours = parse_checkpoint(note.text)
    assert (report["Origin"], report["Size"]) == (ours.origin, ours.size)
    assert base64.b64decode(report["Root"]) == ours.root


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_three_levels_of_tiles(program: Path, published_many: Published) -> None:
    assert (published_many.folder / "tile/1/000").is_file()
    assert (published_many.folder / "tile/2/000.p/1").is_file()
    report, said = read(
        program, published_many.server.url, published_many, *published_many.older.values()
    )
    assert report is not None, said
    assert report["Included"] == 65_700
    assert report["Consistent"] == list(published_many.older)


def test_a_plain_web_server_over_the_folder_is_enough(
    program: Path, published: Published, static_server: Callable[[Path], str]
) -> None:
    report, said = read(program, static_server(published.folder), published)
    assert report is not None, said
    assert report["Included"] == published.size


@pytest.mark.parametrize(
    "name",
    ["checkpoint", "tile/0/000", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/001",
     "tile/entries/002.p/188"],
)  # fmt: skip
def test_control_one_flipped_bit_is_refused(
    name: str,
    program: Path,
    published: Published,
    static_server: Callable[[Path], str],
    tmp_path: Path,
) -> None:
    copy = flipped(published, name, tmp_path)
    report, said = read(program, static_server(copy), published)
    assert report is None
    assert said


def test_control_an_older_checkpoint_of_another_log_is_refused(
    program: Path, published: Published, tmp_path: Path
) -> None:
    other = tmp_path / "older"
    lines = next(iter(published.older.values())).read_text().splitlines(keepends=True)
    other.write_text("".join([lines[0], "2\n", *lines[2:]]))
    report, said = read(program, published.server.url, published, other)
    assert report is None
    assert said
