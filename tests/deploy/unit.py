"""The systemd unit, read as systemd does: sections of names, each with its values in order."""

from __future__ import annotations

import re
import shutil
import subprocess

from tests.project import ROOT, read

PATH = ROOT / "deploy/beilin.service"
Unit = dict[str, dict[str, list[str]]]


def parse(text: str) -> Unit:
    """Return section → name → values; raises ValueError where a line is neither."""
    unit: Unit = {}
    section: dict[str, list[str]] | None = None
    for line in text.splitlines():
        if not line.strip() or line[0] in "#;":
            continue
        if match := re.fullmatch(r"\[(\w+)\]", line):
            section = unit.setdefault(match[1], {})
        elif section is not None and (match := re.fullmatch(r"(\w+)=(.*)", line)):
            section.setdefault(match[1], []).append(match[2])
        else:
            raise ValueError(line)
    return unit


def service() -> dict[str, list[str]]:
    """Return the section of the service."""
    return parse(read("deploy/beilin.service"))["Service"]


def calls(group: str) -> set[str]:
    """Return the system calls of one of systemd's groups, all that it includes among them."""
    program = shutil.which("systemd-analyze")
    assert program is not None
    done = subprocess.run([program, "syscall-filter", "--no-pager", group], capture_output=True,
                          text=True, check=True)  # fmt: skip
    found: set[str] = set()
    for line in done.stdout.splitlines():
        word = line.strip()
        if word.startswith("@") and word != group:
            found |= calls(word)
        elif word and not word.startswith(("#", "@")) and line.startswith(" "):
            found.add(word)
    return found


def allowed(filters: list[str]) -> set[str]:
    """Return what lines of SystemCallFilter let through, in order, the first one being a list."""
    through: set[str] = set()
    for line in filters:
        names = line.removeprefix("~").split()
        group = {call for name in names for call in (calls(name) if name[0] == "@" else {name})}
        through = through - group if line.startswith("~") else through | group
    return through | calls("@default")
