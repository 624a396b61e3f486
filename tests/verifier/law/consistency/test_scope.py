"""P-04, P-05, P-21: how much was exported and what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import Matter, sha, wave
from tests.worked import NOON
from verifier.exports.reader import Note

DAY = 86400


def weflow(*messages: tuple[int, int, str], count: int | None = None) -> bytes:
    """Return an export: (number, Unix seconds, type) of each message."""
    said = "" if count is None else f',"session":{{"messageCount":{count}}}'
    body = ",".join(
        f'{{"localId":{n},"createTime":{at},"type":"{kind}","content":"好",'
        f'"senderUsername":"wxid_hong","platformMessageId":"{n}"}}'
        for n, at, kind in messages
    )
    return f'{{"weflow":{{"version":"1.0.3"}}{said},"messages":[{body}]}}'.encode()


TEXT = "文本消息"


def at(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def matter_of(data: bytes, **fields: str | None) -> Matter:
    """Return the matter with another chat, which its record says nothing of but ``fields``."""
    matter = Matter().put("chat.txt", data)
    for name in ("scope.counts", "scope.boundaries", "scope.period", "scope.gaps"):
        matter.set(name, None)
    return matter.declare(**fields)


def running(*numbers: int, step: int = 60) -> bytes:
    return weflow(*((n, NOON - 9 * DAY + n * step, TEXT) for n in numbers))


# -- P-04 ----------------------------------------------------------------------------


def test_p04_every_count_the_format_tells_is_compared(tmp_path: Path):
    kinds = [TEXT, "语音消息", "图片消息", "转账卡片", "系统消息"]
    data = weflow(*((n, NOON - 99 + n, kind) for n, kind in enumerate(kinds, 1)))
    good = "{ messages = 5, media = 2, voice = 1, calls = 7, transfers = 1 }"
    outcome = ask("P-04", matter_of(data, scope_counts=good), tmp_path)
    assert outcome.status == "consistent"
    assert outcome.values["compared"] == "messages media voice transfers"
    for counts in ("{ messages = 4 }", "{ messages = 5, media = 1 }"):  # without notices, voice
        assert ask("P-04", matter_of(data, scope_counts=counts), tmp_path).status == "consistent"
    bad = "{ messages = 6, media = 3, voice = 2, transfers = 0 }"
    findings = contradicted(ask("P-04", matter_of(data, scope_counts=bad), tmp_path))
    assert {
        code: (each.values["declared"], each.values["found"]) for code, each in findings.items()
    } == {
        "COUNT_MESSAGES": (6, 5),
        "COUNT_MEDIA": (3, 2),
        "COUNT_VOICE": (2, 1),
        "COUNT_TRANSFERS": (0, 1),
    }
    assert findings["COUNT_MESSAGES"].rows == ("N3-01", "MI-05")


def test_p04_where_counts_are_apparent_the_sentence_says_so(tmp_path: Path):
    outcome = ask("P-04", Matter().set("scope.counts", "{ messages = 4 }"), tmp_path)
    assert set(contradicted(outcome)) == {"COUNT_APPARENT"}


def test_p04_counts_go_over_all_exported_chats(tmp_path: Path):
    matter = Matter().put("second.txt", Matter().files[0][1].replace("小红".encode(), b"Ann"))
    assert ask("P-04", matter, tmp_path).status == "inconsistent"
    assert (
        ask("P-04", matter.set("scope.counts", "{ messages = 6 }"), tmp_path).status == "consistent"
    )
    # A chat that is sealed as derived is not counted again.
    derived = Matter().put("second.txt", Matter().files[0][1], "derived")
    assert ask("P-04", derived, tmp_path).status == "consistent"


START = NOON - 9 * DAY


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("first_id", '"9"', "BOUNDARY_FIRST_ID"),
        ("last_id", '"1"', "BOUNDARY_LAST_ID"),
        ("first_at", at(START + 120), "BOUNDARY_FIRST_AT"),
        ("last_at", at(START + 120), "BOUNDARY_LAST_AT"),
    ],
)
def test_p04_the_ends_by_id_and_time(tmp_path: Path, name: str, value: str, code: str):
    ends = {
        "first_id": '"1"',
        "last_id": '"3"',
        "first_at": at(START + 60),
        "last_at": at(START + 180),
    }
    for said, codes in ((ends, set()), ({**ends, name: value}, {code})):
        members = ", ".join(f"{key} = {each}" for key, each in said.items())
        matter = matter_of(running(1, 2, 3), scope_boundaries=f"{{ {members} }}")
        assert set(contradicted(ask("P-04", matter, tmp_path))) == codes


def test_p04_wall_time_is_compared_as_it_was_written(tmp_path: Path):
    """The file shows 16:21 without a zone; what was declared is 16:21 in any zone."""
    for zone in ("+08:00", "-05:00"):
        said = f"{{ first_at = 2026-11-06T16:21:40{zone} }}"
        assert ask("P-04", Matter().set("scope.boundaries", said), tmp_path).status == "consistent"
    said = "{ first_at = 2026-11-06T16:22:00+08:00 }"
    finding = contradicted(ask("P-04", Matter().set("scope.boundaries", said), tmp_path))
    assert finding["BOUNDARY_FIRST_AT"].values["found"] == "2026-11-06T16:21:00"


def test_p04_newest_first_has_its_first_message_at_its_end(tmp_path: Path):
    start = NOON - 9 * DAY
    data = weflow((3, start + 180, TEXT), (2, start + 120, TEXT), (1, start + 60, TEXT))
    said = f"{{ first_at = {at(start + 60)}, last_at = {at(start + 180)} }}"
    assert ask("P-04", matter_of(data, scope_boundaries=said), tmp_path).status == "consistent"


@pytest.mark.parametrize(
    ("period", "code"),
    [("[2026-11-07, 2026-11-08]", "PERIOD_BEFORE"), ("[2026-11-01, 2026-11-06]", "PERIOD_AFTER")],
)
def test_p04_a_message_outside_the_period(tmp_path: Path, period: str, code: str):
    outcome = ask("P-04", Matter().set("scope.period", period), tmp_path)
    assert set(contradicted(outcome)) == {code}
    assert contradicted(outcome)[code].values["file"] == 0


def test_p04_not_checked(tmp_path: Path):
    assert ask("P-04", matter_of(running(1, 2)), tmp_path).why == "FIELD_ABSENT"
    calls = matter_of(running(1, 2), scope_counts="{ messages = 2 }")
    calls.set("scope.counts", '{ not_applicable = "没有" }')
    assert ask("P-04", calls, tmp_path).why == "DECLARED_NOT_APPLICABLE"
    uncut = (HERE / "wechat_mail_html.eml").read_bytes()
    outcome = ask("P-04", matter_of(uncut, scope_counts="{ messages = 3 }"), tmp_path)
    assert outcome.why == "NOTHING_COMPARABLE"
    photo = Matter().put("chat.txt", b"no chat\n")
    assert ask("P-04", photo, tmp_path).why == "NO_MESSAGES_READ"
    assert ask("P-04", photo.set("item.kind", '"audio"'), tmp_path).status == "not_applicable"


# -- P-05 ----------------------------------------------------------------------------


JUMP = running(1, 2, 3, 7, 8, 9)


@pytest.mark.usefixtures("running_weflow")
@pytest.mark.parametrize(
    ("gaps", "status"),
    [
        ("[]", "inconsistent"),
        ('[{ from = "3", to = "7", reason = "删除" }]', "consistent"),
        ('[{ from = "4", to = "6", reason = "删除" }]', "consistent"),
        ('[{ from = "4", to = "5", reason = "删除" }]', "inconsistent"),
        ('[{ from = "17", to = "20", reason = "删除" }]', "inconsistent"),
        (f'[{{ from = {at(NOON - 9 * DAY + 180)}, to = {at(NOON - 9 * DAY + 420)}, reason = "删" }}]',
         "consistent"),
        (f'[{{ from = {at(NOON - 9 * DAY + 300)}, to = {at(NOON - 9 * DAY + 420)}, reason = "删" }}]',
         "inconsistent"),
    ],
)  # fmt: skip
def test_p05_a_jump_in_the_numbers_needs_a_reason_that_covers_it(
    tmp_path: Path, gaps: str, status: str
):
    outcome = ask("P-05", matter_of(JUMP, scope_gaps=gaps), tmp_path)
    assert outcome.status == status
    if status == "inconsistent":
        finding = contradicted(outcome)["GAP_NUMBERS"]
        assert finding.rows == ("N3-01", "M93-04", "MI-05")
        assert (finding.values["found"], finding.values["before"]) == (3, "3")


@pytest.mark.usefixtures("running_weflow")
def test_p05_nothing_said_is_raised_unless_the_whole_is_claimed(tmp_path: Path):
    matter = matter_of(JUMP, scope_assertion='"excerpt"')
    outcome = ask("P-05", matter, tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "FIELD_ABSENT")
    assert set(raised(outcome)) == {"NUMBERS_UNEXPLAINED"}
    matter.set("scope.assertion", '"full_conversation"')
    finding = contradicted(ask("P-05", matter, tmp_path))["NUMBERS_YET_WHOLE"]
    assert (finding.values["declared"], finding.values["found"]) == ("full_conversation", 3)


@pytest.mark.usefixtures("running_weflow")
def test_p05_a_long_silence(tmp_path: Path):
    start = NOON - 200 * DAY
    data = weflow((1, start, TEXT), (2, start + 60, TEXT), (3, start + 45 * DAY, TEXT))
    outcome = ask("P-05", matter_of(data, scope_gaps="[]"), tmp_path)
    assert contradicted(outcome)["GAP_TIME"].values["found"] == 44
    # Silence does not contradict the claim of the whole conversation.
    outcome = ask("P-05", matter_of(data, scope_assertion='"full_conversation"'), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("not_checked", {"SILENCE_UNEXPLAINED"})
    for first, last, status in (
        (60, 45 * DAY, "consistent"),
        (20 * DAY, 30 * DAY, "consistent"),  # what is left is shorter than 30 days on both sides
        (32 * DAY, 45 * DAY, "inconsistent"),
    ):
        said = f'[{{ from = {at(start + first)}, to = {at(start + last)}, reason = "出国" }}]'
        assert ask("P-05", matter_of(data, scope_gaps=said), tmp_path).status == status
    later = f'{{ from = {at(start + 100 * DAY)}, to = {at(start + 101 * DAY)}, reason = "另一处" }}'
    said = f'[{later}, {{ from = {at(start)}, to = {at(start + 40 * DAY)}, reason = "出国" }}]'
    assert ask("P-05", matter_of(data, scope_gaps=said), tmp_path).status == "consistent"
    assert ask("P-05", matter_of(data, scope_gaps=f"[{later}]"), tmp_path).status == "inconsistent"
    ids = '[{ from = "2", to = "3", reason = "出国" }]'
    assert ask("P-05", matter_of(data, scope_gaps=ids), tmp_path).status == "consistent"


def test_p05_a_count_that_the_file_itself_contradicts(tmp_path: Path):
    data = weflow((1, NOON - 9, TEXT), (2, NOON - 8, TEXT), count=4)
    finding = contradicted(ask("P-05", matter_of(data, scope_gaps="[]"), tmp_path))["FILE_COUNT"]
    assert (finding.values["declared"], finding.values["found"]) == ("4", 2)
    said = '[{ from = "2", to = "9", reason = "未导出" }]'
    outcome = ask("P-05", matter_of(data, scope_gaps=said), tmp_path)
    assert (outcome.status, "FILE_COUNT" in raised(outcome)) == ("consistent", True)


def test_p05_says_where_numbers_show_nothing(tmp_path: Path):
    for matter in (
        Matter(),
        # The platform's own ids, one after the other by chance; and with a jump, which is none.
        matter_of(running(1, 2, 3), scope_gaps="[]"),
        matter_of(JUMP, scope_gaps="[]"),
    ):
        outcome = ask("P-05", matter, tmp_path)
        assert (outcome.status, set(raised(outcome))) == ("consistent", {"NUMBERS_NOT_RUNNING"})


@pytest.mark.usefixtures("running_weflow")
def test_p05_says_nothing_of_numbers_where_they_run_on(tmp_path: Path):
    outcome = ask("P-05", matter_of(running(1, 2, 3), scope_gaps="[]"), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", set())


def test_p05_says_where_the_application_may_have_cut_the_export(tmp_path: Path):
    material = Matter().gathered(tmp_path)
    near = Note("TRUNCATION_LIMIT_SUSPECTED", 1)
    position, summary = next(iter(material.summaries.items()))
    material.summaries[position] = replace(summary, notes=(*summary.notes, near))
    assert raised(ask("P-05", material, tmp_path))["EXPORT_LIMIT"].values == {"file": position}


def test_p05_without_messages(tmp_path: Path):
    matter = Matter().put("chat.txt", wave(1))
    assert ask("P-05", matter, tmp_path).why == "NO_MESSAGES_READ"


# -- P-21 ----------------------------------------------------------------------------


def test_p21_an_excerpt_says_why_and_where_the_whole_is(tmp_path: Path):
    matter = Matter().set("scope.assertion", '"excerpt"')
    outcome = ask("P-21", matter, tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert set(raised(outcome)) == {"EXCERPT_NO_REASON", "EXCERPT_FULL_UNSAID"}
    matter.set("scope.rationale", '"只与借款有关"').set("scope.full_available", "true")
    assert ask("P-21", matter, tmp_path).status == "consistent"
    matter.set("scope.full_available", "false")
    assert set(raised(ask("P-21", matter, tmp_path))) == {"EXCERPT_FULL_NOT_AVAILABLE"}


def test_p21_the_whole_is_not_the_excerpt_itself(tmp_path: Path):
    matter = Matter().set("scope.assertion", '"excerpt"').set("scope.rationale", '"a"')
    matter.set("scope.full_available", f'{{ available = true, digest = "{sha(b"else")}" }}')
    assert set(raised(ask("P-21", matter, tmp_path))) == {"FULL_NOT_SEALED"}
    digest = sha(matter.files[0][1])
    matter.set("scope.full_available", f'{{ available = true, digest = "{digest}" }}')
    assert contradicted(ask("P-21", matter, tmp_path))["FULL_IS_EXCERPT"].rows == ("N3-02",)


def test_p21_does_not_apply_to_the_whole(tmp_path: Path):
    assert ask("P-21", Matter(), tmp_path).why == "NOT_AN_EXCERPT"
    assert ask("P-21", Matter().set("scope.assertion", None), tmp_path).why == "FIELD_ABSENT"
