"""Reading files: whatever they hold, the tree is that of the table and the bytes."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.client import scan as scanning
from app.client.inputs import Input, find_inputs
from app.client.progress import Meter
from app.client.scan import Findings, Scanned, Secrets, scan
from app.commands.common import Refusal
from tests.app.client.support import CHAT, write
from verifier.evidence import segment_table
from verifier.evidence.messages import build_tree
from verifier.evidence.segment_table import read_table

SECRETS = Secrets(bytes(32), bytes([1]) * 32, bytes(range(32)))


def scan_all(*paths: Path) -> tuple[list[Scanned], Findings, bytes]:
    spool = io.BytesIO()
    found, findings = scan(
        find_inputs([str(path) for path in paths]), lambda _: SECRETS, spool, Meter()
    )
    return found, findings, spool.getvalue()


def rebuild(each: Scanned, spool: bytes) -> None:
    """Build the tree again from nothing but table, bytes and seed, as a verifier does."""
    assert each.table is not None
    assert each.root is not None
    start, size, sha256 = each.table
    table = spool[start : start + size]
    assert hashlib.sha256(table).digest() == sha256
    with each.input.path.open("rb") as file:
        tree = build_tree(lambda: read_table(io.BytesIO(table), size), file, each.secrets.seed)
    assert (tree.tree, tree.segments, tree.size, tree.file_digest) == (
        each.root.tree, each.root.segments, each.size, each.sha256,
    )  # fmt: skip


LINES = st.sampled_from(
    [b"1/1/24, 10:00 - Ann: hi\n", b"1/2/24, 23:59 - Bo: a.jpg (file attached)\n", b"more\n",
     b"\n", b"\xff\xfe\n", b"[1/1/24, 10:00:00] Ann: hi\r\n", "红  16:21\n".encode(),
     "—————  2026-04-06  —————\n".encode(), b"{", b"1/1/24, 10:00 - "]
)  # fmt: skip


@given(lines=st.lists(LINES, max_size=30), odd=st.binary(max_size=50))
def test_any_bytes_make_a_tree_that_can_be_rebuilt(tmp_path_factory, lines, odd):
    folder = tmp_path_factory.mktemp("any")
    found, _, spool = scan_all(
        write(folder / "a", b"".join(lines)), write(folder / "b", odd + b"".join(lines))
    )
    for each in found:
        rebuild(each, spool)


def test_few_or_many_segments_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    chat = write(tmp_path / "chat.txt", CHAT + b"1/2/24, 10:04 - Bo: again\n" * 20_000)
    kept = scan_all(chat)
    monkeypatch.setattr(scanning, "_CACHED_SEGMENTS", 5000)
    assert scan_all(chat) == kept
    rebuild(kept[0][0], kept[2])
    assert kept[1].records[0] > 20_000


def test_media_are_found_in_the_chats_own_folder_only(tmp_path: Path):
    write(tmp_path / "in/one/chat.txt", CHAT)
    write(tmp_path / "in/one/IMG-20240101-WA0001.jpg", b"one")
    write(tmp_path / "in/two/chat.txt", CHAT)
    write(tmp_path / "in/IMG-20240101-WA0001.jpg", b"above")
    found, findings, _ = scan_all(tmp_path / "in")
    roles = {each.input.name.decode(): each.role for each in found}
    assert roles == {
        "in/IMG-20240101-WA0001.jpg": "original",
        "in/one/IMG-20240101-WA0001.jpg": "media",
        "in/one/chat.txt": "original",
        "in/two/chat.txt": "original",
    }
    assert findings.missing_media == 1


def test_a_chat_that_another_chat_names_stays_a_chat(tmp_path: Path):
    named = CHAT.replace(b"IMG-20240101-WA0001.jpg", b"b.txt")
    found, _, spool = scan_all(write(tmp_path / "a.txt", named), write(tmp_path / "b.txt", CHAT))
    assert [each.role for each in found] == ["original", "original"]
    for each in found:
        rebuild(each, spool)


def test_a_row_no_table_can_hold_makes_it_any_file(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(segment_table, "MAX_LINE_BYTES", 40)
    found, findings, spool = scan_all(write(tmp_path / "a.txt", CHAT))
    assert found[0].root is not None
    assert found[0].root.reader == "any-file/1"
    assert findings.missing_media == 0
    rebuild(found[0], spool)


def test_a_file_that_changes_meanwhile_is_refused(tmp_path: Path, monkeypatch):
    path = write(tmp_path / "a.txt", CHAT)

    def slow(rows, file, seed):
        with path.open("ab") as more:
            more.write(b"x")
        os.utime(path, ns=(1, 1))
        return build_tree(rows, file, seed)

    monkeypatch.setattr(scanning, "build_tree", slow)
    with pytest.raises(Refusal) as caught:
        scan_all(path)
    assert caught.value.exit_code == 65
    assert "修改" in str(caught.value) or "changed" in str(caught.value)


def test_inputs_are_in_order_and_named_from_the_folder(tmp_path: Path):
    for name in ("b", "a/2", "a/10", "a/c/1"):
        write(tmp_path / "in" / name, b"")
    found = find_inputs([str(tmp_path / "in")])
    assert [each.name for each in found] == [b"in/a/10", b"in/a/2", b"in/a/c/1", b"in/b"]
    assert find_inputs([str(tmp_path / "in/b")]) == [Input(tmp_path / "in/b", b"b")]
