"""HANDBOOK.md is followed from top to bottom, as an operator would, on a log of its own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import COMMANDS
from tests.project import ROOT, read
from tests.test_readme import BLOCK, NEEDED, Shell, matches, steps_of
from tests.verifier.report.denylist import forbidden_words

HANDBOOK = read("deploy/HANDBOOK.md")
FOLDERS = ("/var/lib/", "/etc/", "/usr/local/")
STUBS = {
    # Other users are not there: everything is done as who we are.
    "sudo": """\
[ "$1" = -u ] && shift 2
[ "$1" = install ] && set -- $(echo "$@" | sed 's/ -o beilin -g beilin//')
exec "$@"
""",
    "systemd-sysusers": "exit 0",
    "journalctl": 'exec cat "$PLACE/journal"',
    "systemctl": 'exec "$PROGRAM" -I "$STUB" "$@"',
}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    for name in (*NEEDED, "sed", "tee", "paste"):
        if shutil.which(name) is None:
            pytest.skip(f"no {name} here: the handbook is not followed")
    place, programs = tmp_path / "place", tmp_path / "bin"
    for name in ("etc/sysusers.d", "etc/systemd/system", "var/lib", "usr/local/beilin/bin"):
        (place / name).mkdir(parents=True)
    for name in ("beilin", "beilin-verify"):
        (place / "usr/local/beilin/bin" / name).symlink_to(Path(sys.executable).with_name(name))
    programs.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name, body in STUBS.items():
        (programs / name).write_text(
            f"#!/bin/sh\nexport PLACE='{place}' PORT={port} "
            f"PROGRAM='{sys.executable}' STUB='{ROOT}/tests/deploy/systemd_stub.py'\n{body}\n"
        )
        (programs / name).chmod(0o755)
    (tmp_path / "deploy").symlink_to(ROOT / "deploy")
    made = Shell(tmp_path)
    made.run(f"place='{place}' port={port} server= witness=")
    try:
        yield made
    finally:
        pid = place / "pid"
        if pid.exists():
            os.kill(int(pid.read_text()), signal.SIGKILL)
        made.close()


def placed(text: str, folder: Path, port: str) -> str:
    """Move the handbook's places under the test's folder."""
    for name in FOLDERS:
        text = re.sub(rf"(?<![\w.]){name}", f"{folder}/place{name}", text)
    return text.replace("127.0.0.1:8080", f"127.0.0.1:{port}")


def test_every_procedure_does_what_it_says(shell: Shell) -> None:
    port = shell.run('echo "$port"')[1].strip()
    blocks = [text for language, text in BLOCK.findall(HANDBOOK) if language == "console"]
    steps = [step for block in blocks for step in steps_of(block)]
    assert len(steps) > 45
    for step in steps:
        command = placed(step.command, shell.folder, port)
        code, printed = shell.run(command)
        expected = [placed(line, shell.folder, port) for line in step.expected]
        assert matches(expected, printed), f"$ {command}\nexpected {expected}\nprinted:\n{printed}"
        refused = any(line.startswith("Job for beilin.service failed") for line in expected)
        assert (code != 0) == refused, f"$ {command}\nended with {code}:\n{printed}"
    # The two refusals of which the handbook says what to do were 77, of which none restarts.
    assert (shell.folder / "place/status").read_text() == "0"


def test_what_is_installed_is_what_the_image_installs() -> None:
    """The lines that need a package index are the Dockerfile's, which `make image-steps` runs."""
    (_, lines) = (text for language, text in BLOCK.findall(HANDBOOK) if language == "sh")
    ours = [re.findall(r"--[a-z-]+|-r \S+|\S+\.txt|\S+\.whl", line) for line in lines.splitlines()
            if " install " in line]  # fmt: skip
    dockerfile = read("Dockerfile")
    assert len(ours) == 3
    for words in ours:
        for word in words:
            assert word.removeprefix("-r ").replace(
                "dist/", '$BUILD/wheels/"'
            ) in dockerfile.replace('"$BUILD/wheels/"', '$BUILD/wheels/"'), word


def test_it_covers_what_an_operator_does() -> None:
    for words in ("accept-existing-head", "recover --data", "--from", "handover --lost", "freeze",
                  "Revoking", "account key new", "beilin erase", "nginx.conf", "Upgrade", "RESTORE.txt", "--tsa", "--witness-policy", "fsck",
                  "compose.yaml", "alerts.yaml"):  # fmt: skip
        assert words in HANDBOOK, words
    used = re.findall(r"(?:^\$ |`)(?:\S*/)?beilin ([a-z-]+)", HANDBOOK, re.MULTILINE)
    assert set(used) <= set(COMMANDS)
    assert len(set(used)) >= 10


def test_every_section_has_its_points_in_chinese() -> None:
    sections = re.split(r"^##+ ", HANDBOOK, flags=re.MULTILINE)[1:]
    for section in sections:
        title = section.splitlines()[0]
        if title != "When an alarm rings":
            assert re.search(r"^> .*[一-鿿]", section, re.MULTILINE), title
    assert forbidden_words(HANDBOOK) == []


def test_every_link_leads_somewhere() -> None:
    text = BLOCK.sub("", HANDBOOK)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            assert (ROOT / "deploy" / target).exists(), target


def test_control_a_wrong_line_is_seen(shell: Shell) -> None:
    assert shell.run("systemctl start beilin")[0] != 0, "no unit yet"
    assert not matches(["ready"], "not ready\n")
