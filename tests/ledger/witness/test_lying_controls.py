"""Each guard against lying witnesses removed, and what it was for happens."""

from __future__ import annotations

import time

from ledger import exchange
from ledger.fsck import fsck
from ledger.witness import protocol
from tests.app.server.harness import wait_until
from tests.ledger.support import submit
from tests.ledger.witness.liars import (
    HONEST,
    LIAR,
    MANY,
    flood_of_cookies,
    huge,
    says,
    trickled_headers,
)
from tests.ledger.witness.support import (
    BRISK,
    Named,
    answering,
    cosigners,
    http,
    note_of,
    open_witnessed,
    peer,
    state_of,
)


def test_control_without_the_check_of_the_signature_a_forged_line_is_published(made, monkeypatch):
    """The publishing program believes it; the roster's own check and fsck do not."""
    forged = says(lambda text: http(200, LIAR.line(text, forged=True)))
    monkeypatch.setattr(protocol, "check_cosignature", lambda *_: int(time.time()))
    with peer(forged) as two:
        named = [Named("w2", LIAR.vkey, two.url)]
        with open_witnessed(made.data, named) as log:
            outcome = submit(log, made.account, "a")
            assert cosigners(note_of(log.receipt(0))) == [LIAR.vkey.name], "the forged line is out"
            assert log.anchored(outcome.indices)[0].state == "published", "and counts for nothing"
    assert any("cosignatures, size 1" in found.where for found in fsck(made.data))


def test_control_without_the_check_of_time_a_wrong_time_is_published(made, monkeypatch):
    monkeypatch.setattr(protocol, "MAXIMUM_SKEW_SECONDS", 1 << 62)
    with (
        peer(says(lambda text: http(200, LIAR.line(text, 5)))) as two,
        open_witnessed(made.data, [Named("w2", LIAR.vkey, two.url)]) as log,
    ):
        outcome = submit(log, made.account, "a")
        assert log.anchored(outcome.indices)[0].state == "witnessed"


def test_control_without_the_bound_everything_is_read(made, monkeypatch):
    monkeypatch.setattr("ledger.witness.member.MAXIMUM_ANSWER_BYTES", 1 << 40)
    with peer(huge) as two, open_witnessed(made.data, [Named("w2", LIAR.vkey, two.url)]) as log:
        submit(log, made.account, "a")
        wait_until(lambda: two.sent > MANY)


def test_control_with_redirects_the_inner_address_is_asked(made, monkeypatch):
    real = exchange.new_client

    def follows():
        client = real()
        client.follow_redirects = True
        return client

    monkeypatch.setattr("ledger.witness.panel.new_client", follows)
    with peer(answering(LIAR)) as inside:
        behave = says(lambda text: http(307, b"", f"Location: {inside.url}/add-checkpoint"))
        with (
            peer(behave) as two,
            open_witnessed(made.data, [Named("w2", LIAR.vkey, two.url)]) as log,
        ):
            submit(log, made.account, "a")
        assert inside.asked


def test_control_without_the_policy_on_cookies_they_pile_up(made, monkeypatch):
    clients = []
    real = exchange.new_client

    def kept():
        client = real()
        clients.append(client)
        return client

    monkeypatch.setattr("ledger.witness.panel.new_client", kept)
    for guarded in (True, False):
        if not guarded:
            monkeypatch.setattr(exchange, "DefaultCookiePolicy", lambda **_: _anything())
        with (
            peer(flood_of_cookies) as two,
            open_witnessed(made.data, [Named("w2", LIAR.vkey, two.url)]) as log,
        ):
            submit(log, made.account, guarded)
        assert bool(len(clients[-1].cookies.jar)) != guarded


def _anything():
    from http.cookiejar import DefaultCookiePolicy

    return DefaultCookiePolicy()


def test_control_without_the_whole_deadline_a_slow_peer_is_listened_to_for_ever(made, monkeypatch):
    """Phase by phase, as httpx counts, no time is ever over for headers that trickle."""
    real = exchange.exchange

    async def patient(*arguments, seconds, **more):
        return await real(*arguments, seconds=10**6, **more)

    monkeypatch.setattr("ledger.witness.member.exchange", patient)
    with peer(answering(HONEST)) as one, peer(trickled_headers) as two:
        named = [Named("w1", HONEST.vkey, one.url), Named("w2", LIAR.vkey, two.url)]
        # Without a look at the start, which would listen for ever too.
        monkeypatch.setattr("ledger.witness.panel.Panel.look", lambda *_: [])
        with open_witnessed(made.data, named, patience=BRISK) as log:
            submit(log, made.account, "a")
            before = two.sent
            wait_until(lambda: two.sent > before + 200)
            assert state_of(log, "w2").failures == 0, "still the first exchange"
