"""What the tests of provenance records share: documents in few words, values as plain JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from verifier.evidence.provenance.record import (
    Moment,
    NotApplicable,
    Problem,
    Record,
    RecordError,
    Span,
    Unknown,
    parse_record,
)

FORMAT = 'format = "beilin/provenance/v1"\n'
VECTORS = Path(__file__).parents[3] / "vectors" / "provenance"
H = '"' + "ab" * 32 + '"'
"""A digest."""
C = '"commit:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="'
"""A commitment."""


def record(text: str) -> Record:
    return parse_record((FORMAT + text).encode())


def problems(text: str, *, head: str = FORMAT) -> list[Problem]:
    """Return the problems of a record; lines count from that of ``format``."""
    with pytest.raises(RecordError) as caught:
        parse_record((head + text).encode())
    assert caught.value.problems
    return caught.value.problems


def codes(text: str, *, head: str = FORMAT) -> list[tuple[int, str, str]]:
    return [(p.line, p.field, p.code) for p in problems(text, head=head)]


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, each kind marked."""
    if isinstance(value, Unknown | NotApplicable):
        return {type(value).__name__: value.reason}
    if isinstance(value, Moment):
        return {"Moment": list(value)}
    if isinstance(value, Span):
        return {"Span": [list(value.first), list(value.last)]}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value
