"""The reader that README shows as an example is a reader: it keeps the contract as it stands there."""

from __future__ import annotations

import re
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.project import read as text_of
from verifier.evidence.segment import RECORD
from verifier.exports import registry
from verifier.exports.inspection.source_pass import report_on
from verifier.exports.reader import Reader
from verifier.exports.source import Source

CHAT = "1715565660\t甲\t你好\n1715565720\t乙\t好\r\nno line of it\n1715565780\t甲\tlast".encode()


def code() -> str:
    section = text_of("README.md").split("\n### Add a reader\n")[1]
    found = re.search(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def reader() -> Reader:
    module = types.ModuleType("verifier.exports.tools.tab_chat")
    module.__package__ = "verifier.exports.tools"
    exec(compile(code(), "README.md", "exec"), module.__dict__)
    made: Reader = module.__dict__["READER"]
    return made


def test_it_is_as_short_as_it_says():
    """Twenty lines beside its docstring, imports and blank lines."""
    lines = [line for line in code().splitlines() if line and "import" not in line][1:]
    assert len(lines) <= 20


def test_it_reads_its_own_and_nothing_else(monkeypatch: pytest.MonkeyPatch):
    made = reader()
    monkeypatch.setattr(registry, "READERS", (made, *registry.READERS))
    report = report_on(Source(CHAT))
    assert (report.reader, report.records, report.summary.senders) == (
        "tab-chat/1", 3, ("甲".encode(), "乙".encode()),
    )  # fmt: skip
    assert registry.read(Source(b"12/9/20, 23:55 - Alice: hello\n")).reader != "tab-chat/1"
    for code_, text in made.reasons.items():
        assert code_.isupper()
        assert text.zh
        assert text.en


@given(st.binary(max_size=200) | st.integers(0, len(CHAT)).map(lambda n: CHAT[:n] + CHAT[n + 1 :]))
def test_its_segments_partition_any_bytes(data: bytes):
    made = reader()
    segments = list(made.read(Source(data)).segments())
    assert sum(each.length for each in segments) == len(data)
    assert all(each.length for each in segments)
    assert [each.kind for each in segments].count(RECORD) == len(
        [line for line in data.split(b"\n") if re.fullmatch(rb"\d{1,10}\t[^\t\r\n]{1,200}\t[^\r\n]*\r?", line)]
    )  # fmt: skip
