"""P-02 and P-03: the order of points in time, and the messages' own times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.law.consistency.asked import ask, contradicted
from tests.verifier.law.recorded import CHAT, Matter
from tests.worked import NOON


def test_p02_says_which_points_were_compared(tmp_path: Path):
    outcome = ask("P-02", Matter(), tmp_path)
    assert outcome.values["points"] == (
        "gen.period acq.time#started_at acq.time#ended_at decl.created_at anc.time ver.run"
    )


@pytest.mark.parametrize(
    ("name", "value", "first", "second"),
    [
        ("gen.period", "[2026-11-06, 2026-11-23]", "gen.period", "acq.time#started_at"),
        ("gen.period", "[2026-11-06T00:00:00+08:00, 2026-11-21T18:10:01+08:00]",
         "gen.period", "acq.time#started_at"),
        ("decl.created_at", "2026-11-21T18:29:59+08:00", "acq.time#ended_at", "decl.created_at"),
        ("decl.created_at", "2026-11-21T20:03:00+08:00", "decl.created_at", "anc.time"),
        ("acq.time", "{ started_at = 2026-11-21T20:10:00+08:00, ended_at = 2026-11-21T20:20:00+08:00 }",
         "acq.time#ended_at", "decl.created_at"),
    ],
)  # fmt: skip
def test_p02_each_inversion_is_named_with_both_ends(
    tmp_path: Path, name: str, value: str, first: str, second: str
):
    outcome = ask("P-02", Matter().set(name, value), tmp_path)
    findings = contradicted(outcome)
    assert findings["ORDER"].rows == ("M18-09",)
    values = findings["ORDER"].values
    assert (values["first"], values["second"]) == (first, second)
    assert values["first_grade"] == "T0"
    assert values["second_grade"] == "T0"


def test_p02_the_grade_of_a_measured_clock_is_carried(tmp_path: Path):
    said = '{ at = 2026-11-21T20:30:00+08:00, grade = "T1" }'
    outcome = ask("P-02", Matter().set("decl.created_at", said), tmp_path)
    values = contradicted(outcome)["ORDER"].values
    assert (values["first_grade"], values["second"]) == ("T1", "anc.time")


def test_p02_between_two_clocks_two_minutes_are_allowed(tmp_path: Path):
    inside = Matter().set("decl.created_at", "2026-11-21T20:02:00+08:00")
    assert ask("P-02", inside, tmp_path).status == "consistent"
    # With a clock that is declared ten minutes fast, ten minutes more.
    fast = Matter().set("decl.created_at", "2026-11-21T20:11:00+08:00")
    assert ask("P-02", fast, tmp_path).status == "inconsistent"
    clock = fast.fields["src.device.clock_offset"].replace("-320", "600000")
    assert ask("P-02", fast.set("src.device.clock_offset", clock), tmp_path).status == "consistent"


def test_p02_a_date_is_its_whole_day_wherever_it_is(tmp_path: Path):
    """Generated until the 21st, extracted on the 21st at 02:00 in the declared zone."""
    early = "{ started_at = 2026-11-21T02:00:00+08:00, ended_at = 2026-11-21T02:30:00+08:00 }"
    matter = Matter().set("gen.period", "[2026-11-06, 2026-11-21]").set("acq.time", early)
    assert ask("P-02", matter, tmp_path).status == "consistent"
    matter.set("gen.period", "[2026-11-06, 2026-11-22]")
    assert ask("P-02", matter, tmp_path).status == "inconsistent"
    # At 19:00 the 22nd has begun elsewhere; without a zone it is not certain, so not reported.
    evening = "{ started_at = 2026-11-21T19:00:00+08:00, ended_at = 2026-11-21T19:10:00+08:00 }"
    assert ask("P-02", matter.set("acq.time", evening), tmp_path).status == "inconsistent"
    assert ask("P-02", matter.set("src.device.clock_offset", None), tmp_path).status == "consistent"


def test_p02_verification_before_anchoring_is_an_inversion(tmp_path: Path):
    outcome = ask("P-02", Matter(), tmp_path, at=NOON - 3600)
    assert contradicted(outcome)["ORDER"].values["second"] == "ver.run"


def test_p02_one_point_is_no_order(tmp_path: Path):
    matter = Matter()
    for name in ("gen.period", "acq.time", "decl.created_at"):
        matter.set(name, None)
    assert ask("P-02", matter, tmp_path).why == "FIELD_ABSENT"


# -- P-03 --------------------------------------------------------------------------


def weflow_at(*seconds: int) -> bytes:
    messages = ",".join(
        f'{{"createTime":{each},"senderUsername":"wxid_hong","platformMessageId":"{n}9{n}"}}'
        for n, each in enumerate(seconds)
    )
    return f'{{"weflow":{{"version":"1"}},"messages":[{messages}]}}'.encode()


def test_p03_a_message_from_after_the_extraction(tmp_path: Path):
    late = CHAT.replace(b"2026-11-07", b"2026-11-22")
    found = contradicted(ask("P-03", Matter().put("chat.txt", late), tmp_path))
    finding = found["MESSAGE_AFTER_ACQUISITION"]
    assert finding.rows == ("M18-09", "M93-02")
    assert finding.values["found"] == "2026-11-22T09:05:00"
    assert finding.values["declared"] == "2026-11-21T18:30:00+08:00"
    assert finding.values["tolerance"] == 121
    assert "MESSAGE_AFTER_ANCHORING" in found


def test_p03_the_tolerance_is_two_minutes_and_the_declared_offset(tmp_path: Path):
    end = NOON - 5400  # 18:30 in the declared zone
    for late, status in ((121, "consistent"), (122, "inconsistent")):
        matter = Matter().put("chat.txt", weflow_at(end - 9, end + late))
        assert ask("P-03", matter, tmp_path).status == status


def test_p03_wall_time_needs_a_zone(tmp_path: Path):
    """Eight hours make the difference; without a zone nothing is said."""
    late = CHAT.replace(b"2026-11-07", b"2026-11-21").replace(b"09:05", b"20:05")
    matter = Matter().put("chat.txt", late)
    assert ask("P-03", matter, tmp_path).status == "inconsistent"
    clock = matter.fields["src.device.clock_offset"]
    west = matter.set("src.device.clock_offset", clock.replace("Asia/Shanghai", "+10:00"))
    assert ask("P-03", west, tmp_path).status == "consistent"
    matter.set("src.device.clock_offset", clock.replace(', timezone = "Asia/Shanghai"', ""))
    outcome = ask("P-03", matter, tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "NO_TIME_ZONE")
    matter.set("src.device.clock_offset", clock.replace("Asia/Shanghai", "Europe/Berlin"))
    assert ask("P-03", matter, tmp_path).why == "TIME_ZONE_UNREADABLE"


def test_p03_no_record_still_knows_the_time_of_anchoring(tmp_path: Path):
    matter = Matter(record=b"").put("chat.txt", weflow_at(NOON - 9, NOON + 3600))
    outcome = ask("P-03", matter, tmp_path)
    assert set(contradicted(outcome)) == {"MESSAGE_AFTER_ANCHORING"}


def test_p03_an_undecided_date_is_taken_at_its_earliest(tmp_path: Path):
    """12/11/26 may be November or December: only what is certain is reported."""
    chat = b"12/11/26, 10:00 - A: a\n12/11/26, 10:01 - B: b\n"
    assert ask("P-03", Matter().put("chat.txt", chat), tmp_path).status == "consistent"


def test_p03_without_messages_or_times(tmp_path: Path):
    matter = Matter()
    matter.files = [each for each in matter.files if each[0] != "chat.txt"]
    assert ask("P-03", matter, tmp_path).why == "NO_MESSAGES_READ"
    assert ask("P-03", matter.set("item.kind", '"photo"'), tmp_path).status == "not_applicable"
    undated = (HERE / "wechat_undated.txt").read_bytes()
    assert ask("P-03", Matter().put("chat.txt", undated), tmp_path).why == "NO_TIMES"
    assert ask("P-03", Matter().set("acq.time", None), tmp_path).why == "FIELD_ABSENT"
