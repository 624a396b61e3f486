"""One good proof of every kind, and of every way in which a dossier can contradict itself."""

from __future__ import annotations

from collections.abc import Callable

from tests.verifier.misconduct.forging import LOG, entry, log_of, logged, part, policy, said
from tests.worked import Anchored, WorkedLog, seed, submission
from verifier.misconduct import build
from verifier.misconduct.exhibits import Exhibit, Item

Pair = tuple[Exhibit, Exhibit]


def honest(count: int = 9) -> WorkedLog:
    return log_of(*(entry(n) for n in range(count)))


def other(count: int = 9, at: int = 4) -> WorkedLog:
    return log_of(*(entry(n if n != at else 100) for n in range(count)))


def item(anchored: Anchored, size: int | None = None) -> Item:
    return build.item(anchored.receipt(size), LOG.vkey)


def two_items(
    second: dict | None = None, data: tuple[bytes, bytes] = (b"one", b"two"), gap: int = 2
) -> Pair:
    """Return two items of one dossier; ``second`` replaces values of the later statement."""
    log = honest(3)
    first = log.anchor(*submission(data[0]), number=1)
    log.fill(gap)
    values = {
        "item": 2, "previous": _leaf(first), "number": 2, "link": first.statement.next,
    } | (second or {})  # fmt: skip
    later = log.anchor(*submission(data[1]), **values)
    log.fill(1)
    return item(first), item(later)


def _leaf(anchored: Anchored) -> bytes:
    from verifier.tlog.merkle import leaf_hash

    return leaf_hash(anchored.entry.to_bytes())


def replayed() -> Pair:
    return two_items(data=(b"one", b"one"))


def item_twice() -> Pair:
    return two_items({"item": 1, "previous": None, "link": None})


def out_of_order() -> Pair:
    log = honest(2)
    late = log.anchor(*submission(b"two"), item=3, previous=seed("x"), number=3)
    early = log.anchor(*submission(b"one"), item=1, number=1)
    return item(early), item(late)


def other_link() -> Pair:
    return two_items({"link": seed("another link")})


def other_previous() -> Pair:
    return two_items({"previous": seed("another entry")})


def said_and_item(**options) -> Pair:
    log = honest(3)
    anchored = log.anchor(*submission(b"one"))
    log.fill(3)
    return said(log, options.pop("items", []), **options), item(anchored)


def frozen(size: int = 7) -> Pair:
    log = log_of(*(entry(n, kind="freeze" if n == 4 else "evidence") for n in range(7)))
    return logged(log, 4, 5), part(log, 0, size, size)


def linked_twice() -> Pair:
    log = log_of(*(entry(n, link="one link" if n in (2, 6) else None) for n in range(9)))
    return logged(log, 2), logged(log, 6, 8)


def going_back() -> Pair:
    log = log_of(*(entry(n, received=10**9 - n) for n in range(9)))
    return logged(log, 3, 5), logged(log, 5)


PROOFS: dict[str, tuple[str, Callable[[], Pair]]] = {
    "TWO_ROOTS": ("fork", lambda: (part(honest(), 0, 9), part(other(), 0, 9))),
    "PREFIX_DIFFERS": ("rewrite", lambda: (part(honest(6), 0, 6), part(other(), 0, 6))),
    "PART_DIFFERS": ("leaf", lambda: (part(honest(6), 4, 5), part(other(), 4, 5))),
    "PART_DIFFERS of four": ("leaf", lambda: (part(honest(8), 4, 8), part(other(9), 4, 8))),
    "LINK_AT_TWO_PLACES": ("link", linked_twice),
    "RECEIVED_GOES_BACK": ("time", going_back),
    "GROWN_AFTER_FREEZE": ("freeze", frozen),
    "SUBMISSION_TWICE": ("dossier", replayed),
    "ITEM_TWICE": ("dossier", item_twice),
    "ITEMS_OUT_OF_ORDER": ("dossier", out_of_order),
    "NOT_THE_LINK": ("dossier", other_link),
    "NOT_THE_PREVIOUS": ("dossier", other_previous),
    "SAID_TWO_ROOTS": (
        "dossier", lambda: (said(honest(), [(1, 3)]), said(honest(), [(1, 3)], root=seed("r"))),
    ),
    "SAID_TWO_LISTS": (
        "dossier", lambda: (said(honest(), [(1, 3)]), said(honest(), [(1, 3), (2, 5)], size=8)),
    ),
    "SAID_ITEM_DIFFERS": ("dossier", lambda: said_and_item(items=[(1, 2)])),
    "SAID_ITEM_MISSING": ("dossier", lambda: said_and_item(items=[])),
    "SAID_OTHER_ROOT": (
        "dossier", lambda: (said(honest(), [(1, 3)], root=seed("r")), part(honest(), 0, 9)),
    ),
    "SAID_OTHER_LEAF": (
        "dossier",
        lambda: (said(honest(), [(1, 3)], leaf=seed("leaf")), part(honest(), 3, 4)),
    ),
}  # fmt: skip


def proof_of(name: str) -> bytes:
    """Return the file of a good proof."""
    return build.prove_misconduct(*PROOFS[name][1](), policy())
