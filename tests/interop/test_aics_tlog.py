"""The log checked by ``aics-tlog``, a C2SP client in Python that shares no code with ours.

It wants Python 3.12 or later, so it lives in an environment of its own, made from the
hash-locked aics-tlog.txt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interop.conftest import HERE, Published
from tests.reference import MTH
from verifier.tlog.tiles import bundle_path, parse_bundle

Run = Callable[..., subprocess.CompletedProcess[str]]
_PROBE = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))"


def interpreters() -> Iterator[str]:
    """Yield what may be Python 3.12 or later: this one, those on the path, its neighbours."""
    names = ("python3.14", "python3.13", "python3.12", "python3")
    yield sys.executable
    yield from filter(None, map(shutil.which, names))
    # Where several are installed side by side, each has a folder named after its version.
    for folder in sorted(Path(sys.base_prefix).parent.glob("3.1[2-9]*")):
        yield str(folder / "bin" / "python3")


def find_interpreter() -> str | None:
    for path in interpreters():
        try:
            done = subprocess.run([path, "-c", _PROBE], capture_output=True, check=False)
        except OSError:
            continue
        if done.returncode == 0:
            return path
    return None


@pytest.fixture(scope="module")
def aics(published: Published, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a function that runs the command against the service."""
    python = find_interpreter()
    if python is None:
        pytest.skip("no Python 3.12 or later here: not tested: aics-tlog")
    place: Path = tmp_path_factory.mktemp("aics")
    subprocess.run([python, "-m", "venv", place / "venv"], check=True, capture_output=True)
    own = place / "venv" / "bin"
    installed = subprocess.run(
        [own / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
         "--require-hashes", "--only-binary", ":all:", "-r", HERE / "aics-tlog.txt"],
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    if installed.returncode != 0:
        if "DO NOT MATCH THE HASHES" in installed.stderr:
            pytest.fail(installed.stderr)
        pytest.skip(f"aics-tlog cannot be installed: {installed.stderr.strip().splitlines()[-1:]}")
    vkey = place / "log.vkey"
    vkey.write_text(published.vkey + "\n")

    def run(command: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [own / "aics-tlog", command, "--tiles", published.server.url, "--vkey-file", vkey,
             *map(str, arguments)],
            env={**os.environ, "NO_PROXY": "127.0.0.1"}, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip

    return run


def entry(published: Published, index: int) -> bytes:
    """Return the bytes of an entry, from the static tree."""
    number = index // 256
    width = min(256, published.size - number * 256)
    data = (published.folder / bundle_path(number, width)).read_bytes()
    return parse_bundle(data, width)[index % 256]


def test_the_checkpoint(aics: Run, published: Published) -> None:
    done = aics("verify-checkpoint")
    assert done.returncode == 0, done.stderr
    assert str(published.size) in done.stdout


def test_inclusion_at_the_edges_of_tiles(aics: Run, published: Published, tmp_path: Path) -> None:
    for index in (0, 255, 256, published.size - 1):
        leaf, got = tmp_path / f"leaf-{index}", tmp_path / f"entry-{index}"
        leaf.write_bytes(entry(published, index))
        done = aics("verify-inclusion", "--index", index, "--leaf", leaf, "--entry-out", got)
        assert done.returncode == 0, done.stderr
        assert got.read_bytes() == leaf.read_bytes()
    other = MTH([entry(published, 1)]).hex()
    assert aics("verify-inclusion", "--index", 0, "--leaf-hash", other).returncode != 0


def test_consistency_with_every_older_checkpoint(
    aics: Run, published: Published, tmp_path: Path
) -> None:
    for size, older in published.older.items():
        done = aics("verify-consistency", "--old-checkpoint", older)
        assert done.returncode == 0, (size, done.stderr)
    forged = tmp_path / "forged"
    lines = older.read_text().splitlines(keepends=True)
    forged.write_text("".join([lines[0], "2\n", *lines[2:]]))
    assert aics("verify-consistency", "--old-checkpoint", forged).returncode != 0
