"""Authorities that are slow, dead or lying: bounded, nothing stored, the log goes on (T-WIT, T-TIME)."""

from __future__ import annotations

import itertools
import os
import socket
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from ledger.anchors.settings import Round
from ledger.fsck import fsck
from tests.ledger.anchors.stub import (
    granted,
    http,
    sound,
    stub,
    token_for,
)
from tests.ledger.anchors.support import (
    anchor,
    anchor_entries,
    anchors,
    not_after,
    open_with,
    tokens,
)
from tests.ledger.support import PATIENCE, check_everything, open_log, submit
from tests.verifier.timestamp.chains import key
from tests.verifier.timestamp.making import STAMPED, good
from verifier.evidence.receipt import parse_receipt
from verifier.timestamp import der
from verifier.timestamp.names import digest

SHORT = 0.5
"""A deadline: what is tested is that the round ends at all."""


def silent(request):
    time.sleep(PATIENCE)
    return iter(())


def trickle(request):
    """A whole sound answer, a byte at a time: no pause is long, all of it is."""
    for byte in http(granted(token_for(request).to_bytes())):
        yield bytes([byte])
        time.sleep(0.05)


def trickled_headers(request):
    yield b"HTTP/1.1 200 OK\r\n"
    for number in itertools.count():
        yield b"X-%d: x\r\n" % number
        time.sleep(0.05)


def endless(request):
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n"
    while True:
        yield bytes(65536)


def large(request):
    yield http(bytes(10 << 20))


def endless_header(request):
    yield b"HTTP/1.1 200 OK\r\nX-Long: "
    while True:
        yield b"x" * 65536


def compressed(request):
    yield http(os.urandom(2000), more="Content-Encoding: gzip\r\n")


def answering(make):
    """A behaviour whose body is what ``make`` gives for the request."""

    def answer(request):
        yield http(make(request))

    return answer


def token(**changes):
    return answering(lambda request: granted(token_for(request, **changes).to_bytes()))


def wrong_signer(request):
    """Whole and well formed, signed by another key than that of the certificate it names."""
    made = token_for(request)
    signed = der.encode(der.SET, made.signed(made.info()))
    signature = key("p256", 77).sign(signed, ec.ECDSA(hashes.SHA256()))
    return granted(made.but(signature=signature).to_bytes())


REJECTION = der.encode(0x30, der.encode(0x30, der.encode_integer(2)))

LIARS = {
    "silent": silent,
    "a byte at a time": trickle,
    "headers without an end": trickled_headers,
    "a body without an end": endless,
    "10 MB": large,
    "a header without an end": endless_header,
    "closes at once": lambda request: iter(()),
    "not HTTP": lambda request: iter([b"\0" * 100]),
    "half an answer": lambda request: iter([b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nxx"]),
    "compressed": compressed,
    "status 500": lambda request: iter([http(b"", 500)]),
    "another type": lambda request: iter([http(granted(token_for(request).to_bytes()), kind="text/html")]),
    "garbage": answering(lambda request: os.urandom(300)),
    "empty": answering(lambda request: b""),
    "rejected": answering(lambda request: REJECTION),
    "rejected with a token": answering(
        lambda request: der.encode(
            0x30, der.encode(0x30, der.encode_integer(2)), token_for(request).to_bytes()
        )
    ),
    "granted without a token": answering(
        lambda request: der.encode(0x30, der.encode(0x30, der.encode_integer(0)))
    ),
    "wrong nonce": token(nonce=1),
    "no nonce": token(nonce=None),
    "wrong imprint": token(imprint=bytes(32)),
    "imprint of another digest": token(imprint_hash="sha-512", imprint=digest("sha-512", STAMPED)),
    "a token for another digest": answering(lambda request: granted(good().to_bytes())),
    "no ESSCertID": token(ess=()),
    "another message digest": token(message_digest=bytes(32)),
    "another key": answering(wrong_signer),
    "no certificate": token(embedded=()),
    "a token above 16 KiB": token(unsigned=der.encode(der.context(1), bytes(17000))),
    "old time": sound(ahead=-3600 * 5),
    "time to come": sound(ahead=3600 * 5),
    "a bit behind the limit": sound(ahead=-20),
    "a bit ahead of the limit": sound(ahead=20),
}  # fmt: skip


@pytest.mark.parametrize("how", LIARS)
def test_nothing_is_stored_and_the_log_goes_on(made, how, caplog):
    with stub(LIARS[how]) as tsa, open_with(made.data, tsa, deadline_seconds=SHORT) as log:
        submit(log, made.account, "x")
        asked = log.anchor_now()
        # The sequencer shares nothing with who is asked: entries come out meanwhile.
        assert tsa.came.wait(PATIENCE)
        submit(log, made.account, "meanwhile")
        assert asked.result(PATIENCE) == Round(1, 0, 1)
        assert (tokens(made.data), anchor_entries(made.data)) == (0, [])
        parsed = parse_receipt(log.latest_receipt(0))
        assert (parsed.tokens, parsed.anchor_proofs) == ((), ())
        state = log.anchor_state()
        assert (state.tokens, state.failures) == (0, 1)
        assert state.wrong_clock == (how in ("old time", "time to come") or "limit" in how)
        assert f"no token of size 1 from {tsa.url}" in caplog.text
    check_everything(made.data)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(made, status):
    with stub() as inside:

        def elsewhere(request):
            yield http(b"", status, more=f"Location: {inside.url}\r\n")

        with stub(elsewhere) as tsa, open_with(made.data, tsa) as log:
            submit(log, made.account, "x")
            assert anchor(log) == Round(1, 0, 1)
        assert inside.asked == []


def test_nobody_there(made):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with stub() as tsa:
        tsa.url = f"http://127.0.0.1:{port}/"
        with open_with(made.data, tsa) as log:
            submit(log, made.account, "x")
            assert anchor(log) == Round(1, 0, 1)


def test_a_slow_one_does_not_cost_the_token_of_another(made):
    with (
        stub(silent) as slow,
        stub() as tsa,
        open_with(made.data, slow, tsa, deadline_seconds=SHORT) as log,
    ):
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 1)
        assert len(not_after(log.latest_receipt(0), log)) == 1


class Broken:
    """An authority of which nobody foresaw what it does."""

    name = "broken"

    async def stamp(self, client, stamped, seconds):
        raise ZeroDivisionError


def test_what_nobody_foresaw_of_one_does_not_cost_the_token_of_another(made):
    with stub() as tsa:
        both = anchors(tsa)
        both = both._replace(authorities=(Broken(), *both.authorities))
        with open_log(made.data, anchors=both) as log:
            submit(log, made.account, "x")
            assert anchor(log) == Round(1, 1, 1)
            assert len(not_after(log.latest_receipt(0), log)) == 1


def test_who_no_longer_waits_does_not_end_anchoring(made):
    with stub(silent) as tsa, open_with(made.data, tsa, deadline_seconds=SHORT) as log:
        submit(log, made.account, "x")
        asked = log.anchor_now()
        assert tsa.came.wait(PATIENCE)
        assert asked.cancel()
        assert anchor(log) == Round(1, 0, 1)


def test_who_asks_while_another_round_runs_is_told_at_the_end(made):
    with stub(silent) as tsa:
        log = open_with(made.data, tsa, deadline_seconds=PATIENCE * 10)
        submit(log, made.account, "x")
        first = log.anchor_now()
        assert tsa.came.wait(PATIENCE)
        second = log.anchor_now()
        log.close()
        assert first.cancelled()
        assert second.cancelled()


def test_closing_does_not_wait_for_who_is_asked(made):
    with stub(silent) as tsa:
        log = open_with(made.data, tsa, deadline_seconds=PATIENCE * 10)
        submit(log, made.account, "x")
        asked = log.anchor_now()
        assert tsa.came.wait(PATIENCE)
        log.close()
        assert asked.cancelled()
        assert log.anchor_now().cancelled()  # and nothing after that


def test_no_environment_stands_between(made, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)


# -- controls: each check removed, and the lie is stored ----------------------------------

CONTROLS = {
    "wrong nonce": "check_nonce",
    "no nonce": "check_nonce",
    "wrong imprint": "check_imprint",
    "imprint of another digest": "check_imprint",
    "another message digest": "check_content",
    "another key": "check_signature",
}


@pytest.mark.parametrize("how", CONTROLS)
def test_control_without_its_check_the_lie_is_stored(made, how, monkeypatch):
    from verifier.timestamp import sound as soundness

    monkeypatch.setattr(soundness, CONTROLS[how], lambda *_: None)
    with stub(LIARS[how]) as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
    monkeypatch.undo()
    # fsck sees what does not hold of itself; which nonce was sent is known while one is asked only.
    assert bool(list(fsck(made.data))) == (CONTROLS[how] != "check_nonce")
