"""A dossier's chain: one item swapped, missing, repeated, replayed or out of order fails."""

from __future__ import annotations

from typing import Any

import pytest

from tests import worked
from verifier.errors import BindingFailure
from verifier.evidence import chain
from verifier.evidence.entry import Entry
from verifier.evidence.receipt import Receipt, parse_receipt
from verifier.evidence.statement import commitment
from verifier.tlog.merkle import leaf_hash


def items(count: int = 4, **changes: dict[str, Any]) -> list[Receipt]:
    """Return the receipts of consecutive items; ``i2={…}`` changes item 2's statement."""
    log = worked.WorkedLog()
    previous, link = None, worked.seed("first link")
    made: list[worked.Anchored] = []
    for n in range(1, count + 1):
        submission, signature = worked.submission(f"item {n}".encode())
        words: dict[str, Any] = {
            "item": n, "previous": previous, "next": worked.seed(f"link of {n + 1}"), "number": n,
        }  # fmt: skip
        anchored = log.anchor(submission, signature, **(words | changes.get(f"i{n}", {})))
        entry = anchored.entry._replace(link=link)
        log.entries[-1] = entry.to_bytes()
        anchored.entry = entry
        made.append(anchored)
        previous, link = leaf_hash(entry.to_bytes()), anchored.statement.next
        log.fill(1)
    return [parse_receipt(anchored.receipt()) for anchored in made]


def test_consecutive_items_are_a_chain() -> None:
    chain.check_chain(items())
    chain.check_chain(items()[1:3])
    chain.check_chain([])


@pytest.mark.parametrize(
    "order", [[1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2], [0, 1, 3, 2], [3, 2, 1, 0], [0, 0]]
)
def test_swapped_missing_and_repeated_items_fail(order: list[int]) -> None:
    whole = items()
    with pytest.raises(BindingFailure):
        chain.check_chain([whole[n] for n in order])


@pytest.mark.parametrize(
    "change",
    [
        {"item": 4}, {"previous": worked.seed("other")}, {"number": 2}, {"epoch": 1},
    ],
)  # fmt: skip
def test_a_statement_that_does_not_continue_the_one_before_fails(change: dict[str, object]) -> None:
    with pytest.raises(BindingFailure):
        chain.check_chain(items(3, i3=change))


def test_an_item_of_another_chain_fails() -> None:
    whole = items()
    other = items(4, i1={"next": worked.seed("fork")})
    with pytest.raises(BindingFailure, match="link"):
        chain.check_chain([whole[0], other[1]])


def test_a_replayed_submission_fails() -> None:
    whole = items(2)
    first, second = whole
    statement = second.statement._replace(submission=first.statement.submission)
    entry = Entry(
        "evidence", second.entry.link, second.entry.received,
        commitment(second.salt, statement.to_bytes()), None,
    )  # fmt: skip
    replay = second._replace(statement=statement, entry=entry, entry_bytes=entry.to_bytes())
    with pytest.raises(BindingFailure, match="replay"):
        chain.check_chain([first, replay])


def test_control_without_the_link_check_a_fork_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = items()
    monkeypatch.setattr(chain, "_check_link", lambda *_: None)
    chain.check_chain([whole[0], whole[2]])
