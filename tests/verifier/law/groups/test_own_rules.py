"""The rows of class B with a rule of their own: where it does not hold, they are not declared."""

from __future__ import annotations

import pytest

from tests.verifier.law.examined import row, unsealed
from verifier.law.examine import examine
from verifier.law.material import Material, SealedFile

FILLED = {"declared", "declared_with_artifact"}

REFINED = {
    # Row → a change after which the row's own condition no longer holds.
    "M18-07": {"acq.env_check": "{ performed = false }"},
    "M90-02": {"src.carrier.available_for_court": "false", "src.carrier.status": '"lost"'},
    "N4-01": {"src.carrier.status": '"lost"', "src.carrier.available_for_court": "false"},
    "M94-06": {
        "cor.notarial": (
            '[{ office = "某公证处", cert_no = "1", date = 2026-05-02, scope = "process" }]'
        )
    },
    "M13-02": {
        "cor.notarial": (
            '[{ office = "某公证处", cert_no = "1", date = 2026-05-02, scope = "process" }]'
        )
    },
    "M11-02": {"pres.channel": '"upload"'},
    "N6-02": {"acct.peer.id": '[{ nickname = "小红" }]'},
    "W05-01": {"acct.peer.id": '[{ nickname = "小红" }]'},
    "W08-02": {"cust.backup": "false"},
    "M106-08": {"law.privacy": "{ private_chat = true }"},
    "M27-01": {"law.secrets": '"trade_secret"'},
}


@pytest.mark.parametrize("id_", REFINED)
def test_a_row_with_a_rule_of_its_own_is_missing_where_that_fails(id_):
    found = row(unsealed(REFINED[id_]), id_)
    assert found.status == "missing"
    assert found.wording in {"missing", "none"}
    assert found.why is not None or found.wording == "missing"


def test_a_check_without_its_report_is_not_said_to_be_registered():
    partly = '{ performed = true, items = [{ item = "x", observed = "y" }] }'
    found = row(unsealed({"acq.env_check": partly}), "M18-07")
    assert (found.status, found.wording) == ("missing", "none")
    assert found.why is not None


def test_the_files_themselves_say_whether_they_are_legible():
    low = SealedFile(0, b"s.png", "original", 10, bytes(32), "image", None, (200, 300))
    found = row(Material(files=[low]), "M12-02")
    assert (found.status, found.wording) == ("missing", "none")
    assert found.why is not None
    assert found.why.zh == "分辨率较低（宽、高均不足480像素），可能不清晰：s.png"
    empty = SealedFile(0, b"e", "original", 0, bytes(32), "text")
    found = row(Material(files=[empty, low]), "M12-02")
    assert found.status == "missing"
    assert found.why is not None
    assert (
        found.why.zh
        == "空文件或者格式未识别：e；分辨率较低（宽、高均不足480像素），可能不清晰：s.png"
    )


def test_only_what_was_read_to_the_end_is_said_to_open():
    chat = SealedFile(0, b"f", "original", 10, bytes(32), "chat")
    found = row(Material(files=[chat]), "M12-02")
    assert (found.status, found.wording) == ("declared", "present")
    film = SealedFile(1, b"g", "recording", 10, bytes(32), "video")
    found = row(Material(files=[chat, film]), "M12-02")
    assert (found.status, found.wording) == ("declared", "none")
    assert found.why is not None
    assert found.why.zh.startswith("容器格式可识别2/2；")


def test_voice_messages_without_sound_are_missing():
    found = row(examine(Material()), "N2-04")
    assert (found.status, found.wording) == ("missing", "none")


def test_a_plan_and_a_blank_form_are_no_comparison():
    found = row(unsealed({"pres.demo_plan": '["登录"]'}), "M13-04")
    assert (found.status, found.wording, found.is_open) == ("declared", "none", True)
    assert found.why is not None
    assert "是否已与原件比对没有记载" in found.why.zh


def test_only_those_signs_of_others_information_are_named_that_are_there():
    quiet = {
        "law.secrets": '"none_known"',
        "law.pi": '{ sensitive = "none_known", third_party = false, minors = false }',
        "cor.records": None,
    }
    private = "{ private_chat = true, logout_signal = false }"
    found = row(unsealed(quiet | {"law.privacy": private}), "M27-01")
    assert found.why is not None
    assert found.why.zh.endswith("但有下列情形：声明为私人聊天")
    open_ = row(unsealed(quiet | {"law.privacy": private.replace("true", "false")}), "M27-01")
    assert open_.status == "not_applicable"
