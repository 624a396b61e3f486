"""What an earlier failed check kept unread is not called absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import worked
from tests.verifier.law.examined import ALL_FILES, CHAT, Made, make, record_text, row, verified
from verifier.evidence import package
from verifier.evidence.manifest import parse_manifest
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.verify import verify_package


def rows(folder: Path, data: bytes, policy: bytes) -> dict[str, tuple[str, str, str]]:
    path = folder / "package.zip"
    path.write_bytes(data)
    trusted, options = parse_policy(policy), Options(worked.NOON + 60)
    result = verify_package(path, trusted, options)
    found = examine(gather(path, result, trusted, options)).rows
    return {
        each.row.id: (each.status, each.wording, each.why.zh if each.why is not None else "")
        for each in found
    }


def test_a_package_that_cannot_be_read_was_still_supplied(tmp_path: Path):
    sealed = worked.seal([("a.txt", worked.CHAT)])
    whole = rows(tmp_path, sealed.zip(), sealed.log.policy())
    cut = rows(tmp_path, sealed.zip()[:-1], sealed.log.policy())
    for id_ in ("M16-03", "M16-04"):
        assert whole[id_][:2] == ("consistent", "present")
        status, wording, why = cut[id_]
        assert (status, wording) == ("not_checked", "none")
        assert "不表示未提供" in why


DAMAGES = {
    "no text": lambda receipt: b"\x00" + receipt,
    "cut": lambda receipt: receipt[: len(receipt) // 2],
    "empty": lambda receipt: b"",
    "another kind": lambda receipt: b"beilin/other/v1" + receipt[len(b"beilin/receipt/v1") :],
}
ROWS_OF_A_RECEIPT = {
    # row → words of the rule base that say that something was not supplied, or is not there
    "M16-02": "未提供",
    "M16-04": "未提供",
    "M16-05": "仅有一个检查点",
    "M16-07": "仅有服务端自报时间",
    "M16-08": "未标明算法",
    "M17-12": "无",
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("id_", ROWS_OF_A_RECEIPT)
def test_a_damaged_receipt_was_not_read_and_is_not_called_absent(
    tmp_path: Path, damage: str, id_: str
):
    whole = make(tmp_path)
    assert row(whole.examination, id_).status != "missing"

    def spoil(payload: dict[str, bytes]) -> None:
        payload[package.RECEIPT] = DAMAGES[damage](payload[package.RECEIPT])

    made = make(tmp_path, spoil=spoil)
    assert made.material.receipt_supplied is True
    assert made.material.receipt is None
    found = row(made.examination, id_)
    assert found.wording == "none", found
    assert found.status == ("court" if found.row.cls == "C" else "not_checked")
    assert found.why is not None
    assert "不表示未提供" in found.why.zh
    assert ROWS_OF_A_RECEIPT[id_] not in found.why.zh.replace("不表示未提供", "")


def test_without_a_receipt_it_is_said_that_none_was_supplied(tmp_path: Path):
    made = make(tmp_path, spoil=lambda payload: payload.pop(package.RECEIPT))
    assert made.material.receipt_supplied is False
    for id_ in ("M16-02", "M16-04"):
        assert row(made.examination, id_).wording == "missing"
    for id_ in ("M16-05", "M16-07", "M16-08"):
        found = row(made.examination, id_)  # there is not even one checkpoint, time or algorithm
        assert (found.status, found.wording) == ("not_checked", "none")
        assert found.why is not None
        assert "存证回执" in found.why.zh


def test_a_receipt_of_a_log_that_the_policy_does_not_name_is_not_called_absent(tmp_path: Path):
    log = worked.WorkedLog()
    sealed = worked.seal([("a.txt", CHAT)], log)
    other = worked.WorkedLog(origin="other.example.org/log", label="other")
    made = verified(tmp_path, sealed, log, policy=other.policy())
    found = row(made.examination, "M16-02")
    assert (found.status, found.wording) == ("court", "none")
    assert found.is_open
    assert found.why is not None
    assert "未经核验" in found.why.zh


# -- the record


def phase(made: Made) -> str:
    return made.examination.phase


def test_a_record_in_a_package_that_was_not_followed_is_not_called_absent(tmp_path: Path):
    def cut(payload: dict[str, bytes]) -> None:
        payload[package.RECEIPT] = payload[package.RECEIPT][:100]

    assert phase(make(tmp_path)) == "before_anchor"
    assert phase(make(tmp_path, with_record=False)) == "none"
    for with_record in (True, False):
        made = make(tmp_path, spoil=cut, with_record=with_record)
        assert phase(made) == "not_reached"
        why = row(made.examination, "M18-10").why
        assert why is not None
        assert "（如有）" in why.zh


def test_a_file_of_another_role_named_as_the_record_is_unbound(tmp_path: Path):
    """The manifest names it, its role does not say so: neither used nor called absent."""
    files = (*ALL_FILES, ("来源声明.toml", record_text(), "other"))
    log = worked.WorkedLog()
    plain = worked.seal(list(files), log)
    sealed = parse_manifest(plain.payload[package.MANIFEST])
    named = sealed._replace(provenance=len(files) - 1).to_bytes()
    plain.payload[package.MANIFEST] = named
    anchored = log.anchor(*worked.submission(named, "manifest"))
    plain.payload[package.RECEIPT] = anchored.receipt()
    made = verified(tmp_path, plain, log)
    assert made.result.verdict != "TOTAL-FAILED"
    assert phase(made) == "unbound"
    assert made.material.record is None
    why = row(made.examination, "M18-10").why
    assert why is not None
    assert "角色" in why.zh
    assert "没有来源声明：" not in "".join(text.zh for text in made.examination.origin)
