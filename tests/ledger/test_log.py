"""A log in use: submitting, repeating, receipts."""

from __future__ import annotations

import os

import pytest

from ledger.errors import (
    DigestKnown,
    InProgress,
    KeyReused,
)
from ledger.log import Request
from tests.ledger.support import (
    PATIENCE,
    check_everything,
    check_receipt,
    digest_of,
    entry,
    open_log,
    request,
    seeded,
    send,
    submit,
)
from verifier.evidence.receipt import parse_receipt


def test_an_entry_gets_a_receipt_that_verifies(log, made):
    outcome = submit(log, made.account, "one")
    assert outcome == ((0,), True)
    receipt = log.receipt(0)
    assert check_receipt(receipt, 0, log.config.log)[0] == 1
    statement = parse_receipt(receipt).statement
    assert (statement.item, statement.number, statement.epoch) == (1, 1, 0)
    assert statement.identity == "not checked"
    assert digest_of(receipt) == seeded("digest", "one", 0)
    assert log.owner(0) == made.account.id
    assert log.owner(1) is None


def test_what_is_logged_shows_nothing_of_what_was_anchored(log, made):
    submit(log, made.account, "one")
    parsed = parse_receipt(log.receipt(0))
    static = b"".join(p.read_bytes() for p in (made.data / "log").rglob("*") if p.is_file())
    assert parsed.entry_bytes in static
    for secret in (parsed.salt, parsed.statement_bytes, seeded("digest", "one", 0)):
        assert secret not in static


def test_the_first_receipt_never_changes_and_the_latest_does(made):
    kept: list[tuple[int, bytes]] = []
    for number in range(4):
        with open_log(made.data) as log:
            outcome = submit(log, made.account, number, 1 + 150 * number)
            kept += zip(outcome.indices, log.receipts(outcome.indices), strict=True)
    check_everything(made.data, kept)
    with open_log(made.data) as log:
        latest = log.latest_receipt(0)
        assert latest != kept[0][1]
        assert check_receipt(latest, 0, log.config.log)[0] == log.state().size
        assert parse_receipt(latest).entry_bytes == parse_receipt(kept[0][1]).entry_bytes


def test_receipts_from_memory_and_from_the_database_are_the_same(log, made):
    outcomes = [submit(log, made.account, number, 40) for number in range(3)]
    indices = [index for outcome in outcomes for index in outcome.indices]
    from_memory = log.receipts(indices)
    with open_log_for_reading(made.data) as reader:
        assert reader.receipts(indices) == from_memory
        assert reader.receipts(indices[::-1]) == from_memory[::-1]


def open_log_for_reading(data):
    return open_log(data, read_only=True)


def test_the_same_request_gets_the_first_answer(log, made):
    first = submit(log, made.account, "a", 3)
    again = submit(log, made.account, "a", 3)
    assert first.fresh
    assert not again.fresh
    assert again.indices == first.indices
    log.close()
    with open_log(made.data) as reopened:
        assert submit(reopened, made.account, "a", 3) == again


def test_a_key_with_another_request_is_refused(log, made):
    submit(log, made.account, "a")
    batch, asked = request(made.account.id, "a")
    with pytest.raises(KeyReused):
        log.submit(batch, asked._replace(fingerprint=bytes(32))).result(PATIENCE)


def test_a_known_digest_is_refused_naming_its_entry(log, made):
    submit(log, made.account, "zero")
    submit(log, made.account, "a", 2)
    key = os.urandom(16)
    batch = [entry(made.account.id, key, None, seeded("digest", "a", 1))]
    with pytest.raises(DigestKnown) as raised:
        log.submit(batch, Request(made.account.id, key, bytes(32))).result(PATIENCE)
    assert raised.value.index == 2
    assert log.state().size == 3


def test_again_makes_a_new_item(log, made):
    submit(log, made.account, "a")
    for number in range(1, 3):
        key = seeded(number)[:16]
        batch = [entry(made.account.id, key, None, seeded("digest", "a", 0), again=True)]
        outcome = log.submit(batch, Request(made.account.id, key, key * 2)).result(PATIENCE)
        assert outcome == ((number,), True)
        assert parse_receipt(log.receipt(number)).statement.item == number + 1


def test_a_batch_with_one_known_digest_anchors_nothing(log, made):
    submit(log, made.account, "a")
    key = os.urandom(16)
    batch = [
        entry(made.account.id, key, 0, bytes(32)),
        entry(made.account.id, key, 1, seeded("digest", "a", 0)),
    ]
    with pytest.raises(DigestKnown):
        log.submit(batch, Request(made.account.id, key, bytes(32))).result(PATIENCE)
    assert log.state().size == 1


def test_another_account_may_anchor_the_same_digest(log, made):
    other, _ = log.accounts.new("other")
    submit(log, made.account, "a")
    assert submit(log, other, "a") == ((1,), True)
    assert log.owner(1) == other.id


def test_two_requests_of_one_batch_with_one_digest(made):
    # After one batch the others wait for the interval, so both of these are in the next.
    with open_log(made.data, interval_ms=60_000) as log:
        submit(log, made.account, "z")
        key = os.urandom(16)
        first = send(log, made.account, "a")
        batch = [entry(made.account.id, key, None, seeded("digest", "a", 0))]
        second = log.submit(batch, Request(made.account.id, key, bytes(32)))
    assert first.result(PATIENCE).indices == (1,)
    with pytest.raises(DigestKnown) as raised:
        second.result(PATIENCE)
    assert raised.value.index == 1


def test_a_request_whose_row_is_gone_is_known_by_its_submissions(log, made):
    first = submit(log, made.account, "a", 2)
    with log._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM requests")
    assert submit(log, made.account, "a", 2) == (first.indices, False)


def test_a_request_under_way_is_in_progress(made):
    with open_log(made.data, interval_ms=60_000) as log:
        submit(log, made.account, "z")
        first = send(log, made.account, "a")
        with pytest.raises(InProgress):
            send(log, made.account, "a")
        batch, asked = request(made.account.id, "a")
        with pytest.raises(KeyReused):
            log.submit(batch, asked._replace(fingerprint=bytes(32)))
    assert first.result(PATIENCE).fresh
    with open_log(made.data) as log:
        assert not submit(log, made.account, "a").fresh


def test_numbered_comes_before_published(made):
    steps: list[object] = []
    with open_log(made.data, hooks=steps.append) as log:
        batch, asked = request(made.account.id, "a", 2)
        future = log.submit(batch, asked, steps.append)
        outcome = future.result(PATIENCE)
    assert steps.index(outcome) == steps.index("w1-after") + 1
    assert steps[-1] == "renamed"
    order = ["accepted", "w1-before", "w1-commit", "w1-after", "read-back", "signed", "w2-after"]
    order += ["tiles", "before-w3", "w3", "renamed"]
    assert [step for step in steps if isinstance(step, str)] == order


def test_a_callback_that_fails_stops_nobody(log, made):
    def fail(_outcome):
        raise RuntimeError

    assert log.submit(*request(made.account.id, "a"), fail).result(PATIENCE).fresh
