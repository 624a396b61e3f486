"""Records that were once made are read alike for ever."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.verifier.evidence.provenance.support import VECTORS, plain
from verifier.evidence.provenance.record import parse_record

NAMES = ("full-wechat", "full-wechat-written", "minimal")


SPEC = (Path(__file__).parents[4] / "verifier" / "SPEC.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_record_says_what_it_said(name: str) -> None:
    data = (VECTORS / f"{name}.toml").read_bytes()
    record = parse_record(data)
    assert record.sha256 == hashlib.sha256(data).digest()
    expected = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    assert {field: plain(value) for field, value in record.values.items()} == expected["values"]
    assert dict(record.lines) == expected["lines"]


def test_no_vector_is_left_over() -> None:
    files = {f"{name}.{suffix}" for name in NAMES for suffix in ("toml", "json")}
    assert {path.name for path in VECTORS.iterdir()} == files | {"annex.toml"}


def test_the_hand_written_record_uses_what_hands_write() -> None:
    """The vector is worth its name: tables, lists of tables, long and literal text, comments."""
    text = (VECTORS / "full-wechat.toml").read_text(encoding="utf-8")
    for spelling in (
        "[[item.files]]",
        "[src.device]",
        '"""\n',
        "= '",
        "},  #",
        "grade =",
        "from =",
    ):
        assert spelling in text


def test_the_example_in_the_specification_is_the_minimal_record() -> None:
    pattern = r"<!-- provenance example: (\S+) -->\n```\n(.*?)```\n"
    examples = dict(re.findall(pattern, SPEC, re.DOTALL))
    assert set(examples) == {"minimal.toml"}
    assert examples["minimal.toml"] == (VECTORS / "minimal.toml").read_text(encoding="utf-8")
