"""``beilin declaration``: what is published is exactly what the form says."""

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

HEAD = 'format = "beilin/declaration/v1"\n'
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


def test_stand_ins_are_not_published(data: Path, tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + 'plat.clean = "请填写"\nplat.security = "机柜上锁"\n')
    printed = beilin("declaration", "publish", "--data", data, path, "--lang", "zh", code=65)
    assert "第 2 行 plat.clean：" in printed
    assert "没有发布" in printed
    with Log.open(data, read_only=True) as log, pytest.raises(LedgerError, match="declaration"):
        log.declaration()


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
