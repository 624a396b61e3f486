"""Usual texts are cut at once; read line by line they must give the same, or the same error."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.vectors import generate
from verifier.errors import VerifierError
from verifier.evidence import entry, receipt, statement

NOTHING = re.compile("(?!)")
READERS: dict[str, tuple[Callable[[bytes], object], object, str, re.Pattern]] = {
    "statement.txt": (statement.parse_statement, statement, "_LINES", NOTHING),
    "entry.txt": (entry.parse_entry, entry, "_EVIDENCE", NOTHING),
    "receipt.txt": (receipt.split_receipt, receipt, "_HEAD", re.compile(b"(?!)")),
}


def variants(data: bytes) -> list[bytes]:
    lines = data.splitlines(keepends=True)
    found = [data, data + b"\n", data[:-1], b"", data.replace(b"\n", b"\r\n")]
    for at in range(len(lines)):
        for put in ([], [lines[at]] * 2, [lines[at]] * 4, [lines[at][:-1], b" \n"], [b"\n", lines[at]],
                    [b"x" + lines[at]], [lines[at].replace(b" ", b"  ", 1)], [b"\xe2\x80\xa8", lines[at]],
                    [lines[at].partition(b" ")[0], b" none\n"], [lines[at].replace(b"v1", b"v2")],
                    [lines[at][:-1], b"\x7f\n"], [lines[at][:-1], "\u00e9\n".encode()]):  # fmt: skip
            found += [b"".join([*lines[:at], *put, *lines[at + 1 :]])]
    return found


def outcome(read: Callable[[bytes], object], data: bytes) -> object:
    try:
        return read(data)
    except VerifierError as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", sorted(READERS))
def test_cut_at_once_or_line_by_line_is_the_same(name: str, monkeypatch) -> None:
    read, module, pattern, nothing = READERS[name]
    texts = variants((generate.HERE / name).read_bytes())
    at_once = [outcome(read, data) for data in texts]
    assert not isinstance(at_once[0], tuple) or hasattr(at_once[0], "_fields")
    monkeypatch.setattr(module, pattern, nothing)
    assert [outcome(read, data) for data in texts] == at_once
