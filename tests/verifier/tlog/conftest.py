"""Where other projects' vectors are."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def vectors(shared: Path) -> Path:
    """Return the folder of other projects' vectors, or skip (or fail in CI) without it."""
    return shared / "vectors"
