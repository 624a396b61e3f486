"""Which two exhibits cannot both be of one append-only log, and in what they differ (SPEC §17.4).

Pure comparison: signatures and paths are the business of ``check``. What is
returned says what the keys signed; nothing here knows who signed, or why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..encoding import to_base64, to_time
from ..evidence.dossier import Dossier, parse_dossier
from ..evidence.entry import parse_entry
from ..evidence.receipt import Receipt, parse_receipt
from ..tlog.merkle import leaf_hash
from ..tlog.note import parse_note
from .exhibits import Exhibit, Item, Logged, Part, Said, head_of
from .proof import DOSSIER, FORK, FREEZE, LEAF, LINK, REWRITE, TIME, kinds_of

Values = dict[str, str | int]


class Contradiction(NamedTuple):
    """``reason`` is a key of the report's tables, ``values`` fill its sentence."""

    kind: str
    reason: str
    values: Values


def contradiction(first: Exhibit, second: Exhibit) -> Contradiction | None:
    """Return in what two exhibits contradict each other, whichever comes first; None if they do not.

    Both must have been verified before. Raises Malformed for an entry or a
    statement that cannot be read.
    """
    if first.to_bytes() > second.to_bytes():
        first, second = second, first
    match first, second:
        case Part(), Part():
            return _parts(first, second)
        case Logged(), Logged():
            return _entries(first, second)
        case Logged(), Part():
            return _after_freeze(first, second)
        case Part(), Logged():
            return _after_freeze(second, first)
        case Item(), Item():
            return _items(parse_receipt(first.receipt), parse_receipt(second.receipt))
        case Item(), Said():
            return _item_said(parse_receipt(first.receipt), said_of(second))
        case Said(), Said():
            return _said(said_of(first), said_of(second))
        case Part(), Said():
            return _part_said(first, said_of(second))
        case _:
            return None


def said_of(exhibit: Said) -> Dossier:
    """Return the dossier statement of an exhibit. Raises Malformed."""
    return parse_dossier(parse_note(exhibit.note).text)


# ------------------------------------------------------------------- trees


def _parts(one: Part, other: Part) -> Contradiction | None:
    if (one.start, one.end) != (other.start, other.end) or one.root == other.root:
        return None
    small, large = sorted((one, other), key=lambda part: (head_of(part).size, part.root))
    values: Values = {
        "first_size": head_of(small).size,
        "second_size": head_of(large).size,
        "start": one.start,
        "last": one.end - 1,
        "first_root": to_base64(small.root),
        "second_root": to_base64(large.root),
    }
    kind = kinds_of(one, other)[0]
    reasons = {FORK: "TWO_ROOTS", REWRITE: "PREFIX_DIFFERS", LEAF: "PART_DIFFERS"}
    return Contradiction(kind, reasons[kind], values)


def _entries(one: Logged, other: Logged) -> Contradiction | None:
    early, late = sorted((one, other), key=lambda logged: logged.index)
    if early.index == late.index:
        return None  # two entries at one index differ as parts
    first, second = parse_entry(early.entry), parse_entry(late.entry)
    values: Values = {"first_index": early.index, "index": late.index}
    if first.link == second.link:
        return Contradiction(LINK, "LINK_AT_TWO_PLACES", values | {"link": to_base64(first.link)})
    if first.received > second.received:
        values |= {"first": to_time(first.received), "second": to_time(second.received)}
        return Contradiction(TIME, "RECEIVED_GOES_BACK", values)
    return None


def _after_freeze(frozen: Logged, grown: Part) -> Contradiction | None:
    head = head_of(grown)
    whole = (grown.start, grown.end, grown.root) == (0, head.size, head.root)
    if not whole or parse_entry(frozen.entry).kind != "freeze" or head.size <= frozen.index + 1:
        return None
    values: Values = {"index": frozen.index, "size": head.size}
    return Contradiction(FREEZE, "GROWN_AFTER_FREEZE", values)


# ------------------------------------------------------------------- dossiers


def _items(one: Receipt, other: Receipt) -> Contradiction | None:
    early, late = sorted((one, other), key=lambda r: (r.statement.item, r.proof.index))
    old, new = early.statement, late.statement
    same = (early.proof.index, early.entry_bytes) == (late.proof.index, late.entry_bytes)
    if _dossier_of(early) != _dossier_of(late) or same:
        return None
    values: Values = {
        "first_item": old.item,
        "item": new.item,
        "first_index": early.proof.index,
        "index": late.proof.index,
        "epoch": new.epoch,
    }
    for reason, holds in _RULES.items():
        if not holds(early, late):
            return Contradiction(DOSSIER, reason, values)
    return None


def _dossier_of(receipt: Receipt) -> tuple[bytes, bytes, int]:
    submission = receipt.statement.submission
    return submission.account, submission.dossier, receipt.statement.epoch


def _is_next(early: Receipt, late: Receipt) -> bool:
    return late.statement.item == early.statement.item + 1


_RULES: dict[str, Callable[[Receipt, Receipt], bool]] = {
    # SPEC §12.1 and §3.3, of items of one dossier and epoch, the lower item first.
    "SUBMISSION_TWICE": lambda a, b: (
        a.statement.submission.identity_hash() != b.statement.submission.identity_hash()
    ),
    "ITEM_TWICE": lambda a, b: a.statement.item < b.statement.item,
    "ITEMS_OUT_OF_ORDER": lambda a, b: (
        a.proof.index < b.proof.index and a.statement.number < b.statement.number
    ),
    "NOT_THE_LINK": lambda a, b: not _is_next(a, b) or b.entry.link == a.statement.next,
    "NOT_THE_PREVIOUS": lambda a, b: (
        not _is_next(a, b) or b.statement.previous == leaf_hash(a.entry_bytes)
    ),
}


def _said(one: Dossier, other: Dossier) -> Contradiction | None:
    if one.size == other.size and one.root != other.root:
        values: Values = {"size": one.size}
        return Contradiction(DOSSIER, "SAID_TWO_ROOTS", values)
    if (one.account, one.dossier, one.epoch) != (other.account, other.dossier, other.epoch):
        return None
    small, large = sorted((one, other), key=lambda said: said.size)
    for item in sorted(small.items.keys() | large.items.keys()):
        before, after = small.items.get(item), large.items.get(item)
        newer = before is None and after is not None and after.index >= small.size
        if before != after and not newer:
            values = {"item": item, "first_size": small.size, "second_size": large.size}
            return Contradiction(DOSSIER, "SAID_TWO_LISTS", values)
    return None


def _item_said(receipt: Receipt, said: Dossier) -> Contradiction | None:
    if _dossier_of(receipt) != (said.account, said.dossier, said.epoch):
        return None
    item, index = receipt.statement.item, receipt.proof.index
    listed = said.items.get(item)
    if listed == (index, leaf_hash(receipt.entry_bytes)):
        return None
    values: Values = {"item": item, "index": index, "size": said.size}
    if listed is not None:
        return Contradiction(DOSSIER, "SAID_ITEM_DIFFERS", values)
    if index < said.size:
        return Contradiction(DOSSIER, "SAID_ITEM_MISSING", values)
    return None


def _part_said(part: Part, said: Dossier) -> Contradiction | None:
    if (part.start, part.end) == (0, said.size) and part.root != said.root:
        return Contradiction(DOSSIER, "SAID_OTHER_ROOT", {"size": said.size})
    for item, place in said.items.items():
        if (part.start, part.end) == (place.index, place.index + 1):
            if part.root == place.leaf_hash:
                return None
            values: Values = {"item": item, "index": place.index}
            return Contradiction(DOSSIER, "SAID_OTHER_LEAF", values)
    return None
