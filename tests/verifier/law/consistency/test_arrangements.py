"""Records arranged to look better than they are: in their times, their counts, their lists.

Nothing here is refused, and no row changes for it; it is said, so that somebody has to answer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.consistency.test_scope import (
    DAY,
    START,
    TEXT,
    at,
    matter_of,
    running,
    weflow,
)
from tests.verifier.law.recorded import CHAT, DONE, Matter, sha, the_files
from tests.worked import NOON

FILES = {name: sha(data) for name, data, _ in the_files()}


def nothing_raised(matter: Matter, check: str, folder: Path) -> bool:
    return ask(check, matter, folder).shown == "no_contradiction"


# -- times ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-11-21T18:40:00+08:00", ""),
        ("2026-11-21T18:40:01+08:00", "DIGEST_LATE"),
        ("2026-11-21T18:09:59+08:00", "DIGEST_EARLY"),
        (None, "DIGEST_TIME_UNKNOWN"),
    ],
)
def test_a_digest_that_was_not_made_on_completion(tmp_path: Path, value: str | None, code: str):
    matter = Matter()
    said = matter.fields["acq.output_digests"].replace(f", at = {DONE}", "", 1)
    said = said.replace(" }", f", at = {value} }}" if value else " }", 1)
    outcome = ask("P-09", matter.set("acq.output_digests", said), tmp_path)
    assert [each.code for each in outcome.findings] == ([code] if code else [])
    assert ("DIGEST_EARLY" in contradicted(outcome)) is (code == "DIGEST_EARLY")


def test_a_late_digest_says_how_late(tmp_path: Path):
    matter = Matter()
    said = matter.fields["acq.output_digests"].replace(DONE, "2026-11-23T21:32:00+08:00")
    finding = raised(ask("P-09", matter.set("acq.output_digests", said), tmp_path))["DIGEST_LATE"]
    values = finding.values
    assert (values["days"], values["hours"], values["minutes"]) == (2, 3, 2)


def test_no_step_over_days(tmp_path: Path):
    """An empty list of steps says that nothing happened; for days somebody held the file."""
    matter = Matter().set("cust.events", "[]")
    assert nothing_raised(matter, "P-09", tmp_path)  # an hour and a half
    matter.set("acq.time", "{ started_at = 2026-11-18T18:10:00+08:00,"
               " ended_at = 2026-11-18T18:30:00+08:00 }")  # fmt: skip
    said = matter.fields["acq.output_digests"].replace("11-21", "11-18")
    outcome = ask("P-09", matter.set("acq.output_digests", said), tmp_path)
    assert set(raised(outcome)) == {"CUSTODY_NO_STEPS"}
    assert raised(outcome)["CUSTODY_NO_STEPS"].values["days"] == 3


@pytest.mark.parametrize(
    ("name", "value", "grade"),
    [
        ("decl.created_at", '{ at = 2026-11-21T19:30:00+08:00, grade = "T1" }', "T1"),
        ("acq.time", f'{{ started_at = {DONE}, ended_at = {DONE}, time_grade = "T2" }}', "T2"),
        (
            "cust.events",
            f'[{{ at = {{ at = {DONE}, grade = "T1" }}, from = "a", to = "b", action = "c" }}]',
            "T1",
        ),
        ("scope.period", f'{{ from = {{ at = {DONE}, grade = "T1" }}, to = {DONE} }}', "T1"),
    ],
)
def test_a_grade_without_a_measured_clock(tmp_path: Path, name: str, value: str, grade: str):
    matter = Matter().set(name, value)
    assert nothing_raised(matter, "P-02", tmp_path)
    outcome = ask("P-02", matter.set("src.device.clock_offset", None), tmp_path)
    finding = raised(outcome)["GRADE_WITHOUT_MEASUREMENT"]
    assert (finding.values, finding.rows) == ({"what": name, "declared": grade}, ("M18-09",))
    matter = Matter().set("src.device.clock_offset", None)
    assert nothing_raised(matter, "P-02", tmp_path)  # T0 claims nothing


def test_a_cleanliness_check_of_long_ago_or_of_one_item(tmp_path: Path):
    matter = Matter()
    said = matter.fields["acq.env_check"]
    old = said.replace("2026-11-21T18:05:00", "2025-11-21T18:05:00")
    outcome = ask("P-12", matter.set("acq.env_check", old), tmp_path)
    assert raised(outcome)["ENV_LONG_BEFORE"].values["days"] == 365
    few = said.replace(', { item = "代理", observed = "无" }', "")
    outcome = ask("P-12", matter.set("acq.env_check", few), tmp_path)
    assert raised(outcome)["ENV_FEW_ITEMS"].values == {"found": 1}
    assert nothing_raised(Matter(), "P-12", tmp_path)


def test_a_recording_of_no_stated_beginning_shows_only_its_length(tmp_path: Path):
    said = f'{{ digest = "{FILES["screen.mp4"]}", continuous = true }}'
    outcome = ask("P-13", Matter().set("acq.recording", said), tmp_path)
    assert set(raised(outcome)) == {"RECORDING_NO_START"}
    assert nothing_raised(Matter(), "P-13", tmp_path)


def test_one_step_is_no_record_of_steps(tmp_path: Path):
    one = '{ n = 1, action = "导出" }'
    outcome = ask("P-14", Matter().set("acq.steps", f"[{one}]"), tmp_path)
    assert raised(outcome)["STEPS_FEW"].rows == ("M18-08", "MI-04")
    two = f'[{one}, {{ n = 2, action = "计算摘要" }}]'
    assert "STEPS_FEW" not in raised(ask("P-14", Matter().set("acq.steps", two), tmp_path))


# -- how much ---------------------------------------------------------------------------


@pytest.mark.usefixtures("running_weflow")
@pytest.mark.parametrize(
    ("gaps", "percent"),
    [
        (f'[{{ from = {at(START)}, to = {at(START + 999)}, reason = "删" }}]', 100),
        ('[{ from = "1", to = "9", reason = "删" }]', 100),
        ('[{ from = "1", to = "5", reason = "删" }, { from = "5", to = "8", reason = "删" }]', 87),
        ('[{ from = "4", to = "6", reason = "删" }]', 0),
    ],
)
def test_gaps_that_cover_where_the_messages_are(tmp_path: Path, gaps: str, percent: int):
    outcome = ask("P-05", matter_of(running(*range(1, 10)), scope_gaps=gaps), tmp_path)
    found = raised(outcome).get("GAPS_OVER_MESSAGES")
    assert (found.values["percent"] if found else 0) == percent
    assert not contradicted(outcome)


def test_a_gap_that_covers_what_is_missing_covers_no_message(tmp_path: Path):
    first, last = NOON - 200 * DAY, NOON - 20 * DAY
    data = weflow((1, first, TEXT), (2, first + 60, TEXT), (98, last, TEXT), (99, last + 60, TEXT))
    times = f'[{{ from = {at(first + 60)}, to = {at(last)}, reason = "手机丢失" }}]'
    for said in (times, '[{ from = "2", to = "98", reason = "手机丢失" }]'):
        outcome = ask("P-05", matter_of(data, scope_gaps=said), tmp_path)
        assert "GAPS_OVER_MESSAGES" not in raised(outcome)


def test_a_period_far_wider_than_the_messages(tmp_path: Path):
    matter = Matter().set("scope.period", "[2026-11-01, 2026-11-30]")
    assert nothing_raised(matter, "P-04", tmp_path)
    outcome = ask("P-04", matter.set("scope.period", "[2020-01-01, 2027-01-01]"), tmp_path)
    found = raised(outcome)
    assert set(found) == {"PERIOD_EARLIER", "PERIOD_LATER"}
    assert found["PERIOD_EARLIER"].values["days"] == 2501
    assert found["PERIOD_LATER"].values["found"] == "2026-11-07T09:05:00"


def test_counts_and_ends_that_are_left_out(tmp_path: Path):
    kinds = [TEXT, "转账卡片", "转账卡片", "图片消息"]
    data = weflow(*((n, NOON - 99 + n, kind) for n, kind in enumerate(kinds, 1)))
    matter = matter_of(data, scope_counts="{ messages = 4, media = 1, calls = 3 }")
    findings = ask("P-04", matter, tmp_path).findings
    assert [(each.code, each.values) for each in findings] == [
        ("PART_NOT_SHOWN", {"what": "scope.counts#calls"}),
        ("COUNT_OMITTED", {"what": "scope.counts#transfers", "found": 2}),
        ("PART_NOT_SAID", {"what": "scope.boundaries"}),
        ("PART_NOT_SAID", {"what": "scope.period"}),
    ]
    # Message ids that this format does not show.
    said = Matter().set("scope.boundaries", '{ first_id = "1", last_id = "812" }')
    outcome = ask("P-04", said, tmp_path)
    assert raised(outcome)["PART_NOT_SHOWN"].values == {"what": "scope.boundaries"}


def test_the_whole_that_was_filtered(tmp_path: Path):
    matter = Matter().set("scope.filters", '"仅导出含借款的消息"')
    finding = raised(ask("P-21", matter, tmp_path))["FULL_YET_FILTERED"]
    assert finding.values == {"declared": "full_period", "filters": "仅导出含借款的消息"}
    but = '"未筛选，但不含2025年5月"'
    assert "FULL_YET_FILTERED" in raised(ask("P-21", matter.set("scope.filters", but), tmp_path))
    for none in ("无", "全部", "none", "未使用筛选，自首条至末条", "No filter was used"):
        outcome = ask("P-21", matter.set("scope.filters", f'"{none}"'), tmp_path)
        assert outcome.shown == "nothing_there"


def test_the_whole_that_can_be_supplied_has_a_digest(tmp_path: Path):
    matter = Matter().set("scope.assertion", '"excerpt"').set("scope.rationale", '"a"')
    outcome = ask("P-21", matter.set("scope.full_available", "true"), tmp_path)
    assert set(raised(outcome)) == {"FULL_NO_DIGEST"}


def test_messages_without_times_are_said_not_to_be_scanned(tmp_path: Path):
    undated = CHAT.replace("—————  2026-11-06  —————\n\n\n".encode(), b"").replace(
        "—————  2026-11-07  —————\n\n\n".encode(), b""
    )
    outcome = ask("P-05", Matter().put("chat.txt", undated), tmp_path)
    assert "TIMES_NOT_SCANNED" in raised(outcome) or outcome.why == "NO_MESSAGES_READ"


def test_a_declared_gap_accounts_for_a_silence_at_the_end_of_the_period(tmp_path: Path):
    matter = Matter().set("scope.period", "[2026-11-01, 2027-11-30]")
    outcome = ask("P-04", matter, tmp_path)
    assert set(raised(outcome)) == {"PERIOD_LATER"}
    gap = '[{{ from = 2026-11-07T09:05:00+08:00, to = {end}, reason = "不再回复" }}]'
    whole = matter.set("scope.gaps", gap.format(end="2027-11-30T00:00:00+08:00"))
    assert nothing_raised(whole, "P-04", tmp_path)
    half = matter.set("scope.gaps", gap.format(end="2027-06-30T00:00:00+08:00"))
    assert set(raised(ask("P-04", half, tmp_path))) == {"PERIOD_LATER"}
