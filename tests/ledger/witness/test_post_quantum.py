"""A witness with an ML-DSA-44 key (type 0x06) beside one with Ed25519."""

from __future__ import annotations

import time

from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from ledger.fsck import fsck
from tests.ledger.support import submit
from tests.ledger.witness.support import (
    Cosigner,
    Named,
    answering,
    cosigners,
    http,
    note_of,
    open_witnessed,
    peer,
    text_of,
)
from verifier.encoding import u64
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.cosignature import mldsa_message
from verifier.tlog.keys import ML_DSA_44_COSIGNATURE, make_vkey
from verifier.tlog.note import signature_line

KEY = MLDSA44PrivateKey.from_seed_bytes(bytes(range(32)))
VKEY = make_vkey(
    "witness.example.org/pq", ML_DSA_44_COSIGNATURE, KEY.public_key().public_bytes_raw()
)


def line(text: bytes, at: int, *, spoil: bool = False) -> bytes:
    head = parse_checkpoint(text)
    signed = KEY.sign(mldsa_message(VKEY.name, at, head.origin, 0, head.size, head.root))
    if spoil:
        signed = bytes([signed[0] ^ 1]) + signed[1:]
    return signature_line(VKEY.name, VKEY.key_id, u64(at) + signed)


def test_both_kinds_are_in_the_receipt(made):
    classic = Cosigner("w1")
    spoil = False

    def post_quantum(asked, connection, server) -> None:
        answer = http(404)
        if asked.method == "POST":
            answer = http(200, line(text_of(asked), int(time.time()), spoil=spoil))
        server.send(connection, answer)

    with peer(answering(classic)) as one, peer(post_quantum) as two:
        named = [Named("w1", classic.vkey, one.url), Named("pq", VKEY, two.url)]
        with open_witnessed(made.data, named) as log:
            outcome = submit(log, made.account, "a")
            assert log.anchored(outcome.indices)[0].state == "witnessed"
            assert cosigners(note_of(log.receipt(0))) == [classic.vkey.name, VKEY.name]
            spoil = True
            outcome = submit(log, made.account, "b")
            assert log.anchored(outcome.indices)[0].state == "published"
            assert cosigners(note_of(log.receipt(1))) == [classic.vkey.name]
    assert list(fsck(made.data)) == []


def test_time_zero_which_such_a_key_may_sign_is_not_taken(made):
    def post_quantum(asked, connection, server) -> None:
        server.send(
            connection, http(404) if asked.method == "GET" else http(200, line(text_of(asked), 0))
        )

    with (
        peer(post_quantum) as two,
        open_witnessed(made.data, [Named("pq", VKEY, two.url)]) as log,
    ):
        outcome = submit(log, made.account, "a")
        assert log.anchored(outcome.indices)[0].state == "published"
        assert cosigners(note_of(log.receipt(0))) == []
