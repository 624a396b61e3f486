"""Support that is none: the evidence named beside itself, one file for many, words at odds.

Each is at least raised: said with what the record says and what is there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask, raised
from tests.verifier.law.recorded import Matter, gathered, movie, png, sha, the_files, wave

FILES = {name: sha(data) for name, data, _ in the_files()}
NOWHERE = sha(b"nowhere")


def nothing_raised(matter: Matter, check: str, folder: Path) -> bool:
    return ask(check, matter, folder).shown == "no_contradiction"


# -- the evidence as its own support --------------------------------------------------


@pytest.mark.parametrize("role", ["original", "media"])
def test_a_recording_that_is_the_evidence_is_no_recording_of_the_process(tmp_path: Path, role: str):
    film = movie(1300)
    matter = Matter().put("film.mp4", film, role)
    matter.files = [each for each in matter.files if each[0] != "screen.mp4"]
    matter.set("acq.recording", f'{{ digest = "{sha(film)}", continuous = true }}')
    outcome = ask("P-13", matter, tmp_path)
    assert (outcome.status, outcome.why) == ("not_checked", "NO_OTHER_RECORDING")
    finding = raised(outcome)["RECORDING_IS_THE_EVIDENCE"]
    assert (finding.rows, finding.values) == (("M18-08", "W03-02"), {"name": "film.mp4"})
    # Sealed a second time in the role of a recording it is still the same film.
    twice = matter.files.copy()
    matter.files = [("again.mp4", film, "recording"), *twice]
    assert set(raised(ask("P-13", matter, tmp_path))) == {"RECORDING_IS_THE_EVIDENCE"}


def test_a_recording_listed_as_the_original_export_is_one_whatever_it_was_sealed_as(
    tmp_path: Path,
):
    matter = Matter()
    listed = matter.fields["item.files"].replace('role = "recording"', 'role = "original_export"')
    outcome = ask("P-13", matter.set("item.files", listed), tmp_path)
    assert set(raised(outcome)) == {"RECORDING_IS_THE_EVIDENCE"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("acq.log", f'["{FILES["chat.txt"]}"]'),
        ("cor.platform", f'[{{ platform = "a", confirms = "b", doc_digest = "{FILES["chat.txt"]}" }}]'),
        ("cor.witness", f'[{{ name = "王某", relation = "无", statement_digest = "{FILES["chat.txt"]}" }}]'),
    ],
)  # fmt: skip
def test_the_evidence_named_as_what_supports_it(tmp_path: Path, name: str, value: str):
    outcome = ask("P-22", Matter().set(name, value), tmp_path)
    finding = raised(outcome)["EVIDENCE_AS_SUPPORT"]
    assert (finding.values["fields"], finding.rows) == (name, ("M18-06", "M88-01"))


def test_media_of_the_export_named_as_what_supports_it(tmp_path: Path):
    """What the record lists as an original export contradicts; what was sealed so is raised."""
    matter = Matter().put("voice.wav", wave(2), "media")
    said = f'[{{ type = "other", ref = "a", matches = "b", digest = "{FILES["voice.wav"]}" }}]'
    outcome = ask("P-22", matter.set("cor.records", said), tmp_path)
    assert raised(outcome)["EVIDENCE_AS_SUPPORT"].values["name"] == "voice.wav"


def test_one_file_named_for_several_things(tmp_path: Path):
    bank = FILES["bank.pdf"]
    matter = Matter().set("cor.notarial", '[{ office = "a", cert_no = "1", date = 2026-11-21,'
                          f' scope = "both", digest = "{bank}" }}]')  # fmt: skip
    matter.set("acct.own.profile_screens", f'["{bank}"]')
    finding = raised(ask("P-22", matter, tmp_path))["SAME_FILE_NAMED_TWICE"]
    assert finding.values == {
        "name": "bank.pdf",
        "declared": bank,
        "count": 3,
        "fields": "acct.own.profile_screens cor.notarial cor.records",
    }
    # Two slips that are one file are one slip.
    slip = f'{{ type = "transfer", ref = "a", matches = "b", digest = "{bank}" }}'
    outcome = ask("P-22", Matter().set("cor.records", f"[{slip}, {slip}]"), tmp_path)
    assert raised(outcome)["SAME_FILE_NAMED_TWICE"].values["count"] == 2
    # It is asked without any corroborating record too, and of what is not sealed.
    none = Matter().set("cor.records", None).set("acq.log", f'["{NOWHERE}"]')
    none.set("acct.own.realname", f'{{ verified = "verified", digest = "{NOWHERE}" }}')
    assert raised(ask("P-22", none, tmp_path))["SAME_FILE_NAMED_TWICE"].values["name"] == "-"
    assert nothing_raised(Matter(), "P-22", tmp_path)


@pytest.mark.parametrize(("file", "role"), [("clean.txt", "log"), ("bank.pdf", "attestation")])
def test_a_tool_whose_digest_is_that_of_another_file(tmp_path: Path, file: str, role: str):
    matter = Matter().set("acq.tool", f'{{ name = "微信", sha256 = "{FILES[file]}" }}')
    finding = raised(ask("P-14", matter, tmp_path))["TOOL_DIGEST_OF_OTHER_FILE"]
    assert finding.rows == ("M18-08", "MI-04")
    assert finding.values == {
        "tool": "微信",
        "declared": FILES[file],
        "name": file,
        "role": role,
    }


# -- words that do not go together ------------------------------------------------------


@pytest.mark.parametrize("status", ["altered", "handed_over", "not_held"])
def test_a_carrier_that_is_not_what_it_was_and_yet_available(tmp_path: Path, status: str):
    matter = Matter().set("src.carrier.status", f'"{status}"')
    assert nothing_raised(matter, "P-15", tmp_path)
    matter.set("src.carrier.available_for_court", "true")
    finding = raised(ask("P-15", matter, tmp_path))["CARRIER_ALTERED_YET_AVAILABLE"]
    assert finding.values == {"declared": status}
    assert finding.rows == ("M93-07", "W02-01")
    assert nothing_raised(matter.set("src.carrier.status", '"preserved"'), "P-15", tmp_path)


def test_an_identity_declared_as_checked_where_the_service_checked_none(tmp_path: Path):
    said = '{ id_type = "resident_id", verification_method = "人脸识别" }'
    matter = Matter().set("decl.identity", said)
    finding = raised(ask("P-18", matter, tmp_path))["IDENTITY_NOT_CHECKED_BY_SERVICE"]
    assert finding.values == {"declared": "人脸识别", "found": "not checked"}
    for method in ("", ', verification_method = "无"', ', verification_method = "未经核验"'):
        matter.set("decl.identity", f'{{ id_type = "resident_id"{method} }}')
        assert nothing_raised(matter, "P-18", tmp_path)
    made = Matter().set("decl.identity", said).sealed(identity="checked by bank card")
    path = tmp_path / "checked.zip"
    path.write_bytes(made.zip())
    assert ask("P-18", gathered(path, made.log), tmp_path).shown == "no_contradiction"


@pytest.mark.parametrize(
    ("host", "denied"),
    [
        ('{ not_applicable = "手机直接导出" }', True),
        ('{ os = "未使用电脑" }', True),
        ('{ os = "无" }', True),
        ('{ os = "Windows 11" }', False),
        ('{ unknown = "忘了" }', False),
        (None, False),
    ],
)
def test_no_computer_and_yet_one_on_the_way(tmp_path: Path, host: str | None, denied: bool):
    outcome = ask("P-12", Matter().set("acq.host", host), tmp_path)  # the step goes to 电脑
    found = raised(outcome)
    assert set(found) == ({"NO_HOST_YET_STEP", "NO_HOST_YET_TRANSFER"} if denied else set())
    if denied:
        assert found["NO_HOST_YET_STEP"].values["found"] == "电脑"
        assert found["NO_HOST_YET_TRANSFER"].values["found"] == "cable"
        assert found["NO_HOST_YET_STEP"].rows == ("M18-07",)
    # It is asked where no cleanliness check is declared, too.
    outcome = ask("P-12", Matter().set("acq.host", host).set("acq.env_check", None), tmp_path)
    assert ("NO_HOST_YET_STEP" in raised(outcome)) is denied


def test_no_computer_and_none_on_the_way(tmp_path: Path):
    matter = Matter().set("acq.host", '{ not_applicable = "手机直接导出" }')
    matter.set("cust.transfer", '[{ channel = "lan" }]')
    step = matter.fields["cust.events"].replace("电脑", "upcycled 手机")
    assert nothing_raised(matter.set("cust.events", step), "P-12", tmp_path)


# -- conversions, persons, files ----------------------------------------------------------


def test_a_derived_file_that_comes_from_itself(tmp_path: Path):
    pdf, other = FILES["chat.pdf"], png(5, 5, 5)
    one = '{{ from = "a", to = "b", digest_before = "{}", digest_after = "{}" }}'
    matter = Matter().set("item.conversions", f"[{one.format(pdf, pdf)}]")
    finding = raised(ask("P-10", matter, tmp_path))["CONVERSION_OF_ITSELF"]
    assert finding.values == {"name": "chat.pdf"}
    round_ = f"[{one.format(pdf, sha(other))}, {one.format(sha(other), pdf)}]"
    matter = Matter().put("page.png", other, "derived").set("item.conversions", round_)
    assert len(ask("P-10", matter, tmp_path).findings) == 2
    assert nothing_raised(Matter(), "P-10", tmp_path)


def test_a_conversion_whose_result_is_not_there(tmp_path: Path):
    matter = Matter()
    said = matter.fields["item.conversions"]
    more = f'{{ from = "a", to = "b", digest_before = "{FILES["chat.txt"]}", digest_after = "{NOWHERE}" }}'
    outcome = ask("P-10", matter.set("item.conversions", f"{said[:-1]}, {more}]"), tmp_path)
    assert raised(outcome)["CONVERSION_RESULT"].values == {"number": 2, "declared": NOWHERE}


def test_a_witness_who_belongs_to_the_party(tmp_path: Path):
    matter = Matter().set("cor.witness", '[{ name = "王某", relation = "配偶" }]')
    finding = raised(ask("P-18", matter, tmp_path))["WITNESS_RELATED"]
    assert (finding.values, finding.rows) == ({"name": "王某", "declared": "配偶"}, ("M87-05",))
    assert nothing_raised(Matter(), "P-18", tmp_path)


@pytest.mark.parametrize("method", ["purchased", "other"])
def test_means_of_any_other_kind_are_raised(tmp_path: Path, method: str):
    outcome = ask("P-16", Matter().set("law.method", f'"{method}"'), tmp_path)
    assert raised(outcome)["METHOD_RAISED"].values == {"declared": method}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("acq.log", '["{}"]'),
        ("acq.steps", '[{{ n = 1, action = "a", output_digest = "{}" }}]'),
        ("src.carrier.sealing", '{{ sealed = true, seal_no = "1", photos = ["{}"] }}'),
        ("cor.witness", '[{{ name = "王某", statement_digest = "{}" }}]'),
        ("cor.appraisal", '[{{ institution = "a", digest = "{}" }}]'),
        ("acct.peer.link_basis", '[{{ type = "bound_phone", ref = "a", digest = "{}" }}]'),
        ("law.account_consent", '{{ consent = "consented", digest = "{}" }}'),
    ],
)
def test_a_file_that_is_named_and_not_there(tmp_path: Path, name: str, value: str):
    outcome = ask("P-01", Matter().set(name, value.format(NOWHERE)), tmp_path)
    finding = raised(outcome)["NAMED_NOT_SEALED"]
    assert str(finding.values["what"]).partition("#")[0] == name
    assert finding.values["declared"] == NOWHERE
    assert nothing_raised(Matter().set(name, value.format(FILES["clean.txt"])), "P-01", tmp_path)
