"""The word a reader gets: what was raised is no fit, and where nothing was compared nothing fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.consistency.test_scope import DAY, TEXT, matter_of, weflow
from tests.verifier.law.recorded import CHAT, Matter, movie, sha, the_files
from tests.worked import NOON
from verifier.law.consistency import IDS, CheckOutcome, Finding, run_checks
from verifier.law.consistency.sentences import sentence_of, shown_of, table

FILES = {name: sha(data) for name, data, _ in the_files()}
RAISED = Finding("P-05", (), "EXPORT_LIMIT", {"file": 0}, (), raised=True)


def test_the_words_are_five_and_none_says_that_something_was_verified():
    words = table()["shown"]
    assert list(words) == [
        *("contradiction", "raised", "no_contradiction", "not_compared", "nothing_there"),
    ]
    assert {each["zh"] for each in words.values()} == {
        "不一致",
        "有待说明（只列出，不判断）",
        "已比对，未见矛盾",
        "未比对",
        "没有此类材料",
    }
    for each in words.values():
        assert "一致" not in each["zh"].replace("不一致", "")
        assert "verified" not in each["en"]


@pytest.mark.parametrize(
    ("status", "findings", "shown"),
    [
        ("inconsistent", (RAISED._replace(raised=False),), "contradiction"),
        ("consistent", (RAISED,), "raised"),
        ("not_checked", (RAISED,), "raised"),
        ("not_applicable", (RAISED,), "raised"),
        ("consistent", (), "no_contradiction"),
        ("not_checked", (), "not_compared"),
        ("not_applicable", (), "nothing_there"),
    ],
)
def test_what_is_shown_follows_from_status_and_findings(
    status: str, findings: tuple[Finding, ...], shown: str
):
    outcome = CheckOutcome("P-05", status, findings)
    assert outcome.shown == shown
    assert shown_of(outcome).zh == table()["shown"][shown]["zh"]


# -- circumstances are no fit ---------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "fields"),
    [
        ("P-05", {}),
        ("P-14", {}),
        ("P-15", {"acq.method": '"photo_of_screen"'}),
        ("P-16", {"law.method": '"found"', "law.account_consent": '"not_asked"'}),
        ("P-17", {"cor.notarial": '[{ office = "a", cert_no = "1", date = 2026-11-21,'
                                  ' scope = "both" }]'}),
        ("P-21", {"scope.assertion": '"excerpt"', "scope.rationale": '"a"',
                  "scope.full_available": "false"}),
    ],
)  # fmt: skip
def test_a_check_that_raised_something_is_not_shown_as_fitting(
    tmp_path: Path, check: str, fields: dict[str, str]
):
    matter = Matter()
    for name, value in fields.items():
        matter.set(name, value)
    outcome = ask(check, matter, tmp_path)
    assert (outcome.status, outcome.shown) == ("consistent", "raised")


def test_p14_is_never_shown_as_compared_without_a_vendors_digest(tmp_path: Path):
    for tool in ('{ name = "微信" }', f'{{ name = "微信", sha256 = "{sha(b"tool")}" }}'):
        outcome = ask("P-14", Matter().set("acq.tool", tool), tmp_path)
        assert outcome.shown == "raised"
    assert ask("P-14", Matter().set("acq.tool", None), tmp_path).shown == "not_compared"


# -- nothing to compare is no fit -----------------------------------------------------


@pytest.mark.parametrize(
    ("check", "name", "value", "why"),
    [
        ("P-10", "item.conversions", "[]", "NO_DERIVED_FILES"),
        ("P-10", "item.conversions", None, "NO_DERIVED_FILES"),
        ("P-11", "scope.redactions", "[]", "NO_REDACTIONS"),
        ("P-17", "cor.notarial", "[]", "NONE_DECLARED"),
        ("P-22", "cor.records", "[]", "NONE_DECLARED"),
        ("P-23", "cust.transfer", "[]", "NOT_RELAYED"),
        ("P-21", "scope.assertion", '"full_period"', "NOT_AN_EXCERPT"),
    ],
)
def test_an_empty_list_is_no_pass(
    tmp_path: Path, check: str, name: str, value: str | None, why: str
):
    matter = Matter().set(name, value)
    if check == "P-10":
        matter.files = [each for each in matter.files if each[2] != "derived"]
    outcome = ask(check, matter, tmp_path)
    assert (outcome.shown, outcome.why) == ("nothing_there", why)


def test_nothing_at_all_fits_nowhere(tmp_path: Path):
    """Every list that may be empty is, and objects lack what is asked of them: no check says that anything fits."""
    matter = Matter()
    for name in ("item.conversions", "scope.redactions", "cor.notarial", "cor.records",
                 "cor.witness", "cust.transfer", "pres.transcripts", "cust.events"):  # fmt: skip
        matter.set(name, "[]")
    matter.set("law.pi", "{ minors = false }")
    matter.set("app.integrity", '{ install_source = "a" }')
    for name in ("gen.period", "acq.time", "scope.counts", "scope.boundaries"):
        matter.set(name, None)
    outcomes = {each.check: each for each in run_checks(matter.gathered(tmp_path))}
    fits = {check for check in IDS if outcomes[check].shown == "no_contradiction"}
    # Files, senders, screens, persons and the entry were compared, and are what they were.
    assert fits == {"P-01", "P-06", "P-07", "P-16", "P-18", "P-20"}


@pytest.mark.parametrize(
    ("check", "name", "value", "left_out"),
    [
        ("P-15", "app.integrity", '{ install_source = "a" }', "app.integrity#modded"),
        ("P-16", "law.account_consent", None, "law.account_consent"),
        ("P-19", "law.pi", "{ minors = false }", "law.pi#sensitive"),
        ("P-02", "gen.period", None, "gen.period"),
        ("P-02", "acq.time", None, "acq.time"),
    ],
)
def test_what_is_left_out_was_not_compared(
    tmp_path: Path, check: str, name: str, value: str | None, left_out: str
):
    outcome = ask(check, Matter().set(name, value), tmp_path)
    assert (outcome.shown, outcome.values["fields"]) == ("not_compared", left_out)


# -- without a record -----------------------------------------------------------------


def silent(data: bytes) -> Matter:
    return Matter(record=b"").put("chat.txt", data)


def test_p06_without_a_declared_account_names_are_listed_and_compared_with_nothing(tmp_path: Path):
    outcome = ask("P-06", silent(CHAT), tmp_path)
    assert (outcome.why, set(raised(outcome))) == ("RECORD_UNREADABLE", {"SENDERS_UNDECLARED"})
    assert raised(outcome)["SENDERS_UNDECLARED"].values == {"count": 2, "names": "小红、小明"}
    neither = Matter().set("acct.own.id", None).set("acct.peer.id", None)
    assert set(raised(ask("P-06", neither, tmp_path))) == {"SENDERS_UNDECLARED"}
    one = Matter().set("acct.peer.id", None)
    assert raised(ask("P-06", one, tmp_path))["SENDERS_UNKNOWN"].values["found"] == 1
    sentence = table()["checks"]["P-06"]["findings"]["SENDERS_UNDECLARED"]["zh"]
    assert sentence == "导出件显示{count}个发送者名称：{names}；未声明账号，无从比对。"


def test_p06_accounts_that_cannot_be_compared_do_not_make_senders_unknown(tmp_path: Path):
    matter = Matter().set("acct.own.id", '{ account_id = "wxid_a" }')
    matter.set("acct.peer.id", '[{ account_id = "wxid_b" }]')
    outcome = ask("P-06", matter, tmp_path)  # this export shows display names only
    assert (outcome.why, set(raised(outcome))) == ("NOTHING_COMPARABLE", {"SENDERS_NOT_COMPARED"})


@pytest.mark.usefixtures("running_weflow")
def test_p05_without_declared_gaps_silences_are_listed_as_not_explained(tmp_path: Path):
    start = NOON - 200 * DAY
    times = [(n, start + 60 * n, TEXT) for n in (1, 2, 3, 7, 8)]
    data = weflow(*times, (9, start + 45 * DAY, TEXT))
    outcome = ask("P-05", silent(data), tmp_path)
    assert not contradicted(outcome)
    assert set(raised(outcome)) == {"SILENCE_UNEXPLAINED", "NUMBERS_UNEXPLAINED"}
    values = raised(outcome)["SILENCE_UNEXPLAINED"].values
    assert (values["from"], values["to"], values["days"]) == (
        "2026-05-05T12:08:00Z",
        "2026-06-19T12:00:00Z",
        44,
    )
    findings = table()["checks"]["P-05"]["findings"]
    assert findings["SILENCE_UNEXPLAINED"]["zh"] == (
        "相邻消息间隔超过30天：{from}与{to}之间{days}天；未作说明。"
    )
    for code in ("SILENCE_UNEXPLAINED", "NUMBERS_UNEXPLAINED", "NUMBERS_YET_WHOLE"):
        assert "所声明的" not in findings[code]["zh"]
    assert set(contradicted(ask("P-05", matter_of(data, scope_gaps="[]"), tmp_path))) == {
        "GAP_TIME",
        "GAP_NUMBERS",
    }


# -- other material, attachments ------------------------------------------------------


def test_p04_does_not_ask_a_screen_recording_for_messages(tmp_path: Path):
    matter = Matter().put("chat.txt", movie(9))
    for name in ("scope.counts", "scope.boundaries", "scope.period"):
        matter.set(name, None)
    for kind in ("screen_recording", "photo", "document"):
        outcome = ask("P-04", matter.set("item.kind", f'"{kind}"'), tmp_path)
        assert (outcome.shown, outcome.why) == ("nothing_there", "OTHER_MATERIAL")
    assert ask("P-04", matter.set("item.kind", '"chat_export"'), tmp_path).why == "FIELD_ABSENT"
    # A chat that is there is compared, whatever the material is called.
    chat = Matter().set("item.kind", '"document"').set("scope.counts", "{ messages = 9 }")
    assert ask("P-04", chat, tmp_path).shown == "contradiction"


def test_attached_recordings_and_screenshots_are_not_denied(tmp_path: Path):
    """Neither sentence says that there is no such file: some are attached."""
    matter = Matter().set("pres.transcripts", None)
    matter.files = [each for each in matter.files if each[0] != "voice.wav"]
    assert {each[2] for each in matter.files} >= {"recording", "screenshot"}
    for check, words in (("P-08", "录屏不计"), ("P-23", "截图、录屏不计")):
        outcome = ask(check, matter, tmp_path)
        assert outcome.shown == "nothing_there"
        why = table()["why"][outcome.why]
        assert why["zh"].startswith("待证文件中没有")
        assert words in why["zh"]
        assert "among the evidence files" in why["en"]


def test_fields_of_a_finding_are_named_in_words(tmp_path: Path):
    matter = Matter().set("acq.log", f'["{FILES["bank.pdf"]}"]')
    finding = raised(ask("P-22", matter, tmp_path))["SAME_FILE_NAMED_TWICE"]
    assert finding.values["fields"] == "acq.log cor.records"
    assert "（acq.log）、" in sentence_of(finding).zh
