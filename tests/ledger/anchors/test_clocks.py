"""T-TIME: an authority's clock against this log's; no receipt may contradict itself."""

from __future__ import annotations

import time

import pytest

from ledger.anchors import asking
from ledger.anchors.rows import StoredToken
from ledger.anchors.settings import Round
from tests.ledger.anchors.stub import sound, stub
from tests.ledger.anchors.support import anchor, anchor_entries, not_after, open_with, tokens
from tests.ledger.support import submit
from verifier.evidence.receipt import parse_receipt
from verifier.timestamp.sound import check_sound


@pytest.mark.parametrize("ahead", [-2, 2])
def test_clocks_that_differ_a_little_are_waited_for(made, ahead):
    """No receipt may contradict itself, and a difference of seconds is nobody's fault."""
    with stub(sound(ahead=ahead)) as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
        submit(log, made.account, "y")
        early, late = log.latest_receipt(0), log.latest_receipt(2)
        assert not_after(early, log)[0].seconds >= parse_receipt(early).entry.received
        received = parse_receipt(late).entry.received
        assert check_sound(
            parse_receipt(late).anchor_proofs[0].token.token,
            parse_receipt(late).anchor_proofs[0].note,
        ).seconds <= received  # fmt: skip


@pytest.mark.parametrize("ahead", [-3600 * 5, 3600 * 5])
def test_control_without_the_check_of_the_clock_receipts_contradict_themselves(
    made, ahead, monkeypatch
):
    from ledger.errors import Corruption

    monkeypatch.setattr(asking, "check_clock", lambda *_: None)
    monkeypatch.setattr(StoredToken, "seconds", 0)
    with stub(sound(ahead=ahead)) as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
        submit(log, made.account, "y")
        with pytest.raises(Corruption, match="contradicts"):
            log.latest_receipt(0 if ahead < 0 else 2)


def test_an_entry_is_not_numbered_before_the_time_it_is_about(made):
    """The clock went back after the token came: the entry waits, the token is kept."""
    offset = [100]
    with (
        stub(sound(ahead=100)) as tsa,
        open_with(made.data, tsa, clock=lambda: time.time() + offset[0]) as log,
    ):
        submit(log, made.account, "x")

        def back(point: str) -> None:
            if point == "tokens-stored":
                offset[0] -= 90

        anchoring_of = log._anchoring
        assert anchoring_of is not None
        anchoring_of._at = back
        assert anchor(log) == Round(1, 1, 0)
        assert (tokens(made.data), anchor_entries(made.data)) == (1, [])
        offset[0] += 90
        anchor(log)
        assert anchor_entries(made.data) == [(1, 1, 1)]
