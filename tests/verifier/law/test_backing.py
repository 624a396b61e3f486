"""Which files back a row, and values that make a sentence: accounts, items, versions."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tests.verifier.law.examined import CHAT, row, sha, unsealed
from verifier.evidence.provenance.annex import Opened
from verifier.evidence.provenance.fields import FIELDS
from verifier.law import backing
from verifier.law.case import Case
from verifier.law.examination import Text
from verifier.law.material import SealedFile
from verifier.law.rules import ROWS


def test_every_field_that_backs_a_row_is_one_of_its_own():
    for id_, fields in backing.FIELDS_OF.items():
        assert set(fields) <= set(ROWS[id_].inputs), id_
        assert set(fields) <= set(FIELDS)


# -- D: files


def test_the_contested_file_backs_nothing_under_any_name():
    whole = f'{{ available = true, digest = "{sha(CHAT)}" }}'
    full = row(unsealed({"scope.full_available": whole}), "N3-02")
    assert full.files == ()


def test_a_file_backs_only_the_rows_whose_own_field_names_it(whole):
    by_row = {each.row.id: each.files for each in whole.examination.rows}
    assert by_row["M18-08"] == (3, 5)  # the recording and the tool's log
    assert by_row["M18-07"] == (4,)
    assert by_row["M93-03"] == (5,)
    for id_ in ("M90-01", "N2-05", "M16-01", "M106-08", "M18-03", "M18-11", "M17-03", "N2-01"):
        assert by_row[id_] == (), id_


def test_without_the_rule_the_contested_file_would_back_a_row(whole, monkeypatch):
    """Control."""
    monkeypatch.setattr(backing, "is_attached", lambda *_: True)
    backup = {"cust.backup": f'{{ exists = true, digest = "{sha(CHAT)}" }}'}
    assert row(unsealed(backup), "W08-02").files == (0,)


def test_a_recording_that_is_the_evidence_itself_is_said_to_be_that():
    same = {"acq.recording": f'{{ digest = "{sha(CHAT)}", continuous = true }}'}
    found = row(unsealed(same), "W03-02")
    assert found.values["rec"].zh.endswith("，即被审查的文件本身）")
    assert found.files == ()


def test_the_record_is_counted_apart_from_the_files(whole):
    value = row(whole.examination, "M16-03").values["file"]
    assert value.zh.endswith("等6项，以及来源声明1份")
    assert "来源声明.toml" not in value.zh


def test_the_files_are_gone_through_once(monkeypatch):
    """Very many attached files of one digest: each is looked at once, not once for each."""
    base = unsealed()
    digest = bytes.fromhex(sha(b"x"))
    files = [SealedFile(n, b"f", "log", 1, digest, "other") for n in range(10, 5000)]
    known = SimpleNamespace(digests=lambda *_, **__: [digest])
    case: Any = Case(replace(base, files=[*base.files, *files]), known, None, {}, {})  # type: ignore[arg-type]
    calls, plain = [], Case.sealed

    def counted(self: Case) -> list[SealedFile]:
        calls.append(1)
        return plain(self)

    monkeypatch.setattr(Case, "sealed", counted)
    assert backing.artifacts(case, "M93-03") == list(range(10, 5000))
    assert backing.artifacts(case, "M18-08") == list(range(10, 5000))
    assert backing.is_attached(case, digest)
    assert not backing.is_attached(case, bytes.fromhex(sha(CHAT)))
    assert not backing.is_attached(case, bytes(32))
    assert len(calls) == 1


# -- H: sentences


def test_an_account_that_is_only_a_commitment_is_not_printed_as_one():
    commitment = "commit:" + "A" * 43 + "="
    peer = {"acct.peer.id": f'[{{ account_id = "{commitment}", nickname = "小红" }}]'}
    for id_ in ("M18-01", "N6-02", "W05-01", "M19-03"):
        values = row(unsealed(peer), id_).values
        text = "".join(value.zh for value in values.values())
        assert "以承诺值登记，原值在提交方保管的封存附件中" in text, id_
        assert "commit:" not in text


def test_an_opened_commitment_is_printed_as_what_it_stands_for():
    commitment = "commit:" + "A" * 43 + "="
    peer = {"acct.peer.id": f'[{{ account_id = "{commitment}", nickname = "小红" }}]'}
    opened = Opened("acct.peer.id", "account_id", "wxid_hong", "", commitment)
    material = replace(unsealed(peer), annex=[opened])
    value = row(material, "W05-01").values["id"]
    assert "wxid_hong" in [part.zh for part in value.parts if part.own]


def test_the_item_of_an_article_is_numbered_as_the_statute_does():
    assert row(unsealed({"item.category": "2"}), "M14-01").values["n"] == Text("二", "2", own=False)


def test_an_unknown_version_is_not_run_into_the_name():
    values = row(unsealed({"app.version": '{ unknown = "x" }'}), "M18-01").values
    assert values["ver"].zh == "（版本声明为未知）"
