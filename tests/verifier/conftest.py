"""What the tests of the command share: a package, a receipt, a log, and a way to run it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests import worked
from tests.verifier import logs
from tests.worked import WorkedLog, seal, submission
from verifier import cli
from verifier.exports import registry
from verifier.exports.tools import weflow_json

CONTENT = b"any bytes"


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A package, a receipt with its file, a copy of their log, and policies."""
    folder = tmp_path_factory.mktemp("cli")
    log = WorkedLog()
    sealed = seal([("聊天记录.txt", worked.CHAT), ("a\u202e.bin", b"\1\2")], log)
    (folder / "p.zip").write_bytes(sealed.zip())
    anchored = log.anchor(*submission(CONTENT))
    log.fill(2)
    (folder / "r.txt").write_bytes(anchored.receipt())
    (folder / "file").write_bytes(CONTENT)
    (folder / "policy").write_bytes(log.policy())
    (folder / "unknown").write_bytes(logs.policy())
    logs.write_files(folder / "log", log.entries, len(log.entries))
    (folder / "log" / "checkpoint").write_bytes(log.note())
    return folder


@pytest.fixture
def run(made, capsys, monkeypatch):
    """Run the command in this process; ``{}`` in an argument is the folder."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main([argument.replace("{}", str(made)) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def running_weflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeFlow's reader as if its platform counted a chat's messages one by one.

    It does not; but its files are the easiest to write, and what is tested with
    this is what follows from numbers that run on.
    """
    reader = replace(
        weflow_json.READER, read=lambda source: replace(weflow_json.read(source), ids="running")
    )
    monkeypatch.setattr(registry, "READERS", (reader, *registry.READERS))
