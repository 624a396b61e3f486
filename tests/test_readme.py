"""README.md is run and compared: its examples, its tables, its links, and its words."""

# long because: every example shares one shell and one reading of README.

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from app.cli import COMMANDS
from app.commands import common
from app.server.openapi import DOCUMENT
from app.server.settings import Settings, variable
from tests.project import ROOT, read
from tests.verifier.report.denylist import forbidden_words
from verifier import cli, cli_arguments
from verifier.exports.registry import READERS
from verifier.result import EXIT_CODES

README = read("README.md")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = "127.0.0.1:8080"
WITNESS = "127.0.0.1:8081"
NEEDED = ("bash", "curl", "openssl", "sha256sum", "awk", "od", "base64", "flock", "tar")
SECONDS = 120
MARK = "\036"


class Step(NamedTuple):
    """One command of a console block, and the lines it prints."""

    command: str
    expected: list[str]


def steps_of(block: str) -> list[Step]:
    """Split a console block at its prompts."""
    steps: list[Step] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:], []))
        elif line.startswith("> ") and not steps[-1].expected:
            steps[-1] = Step(f"{steps[-1].command}\n{line[2:]}", [])
        else:
            steps[-1].expected.append(line)
    return steps


def pattern_of(lines: list[str]) -> str:
    """Return the regular expression that these lines stand for."""
    parts = []
    for line in lines:
        if line == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in line.split("…")) + r"\n")
    return "".join(parts)


def matches(lines: list[str], printed: str) -> bool:
    whole = printed.replace("\r\n", "\n")
    if whole and not whole.endswith("\n"):
        whole += "\n"
    return re.fullmatch(pattern_of(lines), whole) is not None


class Shell:
    """A bash that runs one command after the other, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("BEILIN_", "PYTHON"))}
        path = f"{folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder,
            env={**kept, "PATH": path, "LANG": "en_US.UTF-8", "COLUMNS": "80",
                 "XDG_STATE_HOME": str(folder / "state")},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace",
        )  # fmt: skip

    def run(self, command: str) -> tuple[int, str]:
        """Return exit code and output; the code is ``$?`` for the next command."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{{ {command}\n}} </dev/null\n")
        self.process.stdin.write(f"{{ code=$?; printf '\\n{MARK}%d\\n' $code; (exit $code); }}\n")
        self.process.stdin.flush()
        printed: list[str] = []
        for line in self.process.stdout:
            if line.startswith(MARK):
                return int(line[1:]), "".join(printed)[:-1]
            printed.append(line)
        raise AssertionError(f"the shell ended at: {command}\n{''.join(printed)}")

    def serve(self, command: str, place: str = PLACE) -> tuple[str, str]:
        """Start a service; return what it has printed and the place where it listens."""
        command = command.replace(place, "127.0.0.1:0")
        name = "server" if place == PLACE else "witness"
        out = self.folder / f"{name}.out"
        out.touch()
        self.run(f"{command} >>{out.name} 2>&1 & {name}=$!")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            printed = out.read_text(encoding="utf-8")
            found = re.search(r"listening on http://(127\.0\.0\.1:[0-9]+)\n", printed)
            if found:
                return printed, found[1]
            time.sleep(0.05)
        raise AssertionError("the service does not listen")

    def close(self) -> None:
        """End the services, if any, and the shell."""
        if self.process.poll() is None:
            self.run('[ -z "$server$witness" ] || { kill $server $witness; wait; }')
            assert self.process.stdin is not None
            self.process.stdin.close()
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    for name in NEEDED:
        if shutil.which(name) is None:
            pytest.skip(f"no {name} here: README's examples are not run")
    if " 3." not in subprocess.run(["openssl", "version"], capture_output=True, text=True,
                                   check=True).stdout[:11]:  # fmt: skip
        pytest.skip("no OpenSSL 3 here: README's examples are not run")
    # `make demo` sets up the environment that runs this test; only its last line is run here.
    assert "\ndemo: .venv/.installed  ##" in read("Makefile")
    recipe = read("Makefile").split("\ndemo: ")[1].splitlines()[1]
    assert recipe == "\t@$(BIN)/beilin demo --out demo/"
    (tmp_path / "bin").mkdir()
    make = tmp_path / "bin" / "make"
    make.write_text('#!/bin/sh\n[ "$*" = demo ] && exec beilin demo --out demo/\n')
    make.chmod(0o755)
    (tmp_path / "app").symlink_to(ROOT / "app")
    made = Shell(tmp_path)
    try:
        yield made
    finally:
        made.close()


def console_blocks() -> list[str]:
    return [text for language, text in BLOCK.findall(README) if language == "console"]


def test_every_console_block_does_what_it_says(shell: Shell) -> None:
    steps = [step for block in console_blocks() for step in steps_of(block)]
    assert len(steps) > 40
    places = {PLACE: PLACE, WITNESS: WITNESS}
    for number, step in enumerate(steps):
        command = placed(step.command, places)
        listens = next((p for p in places if f"listening on http://{p}" in step.expected), None)
        if listens is not None:
            printed, places[listens] = shell.serve(step.command, listens)
            code = 0
        else:
            code, printed = shell.run(command)
        expected = [placed(line, places) for line in step.expected]
        absent = [line for line in expected if not matches(["…", line, "…"], printed)]
        assert matches(expected, printed), f"$ {command}\nnot printed: {absent}\n{printed}"
        asked = number + 1 < len(steps) and steps[number + 1].command == "echo $?"
        assert code == 0 or asked, f"$ {command}\nended with {code}:\n{printed}"
    assert all(place != found for place, found in places.items())
    # The services that README stopped ended in order.
    for name in ("server", "witness"):
        code, printed = shell.run(f"wait ${name}")
        assert code == 0, printed
        shell.run(f"{name}=")


def placed(text: str, places: dict[str, str]) -> str:
    """Return a text with the places where the services listen here."""
    for place, found in places.items():
        text = text.replace(place, found)
    return text


def test_control_the_runner_sees_what_differs(shell: Shell) -> None:
    assert shell.run("printf 'a\\nb'") == (0, "a\nb")
    assert shell.run("(exit 3)") == (3, "")
    assert shell.run("echo $?") == (0, "3\n")
    assert matches(["a", "…", "d …"], "a\nb\nc\nd e\n")
    assert matches(["…"], "")
    for lines in (["a"], ["a", "b", "c"], ["b", "a"], ["a", "…", "c"], []):
        assert not matches(lines, "a\nb\n")


# --------------------------------------------------------------------------- tables


def table_after(heading: str, number: int = 0) -> list[list[str]]:
    """Return the rows of the table below a heading, each as its cells."""
    section = re.split(r"^#+ ", README.split(f"\n{heading}\n")[1], flags=re.MULTILINE)[0]
    tables = re.findall(r"(?:^\|.*\|\n)+", section, re.MULTILINE)
    lines = tables[number].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_the_table_of_settings_is_the_class() -> None:
    assert table_after("### Settings") == [
        [
            f"`{variable(entry.name)}`", str(entry.default), str(entry.metadata["low"]),
            str(entry.metadata["high"]), entry.metadata["what"], entry.metadata["attacker"],
        ]
        for entry in fields(Settings)
    ]  # fmt: skip


def test_the_tables_of_exit_codes_are_the_constants() -> None:
    verify = {int(row[0]) for row in table_after("## Exit codes", 0)}
    assert verify == {
        *EXIT_CODES.values(),
        cli_arguments.USAGE,
        cli.UNREADABLE,
        cli.INTERNAL,
        cli.CANNOT_WRITE,
    }
    ours = {int(row[0]) for row in table_after("## Exit codes", 1)}
    codes = {value for name, value in vars(common).items() if name.startswith("EXIT_")}
    assert ours == codes | {0}


def test_the_table_of_addresses_is_the_document() -> None:
    named = {
        place
        for row in table_after("## HTTP")
        for place in re.findall(r"/[\w/{}.…]+", row[0] + row[1])
    }
    for path in DOCUMENT["paths"]:
        plain = re.sub(r"/tile/.*", "/tile/…", path)
        assert plain in named or plain.endswith("/receipt/latest"), path
    assert "…/receipt/latest" in README


def test_every_command_is_listed_and_every_option_exists() -> None:
    shown = "".join(console_blocks())
    for command in COMMANDS:
        assert re.search(rf"^    {command}\s+\w", shown, re.MULTILINE), command
    helps: dict[str, str] = {}
    used = re.findall(r"\b(beilin(?:-verify)?(?: (?:audit|show|[a-z]+))?)((?: [^`\n|;]+)?)", README)
    for command, rest in used:
        program, _, sub = command.partition(" ")
        wanted = set(re.findall(r"(?<= )--[a-z-]+", " " + rest))
        if not wanted:
            continue
        words = [program, *([sub] if sub in {*COMMANDS, "audit", "show"} else [])]
        key = " ".join(words)
        if key not in helps:
            helps[key] = _help(words)
        for option in wanted:
            assert option in helps[key], (key, option)
    assert len(helps) >= 8


def _help(words: list[str]) -> str:
    """Return the help of a command and of its actions."""
    if words[-1] == "account":
        return "".join(_help([*words, action]) for action in ("new", "key", "quota", "revoke"))
    if words[-2:] == ["account", "key"]:
        below = [_shown([*words, action]) for action in ("new", "list", "revoke")]
        return "".join([*below, _shown(words)])
    if words[-1] == "identity":
        return _help([*words, "new"])
    if words[-1] == "provenance":
        return "".join(_help([*words, action]) for action in ("new", "check"))
    if words[-1] == "witness":
        actions = ("init", "add-log", "serve", "evidence", "recover")
        return "".join(_help([*words, action]) for action in actions)
    if words[-1] == "declaration":
        return "".join(_help([*words, action]) for action in ("new", "publish"))
    if words[-1] == "tsa":
        return "".join(_help([*words, action]) for action in ("init", "serve"))
    return _shown(words)


def _shown(words: list[str]) -> str:
    program = Path(sys.executable).with_name(words[0])
    done = subprocess.run(
        [program, *words[1:], "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_the_versions_of_foreign_tools_are_those_that_the_suite_runs() -> None:
    xmod = re.search(r"golang\.org/x/mod (v\S+)", read("tests/interop/xmod/go.mod"))
    tessera = re.search(r"transparency-dev/tessera (v\S+)", read("tests/interop/tessera/go.mod"))
    aics = re.search(r"aics-tlog==(\S+)", read("tests/interop/aics-tlog.txt"))
    torchwood = re.search(r"torchwood (v\S+)", read("tests/interop/torchwood/go.mod"))
    witness = re.search(r"aics-witness==(\S+)", read("tests/interop/aics-witness.txt"))
    assert torchwood
    assert witness
    assert f"torchwood {torchwood[1]}" in README
    assert f"`aics-witness` {witness[1]}" in README
    assert xmod
    assert tessera
    assert aics
    assert f"`golang.org/x/mod` {xmod[1]}" in README
    assert f"Tessera {tessera[1]}" in README
    assert f"`aics-tlog` {aics[1]}" in README


# --------------------------------------------------------------------------- words and links


def test_it_says_what_is_not_shown_and_promises_nothing() -> None:
    assert forbidden_words(README) == []
    for words in ("未予说明", "第十八条", "由人民法院认定", "Not shown", "Article 18", "L0", "T0",
                  "no legal conclusion", "Not in this version"):  # fmt: skip
        assert words in README


def test_every_link_leads_somewhere() -> None:
    text = BLOCK.sub("", README)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            assert (ROOT / target).exists(), target


def test_every_block_says_what_it_is() -> None:
    languages = [language for language, _ in BLOCK.findall(README)]
    # `python` is the example of a reader, which tests/verifier/exports/test_readme_reader.py runs.
    assert set(languages) <= {"console", "python", "sh", "text"}
    assert languages.count("sh") == 1  # how the verifier is installed: tests/project.py does it
    assert "pip install ./verifier" in README


def test_every_reader_is_named():
    """A new reader is one file, one fixture, one line in the list, and its name here."""
    named = re.findall(r"`([a-z-]+/[1-9][0-9]*)`", README)
    assert sorted(set(named)) == sorted(reader.name for reader in READERS)
    assert len(named) == len(set(named)), "each stands once"
