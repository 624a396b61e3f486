"""A server over a folder, and a watch over the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.monitor.serving import Served, Watch, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Return a server over an empty folder."""
    with serving(tmp_path / "served") as server:
        yield server


@pytest.fixture
def watch(served: Served, tmp_path: Path) -> Watch:
    """Return a watch over it."""
    return Watch(tmp_path / "m", served.url)
