"""Offline means offline: only ./verifier, no network, and the service gone."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Done, run

# The guard for machines where no namespace may be made: any socket ends the process.
_GUARD = (
    "import sys\n"
    "def watch(event, args):\n"
    "    if event.startswith('socket.'): raise SystemExit('a socket was used')\n"
    "sys.addaudithook(watch)\n"
    "from verifier.cli import main\n"
    "sys.exit(main())\n"
)
_NETWORK = re.compile(r"^\d* *(?:socket|connect|bind|sendto|sendmsg|socketpair)\(", re.MULTILINE)


@pytest.fixture(scope="module")
def command(verifier_only: Path, offline: list[str]) -> list[object]:
    """Return ``beilin-verify`` of the fresh environment, without a network."""
    if offline:
        return [*offline, verifier_only.with_name("beilin-verify")]
    return [verifier_only, "-I", "-X", "utf8", "-c", _GUARD]


@pytest.fixture
def arguments(demo: Path) -> list[object]:
    return [demo / "package.zip", "--policy", demo / "policy.txt"]


def test_the_network_is_really_gone(offline: list[str], verifier_only: Path) -> None:
    """Control: a listener that can be reached with a network cannot be reached without."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        assert run([verifier_only, "-I", "-c", code]).returncode == 0
        if not offline:
            pytest.skip("no network namespace may be made here: the socket guard stands for it")
        assert run([*offline, verifier_only, "-I", "-c", code]).returncode != 0


@pytest.mark.parametrize(
    ("lang", "headline"),
    [
        ("zh", "技术核验一致（仅指摘要与账本记录）"),
        ("en", "consistent upon technical verification (digest and log record only)"),
    ],
)
def test_a_verdict_for_people_and_for_programs(
    lang: str, headline: str, command: list[object], arguments: list[object], tmp_path: Path
) -> None:
    text = run([*command, *arguments, "--lang", lang], code=0, cwd=tmp_path)
    assert headline in text.stdout
    assert text.stderr == ""
    data = run([*command, *arguments, "--lang", lang, "--json"], code=0, cwd=tmp_path)
    assert json.loads(data.stdout)["verdict"] == "TOTAL-PASSED"
    assert list(tmp_path.iterdir()) == []  # verifying writes nothing


def test_the_language_is_chinese_unless_lang_begins_with_en(
    command: list[object], arguments: list[object]
) -> None:
    for lang, word in (
        ("en_GB.UTF-8", "Result:"),
        ("zh_CN.UTF-8", "结论："),
        ("C.UTF-8", "结论："),
    ):
        assert word in run([*command, *arguments], code=0, lang=lang).stdout


def test_the_log_is_audited_offline_too(command: list[object], demo: Path) -> None:
    run([*command, "audit", demo / "log", "--policy", demo / "policy.txt"], code=0)


def test_no_system_call_asks_for_the_network(
    tool: Callable[[str], str], verifier_only: Path, arguments: list[object], demo: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    strace, trace = tool("strace"), tmp_path / "trace"
    watched = [strace, "-f", "-qq", "-e", "trace=%network", "-o", trace]
    program = verifier_only.with_name("beilin-verify")
    run([*watched, program, *arguments, "--log", demo / "log"], code=0)
    assert _NETWORK.findall(trace.read_text()) == []
    # Control: the trace does see a socket.
    run([*watched, verifier_only, "-I", "-c", "import socket; socket.socket()"], code=0)
    assert _NETWORK.findall(trace.read_text())


def test_nothing_else_of_ours_is_in_that_environment(verifier_only: Path) -> None:
    code = "import app"
    assert run([verifier_only, "-I", "-c", code]).returncode == 1
    done: Done = run([verifier_only.with_name("beilin-verify"), "--help"], code=0)
    assert "--policy" in done.stdout
