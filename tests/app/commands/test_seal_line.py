"""The line that `beilin seal` prints of a file says no more of its records than inspect does."""

from __future__ import annotations

import pytest

from app.client.scan import Findings
from app.commands.seal import _seen


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")


@pytest.mark.parametrize(
    ("records", "notes", "line"),
    [
        (40, ("COUNT_APPARENT", "NO_TIMEZONE"), "  40 records (apparent); 2 notes, see beilin inspect"),
        (3, ("FILTER_POSSIBLE",), "  3 records; 1 notes, see beilin inspect"),
        (3, (), "  3 records"),
        (0, ("NO_RECORDS",), ""),
    ],
)  # fmt: skip
def test_a_count_is_called_apparent_where_it_is(records: int, notes: tuple[str, ...], line: str):
    assert _seen(Findings({0: records}, {0: notes}), 0) == line
    assert _seen(Findings(), 0) == ""
