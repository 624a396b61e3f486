"""P-06, P-07, P-16, P-18: accounts, their holders, and the persons named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import Matter, png, sha, the_files
from verifier.evidence.provenance.annex import Kept, commit, to_annex

FILES = {name: sha(data) for name, data, _ in the_files()}
WEFLOW = (
    b'{"weflow":{"version":"1"},"messages":['
    b'{"createTime":1795000000,"senderUsername":"wxid_ming","platformMessageId":"1"},'
    b'{"createTime":1795000001,"senderUsername":"wxid_hong","platformMessageId":"2"}]}'
)


# -- P-06 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("acct.peer.id", '[{ account_id = "x", nickname = "小兰" }]', "PEER_NOT_FOUND"),
        ("acct.own.id", '{ account_id = "x", nickname = "小亮" }', "OWN_NOT_FOUND"),
    ],
)
def test_p06_a_declared_name_that_no_sender_has(tmp_path: Path, name: str, value: str, code: str):
    outcome = ask("P-06", Matter().set(name, value), tmp_path)
    finding = contradicted(outcome)[code]
    assert finding.rows == ("W03-01", "N6-02")
    assert (finding.values["found"], finding.values["listed"]) == (2, "小红、小明")
    assert raised(outcome)["SENDERS_UNKNOWN"].values["found"] == 1


def test_p06_a_remark_or_a_phone_number_will_do(tmp_path: Path):
    peer = '[{ nickname = "Hong", remark = "小红" }]'
    assert ask("P-06", Matter().set("acct.peer.id", peer), tmp_path).status == "consistent"
    chat = (
        "13/11/26, 10:00 - 小明: a\n13/11/26, 10:01 - \u202a+86 138 0013 8000\u202c: b\n".encode()
    )
    matter = Matter().put("chat.txt", chat).set("acct.peer.id", '[{ phone = "13800138000" }]')
    assert ask("P-06", matter, tmp_path).status == "consistent"


def test_p06_account_ids_are_compared_where_the_export_shows_them(tmp_path: Path):
    matter = Matter().put("chat.txt", WEFLOW)
    assert ask("P-06", matter, tmp_path).status == "consistent"
    matter.set("acct.peer.id", '[{ account_id = "wxid_lan", nickname = "小红" }]')
    assert set(contradicted(ask("P-06", matter, tmp_path))) == {"PEER_NOT_FOUND"}
    # A nickname says nothing about an account id.
    matter.set("acct.peer.id", '[{ nickname = "小红" }]')
    assert ask("P-06", matter, tmp_path).why == "NOTHING_COMPARABLE"


def test_p06_a_commitment_is_compared_where_the_annex_opens_it(tmp_path: Path):
    salt = os.urandom(32)
    closed = commit(salt, "wxid_hong")
    matter = Matter().put("chat.txt", WEFLOW)
    matter.set("acct.peer.id", f'[{{ account_id = "{closed}" }}]')
    assert ask("P-06", matter, tmp_path).why == "NOTHING_COMPARABLE"
    annex = to_annex([Kept("acct.peer.id", "account_id", closed, salt, "wxid_hong")])
    assert ask("P-06", matter.put("annex.toml", annex, "log"), tmp_path).status == "consistent"
    other = commit(salt, "wxid_lan")
    matter.set("acct.peer.id", f'[{{ account_id = "{other}" }}]')
    annex = to_annex([Kept("acct.peer.id", "account_id", other, salt, "wxid_lan")])
    outcome = ask("P-06", matter.put("annex.toml", annex, "log"), tmp_path)
    assert set(contradicted(outcome)) == {"PEER_NOT_FOUND"}


def test_p06_unknown_senders_are_counted_and_five_are_listed(tmp_path: Path):
    lines = "".join(f"13/11/26, 10:{n:02} - P{n}: a\n" for n in range(9))
    lines += "13/11/26, 10:10 - 小明: a\n13/11/26, 10:11 - 小红: a\n"
    outcome = ask("P-06", Matter().put("chat.txt", lines.encode()), tmp_path)
    values = raised(outcome)["SENDERS_UNKNOWN"].values
    assert (values["found"], values["all"], values["listed"]) == (9, 11, "P0、P1、P2、P3、P4")
    assert outcome.status == "consistent"


def test_p06_who_sent_the_mail_is_no_sender_of_the_chat(tmp_path: Path):
    mail = (HERE / "wechat_mail_html.eml").read_bytes()
    assert ask("P-06", Matter().put("chat.txt", mail), tmp_path).why == "NO_MESSAGES_READ"


def test_p06_not_said(tmp_path: Path):
    outcome = ask("P-06", Matter().set("acct.peer.id", None), tmp_path)
    assert (outcome.why, outcome.values) == ("FIELD_ABSENT", {"fields": "acct.peer.id"})


# -- P-07 ----------------------------------------------------------------------------


def test_p07_screens_that_are_not_sealed_not_pictures_or_in_another_role(tmp_path: Path):
    nowhere = sha(b"nowhere")
    matter = Matter().set("acct.peer.profile_screens", f'["{nowhere}"]')
    finding = contradicted(ask("P-07", matter, tmp_path))["SCREEN_NOT_SEALED"]
    assert (finding.rows, finding.values["declared"]) == (("N2-03",), nowhere)
    matter.set("acct.peer.profile_screens", f'["{FILES["chat.pdf"]}"]')
    found = contradicted(ask("P-07", matter, tmp_path))
    assert found["SCREEN_NOT_IMAGE"].values["found"] == "pdf"
    photo = png(3, 3)
    matter = Matter().put("p.png", photo, "media")
    matter.set("acct.peer.profile_screens", f'["{sha(photo)}"]')
    found = contradicted(ask("P-07", matter, tmp_path))
    assert found["SCREEN_ROLE"].values["found"] == "media"


def test_p07_one_screen_for_both_sides(tmp_path: Path):
    matter = Matter().set("acct.peer.profile_screens", f'["{FILES["own.png"]}"]')
    assert set(contradicted(ask("P-07", matter, tmp_path))) == {"SCREEN_SAME"}


def test_p07_one_side_only_is_not_whole(tmp_path: Path):
    outcome = ask("P-07", Matter().set("acct.peer.profile_screens", None), tmp_path)
    assert (outcome.status, outcome.values) == (
        "not_checked",
        {"fields": "acct.peer.profile_screens"},
    )
    matter = Matter().set("acct.peer.profile_screens", None).set("acct.own.profile_screens", None)
    assert ask("P-07", matter, tmp_path).why == "FIELD_ABSENT"


# -- P-16 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "code", "rows"),
    [
        ("src.device.owner", '"employer"', "OWNER_NOT_HOLDER", ("M106-01", "M106-09")),
        ("law.method", '"found"', "METHOD_RAISED", ("M106-01",)),
        ("law.method", '"covert"', "METHOD_RAISED", ("M106-01",)),
        ("law.method", '"remote_access"', "METHOD_RAISED", ("M106-01",)),
        ("law.account_consent", '"not_asked"', "CONSENT_RAISED", ("M106-01",)),
    ],
)
def test_p16_circumstances_are_raised(
    tmp_path: Path, name: str, value: str, code: str, rows: tuple[str, ...]
):
    matter = Matter().set("law.account_consent", '"consented"').set(name, value)
    outcome = ask("P-16", matter, tmp_path)
    assert outcome.status == "consistent"
    assert raised(outcome)[code].rows == rows


def test_p16_the_office_computer_after_log_out(tmp_path: Path):
    """The case: another's account, logged out from afar, on a device of the employer."""
    matter = Matter().set("src.device.owner", '"employer"').set("law.method", '"found"')
    matter.set("acct.own.id", '{ account_id = "a", nickname = "小明", holder = "other_party" }')
    matter.set("law.account_consent", '"not_asked"')
    matter.set("law.privacy", "{ private_chat = true, logout_signal = true }")
    outcome = ask("P-16", matter, tmp_path)
    assert outcome.status == "consistent"  # it says what it is; nothing contradicts
    assert set(raised(outcome)) == {
        "OWNER_NOT_HOLDER",
        "METHOD_RAISED",
        "CONSENT_RAISED",
        "LOGOUT_SIGNAL",
    }
    own = contradicted(ask("P-16", matter.set("law.method", '"own_chat"'), tmp_path))
    assert own["OWN_BUT_HELD_BY_OTHER"].rows == ("M106-01", "M106-09")
    assert own["LOGOUT_BUT_OWN"].rows == ("M106-01", "M106-08")


def test_p16_consent_that_was_not_given(tmp_path: Path):
    matter = Matter().set("law.method", '"consented"').set("law.account_consent", '"refused"')
    finding = contradicted(ask("P-16", matter, tmp_path))["METHOD_AND_CONSENT"]
    assert (finding.values["declared"], finding.values["found"]) == ("refused", "consented")
    # A conversation of one's own may be recorded unseen: raised, and no contradiction.
    outcome = ask("P-16", Matter().set("law.method", '"covert"'), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"METHOD_RAISED"})


@pytest.mark.parametrize("name", ["src.device.owner", "law.method", "law.privacy", "acct.own.id"])
def test_p16_not_said(tmp_path: Path, name: str):
    outcome = ask("P-16", Matter().set(name, None), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "FIELD_ABSENT")
    no_holder = Matter().set("acct.own.id", '{ account_id = "a", nickname = "小明" }')
    assert ask("P-16", no_holder, tmp_path).values == {"fields": "acct.own.id#holder"}


# -- P-18 ----------------------------------------------------------------------------


def test_p18_a_relation_that_is_not_said_is_lacking(tmp_path: Path):
    matter = Matter().set("acq.operator", '{ name = "周某" }')
    outcome = ask("P-18", matter, tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert raised(outcome)["RELATION_MISSING"].rows == ("M87-05",)
    agent = Matter().set("decl.declarant", '{ name = "吴某", role = "agent" }')
    assert raised(ask("P-18", agent, tmp_path))["RELATION_MISSING"].rows == ("M87-05", "M17-02")


def test_p18_the_party_needs_none_and_cannot_have_none(tmp_path: Path):
    party = Matter().set("decl.declarant", '{ name = "李小明", role = "party" }')
    assert ask("P-18", party, tmp_path).status == "consistent"
    party.set("acq.operator", '{ name = " 李 小明", relation_to_party = "无关系。" }')
    finding = contradicted(ask("P-18", party, tmp_path))["PARTY_WITHOUT_RELATION"]
    assert (finding.rows, finding.values["declared"]) == (("M87-05",), "无关系。")
    own = '{ name = "李小明", role = "party", relation_to_party = "none" }'
    found = contradicted(ask("P-18", Matter().set("decl.declarant", own), tmp_path))
    assert found["PARTY_WITHOUT_RELATION"].rows == ("M87-05", "M17-02")


def test_p18_one_name_two_relations(tmp_path: Path):
    matter = Matter().set("acq.operator", '{ name = "李小明", relation_to_party = "员工" }')
    finding = contradicted(ask("P-18", matter, tmp_path))["RELATION_DIFFERS"]
    assert (finding.values["declared"], finding.values["found"]) == ("本人", "员工")


def test_p18_a_witness_who_made_the_extraction(tmp_path: Path):
    matter = Matter().set("cor.witness", '[{ name = "李小明", relation = "本人" }]')
    matter.set("acq.operator", None)
    finding = contradicted(ask("P-18", matter, tmp_path))["WITNESS_IS_ACTING"]
    assert (finding.values["declared"], finding.values["found"]) == (
        "cor.witness",
        "decl.declarant",
    )


@pytest.mark.parametrize(
    ("independence", "status"),
    [
        ({"case_interest": "无"}, "inconsistent"),
        ({"case_interest": "运营者即本案当事人"}, "consistent"),
        (None, "consistent"),
    ],
)
def test_p18_a_platform_run_by_the_party(
    tmp_path: Path, independence: dict[str, str] | None, status: str
):
    matter = Matter(platform={"plat.operator": {"name": "李小明"}})
    if independence and matter.platform:
        matter.platform["plat.independence"] = independence
    material = matter.gathered(tmp_path)
    if material.declaration is None:
        pytest.fail("the platform's declaration was not read")
    outcome = ask("P-18", material, tmp_path)
    assert outcome.status == status
    finding = next(each for each in outcome.findings if each.code == "PLATFORM_IS_NAMED")
    assert finding.rows == ("M17-02",)
    assert finding.raised is (status == "consistent")


def test_p18_not_said(tmp_path: Path):
    matter = Matter()
    for name in ("decl.declarant", "acq.operator", "cor.witness"):
        matter.set(name, None)
    assert ask("P-18", matter, tmp_path).why == "FIELD_ABSENT"
