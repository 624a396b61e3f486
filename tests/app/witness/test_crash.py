"""Killed at each step: never two roots for one size, never a smaller size, and it goes on."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.app.server.harness import PATIENCE
from tests.app.witness.support import (
    Process,
    WatchedLog,
    cosigned_at,
    new_witness,
    opened,
    serving,
)

STEPS = ("moved", "stored", "marked", "signed")
HONEST = WatchedLog("a", fork_at=3)
FORK = WatchedLog("b", fork_at=3)


def ask(client: httpx.Client, body: bytes) -> httpx.Response:
    return client.post("/add-checkpoint", content=body)


@pytest.mark.fault
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step(tmp_path: Path, step: str) -> None:
    data = tmp_path / "w"
    vkey = new_witness(data, HONEST)
    with serving(data) as witness, witness.client() as client:
        assert ask(client, HONEST.request(0, 3)).status_code == 200
        assert witness.stop() == 0
    with serving(data, fault=f"kill:{step}") as witness, witness.client() as client:
        with pytest.raises(httpx.TransportError):  # nothing left
            ask(client, HONEST.request(3, 8))
        assert witness.process.wait(PATIENCE) == -signal.SIGKILL
    stored = step != "moved"
    with serving(data) as witness, witness.client() as client:
        # Whoever saw it die may now be asked by the same log with another history.
        other = ask(client, FORK.request(3, 8))
        if stored:
            assert (other.status_code, other.text) == (409, "8\n")
            assert ask(client, FORK.request(8, 8)).status_code == 422
            again = ask(client, HONEST.request(8, 8))  # the retry of the honest log
            assert cosigned_at(again.content, HONEST.text(8), vkey) > 0
            assert ask(client, HONEST.request(3, 5)).text == "8\n"
        else:
            # Nothing was promised, so either history may be first; then only that one.
            assert other.status_code == 200
            assert ask(client, HONEST.request(8, 8)).status_code == 422
        assert witness.stop() == 0


@pytest.mark.fault
def test_control_a_cosignature_that_leaves_before_it_is_stored(tmp_path: Path) -> None:
    """The order turned round: after the crash the fork is cosigned too, at the same size."""
    data = tmp_path / "w"
    new_witness(data, HONEST)
    with serving(data) as witness, witness.client() as client:
        assert ask(client, HONEST.request(0, 3)).status_code == 200
        assert witness.stop() == 0
    with serving(data, fault="sign-first") as witness, witness.client() as client:
        with pytest.raises(httpx.TransportError):
            ask(client, HONEST.request(3, 8))
        assert witness.process.stdout is not None
        assert witness.process.stdout.readline().split() == [
            b"LEFT", b"8", HONEST.root(8).hex().encode()
        ]  # fmt: skip
        witness.process.wait(PATIENCE)
    with serving(data) as witness, witness.client() as client:
        assert ask(client, FORK.request(3, 8)).status_code == 200
        assert witness.stop() == 0


@pytest.mark.fault
@pytest.mark.parametrize("step", STEPS)
def test_a_write_that_fails_ends_the_process_and_nothing_leaves(tmp_path: Path, step: str) -> None:
    data = tmp_path / "w"
    new_witness(data, HONEST)
    with serving(data, fault=f"fail:{step}") as witness:
        with witness.client() as client:
            answer = ask(client, HONEST.request(0, 3))
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "1"
            assert "—" not in answer.text
            with contextlib.suppress(httpx.TransportError):  # it may be gone by now
                assert ask(client, HONEST.request(0, 3)).status_code == 503
        assert witness.process.wait(PATIENCE) == 70
        assert '"event":"write failed"' in witness.errors()
    with opened(data, clock=time.time) as after:
        old = 0 if step == "moved" else 3
        assert after.add_checkpoint(HONEST.request(old, 3)).status == 200


@pytest.mark.fault
def test_killed_at_any_moment_under_load(tmp_path: Path, rounds: Callable[[int, int], int]) -> None:
    """One history goes on through every kill, and what has been answered is never gone."""
    data = tmp_path / "w"
    vkey = new_witness(data, HONEST)
    answered = [0]

    def ask_on(witness: Process) -> None:
        with witness.client() as client, contextlib.suppress(httpx.TransportError):
            start = ask(client, HONEST.request(200, 200))
            size = int(start.text)
            assert size >= answered[-1]
            while True:
                size += 1
                reply = ask(client, HONEST.request(size - 1, size))
                cosigned_at(reply.content, HONEST.text(size), vkey)
                answered.append(size)

    for turn in range(rounds(4, 15)):
        with serving(data) as witness, ThreadPoolExecutor(1) as threads:
            before = len(answered)
            asking = threads.submit(ask_on, witness)
            enough = before + turn % 5
            while len(answered) <= enough and not asking.done():
                time.sleep(0.001)
            witness.process.kill()
            asking.result(PATIENCE)
    assert answered == sorted(set(answered))
    with opened(data) as after:
        head = after._store.row(HONEST.origin).head
        assert answered[-1] <= head.size <= answered[-1] + rounds(4, 15)
        assert head.root == HONEST.root(head.size)
