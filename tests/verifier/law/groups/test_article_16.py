"""M16-03 to M16-08: each part passes, fails and stays open, by what was computed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import worked
from tests.verifier import logs
from tests.verifier.law.computed import (
    FAIL,
    OPEN,
    PASS,
    check_of,
    state,
    with_checks,
    without_checks,
)
from tests.verifier.law.examined import (
    CHAT,
    make,
    row,
    verified,
    write_copy,
)
from verifier.evidence import package
from verifier.evidence.digests import Digest
from verifier.result import DONE, FAILED, NOT_DONE, Check

CHAT_MEMBER = package.file_member(0, b"a.txt")


# -- M16-03: digests


def test_digests_of_the_files(whole):
    assert state(whole, "M16-03") == PASS
    found = row(whole.examination, "M16-03")
    assert found.values["file"].zh.startswith("聊天记录.txt、")
    assert found.values["file"].own
    assert found.values["alg"].zh == "SHA-256"


def test_a_changed_file_fails_and_is_named(tmp_path):
    def spoil(payload):
        payload[CHAT_MEMBER] = CHAT.replace("好的".encode(), "不好".encode())

    made = make(tmp_path, spoil=spoil)
    assert state(made, "M16-03") == FAIL
    assert row(made.examination, "M16-03").values["file"].zh == "第0号文件"


def test_a_manifest_of_another_package_fails_and_is_named(tmp_path):
    def spoil(payload):
        payload[package.MANIFEST] = payload[package.MANIFEST].replace(b"none", b"0", 1)

    made = make(tmp_path, with_record=False, spoil=spoil)
    assert state(made, "M16-03") == FAIL
    assert row(made.examination, "M16-03").values["file"].zh == "打包清单"


def test_no_original_leaves_the_digests_open(whole):
    assert state(without_checks(whole, "files"), "M16-03") == OPEN


def test_an_algorithm_that_was_not_computed_leaves_the_digests_open(whole):
    open_ = Check("files", NOT_DONE, "ALGORITHM_NOT_COMPUTED", {"algorithms": "sm3"})
    found = row(with_checks(whole, open_), "M16-03")
    assert (found.status, found.wording) == ("not_checked", "none")
    assert found.why is not None


# -- M16-04: inclusion


def test_inclusion(whole):
    assert state(whole, "M16-04") == PASS
    values = row(whole.examination, "M16-04").values
    assert values["index"].zh == "5"
    assert values["size"].zh == "9"


def test_an_inclusion_proof_of_another_entry_fails(tmp_path):
    def spoil(payload):
        receipt = payload[package.RECEIPT]
        payload[package.RECEIPT] = receipt.replace(b"\nindex 5\n", b"\nindex 4\n", 1)

    made = make(tmp_path, spoil=spoil)
    assert check_of(made.result, "inclusion").status == FAILED
    assert state(made, "M16-04") == FAIL


def test_without_a_receipt_inclusion_is_open(tmp_path):
    made = make(tmp_path, spoil=lambda payload: payload.pop(package.RECEIPT))
    assert state(made, "M16-04") == OPEN


# -- M16-05: append-only


def test_a_later_copy_of_the_log_shows_that_it_only_grew(whole):
    assert state(whole, "M16-05") == PASS
    assert row(whole.examination, "M16-05").values["n"].zh == "2"


def test_one_checkpoint_leaves_it_open(bare):
    assert state(bare, "M16-05") == OPEN


def test_a_later_receipt_alone_leaves_it_open_and_says_why(tmp_path):
    log = worked.WorkedLog()
    sealed = worked.seal([("a.txt", CHAT)], log)
    log.fill(4)
    sealed.payload[package.RECEIPT_LATEST] = sealed.anchored.receipt()
    made = verified(tmp_path, sealed, log)
    assert check_of(made.result, "receipt_latest").status == DONE
    found = row(made.examination, "M16-05")
    assert (found.status, found.wording) == ("not_checked", "none")
    assert found.why is not None


def test_two_histories_fail(tmp_path):
    log = worked.WorkedLog()
    sealed = worked.seal([("a.txt", CHAT)], log)
    other = worked.WorkedLog(entries=[*log.entries])
    other.entries[0] = log.entries[1]
    other.entries.append(log.entries[2])
    write_copy(tmp_path / "log", other)
    made = verified(tmp_path, sealed, log, copy=tmp_path / "log")
    assert state(made, "M16-05") == FAIL


def test_a_link_where_none_can_be_is_inconsistent_without_speaking_of_checkpoints(tmp_path):
    log = worked.WorkedLog()
    sealed = worked.seal([("a.txt", CHAT)], log, next=worked.seed("link 0"))
    log.fill(2)
    write_copy(tmp_path / "log", log)
    made = verified(tmp_path, sealed, log, copy=tmp_path / "log")
    found = row(made.examination, "M16-05")
    assert (found.status, found.wording) == ("inconsistent", "none")


# -- M16-06: key


def test_the_key_and_its_source(whole):
    assert state(whole, "M16-06") == PASS
    assert row(whole.examination, "M16-06").values["source"].own


def test_at_l0_the_source_of_the_key_stays_open(bare):
    assert bare.result.trust_level == "L0"
    found = row(bare.examination, "M16-06")
    assert (found.status, found.wording) == ("not_checked", "none")
    assert found.why is not None
    assert found.why.zh.startswith("核验人未说明")


def test_another_key_for_the_same_log_fails(tmp_path):
    sealed = worked.seal([("a.txt", CHAT)])
    forged = worked.WorkedLog(label="another")
    assert state(verified(tmp_path, sealed, forged), "M16-06") == FAIL


def test_an_unknown_log_leaves_the_key_open(tmp_path):
    sealed = worked.seal([("a.txt", CHAT)])
    found = row(verified(tmp_path, sealed, sealed.log, policy=logs.policy()).examination, "M16-06")
    assert (found.status, found.wording) == ("not_checked", "none")


# -- M16-07: time (with proofs of time: test_article_16_time)


def test_the_logs_own_time_leaves_it_open(whole):
    assert state(whole, "M16-07") == OPEN


# -- M16-08: algorithms


def test_the_algorithms_of_the_format(whole):
    assert state(whole, "M16-08") == PASS


@pytest.mark.parametrize("name", ["md5", "sha-1"])
def test_a_weak_algorithm_fails(whole, name):
    receipt = whole.material.receipt
    weak = (*receipt.statement.submission.digests, Digest(name, bytes(16)))
    submission = receipt.statement.submission._replace(digests=weak)
    statement = receipt.statement._replace(submission=submission)
    material = replace(whole.material, receipt=receipt._replace(statement=statement))
    assert state(material, "M16-08") == FAIL


def test_without_a_receipt_the_algorithms_are_open(whole):
    assert state(replace(whole.material, receipt=None), "M16-08") == OPEN
