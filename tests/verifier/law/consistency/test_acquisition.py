"""P-12 to P-15: how the extraction was made, with what, on which device."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import Matter, movie, sha, the_files

FILES = {name: sha(data) for name, data, _ in the_files()}
NOWHERE = sha(b"nowhere")


# -- P-12 ---------------------------------------------------------------------------


def environment(**members: str) -> Matter:
    said = {
        "performed": "true",
        "items": '[{ item = "时间", observed = "自动" }, { item = "代理", observed = "无" }]',
        "report_digest": f'"{FILES["clean.txt"]}"',
        "when": "2026-11-21T18:05:00+08:00",
        **members,
    }
    text = ", ".join(f"{name} = {value}" for name, value in said.items() if value)
    return Matter().set("acq.env_check", f"{{ {text} }}")


def test_p12_a_check_made_after_the_start(tmp_path: Path):
    outcome = ask("P-12", environment(when="2026-11-21T18:10:00+08:00"), tmp_path)
    finding = contradicted(outcome)["ENV_AFTER_START"]
    assert finding.rows == ("M18-07",)
    assert (finding.values["declared"], finding.values["found"]) == (
        "2026-11-21T18:10:00+08:00",
        "2026-11-21T18:10:00+08:00",
    )
    assert finding.values["found_grade"] == "T0"


def test_p12_a_report_that_is_not_sealed(tmp_path: Path):
    outcome = ask("P-12", environment(report_digest=f'"{NOWHERE}"'), tmp_path)
    assert contradicted(outcome)["ENV_REPORT_NOT_SEALED"].values["declared"] == NOWHERE


@pytest.mark.parametrize(
    ("member", "code"),
    [("items", "ENV_NO_ITEMS"), ("report_digest", "ENV_NO_REPORT"), ("when", "ENV_TIME_UNKNOWN")],
)
def test_p12_what_is_left_out_is_raised_and_the_check_not_whole(
    tmp_path: Path, member: str, code: str
):
    outcome = ask("P-12", environment(**{member: ""}), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert set(raised(outcome)) == {code}


def test_p12_findings_are_raised(tmp_path: Path):
    outcome = ask("P-12", environment(result='"findings"'), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"ENV_FINDINGS"})


def test_p12_not_made_or_not_said(tmp_path: Path):
    outcome = ask("P-12", Matter().set("acq.env_check", "{ performed = false }"), tmp_path)
    assert (outcome.status, outcome.why, outcome.shown) == (
        "not_applicable",
        "NO_ENV_CHECK",
        "raised",
    )
    assert raised(outcome)["NOT_PERFORMED"].rows == ("M18-07",)
    assert ask("P-12", Matter().set("acq.env_check", None), tmp_path).why == "FIELD_ABSENT"


# -- P-13 ---------------------------------------------------------------------------


def recording(data: bytes, **members: str) -> Matter:
    said = {
        "digest": f'"{sha(data)}"',
        "continuous": "true",
        "starts_at": "2026-11-21T18:09:30+08:00",
        **members,
    }
    text = ", ".join(f"{name} = {value}" for name, value in said.items() if value)
    matter = Matter().put("screen.mp4", data, "recording")
    return matter.set("acq.recording", f"{{ {text} }}")


@pytest.mark.parametrize(
    ("seconds", "status"),
    # 18:10 to 18:30, given to the minute: a minute less is allowed.
    [(1300, "consistent"), (1170, "consistent"), (1139, "inconsistent")],
)
def test_p13_a_recording_shorter_than_the_extraction(tmp_path: Path, seconds: int, status: str):
    matter = recording(movie(seconds), starts_at="2026-11-21T18:10:00+08:00")
    outcome = ask("P-13", matter, tmp_path)
    assert outcome.status == status
    if status == "inconsistent":
        finding = contradicted(outcome)["RECORDING_SHORTER"]
        assert finding.rows == ("M18-08", "W03-02")
        assert (finding.values["declared"], finding.values["found"]) == (1200, seconds)


def test_p13_to_the_second_a_second_is_allowed(tmp_path: Path):
    exact = "{ started_at = 2026-11-21T18:10:01+08:00, ended_at = 2026-11-21T18:30:01+08:00 }"
    for seconds, status in ((1199, "consistent"), (1190, "inconsistent")):
        matter = recording(movie(seconds), starts_at="").set("acq.time", exact)
        assert ask("P-13", matter, tmp_path).status == status


def test_p13_a_recording_that_begins_late_or_ends_early(tmp_path: Path):
    late = recording(movie(1300), starts_at="2026-11-21T18:12:00+08:00")
    assert set(contradicted(ask("P-13", late, tmp_path))) == {"RECORDING_STARTS_LATE"}
    early = recording(movie(1250), starts_at="2026-11-21T18:05:00+08:00")
    finding = contradicted(ask("P-13", early, tmp_path))["RECORDING_ENDS_EARLY"]
    assert finding.values["found"] == "2026-11-21T10:25:50Z"


def test_p13_a_recording_that_is_not_there_or_is_none(tmp_path: Path):
    matter = recording(movie(1300), digest=f'"{NOWHERE}"')
    assert set(contradicted(ask("P-13", matter, tmp_path))) == {"RECORDING_NOT_SEALED"}
    finding = contradicted(ask("P-13", recording(b"%PDF-1.7\n"), tmp_path))["RECORDING_KIND"]
    assert finding.values["found"] == "pdf"


def test_p13_several_files_are_raised(tmp_path: Path):
    matter = recording(movie(1300)).put("second.mp4", movie(9), "recording")
    outcome = ask("P-13", matter, tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"RECORDING_SEVERAL"})


def test_p13_not_checked(tmp_path: Path):
    assert ask("P-13", Matter().set("acq.recording", None), tmp_path).why == "FIELD_ABSENT"
    none = Matter().set("acq.recording", "{ continuous = false }")
    outcome = ask("P-13", none, tmp_path)
    assert (outcome.why, set(raised(outcome))) == (
        "NO_RECORDING_DIGEST",
        {"RECORDING_NOT_CONTINUOUS"},
    )
    not_made = Matter().set("acq.recording", "{ made = false }")
    outcome = ask("P-13", not_made, tmp_path)
    assert (outcome.why, set(raised(outcome))) == ("NO_RECORDING", {"RECORDING_NOT_MADE"})
    unreadable = recording(movie(1300).replace(b"mvhd", b"mvhx"))
    assert ask("P-13", unreadable, tmp_path).why == "DURATION_UNREADABLE"
    assert ask("P-13", Matter().set("acq.time", None), tmp_path).why == "FIELD_ABSENT"


# -- P-14 ---------------------------------------------------------------------------


def test_p14_a_digest_is_there_and_it_says_that_none_was_compared(tmp_path: Path):
    outcome = ask("P-14", Matter(), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"TOOL_NOT_COMPARED"})


@pytest.mark.parametrize(
    ("digest", "code"),
    [
        (FILES["chat.txt"], "TOOL_DIGEST_OF_EVIDENCE"),
        (FILES["screen.mp4"], "TOOL_DIGEST_OF_EVIDENCE"),
        (hashlib.sha256(b"").hexdigest(), "TOOL_DIGEST_EMPTY"),
    ],
)
def test_p14_a_digest_that_is_no_tools(tmp_path: Path, digest: str, code: str):
    matter = Matter().set("acq.tool", f'{{ name = "微信", sha256 = "{digest}" }}')
    finding = contradicted(ask("P-14", matter, tmp_path))[code]
    assert finding.rows == ("M18-08", "MI-04")
    assert finding.values["declared"] == digest


def test_p14_a_tool_that_is_sealed_with_the_rest_may_be_one(tmp_path: Path):
    program = b"PK\x03\x04tool"
    matter = Matter().put("tool.zip", program, "attestation")
    matter.set("acq.tool", f'{{ name = "a", sha256 = "{sha(program)}" }}')
    assert ask("P-14", matter, tmp_path).status == "consistent"


def test_p14_the_export_names_its_own_tool(tmp_path: Path):
    matter = Matter().put("chat.txt", (HERE / "weflow_plain.json").read_bytes())
    finding = contradicted(ask("P-14", matter, tmp_path))["TOOL_NOT_NATIVE"]
    assert (finding.values["declared"], finding.values["found"]) == (
        "native_export",
        "WeFlow/1.0.3",
    )
    tool = '{{ name = "WeFlow", version = "{}", sha256 = "' + NOWHERE + '" }}'
    matter.set("acq.method", '"third_party_tool"').set("acq.tool", tool.format("2.0"))
    finding = contradicted(ask("P-14", matter, tmp_path))["TOOL_VERSION"]
    assert (finding.values["declared"], finding.values["found"]) == ("2.0", "1.0.3")
    assert ask("P-14", matter.set("acq.tool", tool.format("v1.0.3")), tmp_path).status == (
        "consistent"
    )


def test_p14_without_a_digest_it_is_not_whole(tmp_path: Path):
    outcome = ask("P-14", Matter().set("acq.tool", '{ name = "微信" }'), tmp_path)
    assert (outcome.why, set(raised(outcome))) == ("INCOMPLETE", {"TOOL_NO_DIGEST"})
    assert ask("P-14", Matter().set("acq.tool", None), tmp_path).why == "FIELD_ABSENT"


# -- P-15 ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "code", "rows"),
    [
        ("src.device.rooted", '"yes"', "ROOTED", ("M93-01", "M93-07")),
        ("src.device.rooted", '{ unknown = "借来的" }', "ROOTED_UNKNOWN", ("M93-01", "M93-07")),
        ("acq.method", '"photo_of_screen"', "METHOD_NOTED", ("M93-07",)),
        ("acq.method", '"third_party_tool"', "METHOD_NOTED", ("M93-07",)),
        ("gen.recovery_used", '{ unknown = "不清楚" }', "RECOVERY_UNKNOWN", ("M93-07", "W02-01")),
    ],
)
def test_p15_circumstances_are_listed_and_contradict_nothing(
    tmp_path: Path, name: str, value: str, code: str, rows: tuple[str, ...]
):
    outcome = ask("P-15", Matter().set(name, value), tmp_path)
    assert outcome.status in {"consistent", "not_checked"}
    assert raised(outcome)[code].rows == rows


def test_p15_a_modified_application_on_an_untouched_device(tmp_path: Path):
    matter = Matter().set("app.integrity", "{ modded = true }")
    outcome = ask("P-15", matter, tmp_path)
    assert contradicted(outcome)["MODDED_NOT_ROOTED"].rows == ("M93-01", "M93-07")
    outcome = ask("P-15", matter.set("src.device.rooted", '"yes"'), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"MODDED", "ROOTED"})


def test_p15_recovery_where_nothing_was_deleted(tmp_path: Path):
    matter = Matter().set("gen.recovery_used", '{ used = "yes", method = "工具" }')
    outcome = ask("P-15", matter, tmp_path)
    assert contradicted(outcome)["RECOVERY_OF_NOTHING"].rows == ("M93-07", "W02-01")
    matter.set("gen.deletions", '{ deleted = "some" }')
    outcome = ask("P-15", matter, tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"RECOVERY_USED"})


def test_p15_more_recalled_than_declared(tmp_path: Path):
    chat = b"13/05/24, 10:00 - A: a\n13/05/24, 10:01 - B: This message was deleted\n"
    matter = Matter().put("chat.txt", chat)
    finding = contradicted(ask("P-15", matter, tmp_path))["RECALLED_MORE"]
    assert (finding.values["declared"], finding.values["found"]) == (0, 1)
    matter.set("gen.deletions", '{ deleted = "none_known", recalled = 1 }')
    assert ask("P-15", matter, tmp_path).status == "consistent"


def test_p15_not_said(tmp_path: Path):
    outcome = ask("P-15", Matter().set("app.integrity", None), tmp_path)
    assert outcome.values == {"fields": "app.integrity"}
