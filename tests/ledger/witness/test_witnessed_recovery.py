"""The recovery table with witnesses: a process is killed, its witnesses know what they know.

``cosigned by k < n``: whoever has cosigned a head that was not published keeps us to it.
The next process asks again over the same root, and every receipt that was given stays.
"""

from __future__ import annotations

import contextlib
import signal
import threading

import pytest

from ledger.errors import Unavailable
from ledger.fsck import fsck
from tests.app.server.harness import wait_until
from tests.ledger.support import (
    PATIENCE,
    check_receipt,
    child,
    submit,
    writer_of,
)
from tests.ledger.test_recovery import Crash, CrashAt, Durable, acks, durable_state
from tests.ledger.witness.support import (
    BOTH,
    Asked,
    Cosigner,
    Named,
    answering,
    checkpoint_size,
    cosigners,
    http,
    log_vkey,
    note_of,
    open_witnessed,
    peer,
    policy_text,
    real_witnesses,
    text_of,
    witness_here,
)

M, N = 30, 35
POINTS = {
    # step → (what is durable here, sizes that the witnesses have cosigned)
    "w2-after": (Durable(N, N, M, M, N), M),
    "tiles": (Durable(N, N, M, M, N), M),
    "before-w3": (Durable(N, N, M, M, N), N),
    "w3": (Durable(N, N, N, M, N), N),
    "renamed": (Durable(N, N, N, N, N), N),
}


def seen_by(url: str, origin: str) -> int:
    import hashlib

    import httpx

    place = hashlib.sha256(origin.encode()).hexdigest()
    answer = httpx.get(f"{url}/{place}/checkpoint", trust_env=False, timeout=PATIENCE)
    return int(answer.content.split(b"\n")[1])


@pytest.mark.fault
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_at_each_step_with_real_witnesses(made, tmp_path, point):
    vkey = log_vkey(made.data)
    with real_witnesses(tmp_path, vkey, "w1", "w2") as witnesses:
        policy = tmp_path / "policy"
        policy.write_bytes(policy_text(witnesses, BOTH))
        plan = f"first:{M},second:{N - M}"
        nth = 2
        process = child(
            made.data, made.account.id.hex(), f"{point}:{nth}:kill", plan, f"policy={policy}"
        )
        output, error = process.communicate(timeout=PATIENCE)
        assert process.returncode == -signal.SIGKILL, error.decode()
        assert durable_state(made.data) == POINTS[point][0]
        for each in witnesses:
            assert seen_by(each.url, vkey.name) == POINTS[point][1]
        first = acks(output)["first"]
        with open_witnessed(made.data, witnesses) as log:
            assert log.state().size == N
            outcome = submit(log, made.account, "second", N - M)
            assert outcome.indices == tuple(range(M, N))
            assert not outcome.fresh
            second = list(zip(outcome.indices, log.receipts(outcome.indices), strict=True))
            assert {each.state for each in log.anchored(outcome.indices)} == {"witnessed"}
            for index, receipt in first:
                assert log.receipt(index) == receipt
            assert checkpoint_size(made.data) == N
            assert checkpoint_size(made.data, "checkpoint.pending") is None
        roots = {check_receipt(receipt, index, vkey) for index, receipt in first + second}
        assert {size for size, _ in roots} == {M, N}
        assert len(roots) == 2
        for _, receipt in first + second:
            assert len(cosigners(note_of(receipt))) == 2
        assert list(fsck(made.data)) == []


@pytest.mark.fault
@pytest.mark.parametrize("which", [0, 1])
def test_killed_when_one_of_two_has_cosigned(made, tmp_path, which):
    """K = 1 of n = 2: the other one was never reached. Both get the same root afterwards."""
    vkey = log_vkey(made.data)
    reached = threading.Event()
    with contextlib.ExitStack() as stack:
        named, servers = [], []
        for name in ("w1", "w2"):
            each, _ = stack.enter_context(witness_here(tmp_path / name, name, vkey))
            # In front of the real one, so that it can be cut off.
            gate = stack.enter_context(peer(_forward(each.url)))
            named.append(each._replace(url=gate.url))
            servers.append((gate, each))
        with open_witnessed(made.data, named) as log:
            submit(log, made.account, "before", 3)
        policy = tmp_path / "policy"
        policy.write_bytes(policy_text(named, BOTH))
        cut, other = servers[which][0], servers[1 - which][0]

        def shut(asked: Asked, connection, server) -> None:
            if asked.method == "GET":
                server.send(connection, http(404))
                return
            if b"\n8\n" in asked.body:
                reached.set()
                server.over.wait()
            else:
                _forward(servers[which][1].url)(asked, connection, server)

        before = len(other.asked)
        real, cut.behave = cut.behave, shut
        process = child(
            made.data, made.account.id.hex(), "none:1:none", "second:5", f"policy={policy}"
        )
        try:
            assert reached.wait(PATIENCE)
            wait_until(lambda: seen_by(servers[1 - which][1].url, vkey.name) == 8)
        finally:
            process.kill()
            process.communicate(timeout=PATIENCE)
        assert len(other.asked) > before
        assert durable_state(made.data) == Durable(8, 8, 3, 3, 8)
        cut.behave = real
        with open_witnessed(made.data, named) as log:
            assert log.anchored([7])[0].state == "witnessed"
            assert len(cosigners(note_of(log.receipt(7)))) == 2
            assert checkpoint_size(made.data) == 8
        assert list(fsck(made.data)) == []


def _forward(url: str):
    import httpx

    def behave(asked: Asked, connection, server) -> None:
        answer = httpx.request(
            asked.method, url + asked.path, content=asked.body, trust_env=False, timeout=PATIENCE
        )
        kind = [f"Content-Type: {answer.headers.get('content-type', 'text/plain')}"]
        server.send(connection, http(answer.status_code, answer.content, *kind))

    return behave


@pytest.mark.fault
@pytest.mark.parametrize("second", ["tiles", "before-w3", "w3", "renamed"])
@pytest.mark.parametrize("first", ["read-back", "w2-after", "tiles", "before-w3", "w3"])
def test_a_second_crash_while_the_first_is_repaired(made, tmp_path, first, second):
    vkey = log_vkey(made.data)
    with witness_here(tmp_path / "w1", "w1", vkey) as (named, _):
        with open_witnessed(made.data, [named]) as log:
            submit(log, made.account, "good", 3)
            writer_of(log)._at = CrashAt(first)
            with pytest.raises(Unavailable):
                submit(log, made.account, "bad", 2)
        with contextlib.suppress(Crash):
            open_witnessed(made.data, [named], hooks=CrashAt(second)).close()
        with open_witnessed(made.data, [named]) as log:
            outcome = submit(log, made.account, "bad", 2)
            assert outcome.indices == (3, 4)
            assert {each.state for each in log.anchored(range(5))} == {"witnessed"}
            assert checkpoint_size(made.data) == 5
        assert list(fsck(made.data)) == []


@pytest.mark.fault
def test_storage_that_fails_behind_the_witnesses_is_healed_with_their_lines(made, monkeypatch):
    """W3 fails after they have cosigned: the lines that are there are not asked for again."""
    import sqlite3

    from sqlalchemy.exc import OperationalError

    from ledger import store

    honest, failed = Cosigner("w1"), threading.Event()
    real = store.save_published

    def fails_once(*arguments) -> None:
        if not failed.is_set():
            failed.set()
            raise OperationalError("INSERT", (), sqlite3.OperationalError("disk I/O error"))
        real(*arguments)

    with peer(answering(honest)) as server:
        with open_witnessed(made.data, [Named("w1", honest.vkey, server.url)]) as log:
            monkeypatch.setattr(store, "save_published", fails_once)
            with pytest.raises(Unavailable):
                submit(log, made.account, "a")
            wait_until(lambda: log.state().healthy)
            outcome = submit(log, made.account, "a")
            assert not outcome.fresh
            assert log.anchored(outcome.indices)[0].state == "witnessed"
        posts = [asked for asked in server.asked if asked.method == "POST"]
        assert sum(text_of(asked).split(b"\n")[1] == b"1" for asked in posts) == 1
    assert list(fsck(made.data)) == []
