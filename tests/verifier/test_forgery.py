"""The other side's expert: a package is changed in every way, with all checksums made to fit.

Nothing may end in exit 0, and what is bound must be FAILED for the right reason.
"""

# long because: every forgery shares one sealed package and one table of expected reasons.

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import worked
from tests.vectors import generate
from tests.worked import WorkedLog, pack, seal
from verifier import verify
from verifier.checks import receipt as receipt_check
from verifier.checks import trees
from verifier.errors import PolicyError
from verifier.evidence import package, zip_container
from verifier.evidence.manifest import parse_manifest
from verifier.evidence.receipt import parse_receipt, to_receipt
from verifier.evidence.segment import FRAMING, RECORD, Segment
from verifier.evidence.segment_table import read_table
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import INDETERMINATE, PASSED, TOTAL_FAILED, Result
from verifier.tlog.note import signature_line

OPTIONS = Options(at=worked.NOON)
ANY = {
    "FORMAT_FAILURE", "HASH_FAILURE", "BINDING_FAILURE", "INCLUSION_FAILURE", "SIG_CRYPTO_FAILURE",
}  # fmt: skip
EXPECTED = {
    "data/files/": {"HASH_FAILURE"},
    "data/manifest.txt": {"HASH_FAILURE"},
    "data/openings/": {"BINDING_FAILURE", "FORMAT_FAILURE"},
    "data/messages/": {"BINDING_FAILURE", "FORMAT_FAILURE"},
    "data/segments/": {"BINDING_FAILURE", "FORMAT_FAILURE"},
    "data/seeds.txt": {"BINDING_FAILURE", "FORMAT_FAILURE"},
    "data/declaration.txt": {"HASH_FAILURE"},
    "data/receipt.txt": ANY - {"HASH_FAILURE"},
}
FILES = [("聊天记录.txt", worked.CHAT), ("附件.bin", generate.BINARY * 8)]


def check(zipped: bytes, tmp_path: Path, policy: bytes | None = None) -> Result:
    path = tmp_path / "package.zip"
    path.write_bytes(zipped)
    return verify.verify_package(path, parse_policy(policy or WorkedLog().policy()), OPTIONS)


def expected(member: str) -> set[str]:
    return next(subs for prefix, subs in EXPECTED.items() if member.startswith(prefix))


def positions(size: int) -> list[int]:
    """All of a member up to 4 KiB, 2,000 spread positions of a larger one."""
    if size <= 4096:
        return list(range(size))
    return sorted({k * (size - 1) // 1999 for k in range(2000)})


def test_the_untouched_package_passes(tmp_path: Path) -> None:
    result = check(seal(FILES).zip(), tmp_path)
    assert result.verdict == PASSED, result.ordered()
    assert result.exit_code == 0


@pytest.mark.parametrize("member", sorted(seal(FILES).payload))
def test_a_flipped_bit_in_a_member_fails_with_its_reason(member: str, tmp_path: Path) -> None:
    payload = seal(FILES).payload
    rng = random.Random(member)
    for at in positions(len(payload[member])):
        changed = bytearray(payload[member])
        changed[at] ^= 1 << rng.randrange(8)
        result = check(pack(payload | {member: bytes(changed)}), tmp_path)
        assert result.verdict == TOTAL_FAILED, (member, at)
        assert result.sub_indication in expected(member), (member, at, result.sub_indication)


def test_a_flipped_bit_anywhere_in_the_zip_is_never_passed(tmp_path: Path) -> None:
    data = seal(FILES[:1]).zip()
    for at in range(0, len(data), 3):
        changed = bytearray(data)
        changed[at] ^= 1 << (at % 8)
        result = check(bytes(changed), tmp_path)
        assert result.verdict == TOTAL_FAILED or result.sub_indication == "NEWER_FORMAT", at


def test_cut_padded_and_joined_zips_fail(tmp_path: Path) -> None:
    data = seal(FILES[:1]).zip()
    for changed in (data[:-1], data + b"\0", b"\0" + data, data + data, data[100:], b"PK", b""):
        assert check(changed, tmp_path).verdict == TOTAL_FAILED


@pytest.mark.parametrize("member", sorted(seal(FILES).payload))
def test_a_member_that_is_deleted_fails(member: str, tmp_path: Path) -> None:
    payload = seal(FILES).payload
    del payload[member]
    result = check(pack(payload), tmp_path)
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "FORMAT_FAILURE")


@pytest.mark.parametrize(
    "name",
    [
        "data/policy.txt", "data/files/0002.txt", "data/view.html", "data/messages/0002.txt",
        "data/../x", "data/files/0000.TXT", "data/receipt-latest.txt", "data/seeds.txt.bak",
    ],
)  # fmt: skip
def test_a_member_that_does_not_belong_fails(name: str, tmp_path: Path) -> None:
    sealed = seal(FILES)
    result = check(pack(sealed.payload | {name: sealed.log.policy()}), tmp_path)
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "FORMAT_FAILURE")


def test_without_a_manifest_nothing_is_said_of_completeness(tmp_path: Path) -> None:
    payload = seal(FILES).payload
    del payload["data/openings/0000.txt"]
    result = check(pack(payload | {"data/files/9999.exe": b"x"}), tmp_path)
    container = result.check("container")
    assert result.verdict == TOTAL_FAILED
    assert container is not None
    assert container.status == "not_done"


@pytest.mark.parametrize("size", [2**32, 2**63, 2**64 - 1])
def test_sizes_beyond_the_file_are_a_bad_spelling_and_no_crash(size: int, tmp_path: Path) -> None:
    # The second member makes the reader look behind the first one's claimed end.
    local = zip_container._local(b"package/a", size, 0)
    central = zip_container._central(b"package/a", size, 0, 0)
    behind = min(len(local) + size, 2**64 - 1)
    central += zip_container._central(b"package/b", 0, 0, behind)
    forged = local + central + zip_container._end(2, len(central), len(local))
    assert check(forged, tmp_path).sub_indication == "FORMAT_FAILURE"


def test_swapped_members_fail(tmp_path: Path) -> None:
    payload = seal(FILES).payload
    names = sorted(payload)
    for a in names:
        for b in names:
            if a < b and payload[a] != payload[b]:
                swapped = payload | {a: payload[b], b: payload[a]}
                assert check(pack(swapped), tmp_path).verdict == TOTAL_FAILED, (a, b)


@pytest.mark.parametrize("member", sorted(seal(FILES).payload))
def test_a_member_of_another_valid_package_fails(member: str, tmp_path: Path) -> None:
    log = WorkedLog()
    mine = seal(FILES, log)
    other = seal([("聊天记录.txt", worked.CHAT + "\n好的\n".encode()), ("x.bin", b"2")], log)
    payload = mine.payload | {member: other.payload.get(member, b"none")}
    if payload[member] == mine.payload[member]:
        pytest.skip("both packages hold the same bytes there")
    assert check(pack(payload), tmp_path).verdict == TOTAL_FAILED


class TestTrust:
    def test_a_consistent_forged_log_of_another_origin_is_unknown(self, tmp_path: Path) -> None:
        forged = WorkedLog(origin="forged.example", label="forger")
        sealed = _sealed_for(forged, "forged.example")
        result = check(sealed, tmp_path)
        assert (result.verdict, result.sub_indication) == (INDETERMINATE, "UNKNOWN_LOG_KEY")
        assert check(sealed, tmp_path, forged.policy()).verdict == PASSED

    def test_a_forged_log_that_borrows_our_origin_fails(self, tmp_path: Path) -> None:
        forged = WorkedLog(label="forger")
        result = check(seal(FILES, forged).zip(), tmp_path)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "SIG_CRYPTO_FAILURE")

    def test_a_borrowed_origin_in_the_checkpoint_alone_fails(self, tmp_path: Path) -> None:
        log = WorkedLog(label="forger")
        sealed = _sealed_for(log, "forged.example")
        assert check(sealed, tmp_path).verdict == TOTAL_FAILED

    def test_without_a_source_the_level_is_l0_and_with_one_l1(self, tmp_path: Path) -> None:
        sealed = seal(FILES)
        assert check(sealed.zip(), tmp_path).trust_level == "L0"
        options = Options(policy_source="收到的纸面函件")
        policy = parse_policy(sealed.log.policy())
        result = verify.verify_package(tmp_path / "package.zip", policy, options)
        assert result.trust_level == "L1"

    def test_an_unmet_quorum_or_requirement_is_not_passed(self, tmp_path: Path) -> None:
        log = WorkedLog()
        key = worked.Key("w.example", "w", 4).vkey.to_text()
        policy = log.policy(f"witness w {key}\nquorum w")
        result = check(seal(FILES).zip(), tmp_path, policy)
        assert (result.verdict, result.sub_indication) == (
            INDETERMINATE, "WITNESS_QUORUM_NOT_MET",
        )  # fmt: skip
        full = b"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nrequire L2\ntlog-policy\n"
        result = check(seal(FILES).zip(), tmp_path, full + log.policy())
        assert (result.verdict, result.sub_indication) == (
            INDETERMINATE, "POLICY_REQUIREMENT_NOT_MET",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("status", "sub"),
        [
            ("compromised size - time -", "KEY_COMPROMISED_NO_POE"),
            ("retired size 3 time -", "KEY_RETIRED"),
            ("retired size 9 time -", None),
        ],
    )
    def test_the_status_of_the_log_key_counts(
        self, status: str, sub: str | None, tmp_path: Path
    ) -> None:
        log = WorkedLog()
        name = f"{log.origin}+{log.key.vkey.key_id.hex()}"
        head = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nstatus {name} {status}\ntlog-policy\n"
        result = check(seal(FILES).zip(), tmp_path, head.encode() + log.policy())
        assert result.sub_indication == sub


def _sealed_for(log: WorkedLog, origin: str) -> bytes:
    """Seal into a log whose statements name ``origin``."""
    sealed = seal(FILES, log)
    made, signature = worked.submission(sealed.payload[package.MANIFEST], "manifest", origin=origin)
    anchored = log.anchor(made, signature)
    return pack(sealed.payload | {package.RECEIPT: anchored.receipt()})


def one_receipt(change: Callable[[WorkedLog], worked.Anchored]) -> Result:
    log = WorkedLog()
    log.fill(3)
    data = change(log).receipt()
    return verify.verify_receipt(data, parse_policy(log.policy()), OPTIONS, None)


class TestSubmitter:
    """Nobody but the submitter can make a submission."""

    @pytest.mark.parametrize("field", ["account", "dossier", "nonce"])
    def test_a_signature_moved_to_another_account_dossier_or_request(self, field: str) -> None:
        def change(log: WorkedLog) -> worked.Anchored:
            made, signature = worked.submission(b"x")
            moved = made._replace(**{field: bytes(16)})  # type: ignore[arg-type]
            return log.anchor(moved, signature)

        result = one_receipt(change)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "SIG_CRYPTO_FAILURE")

    def test_a_signature_moved_to_another_log(self) -> None:
        def change(log: WorkedLog) -> worked.Anchored:
            made, signature = worked.submission(b"x", origin="other.example")
            return log.anchor(made, signature)

        result = one_receipt(change)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")

    def test_a_borrowed_key(self) -> None:
        def change(log: WorkedLog) -> worked.Anchored:
            made, signature = worked.submission(b"x")
            borrowed = made._replace(submitter=worked.Key("other", "other").public)
            return log.anchor(borrowed, signature)

        result = one_receipt(change)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "SIG_CRYPTO_FAILURE")

    def test_a_stripped_signature_and_a_stripped_key(self) -> None:
        made, signature = worked.submission(b"x")
        for one, two in ((made, None), (made._replace(submitter=None), signature)):
            result = one_receipt(lambda log, s=one, g=two: log.anchor(s, g))  # type: ignore[misc]
            assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")

    def test_a_weak_key(self) -> None:
        def change(log: WorkedLog) -> worked.Anchored:
            made, _ = worked.submission(b"x")
            weak = made._replace(submitter=b"\x01" + bytes(31))
            return log.anchor(weak, b"\x01" + bytes(63))

        result = one_receipt(change)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "SIG_CRYPTO_FAILURE")

    def test_an_unsigned_submission_says_so_and_decides_nothing(self) -> None:
        def change(log: WorkedLog) -> worked.Anchored:
            return log.anchor(*worked.submission(b"x", signed=False))

        result = one_receipt(change)
        submitter = result.check("submitter")
        assert submitter is not None
        assert submitter.sub_indication == "UNSIGNED_SUBMISSION"
        assert result.sub_indication == "SIGNED_DATA_NOT_FOUND"


def test_a_receipt_for_another_kind_of_entry_fails() -> None:
    log = WorkedLog()
    log.fill(2)
    anchored = log.anchor(*worked.submission(b"x"))
    anchor = (generate.HERE / "entry-anchor.txt").read_bytes()
    log.entries[anchored.index] = anchor
    data = to_receipt(
        anchored.salt, anchored.statement.to_bytes(), anchor, anchored.proof().to_text()
    )
    result = verify.verify_receipt(data, parse_policy(log.policy()), OPTIONS, None)
    assert result.verdict == TOTAL_FAILED


def test_a_later_receipt_must_be_of_the_same_entry(tmp_path: Path) -> None:
    sealed = seal(FILES)
    sealed.log.fill(4)
    latest = sealed.anchored.receipt()
    good = check(pack(sealed.payload | {package.RECEIPT_LATEST: latest}), tmp_path)
    assert good.verdict == PASSED
    other = sealed.log.anchor(sealed.anchored.statement.submission, None)
    made = sealed.anchored.statement
    other = sealed.log.anchor(made.submission, made.signature)
    result = check(pack(sealed.payload | {package.RECEIPT_LATEST: other.receipt()}), tmp_path)
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")


Rows = list[Segment]


class TestLatest:
    """A later receipt that can only come from another history is worse than none."""

    def check(self, tmp_path: Path, change: Callable[[worked.Sealed], bytes]) -> Result:
        sealed = seal(FILES)
        data = change(sealed)
        return check(pack(sealed.payload | {package.RECEIPT_LATEST: data}), tmp_path)

    def test_the_same_statement_at_another_index(self, tmp_path: Path) -> None:
        def change(sealed: worked.Sealed) -> bytes:
            other = WorkedLog()
            other.fill(2)
            other.entries.append(sealed.anchored.entry.to_bytes())
            other.fill(8)
            moved = replace(sealed.anchored, log=other, index=2)
            return moved.receipt()

        result = self.check(tmp_path, change)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")

    @pytest.mark.parametrize("size", [9, 8])
    def test_another_root_of_the_same_size_or_a_smaller_head(
        self, size: int, tmp_path: Path
    ) -> None:
        def change(sealed: worked.Sealed) -> bytes:
            other = WorkedLog(entries=[*sealed.log.entries[:-1], b"another entry"])
            return replace(sealed.anchored, log=other).receipt(size)

        result = self.check(tmp_path, change)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "CONSISTENCY_FAILURE")


class TestWitnesses:
    """A cosignature counts only under a key the policy stands by, L2 only across operators."""

    def result(self, lines: str, tmp_path: Path, *, wanted: str = "quorum w") -> Result:
        log = WorkedLog()
        sealed = seal(FILES, log)
        witness = worked.Key("w.example", "w", 4)
        proof = sealed.anchored.proof()
        text = proof.note.split(b"\n\n")[0] + b"\n"
        stamp = worked.NOON.to_bytes(8, "big")
        message = f"cosignature/v1\ntime {worked.NOON}\n".encode() + text
        blob = stamp + witness.private.sign(message)
        note = proof.note + signature_line(witness.name, witness.vkey.key_id, blob)
        anchored = sealed.anchored
        receipt = to_receipt(
            anchored.salt, anchored.statement.to_bytes(), anchored.entry.to_bytes(),
            proof._replace(note=note).to_text(),
        )  # fmt: skip
        path = tmp_path / "package.zip"
        path.write_bytes(pack(sealed.payload | {package.RECEIPT: receipt}))
        key_id = witness.vkey.key_id.hex()
        head = "beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n" + lines.format(key_id=key_id)
        policy = log.policy(f"witness w {witness.vkey.to_text()}\n{wanted}")
        options = Options(at=worked.NOON, policy_source="test")
        text_policy = head.encode() + b"tlog-policy\n" + policy
        return verify.verify_package(path, parse_policy(text_policy), options)

    def test_a_named_witness_of_another_operator_is_l2(self, tmp_path: Path) -> None:
        names = f"operator {worked.ORIGIN} 甲\noperator w 乙\n"
        result = self.result(names, tmp_path)
        assert (result.verdict, result.trust_level) == (PASSED, "L2")

    @pytest.mark.parametrize(
        "lines",
        ["", "operator w 乙\n", f"operator {worked.ORIGIN} 甲\n",
         f"operator {worked.ORIGIN} 甲\noperator w 甲\n"],
    )  # fmt: skip
    def test_without_two_named_operators_it_is_l1(self, lines: str, tmp_path: Path) -> None:
        assert self.result(lines, tmp_path).trust_level == "L1"

    @pytest.mark.parametrize(
        "status", ["compromised size - time -", "retired size 8 time -", "retired size - time -"]
    )
    def test_a_key_the_policy_does_not_stand_by_is_not_counted(
        self, status: str, tmp_path: Path
    ) -> None:
        names = f"operator {worked.ORIGIN} 甲\noperator w 乙\n"
        result = self.result(f"{names}status w.example+{{key_id}} {status}\n", tmp_path)
        assert (result.verdict, result.sub_indication) == (INDETERMINATE, "WITNESS_QUORUM_NOT_MET")
        assert result.trust_level == "L1"

    def test_an_operator_named_twice_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PolicyError):
            self.result("operator w 甲\noperator w 乙\n", tmp_path)


class TestTree:
    """A tree not built from its file fails, however well it fits itself."""

    def forged(
        self, tmp_path: Path, change: Callable[[Rows], Rows], reader: str | None = None
    ) -> Result:
        log = WorkedLog()
        payload = dict(seal(FILES, log).payload)
        table = payload[package.segments_member(0)]
        rows = change(list(read_table(io.BytesIO(table), len(table))))
        text = payload[package.messages_member(0)].decode().split("\n")
        own, variant, clock = (text[n].split(" ", 1)[1] for n in (1, 2, 3))
        data = payload[package.file_member(0, FILES[0][0].encode())]
        root, root_text, new = worked.tree_of_rows(
            reader or own, variant, clock, rows, data, worked.seed("tree 0")
        )
        old = parse_manifest(payload[package.MANIFEST])
        lines = (old.files[0]._replace(root=root), *old.files[1:])
        payload[package.MANIFEST] = old._replace(files=lines).to_bytes()
        payload[package.messages_member(0)] = root_text
        payload[package.segments_member(0)] = new
        anchored = log.anchor(*worked.submission(payload[package.MANIFEST], "manifest"))
        payload[package.RECEIPT] = anchored.receipt()
        return check(pack(payload), tmp_path)

    def test_the_same_rows_pass(self, tmp_path: Path) -> None:
        assert self.forged(tmp_path, lambda rows: rows).verdict == PASSED

    @pytest.mark.parametrize(
        "change",
        [
            lambda row: row._replace(te_lo=5, te_hi=6),
            lambda row: row._replace(sender="小张".encode()),
            lambda row: row._replace(kind=FRAMING),
            lambda row: row._replace(flags=("x",)),
        ],
    )
    def test_a_false_date_sender_kind_or_flag_fails(
        self, change: Callable[[Segment], Segment], tmp_path: Path
    ) -> None:
        def apply(rows: Rows) -> Rows:
            n = next(k for k, row in enumerate(rows) if row.kind == RECORD)
            return [*rows[:n], change(rows[n]), *rows[n + 1 :]]

        result = self.forged(tmp_path, apply)
        assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")

    @pytest.mark.parametrize(
        "change",
        [
            {"dated_by": 99, "te_lo": 1, "te_hi": 1, "time": b"x"},
            {"media": (b"7",)},
            {"media": (b"0",)},
            {"te_lo": 1, "te_hi": 1, "time": b""},
            {"dated_by": 0, "te_lo": 1, "te_hi": 1, "time": b"x"},
        ],
    )
    def test_a_row_that_no_reader_may_write_fails_even_under_an_unknown_reader(
        self, change: dict[str, object], tmp_path: Path
    ) -> None:
        def apply(rows: Rows) -> Rows:
            return [rows[0]._replace(**change), *rows[1:]]  # type: ignore[arg-type]

        assert self.forged(tmp_path, apply, reader="unknown/9").verdict == TOTAL_FAILED
        assert self.forged(tmp_path, lambda rows: rows, reader="unknown/9").verdict == PASSED

    def test_a_broken_tree_is_named_although_another_files_reader_differs(
        self, tmp_path: Path
    ) -> None:
        def lie(rows: Rows) -> Rows:
            return [*rows[:-1], rows[-1]._replace(flags=("x",))]

        result = self.forged(tmp_path, lie)
        assert result.check("messages") is not None
        readers = result.check("readers")
        assert readers is not None
        assert readers.status == "failed"
        payload = seal(FILES).payload
        payload[package.segments_member(1)] = b"beilin/segments/v1\n"
        assert check(pack(payload), tmp_path).sub_indication == "BINDING_FAILURE"

    def test_two_records_glued_together_fail(self, tmp_path: Path) -> None:
        def glue(rows: Rows) -> Rows:
            a, b = rows[-2:]
            return [*rows[:-2], a._replace(length=a.length + b.length)]

        assert self.forged(tmp_path, glue).verdict == TOTAL_FAILED


class TestControls:
    """Each guard, broken: the forgery it stops gets through, so the tests above can fail."""

    def test_without_the_inclusion_check(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sealed = seal(FILES)
        forged = sealed.log.anchor(*worked.submission(sealed.payload[package.MANIFEST], "manifest"))
        sealed.log.entries[forged.index] = b"something else"
        payload = sealed.payload | {package.RECEIPT: forged.receipt()}
        assert check(pack(payload), tmp_path).sub_indication == "INCLUSION_FAILURE"
        monkeypatch.setattr(receipt_check, "check_inclusion", lambda *_: None)
        assert check(pack(payload), tmp_path).verdict == PASSED

    def test_without_the_commitment_check(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sealed = seal(FILES)
        receipt = parse_receipt(sealed.payload[package.RECEIPT])
        lie = receipt.statement._replace(number=99).to_bytes()
        data = to_receipt(receipt.salt, lie, receipt.entry_bytes, receipt.proof.to_text())
        payload = sealed.payload | {package.RECEIPT: data}
        assert check(pack(payload), tmp_path).sub_indication == "BINDING_FAILURE"
        value = receipt.entry.commitment
        monkeypatch.setattr(receipt_check, "commitment", lambda *_: value)
        assert check(pack(payload), tmp_path).verdict == PASSED

    def test_without_cutting_the_file_anew(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trees._Tree, "derive_again", lambda *_: True)
        with pytest.raises(AssertionError):
            TestTree().test_a_false_date_sender_kind_or_flag_fails(
                lambda row: row._replace(te_lo=5, te_hi=6), tmp_path
            )
