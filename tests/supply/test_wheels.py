"""Two people who build one commit get the same bytes, whatever their machines are like."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.project import ROOT, project_files, read

EPOCH = 1_790_000_000


def tool(name: str) -> ModuleType:
    """Load a program of .ci."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f".ci/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WHEELS = tool("wheels")


def copy_of_the_project(folder: Path, mode: int, mtime: int) -> Path:
    """Copy what is packed, as a checkout of somebody else would have it."""
    for name in project_files():
        if name.split("/")[0] in {*WHEELS.PACKED, ".ci"}:
            there = folder / name
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, there)
            there.chmod(mode)
            os.utime(there, (mtime, mtime))
    return folder


def built(folder: Path, *, umask: int, **environment: str) -> dict[str, bytes]:
    """Run the program in a folder as somebody would; return the wheels by name."""
    out = folder / "somewhere" / "dist"
    subprocess.run(
        [sys.executable, folder / ".ci/wheels.py", out],
        cwd=folder.parent, umask=umask, check=True, capture_output=True,
        env=os.environ | environment | {"SOURCE_DATE_EPOCH": str(EPOCH)},
    )  # fmt: skip
    sums = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True,
                          check=False)  # fmt: skip
    assert sums.returncode == 0
    return {path.name: path.read_bytes() for path in out.glob("*.whl")}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build from the checkout itself, where git says which files belong to it."""
    out = tmp_path_factory.mktemp("ours")
    WHEELS.build(ROOT, out, EPOCH)
    return out


def test_two_builds_of_one_commit_are_the_same_bytes(tmp_path: Path, ours: Path) -> None:
    here = copy_of_the_project(tmp_path / "a", 0o600, 1_500_000_000)
    there = copy_of_the_project(tmp_path / "another folder", 0o755, 1_700_000_001)
    one = built(here, umask=0o077, TZ="Asia/Shanghai", LC_ALL="POSIX", PYTHONHASHSEED="1")
    two = built(there, umask=0o002, TZ="America/New_York", LC_ALL="C.UTF-8", PYTHONHASHSEED="2")
    assert len(one) == 2
    assert one == two
    assert {path.name: path.read_bytes() for path in ours.glob("*.whl")} == one


def plain(source: Path, out: Path, umask: int, **environment: str) -> bytes:
    """Build the verifier's wheel as anybody would without the program."""
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps",
         "--no-build-isolation", "--wheel-dir", out, "./verifier"],
        cwd=source, umask=umask, check=True, env=os.environ | environment,
    )  # fmt: skip
    return next(out.glob("*.whl")).read_bytes()


def test_control_without_what_is_fixed_the_bytes_differ(tmp_path: Path) -> None:
    copies = [copy_of_the_project(tmp_path / name, 0o644, at)
              for name, at in (("a", 1_500_000_000), ("b", 1_700_000_001))]  # fmt: skip
    name = "SOURCE_DATE_EPOCH"
    one = plain(copies[0], tmp_path / "one", 0o022, **{name: str(EPOCH)})
    later = plain(copies[1], tmp_path / "later", 0o022, **{name: str(EPOCH + 2)})  # as "now" is
    closed = plain(copies[1], tmp_path / "closed", 0o077, **{name: str(EPOCH)})
    assert len({one, later, closed}) == 3


def test_make_builds_with_it() -> None:
    recipe = read("Makefile").split("\nwheel: ")[1].splitlines()[1]
    assert recipe == "\t@$(BIN)/python .ci/wheels.py dist"


def test_every_file_bears_the_time_and_the_mode_that_are_said(ours: Path) -> None:
    for path in ours.glob("*.whl"):
        for info in zipfile.ZipFile(path).infolist():
            assert info.date_time == (2026, 9, 21, 14, 13, 20)
            assert info.external_attr >> 16 & 0o777 in (0o644, 0o664)


def test_the_time_is_that_of_the_last_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    project_files()  # skips where there is no git
    said = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True,
                          check=True).stdout  # fmt: skip
    assert WHEELS.commit_time(ROOT) == int(said)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert WHEELS.commit_time(ROOT) == 7


def test_without_git_and_without_a_time_nothing_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    with pytest.raises(SystemExit, match="SOURCE_DATE_EPOCH"):
        WHEELS.commit_time(tmp_path)
