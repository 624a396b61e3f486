"""Changes to what a disclosure shows, each with the reasons that a verifier may give for refusing it."""

from __future__ import annotations

from collections.abc import Callable

from verifier.evidence.disclosed import Head, Range
from verifier.evidence.leaf_opening import NAMES, LeafOpening

BINDING, FORM = "BINDING_FAILURE", "FORMAT_FAILURE"
Leaves = list[LeafOpening]
Change = Callable[[Head, Leaves], object]


def put(leaf: LeafOpening, name: str, value: bytes, salt: bytes | None = None) -> LeafOpening:
    """Return the leaf with another value in one column."""
    at = NAMES.index(name)
    column = (leaf.columns[at][0] if salt is None else salt, value)
    return leaf._replace(columns=(*leaf.columns[:at], column, *leaf.columns[at + 1 :]))


def hide(leaf: LeafOpening, name: str) -> LeafOpening:
    at = NAMES.index(name)
    column = (None, bytes(32))
    return leaf._replace(columns=(*leaf.columns[:at], column, *leaf.columns[at + 1 :]))


def swap(leaves: Leaves, a: int, b: int) -> Leaves:
    """Return the leaves with the columns of two exchanged, each at the other's index."""
    out = list(leaves)
    out[a] = leaves[b]._replace(index=leaves[a].index)
    out[b] = leaves[a]._replace(index=leaves[b].index)
    return out


def renumbered(leaves: Leaves, first: int) -> Leaves:
    return [leaf._replace(index=first + n) for n, leaf in enumerate(leaves)]


def closed_up(head: Head, leaves: Leaves) -> tuple[Head, Leaves]:
    """Leave the second shown record out and close the gap."""
    rest = renumbered([leaves[0], *leaves[2:]], leaves[0].index)
    return head._replace(ranges=(Range(head.ranges[0].start, head.ranges[0].end - 1),)), rest


RECORDS: dict[str, tuple[Change, set[str]]] = {
    "one record removed": (lambda h, ls: [*ls[:1], *ls[2:]], {FORM, BINDING}),
    "one removed, the gap closed": (closed_up, {BINDING, FORM}),
    "the first removed": (lambda h, ls: (h._replace(ranges=(Range(2, 5),)), ls[1:]), {BINDING, FORM}),
    "the last removed": (lambda h, ls: (h._replace(ranges=(Range(1, 4),)), ls[:-1]), {BINDING, FORM}),
    "two records exchanged": (lambda h, ls: swap(ls, 0, 1), {BINDING}),
    "shown and redacted exchanged": (lambda h, ls: swap(ls, 0, 2), {BINDING}),
    "lines out of order": (lambda h, ls: [ls[1], ls[0], *ls[2:]], {FORM, BINDING}),
    "one record twice": (lambda h, ls: [ls[0], *ls], {FORM, BINDING}),
    "one inserted": (
        lambda h, ls: (h._replace(ranges=(Range(1, 6),)), renumbered([ls[0], *ls], 1)), {BINDING, FORM},
    ),
    "a stray one added": (lambda h, ls: [*ls, ls[0]._replace(index=6)], {FORM, BINDING}),
    "re-salted": (lambda h, ls: [put(ls[0], "raw", b"", bytes(32)), *ls[1:]], {BINDING}),
    "a field re-salted": (
        lambda h, ls: [put(ls[0], "sender", ls[0].value("sender") or b"", bytes(32)), *ls[1:]], {BINDING},
    ),
    "another sender": (lambda h, ls: [put(ls[0], "sender", b"\xe4\xb8\x99"), *ls[1:]], {BINDING}),
    "another time": (lambda h, ls: [put(ls[0], "te_lo", b"1"), *ls[1:]], {BINDING}),
    "another time of a redacted one": (
        lambda h, ls: [*ls[:2], put(put(ls[2], "te_lo", b"1"), "te_hi", b"2"), *ls[3:]], {BINDING},
    ),
    "a salt of another field": (
        lambda h, ls: [put(ls[0], "sender", ls[0].value("sender") or b"", ls[0].columns[2][0]), *ls[1:]],
        {BINDING},
    ),
    "a record called framing": (lambda h, ls: [ls[0]._replace(kind=2), *ls[1:]], {FORM, BINDING}),
    "a redacted one called framing": (
        lambda h, ls: [*ls[:2], ls[2]._replace(kind=2), *ls[3:]], {FORM, BINDING},
    ),
    "a redacted one without its time": (lambda h, ls: [*ls[:2], hide(ls[2], "time"), *ls[3:]], {FORM}),
    "a shown one with a field hidden": (lambda h, ls: [hide(ls[0], "sender"), *ls[1:]], {FORM}),
    "a place moved": (lambda h, ls: [put(ls[0], "pos", b"1 30"), *ls[1:]], {BINDING}),
    "a place of no length": (lambda h, ls: [put(ls[0], "pos", b"33 0"), *ls[1:]], {FORM}),
    "a hash left out": (lambda h, ls: h._replace(hashes=h.hashes[1:]), {FORM, BINDING}),
    "a hash too many": (lambda h, ls: h._replace(hashes=(*h.hashes, bytes(32))), {FORM}),
    "hashes exchanged": (lambda h, ls: h._replace(hashes=h.hashes[::-1]), {BINDING}),
    "another hash": (lambda h, ls: h._replace(hashes=(bytes(32), *h.hashes[1:])), {BINDING}),
    "a longer range": (lambda h, ls: h._replace(ranges=(Range(1, 6),)), {FORM}),
    "a range past the end": (lambda h, ls: h._replace(ranges=(Range(1, 9),)), {BINDING, FORM}),
    "two ranges that hide a gap": (lambda h, ls: h._replace(ranges=(Range(1, 3), Range(3, 5))), {FORM}),
    "no range": (lambda h, ls: h._replace(ranges=()), {FORM}),
    "called a period": (lambda h, ls: h._replace(period="2024-05-01..2024-05-03"), {FORM, BINDING}),
    "called a period of the other clock": (
        lambda h, ls: h._replace(period="2024-05-01..2024-05-03+08:00"), {FORM},
    ),
}  # fmt: skip


def wider(head: Head, leaves: Leaves) -> Head:
    return head._replace(period="2024-05-01..2024-05-03")


PERIOD: dict[str, tuple[Change, set[str]]] = {
    "a wider period": (wider, {BINDING}),
    "a later end": (lambda h, ls: h._replace(period="2024-05-02..2024-05-20T09:30"), {BINDING}),
    "the left edge removed": (lambda h, ls: ls[1:], {FORM, BINDING}),
    "the right edge removed": (lambda h, ls: ls[:-1], {FORM, BINDING}),
    "the first record made the edge": (
        lambda h, ls: (h._replace(ranges=(Range(3, 5),)), ls), {FORM, BINDING},
    ),
    "the edge made a record": (lambda h, ls: (h._replace(ranges=(Range(1, 5),)), ls), {FORM, BINDING}),
    "an edge without its bytes": (lambda h, ls: [hide(ls[0], "raw"), *ls[1:]], {FORM}),
    "an edge without its bound": (lambda h, ls: [hide(ls[0], "pmax"), *ls[1:]], {FORM}),
    "an edge with another bound": (lambda h, ls: [put(ls[0], "pmax", b"1"), *ls[1:]], {BINDING}),
    "the bound of the other side": (
        lambda h, ls: [put(hide(ls[0], "pmax"), "smin", b"1", bytes(32)), *ls[1:]], {FORM},
    ),
    "called records": (lambda h, ls: h._replace(period=None), {FORM}),
    "two ranges": (lambda h, ls: h._replace(ranges=(Range(2, 3), Range(4, 5))), {FORM}),
}  # fmt: skip
