"""What has to be explained is listed, and nothing is said to be absent where nothing was searched."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verifier.law.examined import ALL_FILES, CHAT, FILM, make, row, sha, unsealed
from verifier.law.consistency import sentences
from verifier.law.examine import examine
from verifier.law.material import Material, SealedFile

SCREENS = "未扫描聊天内容：本程序不能读取录屏或图片中的聊天"
NO_CHAT = "未扫描（没有本程序能读取的聊天文件）"
LISTS = ["M90-01", "M16-11", "M17-00"]


@pytest.mark.parametrize("id_", LISTS)
def test_raised_findings_notes_of_readers_and_one_operator_are_listed(id_, tmp_path):
    changes = {"src.device.owner": '"employer"'}
    found = row(make(tmp_path, changes=changes).examination, id_)
    assert found.wording == "present"
    listed = found.values["list"].zh
    assert "P-16" in listed
    assert "有待说明的情形" in listed
    assert "发送者只有显示名称，没有账号标识" in listed
    assert "文件未写明时区" in listed
    assert "M16-02" in listed
    assert "运营主体数为1" in listed


def test_a_log_that_was_not_scanned_is_said_beside_what_was_found(whole, bare):
    for id_ in LISTS:
        assert row(whole.examination, id_).why is None, id_
        why = row(bare.examination, id_).why
        assert why is not None
        assert why.zh == "未提供可用的日志副本，日志未作异常扫描"


def test_nothing_found_is_not_said_where_nothing_was_searched():
    for id_ in ("M90-01", "M16-11"):
        found = row(Material(), id_)
        assert (found.status, found.wording) == ("court", "none")
        assert found.why is not None
        assert found.why.zh == NO_CHAT


@pytest.mark.parametrize("kind", ["screenshot", "screen_recording"])
@pytest.mark.parametrize("id_", ["N3-01", "W08-01", "M90-01", "MI-05"])
def test_a_chat_in_pictures_is_not_said_to_be_none(id_, kind):
    changes = {"item.kind": f'"{kind}"', "item.files": None, "scope.boundaries": None}
    changes |= dict.fromkeys(("gen.deletions", "scope.gaps"))
    files = [SealedFile(0, b"f", "original", 10, bytes.fromhex(sha(FILM)), "video")]
    material = replace(unsealed(changes), files=files)
    found = row(material, id_)
    said = "".join(value.zh for value in found.values.values())
    said += found.why.zh if found.why is not None else ""
    assert SCREENS in said
    assert "不涉及" not in said
    assert "未发现" not in said
    assert found.is_open or id_ in {"N3-01", "M90-01"}


def test_gaps_that_were_not_found_are_said_only_of_a_chat_that_was_read(tmp_path):
    silent = {"gen.deletions": None, "scope.gaps": None}
    files = [SealedFile(0, b"f", "original", 10, bytes(32), "other")]
    unread = row(replace(unsealed(silent), files=files), "MI-05")
    assert unread.why is not None
    assert unread.why.zh.endswith(NO_CHAT)
    read = row(make(tmp_path, changes=silent).examination, "MI-05")
    assert read.why is not None
    assert "程序未发现序号或者时间缺口" in read.why.zh


def test_an_excerpt_without_the_whole_is_open():
    part = {"scope.assertion": '"excerpt"', "scope.rationale": '"仅与借款有关"'}
    found = row(unsealed({**part, "scope.full_available": "false"}), "N3-01")
    assert (found.status, found.wording) == ("missing", "none")
    assert found.why is not None
    assert found.why.zh.startswith("声明为节选")
    assert row(unsealed(part), "N3-01").wording == "present"


WITH_STAND_INS = CHAT.replace(
    "好的".encode(), "[图片]\n\n小明  16:22\n\n[文件: 借条.pdf]\n\n小明  16:23\n\n[位置]".encode()
)


def test_what_the_chat_only_names_is_listed_as_not_supplied(tmp_path):
    files = (("聊天记录.txt", WITH_STAND_INS, "original"), *ALL_FILES[1:])
    found = make(tmp_path, files, {"item.files": None}).examination
    step = row(found, "N6-03")
    assert (step.status, step.wording) == ("missing", "none")
    assert step.why is not None
    assert step.why.zh.endswith("所代表的内容未随附：图片1处，文件1处，位置1处")
    assert step.why.zh in row(found, "M90-01").values["list"].zh


def test_with_media_beside_it_nobody_says_what_was_supplied(tmp_path):
    more = ("图片.png", ALL_FILES[1][1] + b"x", "media")
    files = (("聊天记录.txt", WITH_STAND_INS, "original"), *ALL_FILES[1:], more)
    step = row(make(tmp_path, files, {"item.files": None}).examination, "N6-03")
    assert step.status == "missing"
    assert step.why is not None
    assert "未能核对" in step.why.zh


def test_control_a_chat_without_stand_ins_has_none(whole):
    assert row(whole.examination, "N6-03").status != "missing"
    assert "以文字代替" not in row(whole.examination, "M90-01").values["list"].zh


@pytest.mark.parametrize(
    "changes",
    [
        {"law.privacy": "{ private_chat = true }"},
        {
            "law.privacy": "{ private_chat = false }",
            "cor.records": '[{ type = "transfer", ref = "银行流水" }]',
        },
    ],
)
def test_others_information_is_not_ruled_out_by_a_word(changes):
    none = '{ sensitive = "none_known", third_party = false, minors = false }'
    asked = {"law.pi": none, "law.secrets": '"none_known"'}
    found = row(unsealed({**asked, **changes}), "M27-01")
    assert (found.status, found.wording) == ("missing", "none")
    assert found.why is not None
    other = {"law.privacy": "{ private_chat = false }", "cor.records": None}
    assert row(unsealed({**asked, **other}), "M27-01").status == "not_applicable"


def test_what_was_looked_for_stands_beside_what_was_found():
    for changes in ({}, {"scope.redactions": "[]"}):
        found = row(unsealed(changes), "MP-02")
        assert found.why is not None
        assert "程序仅扫描聊天文件中形似身份证号码、手机号码、银行卡号的数字" in found.why.zh


def test_two_lists_that_are_empty_are_no_corroboration():
    nothing = {"cor.records": "[]", "cor.platform": None, "cor.admission": None}
    for copy in (None, "{ available = false }"):
        assert row(unsealed({**nothing, "cor.peer_copy": copy}), "M18-06").status == "missing"
    assert row(unsealed(nothing), "M18-06").status != "missing"


def test_a_pledge_is_quoted_and_not_judged():
    found = row(unsealed({"decl.truth_statement": '"本人不作承诺。"'}), "MZ-03")
    assert found.wording == "none"
    assert found.why is not None
    assert "本人不作承诺。" in [part.zh for part in found.why.parts if part.own]
    assert "已作出" not in found.why.zh


def test_who_submitted_an_admission_is_not_taken_from_where_it_was_made():
    found = row(unsealed(), "M94-01")
    assert (found.status, found.wording) == ("court", "none")
    assert found.why is not None
    assert "由何方提交或者保管未载明" in found.why.zh


def test_notes_on_words_are_no_transcript():
    found = examine(unsealed({"item.terms_notes": '"老地方指某茶馆"', "pres.transcripts": None}))
    assert row(found, "MC-03").status == "missing"


def test_a_file_that_is_the_same_is_not_said_to_be_so_since_a_time_only_the_log_gives(whole):
    found = row(whole.examination, "M15-03")
    assert (found.status, found.wording) == ("declared", "none")
    assert found.why is not None
    assert found.why.zh == "与登记时的文件相同；登记时间仅为日志自称"


def test_a_record_registered_with_the_files_is_a_party_statement_all_the_same(whole):
    found = row(whole.examination, "M18-10")
    assert found.wording == "present"
    assert found.why is not None
    assert found.why.zh.startswith("提取结束至登记：204天")
    assert found.why.zh.endswith("同批登记的声明同样是当事人陈述（《证据规定》第九十条第一项）")


@pytest.mark.parametrize(
    ("changes", "grade"),
    [
        ({}, "T1"),
        ({"src.device.clock_offset": None}, "T0"),
        ({"acq.time": "{ started_at = 2026-05-01T10:05:00+08:00, "
                      'ended_at = 2026-05-01T10:20:00+08:00, time_grade = "T2" }'}, "T0"),
        ({"src.device.clock_offset": '{ offset_ms = 0, method = "目测", '
                                     "measured_at = 2026-06-01T00:00:00+08:00 }"}, "T0"),
    ],
)  # fmt: skip
def test_a_declared_grade_counts_for_no_more_than_a_measured_clock(changes, grade):
    found = examine(unsealed(changes))
    interval = next(each for each in found.intervals if each.name == "creation_export")
    assert interval.last is not None
    assert interval.last.grade == grade
    said = row(found, "M18-09").values["d1"].zh
    assert ("声明人称已测偏差" in said) == (grade == "T1")


def test_a_declared_grade_is_printed_as_declared():
    at = '{ at = 2026-05-01T09:50:00+08:00, grade = "T2" }'
    check = (
        '{ performed = true, items = [{ item = "x", observed = "y" }], result = "clean", '
        f'report_digest = "{sha(FILM)}", when = {at} }}'
    )
    found = row(unsealed({"acq.env_check": check}), "M18-07")
    said = "".join(value.zh for value in found.values.values())
    said += found.why.zh if found.why is not None else ""
    assert "声明为T2（未经核实）" in said


@pytest.mark.parametrize("id_", LISTS)
def test_what_a_check_compares_is_not_listed_as_if_it_held(id_, tmp_path):
    """A title such as "the account is the declarant's" would by itself read as a finding."""
    changes = {"src.device.owner": '"employer"'}
    found = row(make(tmp_path, changes=changes).examination, id_)
    listed, title = found.values["list"], sentences.title_of("P-16")
    assert f"P-16 有待说明的情形1项（所核对的是：{title.zh}）" in listed.zh
    assert f"P-16 circumstances to be explained: 1 (what it compares: {title.en})" in listed.en
    assert f"P-16 {title.zh}" not in listed.zh
