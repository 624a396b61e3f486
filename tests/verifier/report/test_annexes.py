"""The tables that rows send a reader to: they exist, hold what they promise, or say that it is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.build import case
from tests.verifier.report import examinations, shapes
from tests.verifier.report.pages import read_page, words_of
from tests.verifier.report.pages import words as words_in
from verifier.exports.inspection.gaps.shown import Shown
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.law.rules import ROWS
from verifier.policy import parse_policy
from verifier.report.as_html import as_html
from verifier.report.document import Line, Section, Table
from verifier.report.full import full_report
from verifier.report.full_text import full_text
from verifier.report.marked import to_plain
from verifier.report.sections import annex_tables
from verifier.report.sections.annexes import TITLES
from verifier.report.words import Words, _table
from verifier.verify import verify_package

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> dict[str, Any]:
    """Two real cases: (result, examination, material)."""
    found: dict[str, Any] = {}
    folder: Path = tmp_path_factory.mktemp("annexes")
    for name in ("wechat_full", "wechat_none"):
        made = case(name)
        path, policy = folder / f"{name}.zip", parse_policy(made.policy)
        path.write_bytes(made.package)
        result = verify_package(path, policy, made.options)
        material = gather(path, result, policy, made.options)
        found[name] = (result, examine(material), material)
    return found


def tables(lang: str, result, found, material) -> dict[str, Section]:
    """The annexed tables by name."""
    document = full_report(result, found, lang, material)
    (annexes,) = [each for each in document.sections if each.key == "annexes"]
    return {
        each.key.removeprefix("annex-"): each
        for each in annexes.blocks
        if isinstance(each, Section)
    }


def said(section: Section) -> str:
    return to_plain(repr(section))


def is_empty(section: Section, lang: str) -> bool:
    return section.blocks == (Line(_table()["annex.none"][lang]),)


@LANGS
def test_every_table_is_there_and_filled_from_a_full_record(lang, known):
    found = tables(lang, *known["wechat_full"])
    assert list(found) == list(TITLES)
    assert {name for name, each in found.items() if is_empty(each, lang)} == set()
    result, _, material = known["wechat_full"]
    for file in material.files:
        assert file.sha256.hex() in said(found["inputs"])
    assert result.policy_sha256 in said(found["inputs"])
    assert "2025-03-09 银行转账" in said(found["corroboration"])
    sealed = Words(lang)("annex.sealed.yes", n=6)
    assert sealed in said(found["corroboration"])


@LANGS
def test_without_a_record_what_needs_one_says_that_it_is_not_there(lang, known):
    found = tables(lang, *known["wechat_none"])
    empty = {name for name, each in found.items() if is_empty(each, lang)}
    assert empty == {
        "corroboration", "steps", "conversions", "printouts", "plan", "evidence_list", "application",
    }  # fmt: skip
    assert said(found["boundaries"]).count("文件 0" if lang == "zh" else "file 0") == 1


@LANGS
def test_a_row_that_sends_a_reader_to_a_table_names_it(lang, known):
    result, found, material = known["wechat_full"]
    text = full_text(result, found, lang, material)
    for name, rows in TITLES.items():
        note = Words(lang)("row.annex", title=_table()[f"annex.{name}"][lang])
        present = [r for r in found.rows if r.row.id in rows and r.wording == "present"]
        if present:
            assert note in text, name
        assert set(rows) <= ROWS.keys()
    # A wording that speaks of an annex has one.
    for row in ROWS.values():
        if any(word in row.present_zh for word in ("附录", "对应关系见表", "步骤单")):
            assert any(row.id in rows for rows in TITLES.values()), row.id


@LANGS
def test_the_time_line_is_in_order_and_ends_with_the_verification(lang, known):
    (table,) = tables(lang, *known["wechat_full"])["timeline"].blocks
    assert isinstance(table, Table)
    assert len(table.rows) > 8
    assert _table()["annex.timeline.at"][lang] == table.rows[-1][1]
    assert _table()["annex.timeline.received"][lang] == table.rows[-2][1]
    written = [row[0][:19] for row in table.rows if "+08:00" in row[0]]
    assert written == sorted(written)


@LANGS
def test_the_command_can_be_typed_and_names_no_place_of_this_machine(lang, known):
    result, found, material = known["wechat_full"]
    expert = tables(lang, result, found, material)["expert"]
    (command,) = [b.text for b in expert.blocks if isinstance(b, Line) and b.kind == "command"]
    assert command.startswith("beilin-verify ")
    assert "--at 2026-12-01T12:00:00Z --report" in command  # as the option takes it
    assert "/" not in command
    text = full_text(result, found, lang, material)
    assert "/tmp/" not in text
    assert str(Path.cwd()) not in text


@LANGS
def test_an_account_that_was_committed_to_is_not_printed_as_a_number(lang, known):
    application = said(tables(lang, *known["wechat_full"])["application"])
    assert _table()["annex.application.committed"][lang] in application
    assert "commit:" not in application
    assert "微信实名认证信息" in application


@LANGS
def test_the_form_for_the_clerk_is_blank(lang, known):
    table, sign = tables(lang, *known["wechat_none"])["check_record"].blocks
    assert isinstance(table, Table)
    assert isinstance(sign, Line)
    assert all(set(cell) == {"_"} for row in table.rows for cell in row[1:])
    assert "____" in sign.text


@LANGS
def test_what_a_chat_only_stands_for_is_counted_and_what_nobody_can_count_is_no_zero(lang, known):
    result, found, material = known["wechat_full"]
    (position,) = material.summaries
    summary = replace(
        material.summaries[position], stand_ins={"image": 2, "file": 1}, counted=("messages",)
    )
    changed = replace(material, summaries={position: summary})
    table = tables(lang, result, found, changed)["attachments"].blocks[-1]
    assert isinstance(table, Table)
    ((_, *counts, stand_ins),) = table.rows
    assert set(counts) == {"—"}
    assert stand_ins == ("图片2处、文件1处" if lang == "zh" else "pictures: 2, files: 1")


def test_long_tables_are_cut_and_say_so(monkeypatch, known):
    monkeypatch.setattr(annex_tables, "MOST", 3)
    found = tables("zh", *known["wechat_full"])
    assert "其余 6 项未逐一列出。" in said(found["inputs"])


@LANGS
def test_both_faces_say_the_same_of_a_real_case(lang, known):
    result, found, material = known["wechat_full"]
    page = read_page(as_html(result, found, ("zh", "en"), material))
    assert words_of(page, lang) == words_in(full_text(result, found, lang, material))


@LANGS
def test_nothing_is_made_up_where_there_is_no_material(lang):
    found = tables(lang, shapes.base("package"), examinations.examination(), None)
    assert is_empty(found["evidence_list"], lang)
    assert "ab" * 32 in said(found["inputs"])


def test_control_a_missing_table_is_noticed(monkeypatch, known):
    monkeypatch.setattr(annex_tables, "corroboration", lambda sources: [])
    monkeypatch.setattr(
        "verifier.report.sections.annexes._BUILDERS", {"corroboration": annex_tables.corroboration}
    )
    with pytest.raises(AssertionError):
        test_every_table_is_there_and_filled_from_a_full_record("zh", known)


def test_a_hostile_record_stays_quoted_in_the_tables(known):
    result, found, material = known["wechat_full"]
    hostile = "</td><script>\u202e“”"
    values = {**material.record.values, "cor.records": [{"type": "transfer", "ref": hostile}]}
    changed = replace(material, record=replace(material.record, values=values))
    html = as_html(result, found, ("zh",), changed)
    assert "<script>" not in html
    assert "\u202e" not in html
    assert Words("zh")("annex.sealed.unknown") in html


@LANGS
def test_a_printout_is_not_called_anchored_because_its_source_is(lang, known):
    (prints, _) = tables(lang, *known["wechat_full"])["printouts"].blocks
    assert isinstance(prints, Table)
    assert _table()["annex.sealed.source"][lang] in prints.head
    assert _table()["annex.sealed"][lang] not in prints.head


@LANGS
def test_first_and_last_message_have_their_date(lang, known):
    """This export writes dates in lines of their own: the record itself has ``9:12`` only."""
    (table,) = tables(lang, *known["wechat_none"])["boundaries"].blocks
    assert isinstance(table, Table)
    first, last = table.rows[0][1:3]
    assert "9:12" in first
    assert "2025-03-02T09:12" in first
    assert "09:12:00" not in first  # the file has no seconds
    assert "2025-12-13T13:20" in last


@pytest.mark.parametrize(
    ("low", "high", "clock", "expected"),
    [
        (0, 59, "wall", "1970-01-01T00:00"),
        (5, 5, "wall", "1970-01-01T00:00:05"),
        (0, 86399, "wall", "1970-01-01T00:00:00–1970-01-01T23:59:59"),
        (5, 5, "instant", "1970-01-01T00:00:05Z"),
        (0, 59, "instant", "1970-01-01T00:00:00Z–1970-01-01T00:00:59Z"),
        (None, None, "wall", ""),
    ],
)
def test_a_time_is_read_no_finer_than_it_is_written(low, high, clock, expected):
    assert annex_tables._read_as(Shown(b"", b"", low, high, 0), clock) == expected
