"""What is no verdict never looks like one: usage, unreadable input, our own faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.verifier.commands import AUDIT, PACKAGE
from verifier import __version__

ROOT = Path(__file__).resolve().parents[2]


# ------------------------------------------------------------------- usage


USAGE = [
    (),
    ("{}/p.zip",),
    ("{}/p.zip", "--policy"),
    ("{}/p.zip", "--poli", "{}/policy"),
    (*PACKAGE, "--lang", "fr"),
    (*PACKAGE, "--at", "yesterday"),
    (*PACKAGE, "--at", "2027-02-30"),
    (*PACKAGE, "--policy-source", ""),
    (*PACKAGE, "--policy-source", " \u200b "),
    (*PACKAGE, "--nothing"),
    (*PACKAGE, "{}/r.txt"),
    (*PACKAGE, "--file", "{}/file"),
    ("audit", "{}/log"),
    ("audit", "--policy", "{}/policy"),
    (*AUDIT, "--file", "{}/file"),
    ("show",),
    ("show", "{}/r.txt", "--policy", "{}/policy"),
]


@pytest.mark.parametrize("arguments", USAGE)
def test_wrong_usage_exits_64(arguments, run):
    code, out, err = run(*arguments)
    assert (code, out) == (64, "")
    assert "usage:" in err


@pytest.mark.parametrize(
    "arguments", [("--help",), ("audit", "--help"), ("show", "-h"), ("--version",)]
)
def test_help_and_version_exit_0(arguments, run):
    code, out, err = run(*arguments)
    assert (code, err) == (0, "")
    assert out


def test_the_version_is_that_of_the_distribution(run):
    text = (ROOT / "verifier" / "pyproject.toml").read_text("utf-8")
    assert f'version = "{__version__}"' in text
    assert run("--version")[1] == f"beilin-verify {__version__}\n"


# ------------------------------------------------------------------- what cannot be read


def test_what_cannot_be_read_exits_65(made, run, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "photo").write_bytes(b"\xff\xd8\xff" * 100)
    (tmp_path / "bad policy").write_bytes(b"log x\n")
    (tmp_path / "newer policy").write_bytes(b"beilin/policy/v2\n")
    empty = str(tmp_path / "empty")
    for arguments in [
        ("{}/none.zip", "--policy", "{}/policy"),
        (empty, "--policy", "{}/policy"),
        (str(tmp_path / "photo"), "--policy", "{}/policy"),
        (str(tmp_path), "--policy", "{}/policy"),
        ("{}/r.txt", "--file", "{}/none", "--policy", "{}/policy"),
        ("{}/r.txt", "--file", str(tmp_path), "--policy", "{}/policy"),
        ("{}/p.zip", "--policy", "{}/none"),
        ("{}/p.zip", "--policy", str(tmp_path)),
        ("{}/p.zip", "--policy", empty),
        ("{}/p.zip", "--policy", str(tmp_path / "bad policy")),
        ("{}/p.zip", "--policy", str(tmp_path / "newer policy")),
        ("{}/p.zip", "--policy", "{}/p.zip"),
        (*PACKAGE, "--log", "{}/none"),
        (*PACKAGE, "--log", str(tmp_path)),
        ("audit", "{}/none", "--policy", "{}/policy"),
        ("audit", str(tmp_path), "--policy", "{}/policy"),
        ("audit", "{}/p.zip", "--policy", "{}/policy"),
        ("show", "{}/none"),
        ("show", str(tmp_path)),
    ]:
        for lang in ("zh", "en"):
            code, out, err = run(*arguments, "--lang", lang)
            assert (code, out) == (65, ""), (arguments, err)
            assert err.startswith("beilin-verify: ")
            assert err.count("\n") == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("FIFO", "--policy", "{}/policy"),
        ("{}/r.txt", "--file", "FIFO", "--policy", "{}/policy"),
        ("{}/p.zip", "--policy", "FIFO"),
        ("audit", "{}/log", "--policy", "FIFO"),
        ("show", "FIFO"),
        ("/dev/null", "--policy", "{}/policy"),
    ],
)
def test_a_pipe_or_device_exits_65_and_does_not_wait(arguments, lang, made, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    named = [a.replace("FIFO", str(tmp_path / "fifo")) for a in arguments]
    done = process(made, *named, "--lang", lang)  # ends after 60 s at the latest
    assert (done.returncode, done.stdout) == (65, b"")
    assert done.stderr.count(b"\n") == 1


def test_a_log_whose_checkpoint_is_no_file_exits_65(made, run, tmp_path):
    os.mkfifo(tmp_path / "checkpoint")
    for arguments in [("audit", str(tmp_path)), ("{}/p.zip", "--log", str(tmp_path))]:
        assert run(*arguments, "--policy", "{}/policy")[0] == 65


def test_a_policy_that_cannot_be_used_says_why_and_what_next(run):
    _, _, err = run("{}/p.zip", "--policy", "{}/file", "--lang", "en")
    assert "cannot be used" in err
    assert "Ask whoever gave it to you" in err


def test_a_path_cannot_play_tricks_on_the_console(run, tmp_path):
    _, _, err = run(str(tmp_path / "x\u202e\n\x1b[31m"), "--policy", "{}/policy")
    assert err.count("\n") == 1
    assert "\x1b" not in err
    assert "\u202e" not in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_exits_65(run, tmp_path):
    (tmp_path / "p").write_bytes(b"PK")
    (tmp_path / "p").chmod(0)
    assert run(str(tmp_path / "p"), "--policy", "{}/policy")[0] == 65


# ------------------------------------------------------------------- our own faults


@pytest.mark.parametrize(
    "error", [ValueError, RecursionError, MemoryError, AssertionError, KeyboardInterrupt]
)
def test_a_crash_never_looks_like_a_verdict(error, run, monkeypatch):
    def crash(*arguments, **options):
        raise error("private text of the input")

    monkeypatch.setattr("verifier.verify.verify_package", crash)
    code, out, err = run(*PACKAGE)
    assert (code, out) == (70, "")
    assert "没有结论" in err
    assert "private text" not in err


def test_a_crash_while_writing_the_report_exits_70(run, monkeypatch):
    monkeypatch.setattr("verifier.report.as_text.as_text", lambda *a: 1 / 0)
    assert run(*PACKAGE)[0] == 70


# ------------------------------------------------------------------- as a process


def process(made: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [
        sys.executable,
        "-m",
        "verifier.cli",
        *[a.replace("{}", str(made)) for a in arguments],
    ]
    env = {"PATH": os.environ["PATH"], "LANG": "zh_CN.UTF-8", **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False, timeout=60)


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8", "cp1252"])
def test_any_console_gets_its_verdict(encoding, made):
    done = process(made, *PACKAGE, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    if encoding in {"gbk", "utf-8"}:
        assert "技术核验一致（仅指摘要与账本记录）" in done.stdout.decode(encoding)
        assert done.stderr == b""
    else:
        assert b"--lang en" in done.stderr
    assert (
        process(made, "{}/none", "--policy", "{}/policy", PYTHONIOENCODING=encoding).returncode
        == 65
    )


def verify_into(
    stdout: BinaryIO, made: Path, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Verify the package in a process that prints there."""
    command = [sys.executable, "-m", "verifier.cli", f"{made}/p.zip", "--policy", f"{made}/policy"]
    command += arguments
    return subprocess.run(command, cwd=ROOT, stdout=stdout, stderr=subprocess.PIPE, check=False)


def test_a_reader_that_has_closed_changes_nothing(made):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = verify_into(closed, made)
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("with_report", [False, True])
def test_what_cannot_be_printed_exits_73_and_says_what_is_whole(made, tmp_path, lang, with_report):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    report = tmp_path / "out.json"
    more = ("--report", str(report)) if with_report else ()
    with Path("/dev/full").open("wb") as full:
        done = verify_into(full, made, "--lang", lang, *more)
    assert done.returncode == 73
    said = done.stderr.decode()
    assert said.count("\n") == 1  # a sentence, and nothing of Python's at exit
    assert {"zh": "已打印的部分不完整", "en": "not complete and not to be relied on"}[lang] in said
    assert (str(report) in said) == with_report
    assert report.exists() == with_report
    if with_report:
        assert json.loads(report.read_bytes())["verdict"] == "TOTAL-PASSED"


def test_a_closed_standard_output_exits_73(made):
    command = f'"{sys.executable}" -m verifier.cli "{made}/p.zip" --policy "{made}/policy" >&-'
    done = subprocess.run(["/bin/sh", "-c", command], cwd=ROOT, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 73
    assert b"Traceback" not in done.stderr


def test_a_broken_installation_exits_70(made, tmp_path):
    (tmp_path / "cryptography.py").write_text("raise ImportError\n")
    done = process(made, *PACKAGE, PYTHONPATH=str(tmp_path))
    assert done.returncode == 70, done.stderr


def test_nothing_is_written_but_the_report(made, no_network, run):
    before = sorted(path for path in made.rglob("*"))
    run(*PACKAGE, "--log", "{}/log")
    assert sorted(path for path in made.rglob("*")) == before


OTHERS = {
    "policy": "beilin-verify policy show",
    "dossier": "compare A B",
    "freeze": "audit",
    "key": "audit",
    "entry": "audit",
    "declaration": "package (ZIP)",
    "manifest": "package (ZIP)",
    "statement": "package (ZIP)",
    "annex": "--annex",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_ours_that_another_command_takes_says_which(tmp_path, run, kind):
    path = tmp_path / "file.txt"
    path.write_bytes(f"beilin/{kind}/v1\n".encode())
    code, out, err = run(str(path), "--policy", "{}/policy", "--lang", "en")
    assert (code, out) == (65, "")
    assert OTHERS[kind] in err
