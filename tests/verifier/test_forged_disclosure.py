"""An enemy with a disclosure in hand: every sum fits, and nothing passes as more than it is."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from app.client.disclosing import leaves as leaves_module
from app.client.disclosing.opened import Private
from app.client.disclosing.selection import Selection
from tests import worked
from tests.disclosures import disclose, edited, outcome, text_of, verify
from tests.verifier.disclosure_forgeries import BINDING, FORM, PERIOD, RECORDS
from tests.verifier.test_disclosure import CHAT, LINES, NAME
from tests.worked import Sealed, pack, seal
from verifier.checks import shown_records
from verifier.evidence import package
from verifier.evidence.disclosed import EDGE, LEFT, Head, Range
from verifier.evidence.partial_tree import partial_root
from verifier.evidence.period import parse_period
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import PASSED, TOTAL_FAILED, Result
from verifier.tlog.merkle import leaf_hash, node_hash
from verifier.verify import verify_package

TEXT, RAW, ROOT = (
    member(0)
    for member in (package.disclosed_member, package.shown_member, package.messages_member)
)
OPENING = package.opening_member(0)
Payload = dict[str, bytes]


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    return seal([(NAME, CHAT), ("other.txt", CHAT + LINES[0].encode()), ("x.bin", b"\1\2")])


@pytest.fixture(scope="module")
def records(sealed: Sealed, tmp_path_factory: pytest.TempPathFactory) -> Payload:
    return disclose(sealed, tmp_path_factory.mktemp("r"), NAME, records="2-5", redact=("4",))


@pytest.fixture(scope="module")
def period(sealed: Sealed, tmp_path_factory: pytest.TempPathFactory) -> Payload:
    return disclose(sealed, tmp_path_factory.mktemp("p"), NAME, period="2024-05-02..2024-05-03")


@pytest.mark.parametrize("what", RECORDS)
def test_records(sealed: Sealed, records: Payload, tmp_path: Path, what: str):
    change, reasons = RECORDS[what]
    forged = edited(records, change)
    assert forged != records
    result = verify(forged, sealed, tmp_path)
    assert result.verdict == TOTAL_FAILED
    assert result.sub_indication in reasons, result.check("records")


@pytest.mark.parametrize("what", PERIOD)
def test_period(sealed: Sealed, period: Payload, tmp_path: Path, what: str):
    change, reasons = PERIOD[what]
    result = verify(edited(period, change), sealed, tmp_path)
    assert result.verdict == TOTAL_FAILED
    assert result.sub_indication in reasons, result.check("records")


def test_control_the_forger_s_hand_changes_nothing_by_itself(
    sealed: Sealed, records: Payload, period: Payload, tmp_path: Path
):
    for payload in (records, period):
        assert edited(payload, lambda h, ls: None) == payload
        assert outcome(verify(payload, sealed, tmp_path)) == (PASSED, None)


def test_control_without_the_comparison_of_roots_a_forgery_passes(
    sealed: Sealed, records: Payload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    change, _ = RECORDS["another sender"]
    forged = edited(records, change)
    assert verify(forged, sealed, tmp_path).verdict == TOTAL_FAILED

    class Any32(bytes):
        def __ne__(self, other: object) -> bool:
            return False

    monkeypatch.setattr(shown_records, "partial_root", lambda *args: Any32(partial_root(*args)))
    assert verify(forged, sealed, tmp_path).verdict == PASSED, "the guard is what stops it"


ROOTS = (
    (b"segments 7", b"segments 6"), (b"segments 7", b"segments 8"), (b"records 7", b"records 6"),
    (b"clock wall", b"clock instant"), (b"whatsapp-text/1", b"weflow-json/1"), (b"size ", b"size 1"),
    (b"ymd", b"dmy"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new"), ROOTS)
def test_another_root_text(
    sealed: Sealed, records: Payload, tmp_path: Path, old: bytes, new: bytes
):
    text = records[ROOT]
    assert old in text
    forged = records | {ROOT: text.replace(old, new, 1)}
    assert outcome(verify(forged, sealed, tmp_path)) == (TOTAL_FAILED, BINDING)


def test_why_the_number_of_segments_must_be_in_the_root():
    """Control: the tree alone gives the same root for three leaves and for four."""
    a, b, c, d = (leaf_hash(bytes([n])) for n in range(4))
    four = partial_root(4, iter([(0, a)]), iter([b, node_hash(c, d)]))
    assert partial_root(3, iter([(0, a)]), iter([b, node_hash(c, d)])) == four


def test_members(sealed: Sealed, records: Payload, tmp_path: Path):
    private = sealed.payload
    other = package.opening_member(1)
    whole = {OPENING: private[OPENING], "data/files/0000.txt": CHAT}
    part = (TEXT, RAW, ROOT)
    for what, change, reasons in (
        ("bytes too many", {RAW: records[RAW] + b"x"}, {BINDING}),
        ("bytes too few", {RAW: records[RAW][:-1]}, {BINDING}),
        ("no bytes", {RAW: None}, {BINDING}),
        ("empty bytes", {RAW: b""}, {FORM}),
        ("no text", {TEXT: None}, {FORM}),
        ("no root", {ROOT: None}, {FORM}),
        ("no opening", {OPENING: None}, {FORM}),
        ("another's opening", {OPENING: private[other]}, {BINDING}),
        ("seeds", {package.SEEDS: private[package.SEEDS]}, {FORM}),
        ("a segment table", {package.segments_member(0): private[package.segments_member(0)]}, {FORM}),
        ("a policy", {"data/policy.txt": b"quorum none\n"}, {FORM}),
        ("a view", {"data/view/0000.txt": b"x"}, {FORM}),
        ("digests in the opening and no file", {OPENING: private[OPENING]}, {FORM}),
        ("called whole", dict.fromkeys(part) | whole | {"data/files/0000.txt": CHAT + b"x"}, {"HASH_FAILURE"}),
        ("part and whole", whole, {FORM}),
        ("another file's part", {
            package.disclosed_member(1): records[TEXT], package.shown_member(1): records[RAW],
            package.messages_member(1): records[ROOT], **dict.fromkeys(part),
            OPENING: None, other: opening_without_content(private[other]),
        }, {BINDING}),
        ("a part of what has no tree", {
            package.disclosed_member(9): records[TEXT],
        }, {FORM}),
    ):  # fmt: skip
        forged = {k: v for k, v in (records | change).items() if v is not None}
        result = verify(forged, sealed, tmp_path)
        assert result.verdict == TOTAL_FAILED, what
        assert result.sub_indication in reasons, (what, result.check("records"))


def opening_without_content(data: bytes) -> bytes:
    return data[: data.index(b"beilin/content/v1")]


def test_the_same_chat_sealed_again_is_another_tree(records: Payload, tmp_path: Path):
    """Parts of two validly sealed packages of one chat, exchanged."""
    log = worked.WorkedLog()
    log.fill(9)
    again = seal([("first", b"1"), (NAME, CHAT)], log)
    folder = tmp_path / "again"
    folder.mkdir()
    theirs = disclose(again, folder, NAME, records="2-5", redact=("4",))
    mine = {
        package.disclosed_member(1): records[TEXT], package.shown_member(1): records[RAW],
        package.messages_member(1): records[ROOT],
    }  # fmt: skip
    assert records[RAW] == theirs[package.shown_member(1)], "the bytes are the same"
    for name, data in mine.items():
        expected = PASSED if data == theirs[name] else TOTAL_FAILED
        assert verify(theirs | {name: data}, again, tmp_path).verdict == expected, name
    assert verify(theirs | mine, again, tmp_path).verdict == TOTAL_FAILED


def test_a_private_package_by_another_name(sealed: Sealed, records: Payload, tmp_path: Path):
    result = verify(sealed.payload, sealed, tmp_path)
    assert outcome(result) == (TOTAL_FAILED, FORM)
    path = tmp_path / "p.zip"
    path.write_bytes(pack(records, "private"))
    found: Result = verify_package(path, parse_policy(sealed.log.policy()), Options())
    assert found.verdict == TOTAL_FAILED


def test_every_byte_of_what_is_shown(sealed: Sealed, period: Payload, tmp_path: Path):
    dice = random.Random(1)
    for name in (TEXT, RAW, ROOT, OPENING):
        data = period[name]
        places = range(len(data)) if len(data) <= 1500 else dice.sample(range(len(data)), 1200)
        for at in places:
            changed = bytearray(data)
            changed[at] ^= 1 << dice.randrange(8)
            result = verify(period | {name: bytes(changed)}, sealed, tmp_path)
            assert result.verdict == TOTAL_FAILED, (name, at)


def test_a_newer_text_in_an_old_package(sealed: Sealed, records: Payload, tmp_path: Path):
    forged = records | {TEXT: records[TEXT].replace(b"disclosed/v1", b"disclosed/v2", 1)}
    assert outcome(verify(forged, sealed, tmp_path)) == (TOTAL_FAILED, FORM)


def test_the_naive_proof_of_a_period_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """23:55, 23:16, 23:55 …: the neighbour on the left is earlier, and record 0 is missing all the same."""
    lines = [f"2024/5/1, 23:{m} - A: {n}\n".encode() for n, m in enumerate((55, 16, 55, 57))]
    sealed = seal([(NAME, b"".join(lines) + b"2024/5/2, 10:00 - A: x\n")])
    honest = disclose(sealed, tmp_path, NAME, period="2024-05-01T23:50..2024-05-01T23:59")
    head, _ = text_of(honest)
    assert head.ranges == (Range(0, 4),), "record 0 belongs to the period"
    naive = naive_period(sealed, tmp_path, Range(2, 4), head.period or "", monkeypatch)
    result = verify(honest | naive, sealed, tmp_path)
    assert outcome(result) == (TOTAL_FAILED, BINDING)
    check = result.check("records")
    assert check is not None
    assert "may lie within the period" in str(check.values["reason"])


def naive_period(
    sealed: Sealed, folder: Path, chosen: Range, period: str, patch: pytest.MonkeyPatch
) -> Payload:
    """Make what a builder would make that looks at the neighbours' own times only, with true salts."""
    honest = leaves_module._opened

    def lenient(
        role: str, kind: int, bound: object, selection: Selection, index: int
    ) -> frozenset[str]:
        try:
            return honest(role, kind, bound, selection, index)
        except AssertionError:
            return EDGE | {"pmax" if role == LEFT else "smin"}

    patch.setattr(leaves_module, "_opened", lenient)
    path = folder / "naive.zip"
    path.write_bytes(sealed.zip())
    lines = io.BytesIO()
    with Private(path) as private:
        typed = parse_period(period, "wall")
        selection = Selection((chosen,), typed, {}, frozenset(), 0, None, None)
        made = leaves_module.make_leaves(private, 0, selection, lines)
        data = private.read("data/files/0000.txt", 1 << 20)
    shown = b"".join(data[w.offset : w.offset + w.length] for w in made.windows)
    head = Head(period, (chosen,), made.hashes, len(lines.getvalue().splitlines()))
    return {TEXT: head.to_bytes() + lines.getvalue(), RAW: shown}
