"""The command gives its verdict, in words, as JSON and as an exit code."""

from __future__ import annotations

import json
import re
import shutil

import pytest

from tests.verifier import logs
from tests.verifier.commands import AUDIT, PACKAGE, RECEIPT

# ------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    "arguments", [PACKAGE, RECEIPT, AUDIT], ids=["package", "receipt", "audit"]
)
def test_what_is_consistent_exits_0(arguments, run):
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert "结论：技术核验一致（仅指摘要与账本记录）" in out
    code, out, _ = run(*arguments, "--lang", "en")
    assert code == 0
    assert "consistent upon technical verification (digest and log record only)" in out


@pytest.mark.parametrize(
    "arguments", [PACKAGE, RECEIPT, AUDIT], ids=["package", "receipt", "audit"]
)
def test_a_log_that_the_policy_does_not_know_exits_10(arguments, run):
    code, out, _ = run(*[a.replace("/policy", "/unknown") for a in arguments])
    assert code == 10
    assert "结论：现有材料不足以判定" in out
    assert "UNKNOWN_LOG_KEY" in out


def test_a_receipt_without_its_file_exits_10(run):
    code, out, _ = run("{}/r.txt", "--policy", "{}/policy")
    assert code == 10
    assert "SIGNED_DATA_NOT_FOUND" in out


def test_another_file_exits_20(run):
    code, out, _ = run("{}/r.txt", "--file", "{}/p.zip", "--policy", "{}/policy")
    assert code == 20
    assert "结论：核验不一致" in out
    assert "HASH_FAILURE" in out


@pytest.mark.parametrize("at", [0, 200, 2000, -100, -1])
def test_a_damaged_package_exits_20(at, made, run, tmp_path):
    data = bytearray((made / "p.zip").read_bytes())
    data[at] ^= 1
    (tmp_path / "p.zip").write_bytes(data)
    code, out, _ = run(str(tmp_path / "p.zip"), "--policy", "{}/policy")
    assert code == 20, out


def test_a_damaged_receipt_exits_20(made, run, tmp_path):
    data = (made / "r.txt").read_bytes()
    (tmp_path / "r").write_bytes(data.replace(b"number 1", b"number 2"))
    assert run(str(tmp_path / "r"), "--policy", "{}/policy")[0] == 20
    (tmp_path / "r").write_bytes(b"c" + data[1:])  # its first line is gone
    assert run(str(tmp_path / "r"), "--policy", "{}/policy")[0] == 20


def test_a_newer_receipt_exits_10(made, run, tmp_path):
    data = (made / "r.txt").read_bytes()
    (tmp_path / "r").write_bytes(data.replace(b"receipt/v1", b"receipt/v2"))
    code, out, _ = run(str(tmp_path / "r"), "--policy", "{}/policy")
    assert (code, "NEWER_FORMAT" in out) == (10, True)


def test_a_damaged_log_exits_20_and_names_the_place(made, run, tmp_path):
    folder = shutil.copytree(made / "log", tmp_path / "log")
    name = next(name for name in logs.files(folder) if "entries" in name)
    data = bytearray((folder / name).read_bytes())
    data[3 * 168 + 100] ^= 1
    (folder / name).write_bytes(data)
    code, out, _ = run("audit", str(folder), "--policy", "{}/policy")
    assert code == 20
    assert f"位置：文件 {name}，序号 3，偏移 {3 * 168 + 2} 字节" in out


def test_with_a_copy_of_the_log_later_items_are_looked_for(run):
    code, out, _ = run(*PACKAGE, "--log", "{}/log", "--json")
    report = json.loads(out)
    siblings = next(check for check in report["checks"] if check["id"] == "siblings")
    assert (code, siblings["status"]) == (0, "done")
    assert [finding["code"] for finding in report["findings"]].count("NO_LATER_ITEM") == 1


def test_json_is_the_report_and_nothing_else(run):
    code, out, err = run(*PACKAGE, "--json", "--policy-source", "by hand")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert report["format"] == "beilin/report/v1"
    assert report["trust_level"] == "L1"
    assert out.isascii()


def test_the_source_of_the_policy_is_printed_and_raises_the_level(run):
    _, out, _ = run(*PACKAGE, "--policy-source", "由法院公布的指纹核对")
    assert "策略来源：“由法院公布的指纹核对”" in out
    assert "信任等级 L1" in out
    _, out, _ = run(*PACKAGE)
    assert "策略来源：未说明" in out
    assert "信任等级 L0" in out


def test_the_time_of_judgement_is_the_one_given(run):
    assert (
        "判定时间：2027-01-02 08:00:00（北京时间；2027-01-02T00:00:00Z）（由核验人给定）"
        in run(*PACKAGE, "--at", "2027-01-02")[1]
    )
    out = run(*PACKAGE, "--at", "2027-01-02T03:04:05Z")[1]
    assert "判定时间：2027-01-02 11:04:05（北京时间；2027-01-02T03:04:05Z）（由核验人给定）" in out


@pytest.mark.parametrize("arguments", [PACKAGE, AUDIT], ids=["package", "audit"])
def test_a_time_of_judgement_that_nobody_gave_is_not_said_to_be_given(arguments, run, tmp_path):
    for lang, clock, given in (
        ("zh", "核验人未给定", ("由核验人给定", "核验人给定的")),
        ("en", "nobody gave one", ("given by the person verifying",)),
    ):
        for at, says in (((), False), (("--at", "2027-01-02"), True)):
            target = tmp_path / f"{lang}{len(at)}.txt"
            out = run(*arguments, *at, "--lang", lang, "--report", str(target))[1]
            for text in (out, target.read_text(encoding="utf-8")):
                assert any(each in text for each in given) == says
            assert (clock in target.read_text(encoding="utf-8")) != says


def test_a_private_package_begins_with_its_warning(run):
    assert run(*PACKAGE)[1].startswith("【私有证据包】")
    assert run(*PACKAGE, "--lang", "en")[1].startswith("[PRIVATE PACKAGE]")


@pytest.mark.parametrize(
    ("lang", "word"),
    [("en_GB.UTF-8", "Result:"), ("zh_CN", "结论："), ("", "结论："), ("de_DE", "结论：")],
)
def test_the_language_follows_lang(lang, word, run, monkeypatch):
    monkeypatch.setenv("LANG", lang)
    assert word in run(*PACKAGE)[1]


# ------------------------------------------------------------------- show


def test_show_says_first_and_last_that_nothing_was_verified(run):
    code, out, _ = run("show", "{}/r.txt", "--lang", "en")
    lines = out.rstrip("\n").split("\n")
    assert code == 10
    assert lines[0].startswith("NOT VERIFIED")
    assert lines[-1].startswith("NOT VERIFIED")
    assert "  what file" in lines
    code, out, _ = run("show", "{}/r.txt")
    assert out.startswith("NOT VERIFIED 未核验")
    assert out.rstrip("\n").split("\n")[-1].startswith("NOT VERIFIED 未核验")


def test_show_prints_no_hidden_character(made, run, tmp_path):
    data = (made / "r.txt").read_bytes()
    hostile = data.replace(b"identity not checked", "identity \u202e\x1b[31m\x85 核验一致".encode())
    (tmp_path / "r").write_bytes(hostile + b"\xff\xfe")
    code, out, _ = run("show", str(tmp_path / "r"))
    assert code == 10
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)


def test_show_of_something_else_exits_65(run):
    assert run("show", "{}/p.zip")[0] == 65
