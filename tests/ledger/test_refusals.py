"""What is not accepted, what is not there, and what nobody gets any more."""

from __future__ import annotations

import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import (
    AlreadyExists,
    Frozen,
    NotFound,
    Overloaded,
    Unacceptable,
)
from ledger.fsck import fsck
from tests.ledger.support import (
    PATIENCE,
    check_everything,
    check_receipt,
    entry,
    open_log,
    request,
    seeded,
    send,
    submit,
    writer_of,
)
from tests.reference import MTH
from verifier.evidence.entry import parse_entry
from verifier.evidence.receipt import parse_receipt

# -- what is refused ---------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "other.example/log"},
        {"account": bytes(16)},
        {"nonce": bytes(16)},
        {"position": 0, "what": "folder"},
        {"position": 1},
        {"submitter": bytes(range(32))},
        {"submitter": bytes(32)},
        {"dossier": b"short"},
        {"digests": ()},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_unacceptable_submission(log, made, change):
    batch, asked = request(made.account.id, "a")
    submission = batch[0].submission._replace(**change)
    with pytest.raises(Unacceptable):
        log.submit([batch[0]._replace(submission=submission)], asked)
    assert log.state().pending == 0


@pytest.mark.parametrize("count", [0, 1001])
def test_a_request_of_no_or_too_many_entries(log, made, count):
    _, asked = request(made.account.id, "a")
    with pytest.raises(Unacceptable):
        log.submit([entry(made.account.id, asked.key, n, bytes(32)) for n in range(count)], asked)


def test_an_unknown_account_is_not_found(log):
    with pytest.raises(NotFound):
        log.submit(*request(bytes(16), "a"))


def test_a_registered_key_must_sign(log, made):
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    log.accounts.register_key(made.account.id, public)
    log.accounts.register_key(made.account.id, public)
    with pytest.raises(AlreadyExists):
        log.accounts.register_key(made.account.id, other.public_key().public_bytes_raw())
    batch, asked = request(made.account.id, "a")
    unsigned = batch[0]
    signed = unsigned.submission._replace(submitter=public)
    good = key.sign(signed.to_bytes())
    for wrong in (
        unsigned,
        unsigned._replace(submission=signed),
        unsigned._replace(submission=signed, signature=bytes(64)),
        unsigned._replace(submission=signed, signature=other.sign(signed.to_bytes())),
        unsigned._replace(signature=good),
    ):
        with pytest.raises(Unacceptable):
            log.submit([wrong], asked)
    outcome = log.submit([unsigned._replace(submission=signed, signature=good)], asked).result(
        PATIENCE
    )
    statement = parse_receipt(log.receipt(outcome.indices[0])).statement
    assert (statement.submission, statement.signature) == (signed, good)


@pytest.mark.parametrize("key", [bytes(32), b"\1" + bytes(31), b"short", b"\xff" * 32])
def test_a_weak_key_is_not_registered(log, made, key):
    with pytest.raises(Unacceptable):
        log.accounts.register_key(made.account.id, key)


def test_too_much_is_overloaded_and_nobody_before_it_suffers(made):
    # The first batch starts the interval; what follows waits until the log closes.
    with open_log(made.data, interval_ms=60_000, waiting_most=10) as log:
        submit(log, made.account, "z")
        first = send(log, made.account, "a", 8)
        with pytest.raises(Overloaded):
            send(log, made.account, "b", 3)
        second = send(log, made.account, "c", 2)
    assert first.result(PATIENCE).fresh
    assert second.result(PATIENCE).fresh
    with open_log(made.data) as log:
        assert submit(log, made.account, "b", 3).fresh


@pytest.mark.parametrize("index", [-1, 3, 2**63])
def test_a_receipt_for_what_is_not_there(log, made, index):
    submit(log, made.account, "a", 3)
    for ask in (log.receipt, log.latest_receipt):
        with pytest.raises(NotFound):
            ask(index)
    with pytest.raises(NotFound):
        log.receipts([0, index, 1])


def test_an_erased_entry_keeps_its_place(made):
    with open_log(made.data) as log:
        kept = [(n, log.receipt(submit(log, made.account, n).indices[0])) for n in range(3)]
        secret = parse_receipt(kept[1][1])
        log.erase(1)
        for ask in (log.receipt, log.latest_receipt):
            with pytest.raises(NotFound):
                ask(1)
        with pytest.raises(NotFound):
            log.erase(1)
        submit(log, made.account, "after")
        assert parse_receipt(log.receipt(3)).statement.item == 4
    assert check_everything(made.data, [kept[0], kept[2]]) == 4
    files = b"".join(path.read_bytes() for path in made.data.glob("beilin.db*"))
    assert secret.salt not in files
    assert seeded("digest", 1, 0) not in files
    assert parse_receipt(kept[0][1]).salt in files


def test_nothing_follows_a_freeze(made):
    from ledger.engine import writing
    from verifier.evidence.entry import Entry
    from verifier.evidence.freeze import Freeze

    with open_log(made.data) as log:
        submit(log, made.account, "a")
        # As if another process had written it, and died.
        body = log._own_key().sign(Freeze(log.origin, 1, 0, None, None).to_text())
        frozen = Entry("freeze", os.urandom(32), writer_of(log)._received, None, body).to_bytes()
        assert parse_entry(frozen).kind == "freeze"
        with writing(log._engine) as connection:
            sql = "INSERT INTO entries VALUES (?,?,?,?,?)"
            row = (1, parse_entry(frozen).link, frozen, MTH([frozen]), writer_of(log)._received)
            connection.exec_driver_sql(sql, row)
    with open_log(made.data) as log:
        state = log.state()
        assert (state.frozen, state.size, state.healthy) == (True, 2, True)
        with pytest.raises(Frozen):
            submit(log, made.account, "b")
        with pytest.raises(NotFound):
            log.receipt(1)
        assert check_receipt(log.latest_receipt(0), 0, log.config.log)[0] == 2
    assert list(fsck(made.data)) == []
