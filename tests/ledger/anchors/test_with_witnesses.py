"""Time beside witnesses: a head with the quorum goes first, and one without is not left out."""

from __future__ import annotations

from ledger.anchors.heads import better_head
from ledger.anchors.settings import Round
from tests.ledger.anchors.stub import stub
from tests.ledger.anchors.support import anchor, anchors, not_after
from tests.ledger.support import check_everything, submit
from tests.ledger.witness.support import (
    BRISK,
    CALM,
    Cosigner,
    Named,
    answering,
    cosigners,
    http,
    note_of,
    open_witnessed,
    peer,
)


def refuse(asked, connection, server):
    server.send(connection, http(403))


def test_with_and_without_the_quorum(made):
    witness = Cosigner("w1")
    with stub() as tsa, peer(answering(witness)) as server:
        named = [Named("w1", witness.vkey, server.url)]
        with open_witnessed(made.data, named, anchors=anchors(tsa)) as log:
            submit(log, made.account, "a")
            assert anchor(log) == Round(1, 1, 0)
            receipt = log.latest_receipt(0)
            assert cosigners(note_of(receipt)) == [witness.vkey.name]
            assert len(not_after(receipt, log)) == 1
        server.behave = refuse
        with open_witnessed(made.data, named, patience=BRISK, anchors=anchors(tsa)) as log:
            submit(log, made.account, "b")  # entry 2: nobody cosigns any more
            assert anchor(log) == Round(3, 1, 0)
            alone = log.latest_receipt(2)
            assert cosigners(note_of(alone)) == []
            assert len(not_after(alone, log)) == 1
        server.behave = answering(witness)
        with open_witnessed(made.data, named, patience=CALM, anchors=anchors(tsa)) as log:
            submit(log, made.account, "c")
            assert anchor(log).tokens == 1
            # The first stamped head with the quorum, although an earlier one is stamped.
            both = log.latest_receipt(2)
            assert cosigners(note_of(both)) == [witness.vkey.name]
            assert len(not_after(both, log)) == 1
            with log._engine.connect() as connection:
                first = better_head(connection, 2, None)
            assert first is not None
            assert first[0] == 3  # without a policy nobody waits for witnesses
    check_everything(made.data)
