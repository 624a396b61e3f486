"""What the files show stands at every row that it bears on, at no other, and decides none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.verifier.exports.test_summary import android
from tests.verifier.law.examined import ALL_FILES, Made, make
from tests.verifier.report.denylist import forbidden_words
from verifier.exports.codes import DETAILS, FLAGS, NOTES
from verifier.exports.inspection.finding import detail_text
from verifier.exports.inspection.live_secrets import KINDS
from verifier.law.examine import examine
from verifier.law.gather import before_anchoring
from verifier.law.rules import ROWS
from verifier.law.source_findings import by_row, file_findings, in_order
from verifier.report.examination_json import examination_as_json
from verifier.report.text_face import to_text
from verifier.report.todo import todo_document

LINES = [
    "13/05/24, 10:00 - A: a", "13/05/24, 10:00 - A: a", "13/05/24, 10:01 - B: IMG-1.jpg (file attached)",
    "13/05/24, 10:02 - B: This message was deleted", "13/09/24, 10:02 - B: password: hunter2",
]  # fmt: skip
WANTED = {"DUPLICATE_RECORDS", "MEDIA_MISSING", "RECALLED", "TIME_GAP", "SECRETS_PRESENT"}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Made:
    files = [*ALL_FILES, ("more.txt", android(*LINES), "original")]
    return make(tmp_path_factory.mktemp("source"), files)


def test_every_finding_stands_at_each_of_its_rows_and_nowhere_else(made: Made):
    shown = list(file_findings(made.material))
    assert {each.finding.code for each in shown} >= WANTED
    rows = {found.row.id: set(found.source) for found in made.examination.rows}
    assert rows.keys() == ROWS.keys()
    for each in shown:
        assert {id_ for id_, found in rows.items() if each in found} == set(each.finding.rows)


def test_every_row_that_a_code_names_exists():
    assert {row for note in NOTES.values() for row in note.rows} <= ROWS.keys()


def test_they_make_no_row_consistent_or_inconsistent(made: Made):
    without = replace(made.material, reports={})
    assert not by_row(without)
    assert [each.status for each in examine(without).rows] == [
        each.status for each in made.examination.rows
    ]


def test_what_matters_most_comes_first_over_all_files(made: Made):
    found = in_order(file_findings(made.material))
    codes = [each.finding.code for each in found]
    assert codes[0] == "SECRETS_PRESENT"
    assert len({each.position for each in found}) > 1


def test_a_file_that_is_no_evidence_is_not_spoken_of(tmp_path: Path):
    files = [*ALL_FILES, ("said.txt", android(*LINES), "transcript")]
    material = make(tmp_path, files).material
    assert not WANTED & {each.finding.code for each in file_findings(material)}


def test_media_that_was_sealed_with_the_chat_is_not_missing(tmp_path: Path):
    files = [*ALL_FILES, ("more.txt", android(*LINES), "original"), ("IMG-1.jpg", b"\xff", "media")]
    material = make(tmp_path, files).material
    assert "MEDIA_MISSING" not in {each.finding.code for each in file_findings(material)}


def test_json_has_them_with_both_sentences_and_no_value(made: Made):
    rows = {each["id"]: each for each in examination_as_json(made.examination)["rows"]}
    [found] = [each for each in rows["MP-01"]["source"] if each["code"] == "SECRETS_PRESENT"]
    assert found["places"] == ["5"]
    assert "第 5 条" in found["sentence"]["zh"]
    assert "records 5" in found["sentence"]["en"]
    assert "hunter2" not in str(rows)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_to_do_list_shows_them_before_anchoring(tmp_path: Path, lang: str):
    chat, record = tmp_path / "chat.txt", tmp_path / "p.toml"
    chat.write_bytes(android(*LINES))
    record.write_text('format = "beilin/provenance/v1"\n', encoding="utf-8")
    text = to_text(todo_document(examine(before_anchoring(record, [chat])), lang))
    assert ("文件本身所见" if lang == "zh" else "What the files themselves show") in text
    said = NOTES["DUPLICATE_RECORDS"].zh if lang == "zh" else NOTES["DUPLICATE_RECORDS"].en
    assert said.rstrip("。.") in text.replace("\n", " ")


@pytest.mark.parametrize("code", sorted(NOTES))
def test_no_sentence_of_a_code_concludes_anything(code: str):
    assert forbidden_words(NOTES[code].zh) == []
    assert forbidden_words(NOTES[code].en) == []


def test_no_word_of_a_detail_a_flag_or_a_kind_does_either():
    texts = [*DETAILS.values(), *FLAGS.values(), *KINDS.values(), detail_text("missing 3")]
    assert [word for text in texts for side in text for word in forbidden_words(side)] == []
