"""Reports as files, both languages, texts of law: beside the verdict, never instead of it."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import jsonschema
import pytest

from tests.verifier.commands import AUDIT, PACKAGE, RECEIPT
from tests.verifier.report.pages import read_page
from tests.verifier.report.test_schema import SCHEMA
from verifier.cli_files import Unwritable, write_new

SUFFIXES = pytest.mark.parametrize("suffix", [".html", ".json", ".txt"])


# ------------------------------------------------------------------- files


@SUFFIXES
@pytest.mark.parametrize(
    "arguments", [PACKAGE, RECEIPT, AUDIT], ids=["package", "receipt", "audit"]
)
def test_each_face_is_written_and_the_verdict_is_as_without(arguments, suffix, run, tmp_path):
    code, out, _ = run(*arguments, "--at", "2027-01-01")
    target = tmp_path / f"out{suffix}"
    with_file = run(*arguments, "--at", "2027-01-01", "--report", str(target))
    assert with_file == (code, out, "")
    text = target.read_text(encoding="utf-8")
    if suffix == ".json":
        report = json.loads(text)
        jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
        assert (report["examination"] is None) == (arguments != PACKAGE)
    elif suffix == ".html":
        assert text.startswith("<!DOCTYPE html>")
        assert "结论：技术核验一致（仅指摘要与账本记录）" in read_page(text).text()
    else:
        assert "  结论：技术核验一致（仅指摘要与账本记录）\n" in text
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_report_of_what_is_not_consistent_is_written_too(made, run, tmp_path):
    data = bytearray((made / "p.zip").read_bytes())
    data[-1] ^= 1
    (tmp_path / "p.zip").write_bytes(data)
    target = tmp_path / "out.html"
    code, _, _ = run(str(tmp_path / "p.zip"), "--policy", "{}/policy", "--report", str(target))
    assert code == 20
    assert "核验不一致" in target.read_text(encoding="utf-8")


def test_the_examination_is_of_packages_only(run):
    assert "153 项审查要素" in run(*PACKAGE)[1]
    assert "审查要素概况" not in run(*RECEIPT)[1]
    assert "审查要素概况" not in run(*AUDIT)[1]
    code, out, _ = run(*PACKAGE, "--json")
    assert code == 0
    assert len(json.loads(out)["examination"]["rows"]) == 153


def test_both_languages_zh_first(run, tmp_path):
    code, out, _ = run(*PACKAGE, "--lang", "both", "--report", str(tmp_path / "a.html"))
    assert code == 0
    assert out.index("四项说明") < out.index("Four statements")
    page = read_page((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert [a.attributes["lang"] for a in page.all("article")] == ["zh", "en"]
    run(*PACKAGE, "--lang", "both", "--report", str(tmp_path / "a.txt"))
    text = (tmp_path / "a.txt").read_text(encoding="utf-8")
    assert text.index("四项说明") < text.index("Four statements")
    assert run("show", "{}/r.txt", "--lang", "both")[0] == 64


@pytest.mark.parametrize(
    "name", ["out", "out.pdf", "out.htm", "out.HTML.gz", ".html", "..txt", "out.json.", ""]
)
@pytest.mark.parametrize("arguments", [PACKAGE, AUDIT], ids=["package", "audit"])
def test_any_other_suffix_exits_64(arguments, name, run, tmp_path):
    code, out, err = run(*arguments, "--report", str(tmp_path / name) if name else "")
    assert (code, out) == (64, "")
    assert "usage:" in err
    assert list(tmp_path.iterdir()) == []


@SUFFIXES
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_there_is_never_replaced(suffix, lang, run, tmp_path):
    target = tmp_path / f"out{suffix}"
    target.write_bytes(b"mine")
    code, out, err = run(*PACKAGE, "--lang", lang, "--report", str(target))
    assert (code, out) == (73, "")
    assert err.count("\n") == 1
    assert target.read_bytes() == b"mine"
    dangling = tmp_path / f"link{suffix}"
    dangling.symlink_to(tmp_path / "nowhere")
    assert run(*PACKAGE, "--report", str(dangling))[0] == 73
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_is_not_there_exits_73(run, tmp_path):
    code, out, err = run(*PACKAGE, "--report", str(tmp_path / "none" / "out.html"))
    assert (code, out) == (73, "")
    assert err.count("\n") == 1


def test_a_report_that_cannot_be_written_leaves_nothing_and_no_verdict(run, tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, out, err = run(*PACKAGE, "--report", str(tmp_path / "out.html"))
    assert (code, out) == (73, "")
    assert "No space left" in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_kept(run, tmp_path, monkeypatch):
    target = tmp_path / "out.html"
    monkeypatch.setattr("verifier.cli.refuse_existing", lambda path: target.write_bytes(b"theirs"))
    assert run(*PACKAGE, "--report", str(target))[0] == 73
    assert target.read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_of_two_writers_one_wins_and_the_file_is_whole(tmp_path):
    target, failed = tmp_path / "out.txt", []

    def write(letter: bytes) -> None:
        try:
            write_new(target, letter * 100_000)
        except Unwritable:
            failed.append(letter)

    threads = [threading.Thread(target=write, args=(bytes([65 + n]),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    data = target.read_bytes()
    assert len(failed) == 7
    assert data == data[:1] * 100_000
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_where_there_are_no_hard_links_the_name_is_claimed(tmp_path, monkeypatch):
    def none(*arguments):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr("os.link", none)
    target = tmp_path / "out.txt"
    write_new(target, b"one")
    with pytest.raises(Unwritable):
        write_new(target, b"two")
    assert target.read_bytes() == b"one"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_without_hard_links_a_report_that_fails_leaves_no_empty_file(tmp_path, monkeypatch):
    def none(*arguments):
        raise PermissionError(1, "no links here")

    monkeypatch.setattr("os.link", none)
    monkeypatch.setattr("os.replace", none)
    with pytest.raises(Unwritable):
        write_new(tmp_path / "out.txt", b"one")
    assert list(tmp_path.iterdir()) == []


def test_the_file_may_be_read_by_whom_the_umask_lets(tmp_path):
    before = os.umask(0o027)
    try:
        write_new(tmp_path / "out.txt", b"x")
        assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o640
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


# ------------------------------------------------------------------- the sealed annex


def test_an_annex_goes_with_a_package(run, tmp_path):
    annex = tmp_path / "annex.toml"
    annex.write_text("nonsense")
    for arguments in (RECEIPT, AUDIT):
        assert run(*arguments, "--annex", str(annex))[0] == 64
    for named in (str(annex), str(tmp_path / "none"), str(tmp_path)):
        code, out, err = run(*PACKAGE, "--annex", named)
        assert (code, out) == (65, ""), named
        assert err.count("\n") == 1


# ------------------------------------------------------------------- law


@pytest.mark.parametrize("name", ["M18-01", "OLR-16", "BIC-CASE", "olr-16"])
def test_law_prints_a_text_with_its_source_and_no_verdict(name, run):
    for lang in ("zh", "en", "both"):
        code, out, err = run("law", name, "--lang", lang)
        assert (code, err) == (10, "")
        assert name.upper() in out
    assert (
        "「" in run("law", "OLR-16")[1]
        or "可以认定该电子数据上链后未经篡改" in run("law", "OLR-16")[1]
    )


def test_law_alone_lists_everything(run):
    code, out, _ = run("law")
    assert code == 10
    for name in ("M16-01", "MZ-08", "OLR", "BIC-CASE"):
        assert name in out


@pytest.mark.parametrize("name", ["M99-99", "x" * 500, "\u202e", "", "../etc/passwd"])
def test_an_unknown_id_exits_64(name, run):
    code, out, err = run("law", name)
    assert (code, out) == (64, "")
    assert "usage:" in err
    assert "\u202e" not in err


def test_an_unknown_id_is_answered_in_the_language_asked_for(run):
    for lang, said in (
        ("zh", "不带编号运行可列出全部"),
        ("en", "without an id for the list of all"),
    ):
        _, _, err = run("law", "M18-1", "--lang", lang)
        assert err.startswith("usage: beilin-verify law ")
        assert "M18-01" in err
        assert said in err
    assert "不带编号" in run("law", "xx", "--lang", "both")[2]
    assert "相近" not in run("law", "\u202e", "--lang", "zh")[2]


@pytest.mark.parametrize("name", ["P-16", "p-01", "G5", "g15", "acq.time", "ACQ.TIME", "plat.mlps"])
def test_law_knows_checks_groups_and_fields(name, run):
    for lang in ("zh", "en"):
        code, out, err = run("law", name, "--lang", lang)
        assert (code, err) == (10, "")
        assert out.casefold().startswith(f"{name.casefold()}  ")


def test_law_prints_how_a_row_can_be_made_good(run):
    for lang, words in (
        ("zh", ("欠缺时如何补充", "由谁：")),
        ("en", ("How it can be made good", "by: ")),
    ):
        out = run("law", "M18-07", "--lang", lang)[1]
        for word in words:
            assert word in out
        assert words[0] not in run("law", "M18-11", "--lang", lang)[1]  # never open


def test_the_help_says_that_show_and_law_verify_nothing(run):
    out = run("--help")[1]
    assert "show and law exit 10" in out
    assert "show 与 law 不作核验" in out


def test_law_takes_no_policy(run):
    assert run("law", "OLR-16", "--policy", "{}/policy")[0] == 64
    assert run("law", "OLR-16", "OLR-17")[0] == 64
    assert run("law", "--help")[0] == 0


def test_every_option_of_a_report_is_in_the_help(run):
    out = run("--help")[1]
    for word in ("--report", "--annex", "both", "beilin-verify law"):
        assert word in out
    assert "--report" in run("audit", "--help")[1]


def test_made_is_left_as_it_was(made, run, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in Path(made).rglob("*")}
    run(*PACKAGE, "--report", str(tmp_path / "a.html"))
    assert {path: path.stat().st_mtime_ns for path in Path(made).rglob("*")} == before
