"""Chains of dossiers, statements, policy, time, and what W1 writes."""

from __future__ import annotations

import pytest

from ledger.accept import SERVICE, Item
from ledger.errors import (
    NotFound,
)
from ledger.numbering import Chain, statement_bytes, statement_tail
from tests.ledger.support import (
    DOSSIER,
    ORIGIN,
    check_everything,
    open_log,
    request,
    submit,
    writer_of,
)
from tests.reference import MTH
from verifier.evidence.entry import parse_entry
from verifier.evidence.receipt import parse_receipt
from verifier.evidence.statement import Statement
from verifier.tlog.keys import parse_vkey
from verifier.tlog.note import parse_note, verify_note
from verifier.tlog.policy import parse_log_policy

# -- chains ------------------------------------------------------------------------


def test_the_chain_of_a_dossier_holds(log, made):
    other = bytes(16)
    for number in range(6):
        submit(log, made.account, number, 1 + number, dossier=other if number % 2 else DOSSIER)
        if number == 3:
            writer_of(log)._numbering.forget()  # a chain is read again from its rows
    chains: dict[bytes, list] = {}
    for index in range(log.state().size):
        receipt = parse_receipt(log.receipt(index))
        assert receipt.statement.number == index + 1
        chains.setdefault(receipt.statement.submission.dossier, []).append(receipt)
    assert {len(chain) for chain in chains.values()} == {9, 12}
    for chain in chains.values():
        previous = None
        for item, receipt in enumerate(chain, 1):
            assert receipt.statement.item == item
            if previous is None:
                assert receipt.statement.previous is None
            else:
                leaf = previous.statement.previous, previous.entry_bytes
                assert receipt.entry.link == previous.statement.next
                assert receipt.statement.previous == MTH([leaf[1]])
            previous = receipt


def test_the_dossier_statement_lists_all_items(log, made):
    submit(log, made.account, "a", 2)
    submit(log, made.account, "b", 1, dossier=bytes(16))
    submit(log, made.account, "c", 1)
    note = parse_note(log.dossier_statement(made.account.id, DOSSIER))
    assert verify_note(note, [log.config.service]) == [log.config.service]
    lines = note.text.decode().split("\n")
    assert lines[0] == "beilin/dossier/v1"
    assert lines[1] == f"origin {ORIGIN}"
    assert lines[4] == "size 4"
    assert lines[7:9] == ["epoch 0", "items 3"]
    assert [line.split()[:3] for line in lines[9:12]] == [
        ["item", "1", "0"],
        ["item", "2", "1"],
        ["item", "3", "3"],
    ]
    assert lines[12:] == [""]
    for unknown in ((made.account.id, bytes([1] * 16)), (bytes(16), DOSSIER)):
        with pytest.raises(NotFound):
            log.dossier_statement(*unknown)


def test_the_policy_names_both_keys(log):
    plain = log.policy(plain=True)
    assert parse_log_policy(plain).logs[0].vkey == log.config.log
    lines = log.policy().decode().split("\n")
    assert lines[0] == "beilin/policy/v1"
    assert lines[1].startswith("date 20")
    assert parse_vkey(lines[2].removeprefix("service ")) == log.config.service
    assert "\n".join(lines).endswith(f"tlog-policy\n{plain.decode()}")


# -- time --------------------------------------------------------------------------


def test_received_never_goes_back(made):
    times = iter([1_800_000_000, 1_700_000_000, 1_700_000_000, 1_900_000_000])
    now = [next(times)]
    kept: list[int] = []
    for _ in range(4):
        with open_log(made.data, clock=lambda: now[0]) as log:
            for _ in range(2):
                index = submit(log, made.account, len(kept)).indices[0]
                kept.append(parse_receipt(log.receipt(index)).entry.received)
        now[0] = next(times, 0)
    assert kept == [1_800_000_000] * 6 + [1_900_000_000] * 2
    check_everything(made.data)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("leaf", [None, bytes(range(32))])
@pytest.mark.parametrize("named", [None, bytes(range(32))])
def test_w1_writes_the_verifiers_own_spelling(log, made, signed, leaf, named):
    """W1 writes statement and entry by hand, for speed: they are what the formats' writers give."""
    batch, _ = request(made.account.id, "a")
    submission, signature = batch[0].submission, bytes(64) if signed else None
    item = Item(submission, submission.to_bytes(), signature, False, bytes(32), bytes(32))
    chain = Chain(3, 0 if leaf is None else 8, leaf, bytes(32))
    tail = statement_tail("身份 checked", named, chain.epoch)
    written = statement_bytes(item, chain, b"n" * 32, 12, tail)
    place = chain.item + 1
    rest = (b"n" * 32, 12, "身份 checked", SERVICE, named, 3)
    statement = Statement(submission, signature, place, leaf, *rest)
    assert written == statement.to_bytes()
    submit(log, made.account, "a")
    stored = parse_receipt(log.receipt(0)).entry_bytes
    assert parse_entry(stored).to_bytes() == stored
