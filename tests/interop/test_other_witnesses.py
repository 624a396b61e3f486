"""Our log cosigned by witnesses that are not ours: Go's ``litewitness`` and PyPI's ``aics-witness``.

Both were run for real on 2026-12-01: torchwood v0.9.0 (the last that Go 1.24 builds) and
aics-witness 0.1.0. A machine without Go, ssh-agent or Python 3.12 skips with the reason.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.app.server.harness import (
    ORIGIN,
    PATIENCE,
    Server,
    beilin,
    entry,
    new_account,
    new_log,
    post,
    running,
    wait_until,
)
from tests.interop.conftest import HERE
from tests.interop.test_aics_tlog import find_interpreter
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import ED25519_COSIGNATURE, VKey, make_vkey, parse_vkey
from verifier.tlog.note import parse_note


class Log(NamedTuple):
    """A log that is not running yet, with the API key of an account."""

    data: Path
    vkey: str
    key: str


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Return a new log."""
    data = tmp_path / "data"
    new_log(data)
    plain = beilin("policy", "--plain", "--data", data).splitlines()[0]
    return Log(data, plain.removeprefix("log "), new_account(data, "interop"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(arguments: list[object], port: int, **environment: str) -> Iterator[None]:
    """Run a witness until it listens, and stop it at the end."""
    started = subprocess.Popen(
        list(map(str, arguments)), env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip

    def listens() -> bool:
        if started.poll() is not None:
            assert started.stderr is not None
            raise AssertionError(started.stderr.read())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens)
        yield
    finally:
        started.terminate()
        started.communicate(timeout=PATIENCE)


def check_cosigned(log: Log, witness: VKey, url: str, tmp_path: Path) -> None:
    """Run the service with this witness; each head that it publishes bears its line."""
    policy = tmp_path / "witnesses.txt"
    policy.write_text(f"witness w {witness.to_text()} {url}\nquorum w\n")
    begun = int(time.time())
    seen = []
    for _ in range(2):  # the second time it is asked what it has seen before
        with (
            running(
                log.data, "--witness-policy", str(policy),
                batch_interval_ms=5, witness_deadline_ms=20_000,
            ) as server,
            server.client(log.key) as client,
        ):  # fmt: skip
            for _ in range(3):
                answer = post(client, entry(os.urandom(9)))
                assert answer.status_code == 201, answer.text
                assert answer.json()["state"] == "witnessed"
                assert f"— {witness.name} " in answer.json()["receipt"]
                seen.append(time_of(client.get("/checkpoint").content, witness))
            stop(server)
    assert seen == sorted(seen)
    assert begun <= seen[0] <= time.time() + 1


def time_of(data: bytes, witness: VKey) -> int:
    note = parse_note(data)
    assert parse_checkpoint(note.text).origin == ORIGIN
    (line,) = [each for each in note.signatures if each.name == witness.name]
    return check_cosignature(note.text, line, witness)


def stop(server: Server) -> None:
    assert server.stop() == 0


# -- torchwood


@pytest.fixture(scope="module")
def litewitness(go_program: Callable[..., Path]) -> tuple[Path, Path]:
    """Return the witness and its control program, built from locked modules."""
    commands = ("litewitness", "witnessctl")
    first, second = (
        go_program("torchwood", f"filippo.io/torchwood/cmd/{each}") for each in commands
    )
    return first, second


@contextmanager
def ssh_agent(place: Path) -> Iterator[tuple[Path, str, bytes]]:
    """Yield an agent's socket, and fingerprint and public key of the one key that it holds."""
    for program in ("ssh-agent", "ssh-add", "ssh-keygen"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} here: not tested: litewitness, whose key lies in an agent")
    key, path = place / "key", place / "agent"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key], check=True)
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
    try:
        wait_until(path.exists)
        subprocess.run(
            ["ssh-add", "-q", key], check=True, env={**os.environ, "SSH_AUTH_SOCK": str(path)},
            capture_output=True,
        )  # fmt: skip
        public = key.with_suffix(".pub").read_text()
        said = subprocess.run(
            ["ssh-keygen", "-l", "-f", key], check=True, capture_output=True, text=True
        )
        yield path, said.stdout.split()[1], base64.b64decode(public.split()[1])[-32:]
    finally:
        agent.terminate()
        agent.wait(PATIENCE)


def test_litewitness_cosigns_our_log(
    litewitness: tuple[Path, Path], log: Log, tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
) -> None:  # fmt: skip
    program, control = litewitness
    place = tmp_path_factory.mktemp("lw")  # short: the path of a socket has room for 107 bytes
    database, port = place / "w.db", free_port()
    for words in (
        ["add-log", "-db", database, "-origin", ORIGIN],
        ["add-key", "-db", database, "-origin", ORIGIN, "-key", log.vkey],
    ):
        subprocess.run(
            list(map(str, [control, *words])), check=True, capture_output=True, timeout=PATIENCE
        )
    name = "witness.example.org/lite"
    with ssh_agent(place) as (agent, fingerprint, public):
        arguments: list[object] = [
            program, "-db", database, "-name", name, "-ssh-agent", agent, "-key", fingerprint,
            "-listen", f"127.0.0.1:{port}",
        ]  # fmt: skip
        with process(arguments, port):
            vkey = make_vkey(name, ED25519_COSIGNATURE, public)
            check_cosigned(log, vkey, f"http://127.0.0.1:{port}", tmp_path)


# -- aics-witness


@pytest.fixture(scope="module")
def aics_witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the installed command."""
    python = find_interpreter()
    if python is None:
        pytest.skip("no Python 3.12 or later here: not tested: aics-witness")
    place: Path = tmp_path_factory.mktemp("aics-witness")
    subprocess.run([python, "-m", "venv", place / "venv"], check=True, capture_output=True)
    own = place / "venv" / "bin"
    installed = subprocess.run(
        [own / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
         "--require-hashes", "--only-binary", ":all:", "-r", HERE / "aics-witness.txt"],
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    if installed.returncode != 0:
        if "DO NOT MATCH THE HASHES" in installed.stderr:
            pytest.fail(installed.stderr)
        pytest.skip(f"aics-witness cannot be installed: {installed.stderr.splitlines()[-1:]}")
    return own / "aics-witness"


def test_aics_witness_cosigns_our_log(aics_witness: Path, log: Log, tmp_path: Path) -> None:
    config, port = tmp_path / "witness.json", free_port()

    def run(command: str, *arguments: str) -> str:
        done = subprocess.run(
            [aics_witness, command, "--config", config, *arguments],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = run("init", "--name", "witness.example.org/aics", "--listen", f"127.0.0.1:{port}")
    run("add-log", "--origin", ORIGIN, "--vkey", log.vkey)
    with process([aics_witness, "serve", "--config", config], port):
        found = next(word for word in said.split() if word.startswith("witness.example.org/aics+"))
        check_cosigned(log, parse_vkey(found), f"http://127.0.0.1:{port}", tmp_path)
