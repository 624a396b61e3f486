"""Sizes and shapes at which a disclosure could go wrong: small trees, edges, undated records, odd bytes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from app.commands.common import Refusal
from tests import worked
from tests.disclosures import disclose, edited, outcome, text_of, verify
from tests.fixtures.exports.generate import HERE
from tests.verifier.disclosure_forgeries import BINDING, FORM, Leaves, put, swap
from tests.verifier.test_disclosure import NAME, fact, passed
from tests.worked import Sealed, seal
from verifier.evidence import package
from verifier.evidence.disclosed import DATES, INSIDE, Head, Range, is_redacted
from verifier.evidence.leaf_opening import NAMES, LeafOpening
from verifier.evidence.messages import FIELDS
from verifier.result import PASSED, TOTAL_FAILED
from verifier.tlog.merkle import leaf_hash, node_hash


def chat(count: int) -> bytes:
    return b"".join(
        b"2024/5/%d, 10:%02d - A: %d\n" % (n // 60 + 1, n % 60, n) for n in range(count)
    )


def sealed_lines(count: int) -> Sealed:
    return seal([(NAME, chat(count))])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9])
def test_every_range_of_small_trees(tmp_path: Path, count: int):
    sealed = sealed_lines(count)
    for first, last in itertools.combinations_with_replacement(range(1, count + 1), 2):
        payload = disclose(sealed, tmp_path, NAME, records=f"{first}-{last}")
        result = passed(verify(payload, sealed, tmp_path))
        assert fact(result, "shown_records") == last - first + 1
        assert fact(result, "again") == fact(result, "leaves")


@pytest.mark.parametrize("count", [15, 16, 17, 255, 256, 257])
def test_powers_of_two_and_their_neighbours(tmp_path: Path, count: int):
    sealed = sealed_lines(count)
    for records in ("1", str(count), f"2-{count}", f"1-{count - 1}", f"1,{count}", f"{count // 2}"):
        payload = disclose(sealed, tmp_path, NAME, records=records)
        passed(verify(payload, sealed, tmp_path))


@pytest.mark.parametrize("number", ["1", "9"])
def test_the_first_and_the_last_record_redacted(tmp_path: Path, number: str):
    sealed = sealed_lines(9)
    payload = disclose(sealed, tmp_path, NAME, records="1-9", redact=(number,))
    passed(verify(payload, sealed, tmp_path))
    _, leaves = text_of(payload)
    assert [is_redacted(leaf) for leaf in leaves].count(True) == 1
    forged = edited(payload, lambda h, ls: [leaf for leaf in ls if not is_redacted(leaf)])
    assert verify(forged, sealed, tmp_path).verdict == TOTAL_FAILED


def test_an_empty_file_has_nothing_to_show_in_part(tmp_path: Path):
    sealed = seal([("empty.txt", b""), (NAME, chat(1))])
    with pytest.raises(Refusal, match=r"not cut|未按消息切分"):
        disclose(sealed, tmp_path, "empty.txt", records="1")
    payload = disclose(sealed, tmp_path, "empty.txt")
    assert verify(payload, sealed, tmp_path).verdict == PASSED


def test_framing_inside_a_range_can_not_be_dropped(tmp_path: Path):
    """A date row between two records, and the punctuation between JSON objects."""
    sealed = seal(
        [("聊天记录.txt", worked.CHAT), ("w.json", (HERE / "weflow_plain.json").read_bytes())]
    )
    for n, (name, records) in enumerate((("聊天记录.txt", "1-3"), ("w.json", "1-3"))):
        payload = disclose(sealed, tmp_path, name, records=records)
        passed(verify(payload, sealed, tmp_path))
        head, leaves = text_of(payload, n)
        framing = [leaf for leaf in leaves if leaf.kind == 2 and head.role(leaf.index) == INSIDE]
        assert framing
        raw = payload[package.shown_member(n)]
        at = 0
        for leaf in leaves:
            place = leaf.place()
            assert place is not None
            if leaf in framing[:1]:
                break
            at += place.length if leaf.value("raw") is not None else 0
        place = framing[0].place()
        assert place is not None
        without = raw[:at] + raw[at + place.length :]
        dropped = framing[0]

        def drop(head: Head, leaves: Leaves, one: LeafOpening = dropped) -> Leaves:
            return [leaf for leaf in leaves if leaf != one]

        forged = edited(payload | {package.shown_member(n): without}, drop, n)
        assert verify(forged, sealed, tmp_path).verdict == TOTAL_FAILED


def test_fields_in_another_order(tmp_path: Path):
    """Sender and type exchanged, each with its own salt: a commitment names its field."""
    sealed = sealed_lines(4)
    payload = disclose(sealed, tmp_path, NAME, records="2")

    def exchange(head: Head, leaves: Leaves) -> Leaves:
        columns = list(leaves[0].columns)
        a, b = NAMES.index("sender"), NAMES.index("native_id")
        columns[a], columns[b] = columns[b], columns[a]
        return [leaves[0]._replace(columns=tuple(columns))]

    assert outcome(verify(edited(payload, exchange), sealed, tmp_path)) == (TOTAL_FAILED, BINDING)


def test_a_range_shifted_by_one(tmp_path: Path):
    sealed = sealed_lines(8)
    payload = disclose(sealed, tmp_path, NAME, records="3-4")
    for shift in (-1, 1):

        def move(head: Head, leaves: Leaves, by: int = shift) -> tuple[Head, Leaves]:
            moved = [leaf._replace(index=leaf.index + by) for leaf in leaves]
            return head._replace(ranges=(Range(2 + by, 4 + by),)), moved

        result = verify(edited(payload, move), sealed, tmp_path)
        assert result.verdict == TOTAL_FAILED
        assert result.sub_indication in {BINDING, FORM}
    result = verify(edited(payload, lambda h, ls: swap(ls, 0, 1)), sealed, tmp_path)
    assert outcome(result) == (TOTAL_FAILED, BINDING)


def test_a_record_of_two_hashes_is_no_node():
    """Leaf and node have prefixes of their own: 64 bytes that are two hashes make another hash."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_undated_records_beside_a_period(tmp_path: Path):
    """A notice without a time takes its predecessor's, so it stays with the period that it ends."""
    title = "群 微信群上的聊天记录如下，请查收。\n\n"
    rows = "—————  2024-05-13  —————\n\n\n甲  09:05\n\n早\n\n—————  2024-05-14  —————\n\n\n乙  09:05\n\n好\n"
    early = title + "甲  08:00\n\n没有日期\n\n" + rows
    sealed = seal([(NAME, early.encode())])
    payload = disclose(sealed, tmp_path, NAME, period="2024-05-13..2024-05-13")
    result = passed(verify(payload, sealed, tmp_path))
    assert fact(result, "shown_records") == 2, "the undated one may be of that day and is shown"
    payload = disclose(sealed, tmp_path, NAME, period="2024-05-14..2024-05-14")
    result = passed(verify(payload, sealed, tmp_path))
    head, leaves = text_of(payload)
    assert fact(result, "shown_records") == 1
    assert {head.role(leaf.index) for leaf in leaves} >= {DATES}


def test_undated_files_have_no_period(tmp_path: Path):
    sealed = seal([(NAME, (HERE / "wechat_undated.txt").read_bytes())])
    with pytest.raises(Refusal, match=r"no time|没有可读的时间"):
        disclose(sealed, tmp_path, NAME, period="2024-05-13..2024-05-13")
    payload = disclose(sealed, tmp_path, NAME, records="1")
    passed(verify(payload, sealed, tmp_path))


ODD = {
    "gb18030": (HERE / "gb18030_zh_CN.txt").read_bytes(),
    "no line feed at the end": chat(3)[:-1],
    "cut in a character": "2024/5/1, 10:00 - A: 字".encode()[:-1] + b"\n2024/5/1, 10:01 - A: x\n",
    "a mark in the middle": chat(2) + b"\xef\xbb\xbf" + chat(4)[-30:],
    "line ends of both kinds": chat(2) + chat(4).replace(b"\n", b"\r\n"),
    "a NUL": chat(2) + b"2024/5/3, 10:00 - A: \0\x01\n",
    "a line separator": chat(2) + "2024/5/3, 10:00 - A: a\u2028b\u0085c\n".encode(),
    "empty bodies": b"2024/5/1, 10:00 - A: \n2024/5/1, 10:00 - A: \n2024/5/1, 10:00 - A: \n",
}


@pytest.mark.parametrize("what", ODD)
def test_bytes_win(tmp_path: Path, what: str):
    """Whatever a reader makes of them, what is shown are the file's own bytes."""
    sealed = seal([(NAME, ODD[what])])
    payload = disclose(sealed, tmp_path, NAME, records="1-2")
    result = passed(verify(payload, sealed, tmp_path))
    assert payload[package.shown_member(0)] in ODD[what]
    assert fact(result, "completeness") == "range"


def test_equal_records_are_different_leaves(tmp_path: Path):
    sealed = seal([(NAME, ODD["empty bodies"])])
    payload = disclose(sealed, tmp_path, NAME, records="1-3")
    _, leaves = text_of(payload)
    assert len({leaf.columns[1] for leaf in leaves}) == 3
    result = verify(edited(payload, lambda h, ls: swap(ls, 0, 1)), sealed, tmp_path)
    assert outcome(result) == (TOTAL_FAILED, BINDING)


def test_a_value_outside_of_what_a_segment_can_have(tmp_path: Path):
    sealed = sealed_lines(3)
    payload = disclose(sealed, tmp_path, NAME, records="2")
    for name, value, reasons in (
        ("pos", b"0", {FORM}), ("pos", b"x 1", {FORM}), ("pos", b"1  1", {FORM}), ("pos", b"00 1", {FORM}),
        ("te_lo", b"1e3", {BINDING}), ("te_lo", b"", {BINDING}), ("te_hi", b"-0", {BINDING}),
        ("dated_by", b"9", {BINDING}), ("dated_by", b"x", {BINDING}), ("media", b"1,", {BINDING}),
        ("flags", b"a b", {BINDING}), ("raw", b"x", {FORM}), ("te_lo", "１".encode(), {BINDING}),
    ):  # fmt: skip

        def change(head: Head, leaves: Leaves, n: str = name, v: bytes = value) -> Leaves:
            return [put(leaves[0], n, v)]

        forged = edited(payload, change)
        result = verify(forged, sealed, tmp_path)
        assert result.verdict == TOTAL_FAILED, (name, value)
        assert result.sub_indication in reasons, (name, value)
    assert set(FIELDS) < set(NAMES)
