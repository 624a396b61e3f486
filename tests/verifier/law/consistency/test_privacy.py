"""P-19 and P-20: personal data in the material, and in what is published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import CHAT, Matter
from verifier.law.consistency.sentences import table

ID_NUMBER = "11010519491231002X"  # the specimen of GB 11643-1999


def chat(*words: str) -> bytes:
    return (
        CHAT + "".join(f"小红  09:{n + 10}\n\n{word}\n\n" for n, word in enumerate(words)).encode()
    )


def test_p19_what_was_found_against_what_was_declared(tmp_path: Path):
    matter = Matter().put("chat.txt", chat(f"我的身份证{ID_NUMBER}", "电话13800138000"))
    outcome = ask("P-19", matter, tmp_path)
    finding = contradicted(outcome)["PERSONAL_DENIED"]
    assert finding.rows == ("MP-02", "M27-01")
    assert finding.values == {"declared": "none_known", "id_numbers": 1, "bank_cards": 0}
    assert raised(outcome)["PERSONAL_FOUND"].values == {
        "id_numbers": 1,
        "bank_cards": 0,
        "phones": 1,
    }
    assert ID_NUMBER not in repr(outcome)
    assert "13800138000" not in repr(outcome)


def test_p19_a_telephone_number_contradicts_nothing(tmp_path: Path):
    outcome = ask("P-19", Matter().put("chat.txt", chat("电话13800138000")), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"PERSONAL_FOUND"})


def test_p19_what_is_declared_is_raised_where_nothing_is_covered(tmp_path: Path):
    matter = Matter().put("chat.txt", chat(ID_NUMBER)).set("law.pi", '{ sensitive = "some" }')
    outcome = ask("P-19", matter, tmp_path)
    assert outcome.status == "consistent"
    assert set(raised(outcome)) == {"PERSONAL_FOUND", "NOTHING_REDACTED"}


@pytest.mark.parametrize("field", ["law.pi", "law.privacy"])
def test_p19_third_persons_in_a_group(tmp_path: Path, field: str):
    group = (
        CHAT.replace("小明  16:21".encode(), "丙  16:21".encode()) + "小明  09:06\n\n好\n".encode()
    )
    matter = Matter().put("chat.txt", group)
    other = "law.privacy" if field == "law.pi" else "law.pi"
    outcome = ask("P-19", matter.set(other, None), tmp_path)
    assert raised(outcome)["THIRD_PERSONS"].values == {"found": 3}
    found = contradicted(outcome)
    assert found["THIRD_PERSONS_DENIED"].fields == (field,)
    assert found["THIRD_PERSONS_DENIED"].values["found"] == 3


def test_p19_counts_are_raised_without_a_record_too(tmp_path: Path):
    matter = Matter(record=b"").put("chat.txt", chat(ID_NUMBER))
    outcome = ask("P-19", matter, tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("not_checked", {"PERSONAL_FOUND"})
    assert ask("P-19", Matter().set("law.pi", None), tmp_path).why == "FIELD_ABSENT"


def test_p19_does_not_apply_to_material_without_messages(tmp_path: Path):
    matter = Matter().put("chat.txt", b"no chat\n").set("item.kind", '"photo"')
    assert ask("P-19", matter, tmp_path).why == "OTHER_MATERIAL"
    assert ask("P-19", matter.set("item.kind", None), tmp_path).why == "NO_MESSAGES_READ"


# -- P-20 ----------------------------------------------------------------------------


def test_p20_what_is_published_holds_digests_only(tmp_path: Path):
    material = Matter().gathered(tmp_path)
    outcome = ask("P-20", material, tmp_path)
    assert outcome.status == "consistent"
    assert material.receipt is not None
    for text, code in (
        (ID_NUMBER, "PUBLISHED_NUMBERS"),
        ("13800138000", "PUBLISHED_NUMBERS"),
        ("李小明", "PUBLISHED_NAMES"),
        ("wxid_ming", "PUBLISHED_NAMES"),
    ):
        entry = material.receipt.entry_bytes + f"note {text}\n".encode()
        forged = replace(material, receipt=material.receipt._replace(entry_bytes=entry))
        outcome = ask("P-20", forged, tmp_path)
        assert outcome.status == "inconsistent"
        assert contradicted(outcome)[code].values["where"] == "entry"
        assert contradicted(outcome)[code].rows == ("MP-03",)
        assert text not in repr(outcome)


def test_p20_not_checked_before_anchoring_or_unbound(tmp_path: Path):
    material = Matter().gathered(tmp_path)
    assert ask("P-20", replace(material, manifest=None), tmp_path).why == "NOT_BOUND"
    assert ask("P-20", replace(material, result=None, receipt=None), tmp_path).why == (
        "NOT_ANCHORED"
    )
    assert "P-20" in table()["checks"]
