"""T-WIT: slow, dead and lying witnesses. Each costs bounded time and memory, and never gives more.

Beside an honest witness stands a peer that misbehaves. With a quorum of both every receipt
must say ``published`` and hold the honest line at most; with a quorum of either, the honest
one's line makes it ``witnessed`` and no line of the liar's is in it. The log goes on.
"""

from __future__ import annotations

import socket

import pytest

from ledger.fsck import fsck
from tests.app.server.harness import wait_until
from tests.ledger.support import submit
from tests.ledger.witness.liars import (
    DISAGREE,
    HONEST,
    LIAR,
    LIARS,
    MANY,
    after_the_deadline,
    says,
)
from tests.ledger.witness.support import (
    ANY,
    BOTH,
    BRISK,
    CALM,
    Named,
    answering,
    checkpoint_size,
    cosigners,
    http,
    log_vkey,
    note_of,
    open_witnessed,
    peer,
    roster_of,
    state_of,
)


@pytest.mark.fault
@pytest.mark.parametrize("name", LIARS)
@pytest.mark.parametrize("quorum", [BOTH, ANY], ids=["both", "any"])
def test_a_liar_gives_nothing_and_stops_nothing(made, name, quorum):
    with peer(answering(HONEST)) as one, peer(LIARS[name]) as two:
        named = [Named("w1", HONEST.vkey, one.url), Named("w2", LIAR.vkey, two.url)]
        patience = CALM._replace(look=0.3, exchange=1) if quorum == ANY else BRISK
        with open_witnessed(made.data, named, quorum, patience=patience) as log:
            for number in range(3):
                outcome = submit(log, made.account, number, 2)
                for index in outcome.indices:
                    assert set(cosigners(note_of(log.receipt(index)))) <= {HONEST.vkey.name}
                state = log.anchored(outcome.indices)[0].state
                assert state == ("witnessed" if quorum == ANY else "published")
            wait_until(lambda: bool(state_of(log, "w2").trouble))
            assert not state_of(log, "w2").lines
            assert not state_of(log, "w2").prompt
            assert bool(state_of(log, "w2").out) == (name in DISAGREE)
            assert log.state().healthy
            wait_until(lambda: state_of(log, "w1").size == 6)
        assert checkpoint_size(made.data) == (6 if quorum == ANY else 0)
        assert checkpoint_size(made.data, "checkpoint.pending") == (None if quorum == ANY else 6)
        roster = roster_of(log_vkey(made.data), named, quorum)
        assert roster.who((made.data / "log/checkpoint").read_bytes()) <= {"w1"}
    assert two.sent < MANY / 2, "what is not read is not sent"
    assert list(fsck(made.data)) == []
    assert not (made.data / "evidence").exists()


@pytest.mark.fault
def test_nobody_listens(made):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with peer(answering(HONEST)) as one:
        named = [Named("w1", HONEST.vkey, one.url), Named("w2", LIAR.vkey, url)]
        with open_witnessed(made.data, named) as log:
            outcome = submit(log, made.account, "a")
            assert log.anchored(outcome.indices)[0].state == "published"
            assert state_of(log, "w2").trouble == "cannot be reached"


@pytest.mark.fault
def test_no_redirect_is_followed(made):
    with peer(answering(LIAR)) as inside:
        behave = says(lambda text: http(302, b"", f"Location: {inside.url}/add-checkpoint"))
        with peer(behave) as two, peer(answering(HONEST)) as one:
            named = [Named("w1", HONEST.vkey, one.url), Named("w2", LIAR.vkey, two.url)]
            with open_witnessed(made.data, named) as log:
                outcome = submit(log, made.account, "a")
                assert log.anchored(outcome.indices)[0].state == "published"
                assert state_of(log, "w2").trouble == "status 302"
        assert not inside.asked


@pytest.mark.fault
def test_a_late_answer_is_a_late_line_and_no_stronger_receipt(made):
    with peer(answering(HONEST)) as one, peer(after_the_deadline) as two:
        named = [Named("w1", HONEST.vkey, one.url), Named("w2", LIAR.vkey, two.url)]
        patience = BRISK._replace(exchange=30, look=0.1)
        with open_witnessed(made.data, named, patience=patience) as log:
            outcome = submit(log, made.account, "a")
            receipt = log.receipt(0)
            assert log.anchored(outcome.indices)[0].state == "published"
            wait_until(lambda: checkpoint_size(made.data) == 1)
            assert not state_of(log, "w2").prompt, "the next batch does not wait for it"
            assert log.receipt(0) == receipt
            assert log.anchored(outcome.indices)[0].state == "published"
    assert list(fsck(made.data)) == []
