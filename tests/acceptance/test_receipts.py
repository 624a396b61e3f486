"""Receipts taken over HTTP, judged by the command; what a later item and another log change."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import BIN, Service, check_of, report, run, verify
from tests.app.server.harness import ORIGIN, b64, entry, post
from tests.verifier.test_forgery import _sealed_for
from tests.worked import WorkedLog


def anchor(service: Service, content: bytes, folder: Path, **more: object) -> tuple[Path, Path]:
    """Anchor these bytes; return the receipt and the file."""
    answer = post(service.client, entry(content, **more))
    assert answer.status_code == 201, answer.text
    receipt, file = folder / "receipt.txt", folder / "file.bin"
    receipt.write_text(answer.json()["receipt"], encoding="utf-8")
    file.write_bytes(content)
    return receipt, file


@pytest.fixture
def anchored(service: Service, tmp_path: Path) -> tuple[Path, Path]:
    return anchor(service, os.urandom(50), tmp_path)


def test_a_receipt_with_its_file(service: Service, anchored: tuple[Path, Path]) -> None:
    receipt, file = anchored
    found = report(receipt, "--file", file, "--policy", service.policy, code=0)
    assert (found["trust_level"], found["time_grade"]) == ("L0", "T0")
    assert check_of(found, "file")["status"] == "done"


def test_another_file_and_no_file(
    service: Service, anchored: tuple[Path, Path], tmp_path: Path
) -> None:
    receipt, file = anchored
    other = tmp_path / "other"
    other.write_bytes(file.read_bytes() + b"\n")
    found = report(receipt, "--file", other, "--policy", service.policy, code=20)
    assert found["sub_indication"] == "HASH_FAILURE"
    found = report(receipt, "--policy", service.policy, code=10)
    assert found["sub_indication"] == "SIGNED_DATA_NOT_FOUND"


def test_the_stored_receipt_is_the_answered_one_and_the_latest_verifies(
    service: Service, anchored: tuple[Path, Path], tmp_path: Path
) -> None:
    receipt, file = anchored
    index = next(
        line for line in receipt.read_text().splitlines() if line.startswith("index ")
    ).split()[1]
    place = f"/v1/entries/{index}/receipt"
    assert service.client.get(place).content == receipt.read_bytes()
    anchor(service, os.urandom(8), tmp_path / "..")
    latest = tmp_path / "latest.txt"
    latest.write_bytes(service.client.get(f"{place}/latest").content)
    assert latest.read_bytes() != receipt.read_bytes()
    report(latest, "--file", file, "--policy", service.policy, code=0)


@pytest.mark.parametrize(("lang", "word"), [("en", "NOT VERIFIED"), ("zh", "NOT VERIFIED")])
def test_show_is_no_verification(
    lang: str, word: str, service: Service, anchored: tuple[Path, Path], tmp_path: Path
) -> None:
    receipt, _ = anchored
    forged = tmp_path / "forged.txt"
    forged.write_text(receipt.read_text().replace("item 1", "item 9"))
    for shown in (receipt, forged):
        lines = verify("show", shown, "--lang", lang, code=10).stdout.splitlines()
        assert word in lines[0]
        assert word in lines[-1]


def test_whether_a_later_item_was_anchored(service: Service, tmp_path: Path) -> None:
    dossier = b64(os.urandom(16))
    receipt, file = anchor(service, os.urandom(50), tmp_path, dossier=dossier)
    arguments: tuple[object, ...] = (receipt, "--file", file, "--policy", service.policy)

    def siblings(copy: Path) -> dict[str, Any]:
        shutil.copytree(service.log, copy)
        return report(*arguments, "--log", copy, code=0)

    found = siblings(tmp_path / "before")
    assert "index" not in check_of(found, "siblings")["values"]
    assert "NO_LATER_ITEM" in {finding["code"] for finding in found["findings"]}
    (tmp_path / "later").mkdir()
    later, _ = anchor(service, os.urandom(50), tmp_path / "later", dossier=dossier)
    index = later.read_text().split("\nindex ")[1].split("\n")[0]
    found = siblings(tmp_path / "after")
    assert check_of(found, "siblings")["values"]["index"] == index
    text = verify(*arguments, "--log", tmp_path / "after", code=0).stdout
    assert f"entry {index}" in text.lower()
    # A copy from before the receipt says nothing about it, and says so.
    found = report(later, "--policy", service.policy, "--log", tmp_path / "before", code=10)
    siblings_then = check_of(found, "siblings")
    assert (siblings_then["status"], siblings_then["sub_indication"]) == (
        "not_done", "LOG_COPY_UNUSABLE",
    )  # fmt: skip
    # Without a copy the check is not done, and the verdict does not hang on it.
    found = report(*arguments, code=0)
    assert check_of(found, "siblings")["status"] == "not_done"


class TestTrust:
    """Trust comes from ``--policy`` alone, and its level from who says where that is from."""

    def test_the_level_is_l0_until_someone_says_where_the_policy_came_from(
        self, service: Service, anchored: tuple[Path, Path]
    ) -> None:
        receipt, file = anchored
        arguments = (receipt, "--file", file, "--policy", service.policy)
        zero = verify(*arguments, code=0).stdout
        assert "Trust level L0" in zero
        assert "the source of the policy was not stated" in zero
        one = verify(*arguments, "--policy-source", "letter of 2026-11-21", code=0).stdout
        assert "Trust level L1" in one
        assert "letter of 2026-11-21" in one

    def test_a_consistent_log_of_another_origin_is_unknown(
        self, service: Service, tmp_path: Path
    ) -> None:
        forged = WorkedLog(origin="forged.example", label="forger")
        (tmp_path / "p.zip").write_bytes(_sealed_for(forged, "forged.example"))
        (tmp_path / "own.txt").write_bytes(forged.policy())
        report(tmp_path / "p.zip", "--policy", tmp_path / "own.txt", code=0)  # consistent it is
        found = report(tmp_path / "p.zip", "--policy", service.policy, code=10)
        assert found["sub_indication"] == "UNKNOWN_LOG_KEY"

    def test_one_that_borrows_our_origin_fails(self, service: Service, tmp_path: Path) -> None:
        forged = WorkedLog(origin=ORIGIN, label="forger")
        (tmp_path / "p.zip").write_bytes(_sealed_for(forged, ORIGIN))
        found = report(tmp_path / "p.zip", "--policy", service.policy, code=20)
        assert found["sub_indication"] == "SIG_CRYPTO_FAILURE"


def test_a_package_sealed_by_the_command_passes_and_its_policy_is_checked(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    chat = tmp_path / "聊天.txt"
    chat.write_text("只是文字\n", encoding="utf-8")
    out = tmp_path / "p.zip"
    run(
        [BIN / "beilin", "seal", chat, "--server", service.url, "--key-file", service.key_file,
         "--policy", service.policy, "--dossier", "案卷", "--out", out],
        code=0,
    )  # fmt: skip
    report(out, "--policy", service.policy, code=0)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("log nonsense\n")
    verify(out, "--policy", wrong, code=65)
    verify(out, "--policy", tmp_path / "absent", code=65)
    verify(tmp_path / "absent.zip", "--policy", service.policy, code=65)
    verify(out, code=64)
