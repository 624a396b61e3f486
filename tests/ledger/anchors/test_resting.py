"""Authorities that do not answer: they rest, an alarm is raised, and the log goes on."""

from __future__ import annotations

import logging
import threading

from ledger.anchors import rfc3161
from tests.ledger.anchors.stub import sound, stub
from tests.ledger.anchors.support import anchor, open_with
from tests.ledger.support import check_everything, submit


def test_an_authority_that_fails_rests_and_is_asked_again(made, caplog):
    """Three rounds without any token are an alarm; the log goes on all the time."""
    with stub(lambda request: iter(())) as tsa:
        with open_with(made.data, tsa, interval_seconds=0.05) as log:
            submit(log, made.account, "x")
            seen = threading.Event()
            while not log.anchor_state().alarm:
                seen.wait(0.02)
            assert "no time-stamping authority has given a token in 3 intervals" in caplog.text
            assert log.anchor_state().failures >= 3
            submit(log, made.account, "goes on")
            asked = len(tsa.asked)
            tsa.behaviour = sound()
            anchor(log)  # on demand, resting or not
            assert len(tsa.asked) > asked
            state = log.anchor_state()
            assert (state.alarm, state.resting) == (False, 0)
            assert state.tokens in (1, 2)  # a round of the interval may have come in between
            assert state.age_seconds is not None
        assert [r.levelno for r in caplog.records if "in 3 intervals" in r.message] == [
            logging.ERROR
        ]
    check_everything(made.data)


def test_rests_grow_and_end():
    from ledger.anchors.peer import LONGEST_SECONDS, Peer

    peer = Peer(rfc3161.HttpAuthority("http://127.0.0.1/"), 600)
    rests = []
    for _ in range(40):
        peer.failed(1000.0)
        rests.append(
            next(s for s in (0, 600, 1200, 2400, LONGEST_SECONDS) if not peer.rests(1000.0 + s))
        )
    assert rests[:7] == [0, 0, 600, 1200, 2400, 3600, 3600]
    assert rests[-1] == LONGEST_SECONDS
    peer.answered()
    assert not peer.rests(1000.0)
