"""Class B: each row present and missing; each that a consistency check can contradict, inconsistent."""

from __future__ import annotations

import pytest

from tests.verifier.law.examined import (
    CHAT,
    SCREENS,
    SOUND,
    TOOL_LOG,
    TRANSCRIPT,
    only,
    row,
    sha,
    unsealed,
)
from verifier.law.groups import NEEDS
from verifier.law.material import Material, SealedFile
from verifier.law.needs import fields_of
from verifier.law.rules import ROWS

ROWS_B = [each.id for each in ROWS.values() if each.cls == "B"]
FILLED = {"declared", "declared_with_artifact"}

OTHER_KINDS = {
    # Rows about another kind of material than a chat, and the word of item.kind for it.
    "M15-01": "video", "N6-04": "email", "N6-05": "sms", "N6-06": "payment", "N6-07": "payment",
    "N6-08": "payment", "N2-04": "audio", "MC-03": "audio", "N2-05": "video",
}  # fmt: skip
COPIES = {
    # A printout that was made from the chat and sealed, and a disc that holds the chat.
    "item.conversions": (
        f'[{{ from = "聊天记录.txt", to = "打印件.pdf", tool = "打印", '
        f'digest_before = "{sha(CHAT)}", digest_after = "{sha(SCREENS[0])}" }}]'
    ),
}
MORE = {
    # What only some materials have: something was converted, hidden, foreign or signed.
    "M13-05": {
        "item.conversions": (
            f'[{{ from = "聊天记录.txt", to = "聊天.pdf", tool = "打印", '
            f'digest_before = "{sha(CHAT)}", digest_after = "{sha(TOOL_LOG)}" }}]'
        )
    },
    "M27-01": {
        "law.pi": '{ sensitive = "some", types = "病历", third_party = false, minors = false }',
        "scope.redactions": (
            f'[{{ where = "第3页", reason = "病历", original_digest = "{sha(CHAT)}" }}]'
        ),
    },
    "M11-01": COPIES,
    "N2-05": {
        "pres.carriers": (
            f'[{{ carrier_no = "光盘1", type = "DVD-R", contents_digest = "{sha(SOUND)}" }}]'
        )
    },
    "MZ-02": {"pres.translation": f'[{{ of_digest = "{sha(CHAT)}", digest = "{sha(TOOL_LOG)}" }}]'},
    "N2-04": {
        "pres.transcripts": (
            f'[{{ media_digest = "{sha(SOUND)}", text_digest = "{sha(TRANSCRIPT)}" }}]'
        )
    },
    "MC-03": {
        "pres.transcripts": (
            f'[{{ media_digest = "{sha(SOUND)}", text_digest = "{sha(TRANSCRIPT)}" }}]'
        )
    },
    **dict.fromkeys(("M16-09", "M15-02", "N2-02"), COPIES),
    "MC-02": {
        "decl.signature": '{ alg = "sm2", value = "..." }',
        "item.files": (
            f'[{{ name = "f", bytes = 10, sha256 = "{sha(CHAT)}", role = "original_export" }}]'
        ),
    },
}


@pytest.mark.parametrize("id_", ROWS_B)
def test_a_row_is_present_where_all_it_needs_is_there(id_, whole):
    if all(name.startswith("plat.") for each in NEEDS[id_].of for name in fields_of(each)) and (
        NEEDS[id_].of
    ):
        found = row(whole.examination, id_)
    elif id_ in OTHER_KINDS or id_ in MORE:
        found = row(unsealed(MORE.get(id_), OTHER_KINDS.get(id_)), id_)
        if found.status == "inconsistent":  # the files of this test fit only the chat
            assert found.findings
            pytest.fail(str(found.findings))
    else:
        found = row(whole.examination, id_)
    assert found.status in FILLED, (found.status, found.lacking, found.why)
    assert found.lacking == ()


@pytest.mark.parametrize("id_", ROWS_B)
def test_a_row_is_missing_where_nothing_is_there(id_):
    found = row(Material(), id_)
    assert found.status == "missing"
    assert found.wording in {"missing", "none"}
    if found.wording == "none":
        assert found.why is not None or not ROWS[id_].missing_zh.strip("—")


def own_fields(id_: str) -> list[str]:
    """The declarant's fields that a row needs."""
    needed = (name for each in NEEDS[id_].of for name in fields_of(each))
    return [name for name in needed if not name.startswith("plat.")]


@pytest.mark.parametrize("id_", [each for each in ROWS_B if own_fields(each)])
def test_a_row_of_the_record_is_missing_without_its_fields(id_):
    fields = own_fields(id_)
    changes: dict[str, str | None] = {**MORE.get(id_, {}), **dict.fromkeys(fields)}
    if "item.kind" in fields:
        changes["item.kind"] = None
    found = row(unsealed(changes, None if "item.kind" in fields else OTHER_KINDS.get(id_)), id_)
    if id_ == "N2-04":
        assert (found.status, found.values["list"].own) == ("missing", True)
        return
    assert found.status == "missing"
    assert set(found.lacking) <= set(fields)


# -- unknown, not applicable, empty


def test_an_unknown_is_missing_and_its_reason_is_kept():
    found = row(unsealed({"cust.medium": '{ unknown = "忘记了" }'}), "MI-03")
    assert found.status == "missing"
    assert found.lacking == ("cust.medium",)
    assert found.reasons == (("cust.medium", "忘记了"),)


def test_what_need_not_be_there_is_not_applicable_with_the_reason():
    found = row(unsealed({"pres.translation": '{ not_applicable = "材料为中文" }'}), "MZ-02")
    assert (found.status, found.wording) == ("not_applicable", "none")
    assert found.reasons == (("pres.translation", "材料为中文"),)
    assert found.why is not None


def test_an_empty_list_is_an_answer_only_where_nothing_can_be_an_answer():
    assert row(unsealed({"cor.witness": "[]"}), "M18-05").status == "missing"
    none = {"item.conversions": "[]", "pres.printouts": None, "pres.carriers": None}
    assert row(unsealed(none), "M16-09").status in FILLED


def test_a_row_about_another_kind_of_material_does_not_apply():
    found = row(unsealed(only("item.kind", "acct.own.id"), "chat_export"), "N6-04")
    assert (found.status, found.wording) == ("not_applicable", "none")
    assert found.why is not None


def test_the_content_shows_the_kind_where_no_record_says_it():
    chat = [SealedFile(0, b"f", "original", 10, bytes(32), "chat")]
    assert row(Material(files=chat), "N6-04").status == "not_applicable"
    unknown = [SealedFile(0, b"f", "original", 10, bytes(32), "other")]
    assert row(Material(files=unknown), "N6-04").status == "missing"


def test_what_is_partly_there_is_missing_and_says_which_part():
    found = row(unsealed({"acct.peer.id": None, "scope.period": None}), "M18-01")
    assert found.status == "missing"
    assert found.lacking == ("acct.peer.id",)
    assert "src.device.model" in found.given


def test_material_with_a_sealed_digest_is_told_apart(whole):
    assert row(whole.examination, "N2-03").status == "declared_with_artifact"
    assert row(whole.examination, "N2-03").files == (1, 2)
    assert row(whole.examination, "M18-04").status == "declared"
