"""The project as a whole: its files, its wheels, and an environment with only the verifier."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKED = {"verifier", "ledger", "app", "migrations", "pyproject.toml", "README.md"}
"""What a build reads."""


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def project_files() -> list[str]:
    """Every file that belongs to the project, committed or about to be."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files belong to the project is not known")
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = done.stdout.decode("utf-8").split("\0")
    return sorted({name for name in names if name and (ROOT / name).is_file()})


def build_wheels(scratch: Path) -> dict[str, Path]:
    """Build both wheels from a copy: a build writes into the folder that it builds."""
    for name in project_files():
        if name.split("/")[0] in PACKED:
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, scratch / name)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", "dist", "./verifier", "."),
        ],
        cwd=scratch,
        check=True,
    )
    return {path.name.split("-")[0]: path for path in scratch.glob("dist/*.whl")}


def verifier_environment(scratch: Path) -> Path:
    """Make an environment with the verifier's wheel and its locked dependencies; return its Python.

    The dependencies are copied from the environment that runs the tests, file by file as
    their own records list them, so that this needs no package index.
    """
    place = scratch / "environment"
    venv.create(place, with_pip=False)
    windows = sys.platform == "win32"
    python = place / ("Scripts/python.exe" if windows else "bin/python")
    library = next(place.rglob("site-packages"))
    for name in re.findall(r"^([a-z0-9-]+)==", read("requirements/verifier.txt"), re.MULTILINE):
        for file in distribution(name).files or ():
            target = (library / file).resolve()
            if target.is_relative_to(library.resolve()) and "__pycache__" not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), target)
    wheel = build_wheels(scratch / "source")["beilin_verifier"]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(python), "install"),
            *("--quiet", "--no-index", "--no-deps", str(wheel)),
        ],
        check=True,
    )
    return python
