"""``beilin declaration``: the form asks for everything, and what is published is exactly what it says."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app.commands import declaration_form
from ledger.errors import LedgerError
from ledger.log import Log
from tests.app.server.harness import ORIGIN, beilin, entry, new_account, new_log, post, running
from tests.verifier.report.denylist import forbidden_words
from verifier.evidence.declaration import MAX_BYTES, PLATFORM, Declaration, parse_declaration
from verifier.evidence.provenance.fields import Type
from verifier.evidence.provenance.reading import read_form
from verifier.evidence.provenance.record import NotApplicable, Unknown
from verifier.evidence.provenance.spelling import spell
from verifier.evidence.receipt import parse_receipt
from verifier.law.rules import PROVISIONS, ROWS

HEAD = 'format = "beilin/declaration/v1"\n'
NOW = 1_800_000_000
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    new_log(tmp_path / "data")
    return tmp_path / "data"


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "form.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def in_force(data: Path) -> tuple[bytes, Declaration]:
    with Log.open(data, read_only=True) as log:
        note = log.declaration()
        return note, parse_declaration(note, log.config.service)


# -- the form


@LANGS
def test_the_form_asks_for_every_field_and_says_what_article_17_asks(lang: str) -> None:
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    assert text.startswith(HEAD)
    for line in PROVISIONS["OLR-17"].zh.split("\n"):
        assert line in text  # the Chinese text, whole, in both
    for id_, field in PLATFORM.items():
        assert f"# {id_} {field.zh if lang == 'zh' else field.en}" in text
        assert re.search(rf"^#{re.escape(id_)}[ .]", text, re.MULTILINE), id_
        for row in field.rows:
            if row.startswith("M17"):
                assert (ROWS[row].element_zh if lang == "zh" else ROWS[row].element_en) in text
    assert forbidden_words(re.sub("「[^」]*」", "", text)) == []
    assert read_form(text.encode(), "declaration", {"operator"}).values == {}


def unmarked(lang: str) -> list[tuple[int, str, str]]:
    """(number, field, line) of each line of the blank form that is one to fill in, its mark gone."""
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"#(plat\.[a-z_]+)", line):
            found.append((number, match[1], line[1:]))
    return found


@LANGS
def test_taking_the_marks_away_declares_nothing(lang: str) -> None:
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    filled = re.sub(r"^#(?=plat)", "", text, flags=re.MULTILINE)
    values, wrong = declaration_form.read(filled.encode(), NOW, lang)
    assert values == {}
    told = {int(number) for number in re.findall(r"(?m)^(?:line|第) ?([0-9]+)", "\n".join(wrong))}
    assert told == {number for number, _, _ in unmarked(lang)}
    assert {field for _, field, _ in unmarked(lang)} == set(PLATFORM)


@LANGS
def test_each_line_alone_is_named_with_what_to_do(lang: str) -> None:
    todo = {
        "zh": "请改成实际情况，或恢复行首的“#”",
        "en": "Change it to what is so, or put the # back",
    }
    for _, field, line in unmarked(lang):
        values, wrong = declaration_form.read(f"{HEAD}{line}\n".encode(), NOW, lang)
        assert values == {}
        (told,) = [each for each in wrong if todo[lang] in each][:1]
        assert told.startswith({"zh": f"第 2 行 {field}：", "en": f"line 2 {field}: "}[lang])


@LANGS
def test_what_is_no_line_to_fill_in_is_no_toml_without_its_mark(lang: str) -> None:
    """An explanation cannot become a value by taking ``#``, or ``#`` and the blanks, away."""
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    for line in text.split("\n"):
        if line.startswith("# "):
            for rest in (line[1:], line[1:].lstrip()):
                values, wrong = declaration_form.read(f"{HEAD}{rest}\n".encode(), NOW, lang)
                assert (values, bool(wrong)) == ({}, True), line


@LANGS
def test_the_examples_are_shown_and_refused_as_answers(lang: str) -> None:
    """Copied whole, or as one of several, an example says nothing about this platform."""
    text = declaration_form.blank_form(ORIGIN, lang).decode()
    form = files("app.commands").joinpath(f"declaration_example.{lang}.toml").read_bytes()
    values, wrong = declaration_form.read(form, NOW, lang)
    assert list(values) == list(PLATFORM)
    assert len(wrong) == len(PLATFORM)
    todo = {
        "zh": "照抄了表格中的例子。请改成实际情况",
        "en": "copies the form's example. Change it to what is so",
    }
    assert all(todo[lang] in each for each in wrong)
    assert values["plat.operator"]["name"] in text
    other = {"zh": "en", "en": "zh"}[lang]
    assert len(declaration_form.read(form, NOW, other)[1]) == len(PLATFORM)
    mixed = (
        HEAD
        + """plat.incidents = [
  { at = 2026-02-11, kind = "outage", what = "机房断电", effect = "停止受理3小时，已登记的条目未受影响", remedy = "增设备用电源" },
  { at = 2026-02-12, kind = "outage", what = "x" },
]
"""
    )
    (told,) = declaration_form.read(mixed.encode(), NOW, lang)[1]
    assert todo[lang] in told
    one_changed = mixed.replace("机房断电", "机房停电")
    assert declaration_form.read(one_changed.encode(), NOW, lang)[1] == []


def test_stand_ins_are_not_published(data: Path, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + 'plat.clean = "请填写"\nplat.security = "机柜上锁"\n')
    printed = beilin("declaration", "publish", "--data", data, path, "--lang", "zh", code=65)
    assert "第 2 行 plat.clean：" in printed
    assert "没有发布" in printed
    with Log.open(data, read_only=True) as log, pytest.raises(LedgerError, match="declaration"):
        log.declaration()


def test_the_factors_of_all_fields_are_all_factors() -> None:
    """What Article 17 asks of the platform is asked of the operator, factor by factor."""
    asked = "".join(declaration_form.factors(field, "zh") for field in PLATFORM.values())
    for number in "一二三四":
        assert f"第十七条（{number}）" in asked
    of_platform = [
        row for row in ROWS.values() if "OLR-17" in row.basis and any(i in PLATFORM for i in row.inputs)
    ]  # fmt: skip
    assert len(of_platform) == 12
    assert all(row.element_zh in asked for row in of_platform)


@LANGS
def test_new_writes_it_and_never_over_anything(data: Path, tmp_path: Path, lang: str) -> None:
    out = tmp_path / "form.toml"
    beilin("declaration", "new", "--data", data, "--out", out, "--lang", lang)
    assert out.read_bytes() == declaration_form.blank_form(ORIGIN, lang)
    before = out.stat()
    beilin("declaration", "new", "--data", data, "--out", out, code=73)
    assert out.stat() == before
    beilin("declaration", "new", "--data", tmp_path / "none", "--out", tmp_path / "x", code=65)
    assert not (tmp_path / "x").exists()


# -- publishing


def changed(kind: Type, value: Any) -> Any:
    """The same kind of answer, in other words than the example's."""
    if kind.item is not None:
        return [changed(kind.item, item) for item in value]
    if kind.kind == "object":
        inner = {member.name: member.type for member in kind.members}
        return {name: changed(inner[name], part) for name, part in value.items()}
    return f"{value} *" if kind.kind in {"string", "text"} else value


def filled_in(lang: str) -> bytes:
    """Every field answered, none as in the example."""
    form = files("app.commands").joinpath(f"declaration_example.{lang}.toml").read_bytes()
    values = read_form(form, "declaration", {"operator"}).values
    lines = [
        f"{id_} = {spell(field.type, changed(field.type, values[id_]), inline=True)}\n"
        for id_, field in PLATFORM.items()
    ]
    return (HEAD + "".join(lines)).encode()


@LANGS
def test_published_as_it_is_written(data: Path, tmp_path: Path, lang: str) -> None:
    form = filled_in(lang)
    path = written(tmp_path, form)
    printed = beilin("declaration", "publish", "--data", data, path, "--lang", lang)
    note, declaration = in_force(data)
    assert hashlib.sha256(note).hexdigest() in printed
    assert declaration.values == read_form(form, "declaration", {"operator"}).values
    assert len(note) < MAX_BYTES
    assert "plat." not in printed  # nothing is left open


def test_a_second_one_replaces_the_first_and_says_what_is_open(data: Path, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + 'plat.icp = { not_applicable = "not a \\u202esite" }\n'
                   'plat.retention = { unknown = "未定" }\nplat.incidents = []\n')  # fmt: skip
    beilin("declaration", "publish", "--data", data, path)
    first, _ = in_force(data)
    printed = beilin("declaration", "publish", "--data", data, path, "--lang", "en")
    _, second = in_force(data)
    assert second.replaces == hashlib.sha256(first).digest()
    assert second.replaces.hex() in printed
    assert second.values == {
        "plat.icp": NotApplicable("not a \u202esite"),
        "plat.incidents": [],
        "plat.retention": Unknown("未定"),
    }
    empty = [id_ for id_ in PLATFORM if id_ not in second.values]
    assert f"{len(empty)} fields are empty" in printed
    lines = printed.split("\n")
    for id_ in empty:
        (line,) = [each for each in lines if each.startswith(f"  {id_} ")]
        assert declaration_form.factors(PLATFORM[id_], "en") in line
    assert "does not apply, “not a \\u{202e}site”" in printed
    assert "\u202e" not in printed
    assert "not known, “未定”" in printed
    assert forbidden_words(printed) == []


WRONG: dict[str, tuple[str, int, str]] = {
    # text after the first line → the line and the field that must be named
    "an unknown field": ('plat.klean = "x"', 2, "plat"),
    "a field of the declarant": ('decl.id = "x"', 2, "decl.id"),
    "a field of the log": ('anc.alg = "x"', 2, "anc.alg"),
    "a number for text": ("plat.clean = 1", 2, "plat.clean"),
    "text for a number": ('plat.mlps.level = "3"', 2, "plat.mlps"),
    "an unknown member": ('plat.operator = { name = "x", nmae = "y" }', 2, "plat.operator"),
    "a member missing": ('plat.operator.uscc = "x"', 2, "plat.operator"),
    "no reason": ('plat.icp = { unknown = "" }', 2, "plat.icp"),
    "a reason and a value": ('plat.icp = { unknown = "x", no = "y" }', 2, "plat.icp"),
    "an impossible date": ("plat.mlps.level = 3\nplat.mlps.assessed_on = 2026-02-30", 3, "plat.mlps"),
    "a date to come": (
        '\nplat.audits = [{ type = "a", by = "b", date = 2999-01-01 }]', 3, "plat.audits",
    ),
    "a date in quotes": (
        'plat.incidents = [{ at = "2026-01-01", kind = "other", what = "x" }]', 2, "plat.incidents",
    ),
    "a word that is none": (
        'plat.incidents = [{ at = 2026-01-01, kind = "mishap", what = "x" }]', 2, "plat.incidents",
    ),
    "a digest in capitals": (
        f'plat.audits = [{{ type = "a", by = "b", date = 2026-01-01, digest = "{"A" * 64}" }}]',
        2, "plat.audits",
    ),
    "twice": ('plat.clean = "x"\nplat.clean = "y"', 3, "plat.clean"),
    "a control character": ('plat.clean = "a\\u0007"', 2, "plat.clean"),
    "too long": (f'plat.clean = "{"x" * 10_001}"', 2, "plat.clean"),
    "too many bytes": (f'plat.clean = "{"文" * 9_999}"', 2, "plat.clean"),
    "no TOML": ("plat.clean = x", 2, "plat.clean"),
    "nothing": ("", 1, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_by_line_and_field(data: Path, tmp_path: Path, name: str) -> None:
    text, line, field = WRONG[name]
    path = written(tmp_path, f"{HEAD}{text}\n")
    printed = beilin("declaration", "publish", "--data", data, path, "--lang", "en", code=65)
    if field:
        assert re.search(rf"^line {line} {re.escape(field)}: .", printed, re.MULTILINE), printed
    assert "nothing was published" in printed
    assert "mishap" not in printed
    beilin("declaration", "publish", "--data", data, path, "--lang", "zh", code=65)
    with Log.open(data, read_only=True) as log, pytest.raises(LedgerError, match="declaration"):
        log.declaration()


def test_every_mistake_is_named_at_once(data: Path, tmp_path: Path) -> None:
    some = [text for text, line, _ in WRONG.values() if line == 2 and "\n" not in text]
    path = written(tmp_path, HEAD + "\n".join(dict.fromkeys(some)) + "\n")
    printed = beilin("declaration", "publish", "--data", data, path, "--lang", "en", code=65)
    named = {int(number) for number in re.findall(r"^line ([0-9]+)", printed, re.MULTILINE)}
    assert len(named) >= 10


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff", b"\xef\xbb\xbf" + HEAD.encode(), b'plat.clean = "x"\n',
     b'format = "beilin/provenance/v1"\n', b'format = "beilin/declaration/v2"\n',
     HEAD.encode() + b"#" * (3 << 20)],
    ids=["empty", "not UTF-8", "BOM", "no format", "another format", "newer", "too large"],
)  # fmt: skip
def test_what_is_no_form_is_refused(data: Path, tmp_path: Path, text: bytes) -> None:
    beilin("declaration", "publish", "--data", data, written(tmp_path, text), code=65)


def test_without_the_key_or_the_file(data: Path, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + 'plat.clean = "x"\n')
    beilin("declaration", "publish", "--data", data, tmp_path / "none.toml", code=65)
    (data / "signer").rename(tmp_path / "away")
    text = beilin("declaration", "publish", "--data", data, path, code=75)
    assert "service key" in text
    beilin("declaration", "publish", "--data", data, path, "--signer-state", tmp_path / "away")


def test_a_running_server_follows_with_its_next_batch(data: Path, tmp_path: Path) -> None:
    key = new_account(data, "one")
    path = written(tmp_path, HEAD + 'plat.clean = "x"\n')
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:

        def named(content: bytes) -> bytes | None:
            receipt = post(client, entry(content)).json()["receipt"].encode()
            return parse_receipt(receipt).statement.declaration

        assert named(b"before") is None
        for n in range(2):
            beilin("declaration", "publish", "--data", data, path)
            note, _ = in_force(data)
            assert named(b"%d" % n) == hashlib.sha256(note).digest()
            assert client.get("/v1/declaration").content == note
        assert server.stop() == 0
    assert "whole and consistent" in beilin("fsck", "--data", data)


def test_usage(data: Path) -> None:
    for words in ([], ["new"], ["new", "--data", data], ["publish", "--data", data], ["drop"],
                  ["new", "--data", data, "--out", "x", "--lang", "fr"]):  # fmt: skip
        beilin("declaration", *words, code=64)
