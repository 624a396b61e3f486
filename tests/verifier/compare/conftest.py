"""Two histories under one key, and files of each kind that come from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verifier import logs
from tests.verifier.misconduct.forging import policy_bytes, said
from tests.worked import CHAT, WorkedLog, seal, submission
from verifier import cli
from verifier.policy import parse_policy

SHOWN, HIDDEN = b"what was shown", b"what was shown to others"


class Two:
    """A log of five entries that goes on in two ways from there: ``one`` and ``two``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policy = parse_policy(policy_bytes())
        (folder / "policy").write_bytes(policy_bytes())
        self.one, self.two = WorkedLog(), WorkedLog()
        for log, data in ((self.one, SHOWN), (self.two, HIDDEN)):
            log.fill(5)
            anchored = log.anchor(*submission(data))
            log.fill(14)
            name = "one" if log is self.one else "two"
            for size in (6, 7, 9, 13, 20):
                self.put(f"{name}.receipt.{size}", anchored.receipt(size))
            self.put(f"{name}.proof", anchored.proof(9).to_text())
            self.put(f"{name}.said", said(log, [(1, 5)], size=9).note)
            for size in (5, 6, 9, 16, 20):
                self.put(f"{name}.head.{size}", log.note(size))
            logs.write_files(folder / f"{name}.log", log.entries, 20)
            self.put(f"{name}.log/checkpoint", log.note())
        chat = WorkedLog()
        chat.fill(5)
        self.put("chat.zip", seal([("chat.txt", CHAT)], chat).zip())

    def put(self, name: str, data: bytes) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True)
        (self.folder / name).write_bytes(data)

    def __call__(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Two:
    return Two(tmp_path_factory.mktemp("two histories"))


@pytest.fixture
def run(two: Two, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run ``beilin-verify`` in this process; ``{}`` in an argument is the folder."""
    monkeypatch.setenv("LANG", "en_US.UTF-8")

    def call(*arguments: object) -> tuple[int, str, str]:
        code = cli.main([str(each).replace("{}", str(two.folder)) for each in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call
