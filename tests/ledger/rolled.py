"""Putting parts of an older copy of a log back in place."""

from __future__ import annotations

import shutil
from pathlib import Path


def keep(data: Path, where: Path) -> None:
    shutil.copytree(data, where)


def put_back(data: Path, old: Path, *parts: str) -> None:
    for part in parts:
        for path in [*data.glob("beilin.db*")] if part == "database" else [data / part]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in [*old.glob("beilin.db*")] if part == "database" else [old / part]:
            target = data / path.name
            shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
