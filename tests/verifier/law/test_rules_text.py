"""Statute text and wordings are those that were adopted, byte for byte, and nobody else's words are ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import pytest
import yaml

from verifier.law import rules
from verifier.law.rules import INSTRUMENTS, PRACTICE, PROVISIONS, ROWS, STATUSES, Provision, Row

# Over the statute text of all provisions, for machines without the source. It changes only
# when a provision is added or its text is corrected against the published one.
STATUTES = "2626199f6acc026efcfff389a73afcac32eb1305c139fde4c7425a86a24de630"
# The same over element, wordings and consequence of all rows.
WORDINGS = "21f04a7497fa43ef54f548efcdd57f7f890f6a6e413e0618a021199efef43a09"

WORDED = tuple(f"{part}_{lang}" for part in ("present", "missing", "fail") for lang in ("zh", "en"))
CARRIED = (
    *("element_zh", "element_en", "evidence_zh", "evidence_en"),
    *("consequence_zh", "consequence_en", *WORDED),
)


def digest_of(lines: Iterator[str]) -> str:
    return hashlib.sha256("".join(f"{line}\0" for line in lines).encode()).hexdigest()


def statutes(provisions: dict[str, Provision]) -> str:
    return digest_of(text for p in provisions.values() for text in (p.id, p.article, p.zh))


def wordings(rows: dict[str, Row]) -> str:
    return digest_of(getattr(r, name) for r in rows.values() for name in ("id", *CARRIED))


@pytest.fixture(scope="module")
def source(shared: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return rules and matrix as they were compiled."""
    law = shared / "law"
    with (
        (law / "rules.yaml").open("rb") as texts,
        (law / "examination_matrix.yaml").open("rb") as m,
    ):
        return yaml.safe_load(texts), yaml.safe_load(m)


def differing_provisions(source: dict[str, Any], ours: dict[str, Provision]) -> list[str]:
    theirs = {p["id"]: p for p in source["provisions"]}
    found = sorted(theirs.keys() ^ ours.keys())
    for name in theirs.keys() & ours.keys():
        theirs_said = (theirs[name]["zh"], theirs[name]["article"], theirs[name]["article_no"])
        if theirs_said != (ours[name].zh, ours[name].article, ours[name].article_no):
            found.append(name)
        if theirs[name]["instrument"]["key"] != ours[name].instrument:
            found.append(name)
        if theirs[name]["translation"].startswith("abridged") != ours[name].abridged:
            found.append(name)
    return found


def differing_rows(source: dict[str, Any], ours: dict[str, Row]) -> list[str]:
    theirs = source["rows"]
    found = [] if [r["id"] for r in theirs] == list(ours) else ["order"]
    for each in theirs:
        row = ours[each["id"]]
        said = {name: each["print"].get(name, each.get(name)) for name in CARRIED}
        same = said == {name: getattr(row, name) for name in CARRIED}
        same &= (each["burden"], each["burden_en"]) == (row.burden_zh, row.burden_en)
        same &= (each["class"], each["severity"]) == (row.cls, row.severity)
        same &= tuple(each["basis"]) == row.basis and tuple(each["xref"]) == row.xref
        same &= tuple(each["inputs"]) == row.inputs
        same &= each["group"].split()[0] == row.group
        found += [] if same else [row.id]
    return found


def test_statute_text_is_that_of_the_source_byte_for_byte(source):
    assert differing_provisions(source[0], dict(PROVISIONS)) == []


def test_rows_are_those_of_the_source_byte_for_byte(source):
    assert differing_rows(source[1], dict(ROWS)) == []


def test_what_was_not_verified_says_so(source):
    for each in source[0]["instruments"]:
        ours = INSTRUMENTS[each["key"]]
        doubtful = re.compile("unverified|not verified")
        assert ours.number_checked is not bool(doubtful.search(each["document_number"])), ours.key
        assert ours.effective_checked is not bool(doubtful.search(each["effective"])), ours.key
        assert ours.effective in each["effective"]
        assert all(day in each["adopted"] for day in (ours.adopted, *ours.amended))
        assert ours.adopted_checked is ("file date" not in each["adopted"])
        number = each["document_number"].partition(" (")[0]
        if number.startswith(("法释", "主席令", "国务院令")):
            assert ours.document_number == number


def test_guidance_of_the_court_keeps_its_text(source):
    theirs = {p["id"]: p["zh"] for p in source[0]["local_practice_and_cases"]}
    assert theirs.keys() == PRACTICE.keys()
    for practice in PRACTICE.values():
        if practice.original:
            # Parts that were cut off in the source are left out, and nothing is added.
            for line in practice.zh.split("\n"):
                assert line.removeprefix("第八条（第二句） ") in theirs[practice.id]
        else:
            ours, text = practice.zh, theirs[practice.id].replace(",", "，")
            shared_run = SequenceMatcher(None, ours, text, autojunk=False).find_longest_match()
            assert shared_run.size < 20, practice.id  # a name or a term, never a sentence
    exact = [p for p in PRACTICE.values() if p.id.startswith("NS-") and p.id != "NS-REG"]
    assert len(exact) == 31
    assert all(p.zh == theirs[p.id] for p in exact)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("OLR-18", {"zh": PROVISIONS["OLR-18"].zh.replace("，", ",", 1)}),
        ("CEP-94", {"zh": PROVISIONS["CEP-94"].zh + "\n"}),
        ("CPLI-106", {"article": "第一百零七条"}),
    ],
)
def test_a_changed_byte_of_a_provision_is_found(source, name, change):
    changed = {**PROVISIONS, name: replace(PROVISIONS[name], **change)}
    assert differing_provisions(source[0], changed) == [name]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("M18-01", {"present_zh": ROWS["M18-01"].present_zh.replace("声明", "说明", 1)}),
        ("M16-03", {"fail_en": ROWS["M16-03"].fail_en + " "}),
        ("M18-11", {"missing_zh": ""}),
        ("M106-01", {"severity": "low"}),
        ("M90-01", {"basis": ("CEP-88",)}),
    ],
)
def test_a_changed_byte_of_a_row_is_found(source, name, change):
    assert differing_rows(source[1], {**ROWS, name: replace(ROWS[name], **change)}) == [name]


def test_statutes_and_wordings_have_their_digests():
    assert statutes(dict(PROVISIONS)) == STATUTES
    assert wordings(dict(ROWS)) == WORDINGS


@pytest.mark.parametrize("name", ["OLR-16", "CRI-115"])
def test_a_changed_byte_changes_the_digest_of_the_statutes(name):
    text = PROVISIONS[name].zh
    changed = {**PROVISIONS, name: replace(PROVISIONS[name], zh=text[:-1])}
    assert statutes(changed) != STATUTES


def test_a_changed_byte_changes_the_digest_of_the_wordings():
    changed = replace(ROWS["M16-10"], present_en=ROWS["M16-10"].present_en.replace("may", "shall"))
    assert changed != ROWS["M16-10"]
    assert wordings({**ROWS, "M16-10": changed}) != WORDINGS


def test_the_eight_words_are_those_of_the_matrix(source):
    assert {k: label.zh for k, label in STATUSES.items()} == source[1]["meta"]["status_vocabulary"]
    assert len(STATUSES) == 8
    for ours, theirs in ((rules.TRUST_LEVELS, "trust_levels"), (rules.TIME_GRADES, "time_grades")):
        assert {key: label.zh for key, label in ours.items()} == source[1]["meta"][theirs]
