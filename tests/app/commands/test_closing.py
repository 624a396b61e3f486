"""``beilin freeze`` and ``beilin handover`` as the shell sees them, with a service and a monitor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.config import read_config
from tests.app.server.harness import (
    ORIGIN,
    PATIENCE,
    ROOT,
    beilin,
    check_problem,
    entry,
    environment,
    new_account,
    new_log,
    post,
    running,
)
from tests.ledger.witness.support import Cosigner, Named, answering, peer, policy_text
from verifier.evidence.freeze import parse_freeze
from verifier.evidence.handover import verify_handover


def new_log_key(folder: Path) -> str:
    """A log's key without the name before it."""
    new_log(folder, "log2.example.org/test")
    return read_config(folder).log.to_text().partition("+")[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    new_log(tmp_path / "data")
    return tmp_path / "data"


def typed(data: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "freeze", "--data", data], input=text,
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_it_asks_before_it_closes(data: Path) -> None:
    for text in ("", "y\n", "yes\n", f"{ORIGIN}x\n", f" {ORIGIN}\n"):
        done = typed(data, text)
        assert done.returncode == 77
        assert "cannot be undone" in done.stderr
        assert "nothing was changed" in done.stderr
        assert done.stdout == ""
    done = typed(data, f"{ORIGIN}\n")
    assert done.returncode == 0
    freeze, _ = parse_freeze(done.stdout.encode())
    assert (freeze.origin, freeze.size, freeze.reason) == (ORIGIN, 0, None)
    again = beilin("freeze", "--data", data, "--yes", code=77)
    assert "closed for good" in again
    assert "beilin handover" in again


def test_a_running_service_is_not_closed_under_its_feet(data: Path) -> None:
    with running(data):
        assert "stop it first" in beilin("freeze", "--data", data, "--yes", code=75)


def test_after_it_the_service_answers_frozen_and_still_gives_receipts(
    data: Path, tmp_path: Path
) -> None:
    key = new_account(data, "first")
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        first = post(client, entry(b"a")).json()
        server.stop()
    successor = "log2.example.org/test+" + new_log_key(tmp_path / "next")
    said = beilin(
        "freeze", "--data", data, "--yes", "--reason", "服务终止", "--successor", successor
    )
    assert "reason 服务终止\n" in said
    policy = tmp_path / "policy.txt"
    policy.write_text(beilin("policy", "--data", data))
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        refused = check_problem(post(client, entry(b"b")), 409, "frozen")
        assert refused["detail"].endswith("the log that goes on is log2.example.org/test")
        ready = client.get("/readyz")
        assert not check_problem(ready, 409, "frozen")["retryable"]
        assert "retry-after" not in ready.headers
        assert client.get("/v1/entries/0/receipt").text == first["receipt"]
        out = beilin(
            "monitor", server.url, "--policy", policy, "--mirror", tmp_path / "m", "--once"
        )
        assert "Followed to 2 entries" in out
        assert "Entry 1 (counted from 0) closed the log for good" in out
        assert "goes on: log2.example.org/test." in out


def test_a_log_that_had_witnesses_is_not_closed_without_them_by_oversight(
    data: Path, tmp_path: Path
) -> None:
    key = new_account(data, "first")
    witness = Cosigner("w1")
    with peer(answering(witness)) as asked:
        policy = tmp_path / "witnesses.txt"
        policy.write_bytes(policy_text([Named("w1", witness.vkey, asked.url)]))
        with running(data, "--witness-policy", str(policy)) as server, server.client(key) as client:
            assert post(client, entry(b"a")).json()["state"] == "witnessed"
    said = beilin("freeze", "--data", data, "--yes", code=64)
    assert "--witness-policy" in said
    assert "size 1" in beilin("freeze", "--data", data, "--yes", "--unwitnessed")


def test_a_new_log_goes_on_and_says_so(data: Path, tmp_path: Path) -> None:
    to = tmp_path / "to"
    beilin("init", "--data", to, "--origin", "log2.example.org/test")
    assert "not closed" in beilin("handover", "--data", data, "--to", to, code=65)
    beilin("freeze", "--data", data, "--yes")
    note = beilin("handover", "--data", data, "--to", to)
    assert verify_handover(note.encode()).old.origin == ORIGIN
    assert (data / "handover.txt").read_text() == (to / "handover.txt").read_text() == note
    assert beilin("handover", "--data", data, "--to", to) == note
    assert "not this handover" in beilin("handover", "--data", data, "--to", data, code=77)


def test_what_cannot_stand_in_the_statement_is_refused(data: Path) -> None:
    beilin("freeze", "--data", data, "--yes", "--reason", "x" * 201, code=64)
    beilin("freeze", "--data", data, "--yes", "--successor", "no key", code=64)
    beilin("freeze", "--data", data / "nowhere", "--yes", code=65)
