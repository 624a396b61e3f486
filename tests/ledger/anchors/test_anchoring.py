"""A head is stamped, its tokens are logged, and receipts get their times from outside."""

from __future__ import annotations

import threading

import pytest

from ledger.anchors.rfc3161 import HttpAuthority
from ledger.anchors.settings import Round
from ledger.errors import Config, NotFound, Unacceptable
from ledger.fsck import fsck
from tests.ledger.anchors.stub import OTHER, sound, stub
from tests.ledger.anchors.support import (
    TSA,
    anchor,
    anchor_entries,
    not_after,
    not_before,
    open_with,
    rows,
    tokens,
)
from tests.ledger.support import PATIENCE, check_everything, submit
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note


def test_receipts_get_their_times_before_and_after_an_anchor(made):
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "before", 3)
        first = log.receipt(0)
        assert parse_receipt(log.latest_receipt(0)).tokens == ()
        assert anchor(log) == Round(3, 1, 0)
        submit(log, made.account, "after", 2)
        assert anchor(log) == Round(6, 1, 0)
        assert anchor_entries(made.data) == [(3, 3, 1), (6, 6, 1)]
        early, late = log.latest_receipt(0), log.latest_receipt(4)
        # The first receipt stays; the better one is of the same entry, under the stamped head.
        assert log.receipt(0) == first
        assert parse_receipt(early)[:5] == parse_receipt(first)[:5]
        size = parse_checkpoint(parse_note(parse_receipt(early).proof.note).text).size
        assert size == 3  # the first stamped head above it, and not the newest
        assert len(not_after(early, log)) == 1
        assert not_before(early) == []
        (after,), (before,) = not_after(late, log), not_before(late)
        received = parse_receipt(late).entry.received
        assert before.seconds <= received <= after.seconds
        assert after.tsa == before.tsa == TSA.name
        told = [(index, log.receipt(index)) for index in (0, 1, 2, 4, 5)]
    check_everything(made.data, told)


def test_an_idle_log_does_not_stamp_its_own_anchors(made):
    with stub() as tsa, open_with(made.data, tsa) as log:
        assert anchor(log) == Round(0, 0, 0)  # an empty log
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
        for _ in range(3):
            assert anchor(log) == Round(0, 0, 0)
        assert log.state().size == 2
        assert len(tsa.asked) == 1
        assert log.anchor_state().tokens == 1


def test_the_interval_anchors_by_itself(made):
    with stub() as tsa, open_with(made.data, tsa, interval_seconds=0.05) as log:
        submit(log, made.account, "x")
        assert tsa.came.wait(PATIENCE)
        log.anchor_now().result(PATIENCE)  # behind the round that was under way
        assert anchor_entries(made.data) == [(1, 1, 1)]


def test_several_authorities_are_asked_at_once_and_share_an_entry(made):
    together = threading.Barrier(2, timeout=PATIENCE)

    def meet(behaviour):
        def answer(request):
            together.wait()
            yield from behaviour(request)

        return answer

    with stub(meet(sound())) as one, stub(meet(sound(OTHER))) as two:
        with open_with(made.data, one, two) as log:
            submit(log, made.account, "x")
            assert anchor(log) == Round(1, 2, 0)
            assert anchor_entries(made.data) == [(1, 1, 2)]
            found = not_after(log.latest_receipt(0), log)
            assert {each.signer.key for each in found} == {"EC secp256r1", "RSA 2048"}
        check_everything(made.data)


def test_an_authority_that_was_away_stamps_the_same_head_later(made):
    def away(request):
        return iter(())

    with stub() as one, stub(away) as two, open_with(made.data, one, two) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 1)
        two.behaviour = sound(OTHER)
        assert anchor(log) == Round(1, 1, 0)
        assert len(one.asked) == 1
        assert anchor_entries(made.data) == [(1, 1, 1), (2, 1, 1)]
        assert len(parse_receipt(log.latest_receipt(0)).tokens) == 2


def test_tokens_that_wait_get_their_entry_on_the_next_start(made):
    def crash(point: str) -> None:
        if point == "tokens-stored":
            raise Config("as if the process ended here")

    with stub() as tsa:
        with open_with(made.data, tsa, hooks=crash) as log:
            submit(log, made.account, "x")
            with pytest.raises(Config):
                anchor(log)
            assert (tokens(made.data), anchor_entries(made.data)) == (1, [])
            assert list(fsck(made.data)) == []
            # Until it has its entry it is a token over the receipt's own head all the same.
            assert len(not_after(log.latest_receipt(0), log)) == 1
        with open_with(made.data) as log:  # nobody is asked any more
            assert anchor(log) == Round(0, 0, 0)
            assert anchor_entries(made.data) == [(1, 1, 1)]
        check_everything(made.data)


def test_erased_entries_have_no_better_receipt_either(made):
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        anchor(log)
        assert log.latest_receipt(0)
        log.erase(0)
        with pytest.raises(NotFound):
            log.latest_receipt(0)
        with pytest.raises(NotFound):
            log.latest_receipt(1)  # the anchor entry: nobody's
        assert list(fsck(made.data)) == []


def test_the_tables_are_append_only(made):
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        anchor(log)
    for table in ("tokens", "anchors"):
        for sql in (f"DELETE FROM {table}", f"UPDATE {table} SET size = 0"):
            with pytest.raises(Exception, match="append-only"):
                rows(made.data, sql)


@pytest.mark.parametrize(
    "url",
    ["", "tsa.example.org", "ftp://tsa.example.org/", "http://", "http://user:word@tsa.example.org/",
     "http://tsa.example.org/#x", "http://tsa.example.org:99999/", "http://tsa.example.org/ x",
     "http://tsa.example.org/é", "http://tsa.example.org/" + "x" * 200],
)  # fmt: skip
def test_addresses_that_cannot_be_one(url):
    with pytest.raises(Config):
        HttpAuthority(url)


def test_no_authority_twice_and_not_too_many(made):
    with stub() as tsa, pytest.raises(Config, match="none twice"):
        open_with(made.data, tsa, tsa)


def test_proofs_of_other_kinds_are_carried_and_logged(made):
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        anchor(log)
        log.carry_token(1, "ots", b"\x00OpenTimestamps\x00\x00Proof\x00")
        assert log.carry_token(1, "ots", b"\x00OpenTimestamps\x00\x00Proof\x00")  # the same again
        anchor(log)
        assert anchor_entries(made.data) == [(1, 1, 1), (2, 1, 1)]
        submit(log, made.account, "y")
        early, late = (parse_receipt(log.latest_receipt(n)) for n in (0, 3))
        assert [each.type for each in early.tokens] == ["rfc3161", "ots"]
        assert [each.token.type for each in late.anchor_proofs] == ["rfc3161", "ots"]
        for bad in (
            lambda: log.carry_token(1, "rfc3161", b"x"),
            lambda: log.carry_token(1, "OTS", b"x"),
            lambda: log.carry_token(1, "ots", b""),
            lambda: log.carry_token(1, "ots", bytes(16385)),
        ):
            with pytest.raises(Unacceptable):
                bad()
        with pytest.raises(NotFound):
            log.carry_token(9, "ots", b"x")
    check_everything(made.data)


def test_what_is_carried_does_not_pass_for_a_stamp(made):
    with stub() as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        log.carry_token(1, "ots", b"anything")
        assert anchor(log) == Round(2, 1, 0)  # its entry was logged first
        assert [each.type for each in parse_receipt(log.latest_receipt(0)).tokens] == ["rfc3161"]
