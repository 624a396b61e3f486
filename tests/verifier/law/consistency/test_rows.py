"""Which rows the checks can contradict: each of the 27 of class B, by a finding that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.verifier.law.consistency.asked import ask
from tests.verifier.law.recorded import Matter, movie, png, sha, the_files
from tests.verifier.report.denylist import forbidden_words
from verifier.evidence.provenance.fields import FIELDS
from verifier.law.consistency import IDS
from verifier.law.consistency.sentences import table
from verifier.law.rules import ROWS

FILES = {name: sha(data) for name, data, _ in the_files()}
_PLACE = re.compile(r"\{([a-z_]+)\}")


def named() -> dict[str, set[str]]:
    """Return the checks that can contradict each row of class B."""
    rows: dict[str, set[str]] = {}
    for check, data in table()["checks"].items():
        for row in data["contradicts"]:
            rows.setdefault(row, set()).add(check)
    return rows


def test_the_data_file_has_the_checks_with_rows_that_exist():
    data = table()
    assert tuple(data["checks"]) == IDS
    for check in data["checks"].values():
        assert set(check["rows"]) <= ROWS.keys()
        assert set(check["contradicts"]) <= set(check["rows"])
        assert {ROWS[row].cls for row in check["contradicts"]} <= {"B"}


def test_the_rows_of_class_b_that_checks_name_are_twenty_seven():
    data = table()["checks"]
    of_class_b = {row for check in data.values() for row in check["rows"] if ROWS[row].cls == "B"}
    assert len(of_class_b) == 27
    assert of_class_b == named().keys()


def test_the_rows_are_those_of_the_specification_of_the_record(shared: Path):
    """Where the note is at hand, the rows of each check are word for word the note's."""
    text = (shared / "law" / "provenance_record.md").read_text("utf-8")
    found = dict(re.findall(r"^\| (P-\d\d) \| .* \| ([^|]*) \|$", text, re.MULTILINE))
    assert {check: " ".join(each["rows"]) for check, each in table()["checks"].items()} == found


def test_sentences_name_their_places_in_one_order_and_no_forbidden_word():
    data = table()
    sentences = [*data["why"].values()]
    for check in data["checks"].values():
        sentences += [check, *check["findings"].values()]
        for finding in check["findings"].values():
            assert set(finding.get("of", {})) <= set(_PLACE.findall(finding["zh"]))
            for source in finding.get("of", {}).values():
                assert (
                    source in {"field", "fields"}
                    or source in data["words"]
                    or source.split("#")[0] in FIELDS
                )
    for each in sentences:
        assert _PLACE.findall(each["zh"]) == _PLACE.findall(each["en"])
        for text in (each["zh"], each["en"]):
            assert not forbidden_words(text), text
            assert not re.search("[“”「」]", text)  # those mark the words of others
            assert "—" not in text


# One change each, and the row that it makes inconsistent by the check named.
TEXT = {name: data for name, data, _ in the_files()}
CASES = {
    "M106-08": ("P-16", {"law.privacy": "{ private_chat = true, logout_signal = true }"}),
    "M106-09": (
        "P-16",
        {
            "acct.own.id": '{ account_id = "a", nickname = "小明", holder = "employer" }',
            "law.account_consent": '"consented"',
        },
    ),
    "M13-05": ("P-10", {"item.conversions": "[]"}),
    "M15-02": ("P-10", {"item.conversions": "[]"}),
    "M16-09": ("P-10", {"item.conversions": "[]"}),
    "M17-02": (
        "P-18",
        {"decl.declarant": '{ name = "李小明", role = "party", relation_to_party = "无关" }'},
    ),
    "M18-03": ("P-09", {"acq.output_digests": f'[{{ file = "c", sha256 = "{sha(b"c")}" }}]'}),
    "M18-04": (
        "P-17",
        {"cor.notarial": '[{ office = "a", cert_no = "1", date = 2026-11-01, scope = "both" }]'},
    ),
    "M18-06": (
        "P-22",
        {
            "cor.records": '[{ type = "other", ref = "a", matches = "b",'
            f' digest = "{FILES["chat.txt"]}" }}]'
        },
    ),
    "M18-07": (
        "P-12",
        {
            "acq.env_check": '{ performed = true, items = [{ item = "a", observed = "b" }],'
            " when = 2026-11-21T18:20:00+08:00 }"
        },
    ),
    "M18-08": ("P-13", {"acq.recording": f'{{ digest = "{sha(b"c")}", continuous = true }}'}),
    "M18-09": ("P-02", {"decl.created_at": "2026-11-21T17:00:00+08:00"}),
    "M27-01": ("P-19", {"chat.txt": "三人"}),
    "M87-05": (
        "P-18",
        {"acq.operator": '{ name = "李小明", relation_to_party = "员工" }'},
    ),
    "M93-01": ("P-15", {"app.integrity": "{ modded = true }"}),
    "M93-02": (
        "P-03",
        {
            "acq.time": "{ started_at = 2026-11-07T08:00:00+08:00,"
            " ended_at = 2026-11-07T08:30:00+08:00 }"
        },
    ),
    "M93-04": ("P-09", {"acq.output_digests": f'[{{ file = "c", sha256 = "{sha(b"c")}" }}]'}),
    "M94-06": (
        "P-17",
        {"cor.notarial": '[{ office = "a", cert_no = "1", date = 2026-11-01, scope = "content" }]'},
    ),
    "MI-04": ("P-14", {"acq.tool": f'{{ name = "a", sha256 = "{FILES["chat.txt"]}" }}'}),
    "MI-05": ("P-04", {"scope.counts": "{ messages = 812 }"}),
    "MP-02": ("P-19", {"chat.txt": "三人"}),
    "N2-03": ("P-07", {"acct.peer.profile_screens": f'["{FILES["own.png"]}"]'}),
    "N2-04": (
        "P-08",
        {
            "pres.transcripts": f'[{{ media_digest = "{sha(b"c")}",'
            f' text_digest = "{FILES["voice.txt"]}" }}]'
        },
    ),
    "N3-01": ("P-04", {"scope.counts": "{ messages = 812 }"}),
    "N6-02": ("P-06", {"acct.peer.id": '[{ nickname = "小兰" }]'}),
    "W02-01": ("P-15", {"gen.recovery_used": '"yes"'}),
    "W03-01": ("P-06", {"acct.peer.id": '[{ nickname = "小兰" }]'}),
}
GROUP = TEXT["chat.txt"] + "丙  09:06\n\n在\n".encode()


def changed(fields: dict[str, str]) -> Matter:
    matter = Matter()
    for name, value in fields.items():
        if name == "chat.txt":
            matter.put(name, GROUP)
        else:
            matter.set(name, value)
    return matter


def test_every_one_of_the_rows_has_a_case():
    assert CASES.keys() == named().keys()


@pytest.mark.parametrize("row", CASES)
def test_the_row_becomes_inconsistent_by_the_check(tmp_path: Path, row: str):
    check, fields = CASES[row]
    assert ask(check, Matter(), tmp_path).status == "consistent"
    outcome = ask(check, changed(fields), tmp_path)
    assert outcome.status == "inconsistent"
    assert row in {each for f in outcome.findings if not f.raised for each in f.rows}
    assert check in named()[row]


def test_other_changes_reach_no_row_beyond_the_table(tmp_path: Path):
    """What the checks contradict over all these cases is within ``contradicts``."""
    data = table()["checks"]
    matters = [Matter().put("extra.mp4", movie(1)).put("photo.png", png(2, 2))]
    matters += [changed(fields) for _, fields in CASES.values()]
    for matter in matters:
        material = matter.gathered(tmp_path)
        for check in IDS:
            outcome = ask(check, material, tmp_path)
            rows = {row for each in outcome.findings if not each.raised for row in each.rows}
            allowed = set(data[check]["contradicts"])
            assert {row for row in rows if ROWS[row].cls == "B"} <= allowed
