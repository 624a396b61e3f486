"""P-01, P-10, P-11, P-23: files declared and files sealed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import Matter, listing, movie, png, sha, the_files
from verifier.law.consistency.sheet import MAX_EACH

NOWHERE = sha(b"nowhere")


# -- P-01 -------------------------------------------------------------------------


def test_p01_a_digest_that_is_another_files_is_named_with_both(tmp_path: Path):
    matter = Matter()
    matter.files[0] = ("chat.txt", matter.files[0][1] + b"\n", "original")
    outcome = ask("P-01", matter, tmp_path)
    finding = contradicted(outcome)["FILE_DIGEST"]
    assert finding.values["declared"] == sha(the_files()[0][1])
    assert finding.values["found"] == sha(matter.files[0][1])
    assert finding.rows == ("M16-03", "M18-03")
    assert set(contradicted(outcome)) == {"FILE_DIGEST"}


def test_p01_both_directions_and_the_size(tmp_path: Path):
    matter = Matter()
    files = [each for each in matter.files if each[0] != "bank.pdf"]
    matter.set("item.files", listing([*files, ("gone.txt", b"gone", "log")]))
    found = contradicted(ask("P-01", matter, tmp_path))
    assert found["FILE_UNLISTED"].values["name"] == "bank.pdf"
    assert found["LISTED_ABSENT"].values["declared"] == sha(b"gone")
    size = listing(matter.files).replace(f"bytes = {len(files[0][1])}", "bytes = 1", 1)
    found = contradicted(ask("P-01", matter.set("item.files", size), tmp_path))
    assert found["FILE_SIZE"].values == {
        "name": "chat.txt",
        "declared": 1,
        "found": len(files[0][1]),
    }


def test_p01_a_file_renamed_is_the_same_file(tmp_path: Path):
    matter = Matter()
    matter.files[0] = ("folder/other name.txt", matter.files[0][1], "original")
    assert ask("P-01", matter, tmp_path).status == "consistent"


def test_p01_many_differences_are_counted_not_listed(tmp_path: Path):
    matter = Matter()
    many = [(f"{n}.txt", b"%d" % n, "log") for n in range(MAX_EACH + 7)]
    outcome = ask("P-01", matter.set("item.files", listing([*matter.files, *many])), tmp_path)
    codes = [each.code for each in outcome.findings]
    assert codes == ["LISTED_ABSENT"] * MAX_EACH + ["MORE"]
    assert outcome.findings[-1].values == {"code": "LISTED_ABSENT", "count": 7}
    assert not outcome.findings[-1].raised


def test_p01_not_checked_where_nothing_is_listed(tmp_path: Path):
    outcome = ask("P-01", Matter().set("item.files", None), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "FIELD_ABSENT")
    outcome = ask("P-01", Matter().set("item.files", '{ unknown = "忘了" }'), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "DECLARED_UNKNOWN")
    outcome = ask("P-01", Matter().set("item.files", '{ not_applicable = "无" }'), tmp_path)
    # There always are files: a record that says otherwise is not read.
    assert (outcome.status, outcome.why) == ("not_checked", "RECORD_UNREADABLE")


# -- P-10 -------------------------------------------------------------------------


def test_p10_a_derived_file_outside_the_list_of_conversions(tmp_path: Path):
    outcome = ask("P-10", Matter().set("item.conversions", "[]"), tmp_path)
    finding = contradicted(outcome)["DERIVED_NOT_LISTED"]
    assert finding.rows == ("M16-09", "M15-02", "M13-05")
    assert finding.values["name"] == "chat.pdf"


def test_p10_a_source_that_is_not_sealed(tmp_path: Path):
    matter = Matter()
    said = matter.fields["item.conversions"]
    said = said.replace(sha(matter.files[0][1]), NOWHERE)
    outcome = ask("P-10", matter.set("item.conversions", said), tmp_path)
    assert contradicted(outcome)["CONVERSION_SOURCE"].values["declared"] == NOWHERE


def test_p10_nothing_said_is_not_checked_and_names_what_lacks(tmp_path: Path):
    outcome = ask("P-10", Matter().set("item.conversions", None), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "FIELD_ABSENT")
    assert raised(outcome)["DERIVED_UNEXPLAINED"].values == {"name": "chat.pdf"}
    outcome = ask("P-10", Matter().set("item.conversions", '[{from="a",to="b"}]'), tmp_path)
    assert "CONVERSION_INCOMPLETE" in raised(outcome)


def test_p10_does_not_apply_without_derived_files(tmp_path: Path):
    matter = Matter().set("item.conversions", None)
    matter.files = [each for each in matter.files if each[2] != "derived"]
    assert ask("P-10", matter, tmp_path).why == "NO_DERIVED_FILES"


# -- P-11 -------------------------------------------------------------------------


def test_p11_the_original_of_a_redaction(tmp_path: Path):
    matter = Matter()
    redaction = '[{{ where = "第3条", reason = "隐私", original_digest = "{}" }}]'
    matter.set("scope.redactions", redaction.format(sha(matter.files[0][1])))
    assert ask("P-11", matter, tmp_path).status == "consistent"
    matter.set("scope.redactions", redaction.format(NOWHERE))
    outcome = ask("P-11", matter, tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"REDACTION_NOT_SEALED"})
    derived = next(data for _, data, role in matter.files if role == "derived")
    matter.set("scope.redactions", redaction.format(sha(derived)))
    finding = contradicted(ask("P-11", matter, tmp_path))["REDACTION_OF_DERIVED"]
    assert finding.rows == ("MP-02", "M27-01")


def test_p11_without_a_digest_it_is_not_whole(tmp_path: Path):
    matter = Matter().set("scope.redactions", '[{ where = "a", reason = "b" }]')
    outcome = ask("P-11", matter, tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert set(raised(outcome)) == {"REDACTION_NO_DIGEST"}


# -- P-23 -------------------------------------------------------------------------

RELAYED = 'channel = "chat_app", anchored = "relayed_copy", digest = "{photo}"'
ORIGINAL = 'channel = "chat_app", anchored = "device_original", digest = "{photo}"'


@pytest.mark.parametrize(
    ("entry", "status", "code"),
    [
        ('channel = "cable"', "not_applicable", ""),
        ('channel = "chat_app"', "not_checked", "RELAY_UNSAID"),
        ('channel = "chat_app", anchored = "device_original"', "consistent", "RELAY_SAID"),
        (RELAYED.replace("{photo}", NOWHERE), "inconsistent", "RELAYED_NOT_SEALED"),
        (RELAYED, "consistent", "RELAY_SAID"),
        (f"{ORIGINAL}, recompressed = true", "inconsistent", "RELAYED_IS_SEALED"),
        (f"{ORIGINAL}, recompressed = false", "consistent", "RELAY_SAID"),
    ],
)  # fmt: skip
def test_p23_which_copy_was_sealed(tmp_path: Path, entry: str, status: str, code: str):
    photo = png(9, 9, 9)
    entry = entry.replace("{photo}", sha(photo))
    matter = Matter().put("photo.png", photo).set("cust.transfer", f"[{{ {entry} }}]")
    outcome = ask("P-23", matter, tmp_path)
    assert outcome.status == status
    assert [each.code for each in outcome.findings] == ([code] if code else [])


def test_p23_without_media_there_is_nothing_to_ask(tmp_path: Path):
    matter = Matter()
    matter.files = [each for each in matter.files if each[0] != "voice.wav"]
    assert ask("P-23", matter, tmp_path).status == "not_applicable"
    assert ask("P-23", Matter().set("cust.transfer", None), tmp_path).why == "FIELD_ABSENT"
    recorded = Matter().put("process.mp4", movie(5), "recording")
    assert ask("P-23", recorded, tmp_path).why == "NOT_RELAYED"
