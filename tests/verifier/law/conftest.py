"""Materials that many tests of the examination look at; made once, read only."""

from __future__ import annotations

import pytest

from tests.verifier.law.examined import Made, make


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> Made:
    """A package with everything: a record that fits, a platform declaration, a copy of the log."""
    return make(tmp_path_factory.mktemp("whole"), with_copy=True)


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Made:
    """The same files with no record and no platform declaration, and no source of the policy."""
    folder = tmp_path_factory.mktemp("bare")
    return make(folder, with_record=False, platform=None, source=None)
