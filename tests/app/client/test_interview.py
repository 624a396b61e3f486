"""The interview: what is typed becomes a record that reads, and nothing is lost by stopping."""

# long because: one dialogue and its person serve every test.

from __future__ import annotations

import hashlib
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.client.asking.annex import annex_path
from app.client.asking.interview import COURT, Interview
from app.client.asking.leftover import leftover
from app.client.asking.literals import NotUnderstood, literal
from app.client.asking.talk import Talk
from app.client.asking.words import Words
from tests.app.client.support import beilin, environment
from verifier.evidence.provenance.annex import check_annex, parse_annex
from verifier.evidence.provenance.fields import FIELDS, MATERIALS, in_flow
from verifier.evidence.provenance.record import NotApplicable, Record, Unknown, parse_record
from verifier.evidence.provenance.writing import to_toml


class Person:
    """Answers by field id; whatever is not in the script is left out."""

    def __init__(self, answers: dict[str, Sequence[str]]) -> None:
        self.answers = {name: list(lines) for name, lines in answers.items()}
        self.heard: list[str] = []
        self._titles = {f"{field.zh}（": name for name, field in FIELDS.items()}
        self._waiting: list[str] = []

    def tell(self, text: str) -> None:
        self.heard.append(text)
        head = text.strip().split("\n")[0].partition("] ")[2]
        for title, name in self._titles.items():
            if head.startswith(title):
                self._waiting = self.answers.pop(name, [])

    def read(self, prompt: str) -> str | None:
        self.heard.append(prompt)
        return self._waiting.pop(0) if self._waiting else ""


def interview(
    path: Path, answers: dict[str, Sequence[str]], material: str = "chat"
) -> tuple[Record, Interview, Person]:
    person = Person(answers)
    record = parse_record(path.read_bytes()) if path.exists() else None
    asked = Interview(path, record, Talk(person.read, person.tell), Words("zh"))
    assert asked.run(material)
    assert not person.answers, "every scripted question was asked"
    return parse_record(path.read_bytes()), asked, person


def test_answers_of_every_type(tmp_path: Path):
    log = tmp_path / "tool.log"
    log.write_bytes(b"done\n")
    chat = tmp_path / "chat.txt"
    chat.write_bytes(b"hello")
    record, asked, _ = interview(
        tmp_path / "prov.toml",
        {
            "src.device.kind": ["1"],
            "src.device.model": ["X1"],
            "src.device.rooted": ["未知 没有检查"],
            "acct.group": ["不适用：一对一聊天", "是"],
            "acq.time": ["2026-03-02 10:00 +08:00", "2026-03-02T10:20:00+08:00", ""],
            "gen.period": ["2025-06-01 至 2025-12-31"],
            "acq.log": [str(log), ""],
            "item.files": [str(chat), "", "original_export", ""],
            "src.carrier.available_for_court": ["是", "可携手机到庭"],
            "item.category": ["2"],
            "scope.gaps": ["无"],
        },
    )
    digest = hashlib.sha256(b"done\n").hexdigest()
    assert record.get("src.device.kind") == "phone"
    assert record.get("acq.log") == [digest]
    assert record.values["src.device.rooted"] == Unknown("没有检查")
    assert record.values["acct.group"] == NotApplicable("一对一聊天")
    assert record.values["acq.time"]["started_at"].offset_seconds == 28800
    assert record.values["src.carrier.available_for_court"]["available"] is True
    assert record.get("scope.gaps") == []
    (file,) = record.values["item.files"]
    assert (file["name"], file["bytes"], file["role"]) == ("chat.txt", 5, "original_export")
    assert asked.attach == [("log", log)]


def test_an_answer_that_does_not_read_is_asked_again(tmp_path: Path):
    record, _, person = interview(
        tmp_path / "prov.toml",
        {
            "src.device.kind": ["toaster", "3"],
            "decl.created_at": ["昨天", "2026-13-01 10:00 +08:00", "现在"],
        },
    )
    assert record.get("src.device.kind") == "computer"
    assert record.values["decl.created_at"].seconds > 1_700_000_000
    assert not any("toaster" in each for each in person.heard)


def test_what_contradicts_an_earlier_answer_is_asked_again(tmp_path: Path):
    path = tmp_path / "prov.toml"
    path.write_text(
        'format = "beilin/provenance/v1"\n[src.carrier]\nstatus = "lost"\n', encoding="utf-8"
    )
    record, _, _ = interview(path, {"src.carrier.available_for_court": ["是", "", "否", ""]})
    assert record.values["src.carrier.available_for_court"]["available"] is False


def test_stopping_loses_nothing_and_the_same_command_goes_on(tmp_path: Path):
    path = tmp_path / "prov.toml"
    answers = iter(["未知 没有做", "是", "停"])
    talk = Talk(lambda _: next(answers), lambda _: None)
    assert not Interview(path, None, talk, Words("zh")).run("chat")
    first = parse_record(path.read_bytes())
    assert first.values == {"app.integrity": Unknown("没有做")}
    record, _, person = interview(path, {"src.device.model": ["X1"]})
    assert record.values["app.integrity"] == Unknown("没有做")
    assert record.get("src.device.model") == "X1"
    assert not any("应用来源与完整性" in each for each in person.heard)


def test_numbers_go_into_the_annex(tmp_path: Path):
    path = tmp_path / "prov.toml"
    record, _, _ = interview(
        path,
        {
            "src.device.ids_commitment": ["861234567890123"],
            "acct.own.id": ["#wxid_own", "我", "", ""],
        },
    )
    assert b"861234567890123" not in path.read_bytes()
    assert b"wxid_own" not in path.read_bytes()
    kept = annex_path(path)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    opened = check_annex(record, parse_annex(kept.read_bytes()))
    assert [(each.value, each.code) for each in opened] == [
        ("861234567890123", ""),
        ("wxid_own", ""),
    ]
    # Control: another salt does not open it.
    spoiled = kept.read_bytes().replace(b"861234567890123", b"861234567890124")
    assert any(each.code for each in check_annex(record, parse_annex(spoiled)))


def test_help_says_what_hangs_on_a_question(tmp_path: Path):
    _, _, person = interview(tmp_path / "prov.toml", {"src.device.model": ["?", "X1"]})
    assert any("M18-01" in each for each in person.heard)


@pytest.mark.parametrize("material", MATERIALS)
@pytest.mark.parametrize("only_core", [False, True])
def test_only_what_applies_is_asked_in_the_recommended_order(
    tmp_path: Path, material: str, only_core: bool
):
    person = Person({})
    asked = Interview(tmp_path / "p.toml", None, Talk(person.read, person.tell), Words("zh"))
    assert asked.run(material, only_core=only_core)
    heard = [each for each in person.heard if each.startswith("\n[")]
    fields = [
        field
        for field in in_flow(material)
        if field.id not in ("decl.schema_version", "decl.signature")
        and field.step != COURT  # waits until it is asked for
        and (not only_core or field.level == "core")
    ]
    assert len(heard) == len(fields)
    for text, field in zip(heard, fields, strict=True):
        assert f"] {field.zh}（" in text


def test_a_wrong_path_never_becomes_none(tmp_path: Path):
    """A list whose only item could not be finished is left out, not declared empty."""
    absent = str(tmp_path / "absent.png")
    record, _, person = interview(
        tmp_path / "prov.toml", {"acct.own.profile_screens": [absent, "", ""]}
    )
    assert record.state("acct.own.profile_screens") == "absent"
    assert any("尚未保存" in each for each in person.heard)
    notarial = ["某公证处", "第1号", "2026-01-02", "", absent, "", "", ""]
    record, _, _ = interview(tmp_path / "other.toml", {"cor.notarial": notarial})
    (found,) = record.values["cor.notarial"]
    assert found["office"] == "某公证处"
    assert "digest" not in found


def test_none_is_said_and_never_meant(tmp_path: Path):
    record, _, person = interview(
        tmp_path / "prov.toml",
        {
            "scope.gaps": ["[]"],
            "cor.notarial": ["无"],
            "acq.steps": ["无", ""],
            "cor.witness": [""],
        },
    )
    assert record.values["scope.gaps"] == []
    assert record.values["cor.notarial"] == []
    assert record.state("acq.steps") == "absent"
    assert record.state("cor.witness") == "absent"
    assert any("这里不能填" in each for each in person.heard)


def test_an_empty_part_leaves_the_others(tmp_path: Path):
    record, _, _ = interview(
        tmp_path / "prov.toml",
        {"app.integrity": ["", "应用商店", "否"], "acct.own.id": ["跳过"]},
    )
    assert record.values["app.integrity"] == {"install_source": "应用商店", "modded": False}
    assert record.state("acct.own.id") == "absent"


def test_what_looks_like_a_date_is_no_message_id(tmp_path: Path):
    record, _, _ = interview(
        tmp_path / "prov.toml",
        {
            "scope.gaps": [
                "2025年3月9日",
                "2025-03-09 18:08 +08:00",
                "2025-03-10",
                "msg-7",
                "没联系",
                "",
            ]
        },
    )
    (gap,) = record.values["scope.gaps"]
    assert gap["to"] == "msg-7"
    assert gap["from"].offset_seconds == 28800


def test_stopping_within_a_question_keeps_what_was_answered(tmp_path: Path):
    path = tmp_path / "prov.toml"
    lines = iter(["1", "打开录屏", "", "", "2", "导出", "", "", "3", "停"])
    person = Person({})
    heard: list[str] = []

    def read(prompt: str) -> str | None:
        if any("逐步操作记录" in each for each in heard):
            return next(lines)
        return ""

    asked = Interview(path, None, Talk(read, heard.append), Words("zh"))
    assert not asked.run("chat")
    steps = parse_record(path.read_bytes()).values["acq.steps"]
    assert [each["action"] for each in steps] == ["打开录屏", "导出"]
    assert any("已答的部分已保留" in each for each in heard)
    assert not person.heard


def test_files_named_before_are_remembered(tmp_path: Path):
    path, log = tmp_path / "prov.toml", tmp_path / "tool.log"
    log.write_bytes(b"x")
    interview(path, {"acq.log": [str(log), ""]})
    _, asked, _ = interview(path, {"src.device.model": ["X1"]})
    assert asked.attach == [("log", log)]
    assert str(tmp_path).encode() not in path.read_bytes()


def test_what_is_left_out_is_listed_by_what_hangs_on_it():
    everything = leftover({}, "chat")
    ranks = ["critical", "high", "medium", "low", "info"]
    order = [ranks.index(each.row.severity) for each in everything]
    assert order == sorted(order)
    assert everything[0].row.severity == "critical"
    done = leftover({"acct.peer.link_basis": []}, "chat")
    assert len(done) == len(everything) - 1


@given(st.text(max_size=60), st.sampled_from(sorted(FIELDS)))
@settings(max_examples=300)
def test_no_answer_can_break_out_of_its_value(text: str, name: str):
    """Whatever is typed: one TOML value comes out, or the reader refuses it; never a second key."""
    import tomllib

    kind = FIELDS[name].type
    if kind.kind in ("list", "object"):
        kind = FIELDS["decl.id"].type
    try:
        line = f"x = {literal(kind, text)}\n"
    except NotUnderstood:
        return
    try:
        found = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return
    assert list(found) == ["x"]


def test_the_command_from_blank_form_to_list(tmp_path: Path):
    path = tmp_path / "prov.toml"
    for lang in ("zh", "en"):
        done = beilin("provenance", "new", "--blank", "--lang", lang, "--out", str(tmp_path / lang))
        assert done.returncode == 0, done.stderr
        assert not parse_record((tmp_path / lang).read_bytes()).values
    again = beilin("provenance", "new", "--blank", "--out", str(tmp_path / "zh"))
    assert again.returncode == 73
    path.write_text('format = "beilin/provenance/v1"\n[src.device]\nmodel = "\u202eX1"\n', "utf-8")
    for lang, word in (("zh", "W03-01"), ("en", "W03-01")):
        done = beilin("provenance", "check", str(path), "--lang", lang, env=environment())
        assert done.returncode == 0, done.stderr
        assert word in done.stdout
        assert "\u202e" not in done.stdout


def going_on(path: Path, typed: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "provenance", "new", "--lang", "en", "--out", str(path),
         *arguments],
        input=typed, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        env=environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


KIND, MUCH = "What kind of material is it?", "Only the core questions for now, or all?"


def test_the_kind_and_how_much_is_asked_are_remembered(tmp_path: Path):
    path = tmp_path / "prov.toml"
    said = going_on(path, "2\n1\nunknown nobody looked\nyes\nstop\n")
    assert KIND in said
    assert MUCH in said
    assert path.exists()
    assert parse_record(path.read_bytes()).get("item.kind") is None  # the record does not tell
    said = going_on(path, "stop\n")
    assert KIND not in said
    assert MUCH not in said
    assert "Going on as before: e-mail; core questions only" in said
    asked = said[said.index("\n[") :]
    assert any(f.level == "core" and f.en in asked for f in in_flow("mail"))
    said = going_on(path, "stop\n", "--material", "chat", "--questions", "all")
    assert "Going on as before" not in said  # it was said anew


def test_nothing_is_remembered_where_nothing_was_answered(tmp_path: Path):
    said = going_on(tmp_path / "prov.toml", "2\n1\nstop\n")
    assert "no file was written" in said
    assert list(tmp_path.iterdir()) == []


def test_choices_that_are_none_of_ours_are_asked_again(tmp_path: Path):
    path = tmp_path / "prov.toml"
    going_on(path, "2\n1\nunknown nobody looked\nyes\nstop\n")
    (choices,) = tmp_path.glob("*.choices.txt")
    assert choices.read_text() == "material mail\nquestions core\n"
    for spoiled in (b"material toaster\nquestions some\n", b"\xff\x00", b""):
        choices.write_bytes(spoiled)
        said = going_on(path, "1\n2\nstop\n")
        assert KIND in said
        assert MUCH in said


def test_when_the_core_is_answered_the_rest_is_offered(tmp_path: Path):
    path = tmp_path / "prov.toml"
    person = Person({})
    asked = Interview(path, None, Talk(person.read, person.tell), Words("zh"))
    assert asked.is_open("chat", only_core=True)
    left = [
        field for field in in_flow("chat")
        if field.level == "core" and field.step != COURT
        and field.id not in ("decl.schema_version", "decl.signature")
    ]  # fmt: skip
    path.write_bytes(to_toml({field.id: Unknown("手机不在身边") for field in left}))
    path.with_name("prov.choices.txt").write_text("material chat\nquestions core\n")
    asked = Interview(path, parse_record(path.read_bytes()), asked._talk, Words("zh"))
    assert not asked.is_open("chat", only_core=True)
    assert asked.is_open("chat", only_core=False)
    said = going_on(path, "2\nstop\n")
    assert KIND not in said
    assert MUCH in said


def test_a_record_with_mistakes_is_listed_by_line_and_field(tmp_path: Path):
    path = tmp_path / "prov.toml"
    path.write_text(
        'format = "beilin/provenance/v1"\n[src.device]\nkind = "toaster"\nmodle = "X"\n'
        "[acq]\ntime = { started_at = 2026-03-02T10:00:00, ended_at = 2026-02-30T10:00:00Z }\n",
        encoding="utf-8",
    )
    done = beilin("provenance", "check", str(path))
    assert done.returncode == 65
    assert "line 6" in done.stderr
    path.write_text(path.read_text("utf-8").replace("2026-02-30", "2026-02-27"), "utf-8")
    done = beilin("provenance", "check", str(path))
    assert done.returncode == 65
    for word in ("line 3 src.device.kind", "line 4", "line 6 acq.time"):
        assert word in done.stderr
    assert "toaster" not in done.stderr


def test_a_name_that_begins_like_unknown_is_an_answer(tmp_path: Path):
    record, _, _ = interview(
        tmp_path / "prov.toml",
        {"acq.place": ["未知来源应用已关闭的房间"], "src.device.model": ["Unknownname Ltd X1"]},
    )
    assert record.get("acq.place") == "未知来源应用已关闭的房间"
    assert record.get("src.device.model") == "Unknownname Ltd X1"


def test_going_on_takes_an_old_signature_off(tmp_path: Path):
    path = tmp_path / "prov.toml"
    path.write_text(
        'format = "beilin/provenance/v1"\n[decl]\nid = "PD-1"\n'
        '[decl.signature]\nalg = "ed25519"\nvalue = "AAAA"\n',
        encoding="utf-8",
    )
    record, _, person = interview(path, {"src.device.model": ["X1"]})
    assert record.state("decl.signature") == "absent"
    assert record.get("decl.id") == "PD-1"
    assert any("原签名已去掉" in each for each in person.heard)
