"""T-FAIL, its short form: a COMMIT that nobody may rely on is not an acknowledgement.

A primary waits for a synchronous standby that is not there, so that a COMMIT of ours hangs
for as long as the test wants it to; ``pg_cancel_backend`` and ``pg_terminate_backend`` end it.
"""

from __future__ import annotations

import time

import pytest

from ledger import postgresql
from ledger.errors import Unavailable
from ledger.log import Outcome
from tests.ledger.support import PATIENCE, check_everything, new_log, open_log, send, submit
from tests.ledger.test_recovery import STEPS
from tests.postgresql import new_server

_WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


@pytest.fixture(scope="module")
def primary():
    """A server of our own, because its settings are changed."""
    with new_server() as server:
        yield server


def _need_a_standby(primary, name: str) -> None:
    primary.run(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
    primary.run("SELECT pg_reload_conf()")
    deadline = time.monotonic() + PATIENCE
    while primary.run("SHOW synchronous_standby_names") != [(name,)]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def alone(primary, tmp_path):
    """A log with one entry, whose primary will want a standby that is not there."""
    data, account = new_log(tmp_path, primary.new_database())
    yield data, account
    _need_a_standby(primary, "")


def _waiting(primary) -> int:
    deadline = time.monotonic() + PATIENCE
    while not (rows := primary.run(_WAITING)):
        assert time.monotonic() < deadline, "no COMMIT waits: the fault did not fire"
        time.sleep(0.01)
    return int(rows[0][0])


def repeat(log, account, name) -> Outcome:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return submit(log, account, name)
        except Unavailable:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.fault
@pytest.mark.parametrize("how", ["cancel", "terminate", "deadline"])
def test_a_commit_that_nobody_may_rely_on_is_not_acknowledged(primary, alone, monkeypatch, how):
    data, account = alone
    if how == "deadline":
        monkeypatch.setattr(postgresql, "COMMIT_SECONDS", 1.0)
    with open_log(data) as log:
        first = submit(log, account, "first")
        told = list(zip(first.indices, log.receipts(first.indices), strict=True))
        _need_a_standby(primary, "nobody")
        future = send(log, account, "second")
        pid = _waiting(primary)
        if how != "deadline":
            assert primary.run(f"SELECT pg_{how}_backend({pid})") == [(True,)]
        with pytest.raises(Unavailable):
            future.result(PATIENCE)
        assert "COMMIT" in str(log.state().last_error)
        # Nothing is published and nothing taken until the standby is back.
        assert not log.state().healthy
        assert log.state().size == 1
        with pytest.raises(Unavailable):
            submit(log, account, "third")
        _need_a_standby(primary, "")
        outcome = repeat(log, account, "second")
        assert outcome.indices == (1,)
        told += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
    assert check_everything(data, told) == 2


@pytest.mark.fault
def test_control_with_the_notice_ignored_a_cancelled_wait_is_acknowledged(
    primary, alone, monkeypatch
):
    """What every driver does: COMMIT returned, so it was a success."""
    data, account = alone
    monkeypatch.setattr(postgresql, "commit", lambda connection: connection.connection.commit())
    with open_log(data) as log:
        _need_a_standby(primary, "nobody")
        future = send(log, account, "second")
        for _ in range(3):  # W1, W2, W3
            pid = _waiting(primary)
            primary.run(f"SELECT pg_cancel_backend({pid})")
            while primary.run(f"{_WAITING} AND pid = {pid}"):
                time.sleep(0.01)
            if future.done():
                break
        assert future.result(PATIENCE).indices == (0,), "acknowledged, and no standby has it"
        _need_a_standby(primary, "")


class LoseAt:
    """Ends every session of the log's database, the lease's too, when a step is first reached."""

    def __init__(self, primary, url: str, point: str) -> None:
        self.primary, self.point, self.ended = primary, point, -1
        self.name = url.removeprefix("postgresql+psycopg:///").partition("?")[0]

    def __call__(self, point: str) -> None:
        if point == self.point and self.ended < 0:
            self.ended = 0
            sql = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{self.name}'"
            self.ended = len(self.primary.run(sql))


@pytest.mark.fault
@pytest.mark.parametrize("step", STEPS)
def test_every_connection_is_lost_at_each_step(primary, tmp_path, step):
    url = primary.new_database()
    data, account = new_log(tmp_path, url)
    lose = LoseAt(primary, url, step)
    with open_log(data, hooks=lose) as log:
        outcome = repeat(log, account, "first")
        assert lose.ended > 0, "the fault did not fire"
        told = list(zip(outcome.indices, log.receipts(outcome.indices), strict=True))
        assert outcome.indices == (0,)
        second = repeat(log, account, "second")  # by now the lease is held again
        told += zip(second.indices, log.receipts(second.indices), strict=True)
        assert second.indices == (1,)
    assert check_everything(data, told) == 2
