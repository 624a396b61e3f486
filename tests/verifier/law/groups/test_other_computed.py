"""The rows of class A outside M16-03 to 08: each passes, fails where it can, and stays open."""

from __future__ import annotations

from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import worked
from tests.verifier import logs
from tests.verifier.law.computed import (
    FAIL,
    OPEN,
    PASS,
    state,
)
from tests.verifier.law.examined import (
    ALL_FILES,
    CHAT,
    Made,
    make,
    record_text,
    row,
    verified,
)
from tests.verifier.law.stamping import stamped_package
from verifier.encoding import to_base64
from verifier.evidence import package
from verifier.law.examine import examine
from verifier.law.material import Material
from verifier.law.rules import ROWS
from verifier.result import Result

CHAT_MEMBER = package.file_member(0, b"a.txt")


def test_every_row_of_class_a_is_tested_here():
    assert {each.id for each in ROWS.values() if each.cls == "A"} == {
        *(f"M16-{n:02}" for n in (3, 4, 5, 6, 7, 8, 12)),
        *("M17-12", "M18-10", "MP-03", "MI-06", "MZ-04"),
    }


# -- M16-12, M17-12, MI-06: the run itself


def test_program_and_inputs(whole):
    assert state(whole, "M16-12") == PASS
    values = row(whole.examination, "M16-12").values
    assert values["name"].zh == "beilin-verify"
    assert len(values["sha"].zh) == 64


def test_without_a_run_program_and_inputs_are_open():
    assert state(Material(), "M16-12") == OPEN


def test_the_record_can_be_verified_offline(whole):
    assert state(whole, "M17-12") == PASS


def test_without_a_receipt_nothing_was_verified_offline(tmp_path):
    made = make(tmp_path, spoil=lambda payload: payload.pop(package.RECEIPT))
    assert state(made, "M17-12") == OPEN


def test_the_outcome_of_the_whole_verification(whole, tmp_path):
    assert state(stamped_package(tmp_path, with_copy=True), "MI-06") == PASS

    def spoil(payload):
        payload[CHAT_MEMBER] = CHAT + b"\n"

    assert state(make(tmp_path, spoil=spoil), "MI-06") == FAIL
    missing = replace(whole.material, result=Result("package"), receipt=None)
    assert state(missing, "MI-06") == OPEN


def test_while_one_part_is_open_so_is_the_outcome_and_the_part_is_named(whole, bare):
    found = row(whole.examination, "MI-06")
    assert whole.result.verdict == "TOTAL-PASSED"
    assert (found.status, found.wording) == ("not_checked", "none")
    assert found.why is not None
    assert found.why.zh == "下列各部分未核验一致：M16-07"
    other = row(bare.examination, "MI-06").why
    assert other is not None
    assert other.zh.endswith("M16-05、M16-06、M16-07")
    assert "MI-06" in {gap.row.row.id for gap in whole.examination.gaps}


def test_what_was_not_verified_stands_beside_the_sentence(whole):
    for id_, said in (("M16-06", "密钥来源系核验人陈述"), ("M17-12", "是否符合标准要求未核验")):
        found = row(whole.examination, id_)
        assert found.wording == "present"
        assert found.why is not None
        assert found.why.zh.startswith(said)


def test_an_undecided_verification_is_said_to_be_undecided(tmp_path):
    sealed = worked.seal([("a.txt", CHAT)])
    found = row(verified(tmp_path, sealed, sealed.log, policy=logs.policy()).examination, "MI-06")
    assert (found.status, found.wording) == ("not_checked", "none")


# -- M18-10: phase


def test_a_record_in_the_manifest_was_made_before(whole):
    assert state(whole, "M18-10") == PASS


def test_a_supplement_was_made_after_and_says_when(tmp_path):
    made = make(tmp_path, supplements=worked.seed("earlier leaf"))
    assert state(made, "M18-10") == OPEN
    values = row(made.examination, "M18-10").values
    assert values["time"].zh.startswith("2026-11-21T12:00:05Z（日志第5项")


def test_no_record_leaves_the_phase_open(bare):
    found = row(bare.examination, "M18-10")
    assert (found.status, found.wording) == ("not_checked", "none")


# -- MP-03: what was registered


def test_an_entry_holds_only_a_commitment(whole):
    assert state(whole, "MP-03") == PASS


def test_personal_data_in_an_entry_fail(whole):
    receipt = whole.material.receipt
    plain = receipt.entry_bytes + b"phone 13812345678\n"
    material = replace(whole.material, receipt=receipt._replace(entry_bytes=plain))
    assert state(material, "MP-03") == FAIL
    assert row(material, "MP-03").values["list"].zh == "疑似证件号、手机号或者银行卡号"


def test_without_a_receipt_nothing_registered_was_read(whole):
    found = row(replace(whole.material, receipt=None), "MP-03")
    assert found.status == "not_checked"


# -- MZ-04: the declarant's signature


def _signed(*, spoil: bool = False) -> bytes:
    text = record_text()
    key = Ed25519PrivateKey.from_private_bytes(worked.seed("declarant"))
    value = key.sign(text + b"x" if spoil else text)
    public = key.public_key().public_bytes_raw()
    return (
        text
        + (
            f'[decl.signature]\nalg = "ed25519"\ncert = "{to_base64(public)}"\n'
            f'value = "{to_base64(value)}"\n'
        ).encode()
    )


def _with_record(folder, data: bytes) -> Made:
    files = (*ALL_FILES, ("来源声明.toml", data, "provenance"))
    return make(folder, files, with_record=False)


def test_the_declarants_signature(tmp_path):
    made = _with_record(tmp_path, _signed())
    assert made.material.record_bound
    assert state(made, "MZ-04") == PASS


def test_a_wrong_signature_of_the_declarant_fails(tmp_path):
    assert state(_with_record(tmp_path, _signed(spoil=True)), "MZ-04") == FAIL


def test_an_unsigned_record_is_open(whole):
    assert state(whole, "MZ-04") == OPEN


def test_a_signature_of_another_kind_is_open_and_says_so(tmp_path):
    other = record_text() + b'[decl.signature]\nalg = "sm2"\nvalue = "..."\n'
    found = row(_with_record(tmp_path, other).examination, "MZ-04")
    assert (found.status, found.wording) == ("not_checked", "none")


# -- and nothing of it before anchoring


def test_before_anchoring_no_row_of_class_a_is_judged():
    found = examine(Material())
    statuses = {each.status for each in found.rows if each.row.cls == "A"}
    assert statuses == {"not_checked"}
