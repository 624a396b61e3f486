"""P-08, P-17, P-22: transcripts, notarial certificates, corroborating records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, contradicted, raised
from tests.verifier.law.recorded import Matter, movie, sha, the_files
from tests.worked import NOON

FILES = {name: sha(data) for name, data, _ in the_files()}
NOWHERE = sha(b"nowhere")


# -- P-08 ----------------------------------------------------------------------------


def transcript(media: str, text: str) -> Matter:
    said = f'[{{ media_digest = "{media}", text_digest = "{text}" }}]'
    return Matter().set("pres.transcripts", said)


def test_p08_a_transcript_changed_after_it_was_declared(tmp_path: Path):
    matter = Matter().put("voice.txt", "小红：昨天我忘了回你\n".encode(), "transcript")
    finding = contradicted(ask("P-08", matter, tmp_path))["TRANSCRIPT_CHANGED"]
    assert finding.rows == ("N2-04",)
    assert finding.values["declared"] == FILES["voice.txt"]
    assert finding.values["found"] == sha(matter.files[-1][1])


@pytest.mark.parametrize(
    ("media", "text", "code"),
    [
        (NOWHERE, FILES["voice.txt"], "TRANSCRIPT_OF_UNSEALED"),
        (FILES["voice.wav"], FILES["voice.wav"], "TRANSCRIPT_NOT_TEXT"),
        (FILES["voice.wav"], FILES["own.png"], "TRANSCRIPT_NOT_TEXT"),
    ],
)
def test_p08_a_transcript_of_something_else(tmp_path: Path, media: str, text: str, code: str):
    assert code in contradicted(ask("P-08", transcript(media, text), tmp_path))


def test_p08_a_transcript_that_is_not_sealed(tmp_path: Path):
    matter = transcript(FILES["voice.wav"], NOWHERE)
    matter.files = [each for each in matter.files if each[2] != "transcript"]
    found = contradicted(ask("P-08", matter, tmp_path))
    assert found["TRANSCRIPT_NOT_SEALED"].values["declared"] == NOWHERE


def test_p08_sound_without_a_transcript_is_lacking(tmp_path: Path):
    outcome = ask("P-08", Matter().set("pres.transcripts", None), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "FIELD_ABSENT")
    assert raised(outcome)["TRANSCRIPT_MISSING"].values == {"name": "voice.wav"}
    outcome = ask("P-08", Matter().put("talk.m4a", movie(3, b"soun", b"M4A ")), tmp_path)
    assert (outcome.why, raised(outcome)["TRANSCRIPT_MISSING"].values) == (
        "INCOMPLETE",
        {"name": "talk.m4a"},
    )


def test_p08_does_not_apply_without_sound(tmp_path: Path):
    matter = Matter().set("pres.transcripts", None)
    matter.files = [each for each in matter.files if each[0] != "voice.wav"]
    assert ask("P-08", matter, tmp_path).why == "NO_SOUND"  # the recording needs none


# -- P-17 ----------------------------------------------------------------------------


def certificate(**members: str) -> Matter:
    said = {
        "office": '"公证处"',
        "cert_no": '"1"',
        "date": "2026-11-21",
        "scope": '"both"',
        "digest": f'"{FILES["notary.pdf"]}"',
        **members,
    }
    text = ", ".join(f"{name} = {value}" for name, value in said.items() if value)
    return Matter().set("cor.notarial", f"[{{ {text} }}]")


@pytest.mark.parametrize(
    ("members", "code", "rows"),
    [
        ({"date": "2026-11-05", "scope": '"content"'}, "NOTARIAL_BEFORE_DATA",
         ("M18-04", "M94-06")),
        ({"date": "2026-11-20", "scope": '"process"'}, "NOTARIAL_BEFORE_ACQUISITION",
         ("M18-04", "W06-01")),
        ({"date": "2026-11-22"}, "NOTARIAL_AFTER_ANCHORING", ("M18-04", "M94-06", "W06-01")),
        ({"date": "2026-11-24", "digest": ""}, "NOTARIAL_AFTER_VERIFICATION",
         ("M18-04", "M94-06", "W06-01")),
    ],
)  # fmt: skip
def test_p17_a_date_that_does_not_fit(
    tmp_path: Path, members: dict[str, str], code: str, rows: tuple[str, ...]
):
    finding = contradicted(ask("P-17", certificate(**members), tmp_path))[code]
    assert finding.rows == rows
    assert finding.values["declared"] == members["date"]


def test_p17_a_certificate_on_content_may_precede_the_extraction(tmp_path: Path):
    matter = certificate(date="2026-11-20", scope='"content"')
    assert ask("P-17", matter, tmp_path).status == "consistent"


def test_p17_a_scope_that_is_not_said_is_lacking(tmp_path: Path):
    outcome = ask("P-17", certificate(scope=""), tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "INCOMPLETE")
    assert raised(outcome)["NOTARIAL_NO_SCOPE"].rows == ("M18-04", "M94-06", "W06-01")


def test_p17_a_certificate_that_is_not_sealed_is_raised(tmp_path: Path):
    outcome = ask("P-17", certificate(digest=""), tmp_path)
    assert (outcome.status, set(raised(outcome))) == ("consistent", {"NOTARIAL_NOT_SEALED"})


def test_p17_none_or_not_said(tmp_path: Path):
    assert ask("P-17", Matter().set("cor.notarial", "[]"), tmp_path).why == "NONE_DECLARED"
    assert ask("P-17", Matter().set("cor.notarial", None), tmp_path).why == "FIELD_ABSENT"
    outcome = ask("P-17", certificate(date="2026-11-22", digest=""), tmp_path, at=NOON)
    assert set(contradicted(outcome)) == {"NOTARIAL_AFTER_VERIFICATION"}


# -- P-22 ----------------------------------------------------------------------------


def records(**members: str) -> Matter:
    said = {
        "type": '"transfer"',
        "ref": '"回单"',
        "digest": f'"{FILES["bank.pdf"]}"',
        "matches": '"第3条"',
        **members,
    }
    text = ", ".join(f"{name} = {value}" for name, value in said.items() if value)
    return Matter().set("cor.records", f"[{{ {text} }}]")


def test_p22_the_evidence_does_not_corroborate_itself(tmp_path: Path):
    outcome = ask("P-22", records(digest=f'"{FILES["chat.txt"]}"'), tmp_path)
    finding = contradicted(outcome)["CORROBORATION_BY_ITSELF"]
    assert finding.rows == ("M18-06", "M88-01")
    assert finding.values["found"] == "chat.txt"


@pytest.mark.parametrize(
    ("members", "why", "code"),
    [
        ({"matches": ""}, "INCOMPLETE", "CORROBORATION_NO_MATCH"),
        ({"digest": ""}, "INCOMPLETE", "CORROBORATION_NO_DIGEST"),
        ({"digest": f'"{NOWHERE}"'}, "", "CORROBORATION_NOT_SEALED"),
    ],
)
def test_p22_what_is_left_out_is_raised(
    tmp_path: Path, members: dict[str, str], why: str, code: str
):
    outcome = ask("P-22", records(**members), tmp_path)
    assert (outcome.why, set(raised(outcome))) == (why, {code})


def test_p22_none_or_not_said(tmp_path: Path):
    assert ask("P-22", Matter().set("cor.records", "[]"), tmp_path).why == "NONE_DECLARED"
    assert ask("P-22", Matter().set("cor.records", None), tmp_path).why == "FIELD_ABSENT"
