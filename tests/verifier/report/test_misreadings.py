"""What readers of whole reports took for more, or for something else, than was computed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests import worked
from tests.verifier.law.examined import ALL_FILES, FILM, Made, make, row
from verifier.evidence import package
from verifier.evidence.provenance.record import NotApplicable, Unknown
from verifier.exports.inspection.finding import SourceFinding
from verifier.law.source_findings import FileFinding
from verifier.report.document import Pair
from verifier.report.full_text import full_text
from verifier.report.sections.rows import Context, declarant_of, row_entry, source_sentence
from verifier.report.words import Words

LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


def text_of(made: Made, lang: str) -> str:
    return full_text(made.result, made.examination, lang, made.material)


@LANGS
def test_a_reason_of_the_platform_is_not_put_into_the_declarants_mouth(tmp_path: Path, lang: str):
    made = make(
        tmp_path,
        changes={"app.version": '{ unknown = "没有看" }'},
        platform={"plat.icp": NotApplicable("不经营"), "plat.retention": Unknown("未定")},
    )
    heads = {
        "zh": ("声明人写明的理由", "存证平台的运营者写明的理由"),
        "en": ("Reasons that the declarant gives", "Reasons that the operator of the deposit platform"),
    }  # fmt: skip
    head = ""
    seen: dict[str, set[str]] = {"app.version": set(), "plat.icp": set(), "plat.retention": set()}
    for line in text_of(made, lang).split("\n"):
        if not line.strip().startswith("- "):
            head = next((each for each in heads[lang] if line.strip().startswith(each)), "")
        for field, found in seen.items():
            if head and field in line:
                found.add(head)
    declarant, platform = heads[lang]
    assert seen["app.version"] == {declarant}
    assert seen["plat.icp"] | seen["plat.retention"] == {platform}


def test_a_declaration_that_was_not_verified_is_not_called_absent(tmp_path: Path):
    def other_key(payload: dict[str, bytes]) -> None:
        note = payload[package.DECLARATION]
        payload[package.DECLARATION] = note[:-6] + b"AAAA=\n"

    made = make(tmp_path, spoil=other_key)
    assert made.material.declaration is None
    for id_ in ("M17-01", "M17-04"):
        why = row(made.examination, id_).why
        assert why is not None
        assert why.zh.startswith("没有可以采用的平台声明；")
    assert "没有平台声明" not in text_of(made, "zh")


def test_a_film_is_not_called_audio(tmp_path: Path):
    made = make(tmp_path, (("录屏.mp4", FILM, "original"),), {"pres.transcripts": None})
    found = row(made.examination, "N2-04")
    assert (found.status, found.wording) == ("missing", "none")
    assert found.why is not None
    assert "音视频文件" in found.why.zh
    assert not found.why.zh.startswith("音频")


def test_an_attached_film_is_not_said_to_be_absent(tmp_path: Path):
    made = make(tmp_path, ALL_FILES, {"pres.transcripts": None, "pres.carriers": None})
    for id_ in ("N2-04", "N2-05"):
        found = row(made.examination, id_)
        assert (found.status, found.wording) == ("not_applicable", "none")
        assert found.why is not None
        assert found.why.zh.startswith("待证文件中没有")
        assert "附件" in found.why.zh


def test_an_excerpt_that_cannot_be_completed_is_not_called_unsaid(tmp_path: Path):
    base = {"scope.assertion": '"excerpt"', "scope.rationale": '"只与本案有关的部分"'}
    for value, said in (
        ("{ available = false }", "并声明不能补充完整记录"),
        (None, "且未说明可以补充"),
    ):
        made = make(tmp_path, changes={**base, "scope.full_available": value})
        why = row(made.examination, "N3-01").why
        assert why is not None
        assert said in why.zh


def test_a_long_silence_is_not_called_a_gap_that_was_found(tmp_path: Path):
    silent = worked.CHAT.replace(b"2026-04-07", b"2026-07-07")
    assert silent != worked.CHAT
    made = make(tmp_path, (("聊天记录.txt", silent, "original"),), with_record=False)
    for id_ in ("N3-01", "MI-05"):
        found = row(made.examination, id_)
        assert (found.status, found.wording) == ("missing", "none"), id_
        assert found.why is not None
        assert "相邻消息间隔超过30天1处" in found.why.zh
        assert "间隔较长不表示有缺失" in found.why.zh
        assert "发现缺口" not in found.why.zh


@LANGS
def test_the_entry_alone_is_said_to_have_been_looked_at(tmp_path: Path, lang: str):
    made = make(tmp_path)
    found = row(made.examination, "MP-03")
    assert (found.status, found.wording) == ("consistent", "present")
    assert {"zh": "日志中的其他条目未查", "en": "other entries of the log were not"}[lang] in (
        text_of(made, lang)
    )


@LANGS
def test_the_log_s_word_for_its_time_has_one_source(tmp_path: Path, lang: str):
    text = text_of(make(tmp_path), lang)
    assert "或对检查点的时间证明" not in text
    assert "or a proof of time over the checkpoint" not in text
    assert {"zh": "日志自称收到该条目的时间）", "en": "the log's own claim of receipt)"}[
        lang
    ] in text


def test_no_file_read_as_messages_is_not_a_record_left_out(tmp_path: Path):
    made = make(tmp_path, (("a.bin", b"\0\1", "original"),), {"item.files": None})
    text = text_of(made, "zh")
    table = text[text.index("首末消息与摘要\n") :]
    assert table.split("\n")[1].strip() == "没有文件按消息读取。"


def test_what_is_open_is_not_to_be_done_once_more(tmp_path: Path):
    """Who reads the report has verified the whole package: that alone closes nothing."""
    text = text_of(make(tmp_path, source=None), "zh")
    assert "MI-06" in text
    assert "如何补充：用本程序离线核验整个证据包" not in text
    assert worked.ORIGIN in text


def finding_line(code: str, count: int, records: int, places: tuple[int, ...] = ()) -> str:
    found = FileFinding(0, SourceFinding(code, count, places), records)
    return source_sentence(found, Words("zh"))


def test_a_sentence_about_a_file_is_not_counted_by_its_messages():
    assert finding_line("FILTER_POSSIBLE", 40, 40) == (
        "文件 0：导出时可以挑选或过滤消息，文件中不留痕迹。"
    )
    assert finding_line("NO_TIMEZONE", 3, 40).endswith("；共 3 处。")  # of some only: that is said
    assert finding_line("NO_NATIVE_ID", 40, 40).endswith("；所有记录。")


def test_a_gap_lies_before_the_records_named():
    assert finding_line("TIME_GAP", 2, 40, (15, 24)).endswith("；在第 15、24 条之前。")
    assert finding_line("EDITED", 2, 40, (15, 24)).endswith("；第 15、24 条。")


@LANGS
def test_what_the_program_found_is_not_called_the_declarants_word(tmp_path: Path, lang: str):
    made = make(tmp_path)
    words = Words(lang)
    for id_ in ("M12-02", "M15-03"):
        tag = declarant_of(row(made.examination, id_).row, made.examination, words)
        assert tag == words("row.computed")
    other = declarant_of(row(made.examination, "M18-01").row, made.examination, words)
    assert other != words("row.computed")


@LANGS
def test_what_does_not_apply_names_no_file(tmp_path: Path, lang: str):
    examination = make(tmp_path).examination
    found, words = row(examination, "N6-07"), Words(lang)
    label = words("row.files")
    for status, expected in (("not_applicable", False), ("declared", True)):
        context = Context(words, examination)
        entry = row_entry(replace(found, status=status, files=(0,)), context)
        assert any(isinstance(b, Pair) and b.label == label for b in entry.blocks) is expected
