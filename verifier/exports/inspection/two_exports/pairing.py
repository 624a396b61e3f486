"""Which record of one export is which record of the other.

In this order, each way for what the one before left:

1. by the platform's id, where both sides have ids and share at least one;
2. by sender, words and time, where both are on the same clock: written times
   that may mean the same second belong together. What is then left is paired
   where one record of each side has the same sender and time and other words,
   or the same sender and words and another time, and no third has;
3. where the clocks differ (instants against wall time) or there are no times,
   by the order in which equal words occur, which tells nothing of when.

Senders are compared only between files of the same reader: one tool writes an
account, another a name that somebody chose. Where they are not, other words at
the same time are not taken for the same message.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from .difference import Difference, Different, What
from .sides import Item, Side


def compare(here: Side, there: Side) -> Difference:
    """Pair the records of two sides, as far as they can be paired."""
    return _Pairing(here, there).run()


class _Pairing:
    def __init__(self, here: Side, there: Side) -> None:
        self._here, self._there = here, there
        self._found = Difference()
        self._found.senders_compared = len({*here.readers, *there.readers}) == 1
        self._found.times_compared = here.clock == there.clock != "none"

    def run(self) -> Difference:
        found = self._found
        a, b = self._here.items, self._there.items
        lone: tuple[list[Item], list[Item]] = ([], [])
        if self._here.has_ids and self._there.has_ids:
            common = {item.id for item in a if item.id} & {item.id for item in b if item.id}
            found.ids_foreign = not common
            if common:
                found.ways.append("ids")
                with_ids = [item for item in a if item.id], [item for item in b if item.id]
                lone = self._in_order(*with_ids, lambda item: item.id)
                a, b = [item for item in a if not item.id], [item for item in b if not item.id]
        if a and b:
            if found.times_compared:
                found.ways.append("times")
                a, b = self._by_time(a, b)
                if found.senders_compared:
                    a, b = self._changed(a, b, _sender_and_time)
                a, b = self._changed(a, b, lambda item: (self._sender(item), item.words))
            else:
                found.ways.append("order")
                a, b = self._in_order(a, b, lambda item: (self._sender(item), item.words))
        found.only_here = sorted(item.place for item in (*a, *lone[0]))
        found.only_there = sorted(item.place for item in (*b, *lone[1]))
        found.different.sort()
        return found

    def _sender(self, item: Item) -> int:
        return item.sender if self._found.senders_compared else 0

    def _pair(self, one: Item, other: Item) -> None:
        what: list[What] = []
        if one.words != other.words:
            what.append("words")
        if self._sender(one) != self._sender(other):
            what.append("sender")
        if self._found.times_compared and not _may_be_one(one, other):
            what.append("time")
        if what:
            self._found.different.append(Different(one.place, other.place, tuple(what)))
        else:
            self._found.same += 1

    def _in_order(
        self, a: list[Item], b: list[Item], key: Callable[[Item], Hashable]
    ) -> tuple[list[Item], list[Item]]:
        """Pair the first of a key with the first, the second with the second; return the rest."""
        left = _grouped(b, key)
        lone = []
        for item in a:
            others = left.get(key(item))
            if others:
                self._pair(item, others.pop())
            else:
                lone.append(item)
        return lone, [item for others in left.values() for item in others]

    def _by_time(self, a: list[Item], b: list[Item]) -> tuple[list[Item], list[Item]]:
        """Pair records with the same sender and words whose times overlap; return the rest."""

        def key(item: Item) -> Hashable:
            return self._sender(item), item.words, item.te_lo is None

        lone_a: list[Item] = []
        lone_b: list[Item] = []
        left = _grouped(sorted(b, key=_time), key)
        for same, items in _grouped(sorted(a, key=_time), key).items():
            others = left.pop(same, [])
            while items and others:
                one, other = items[-1], others[-1]
                if _may_be_one(one, other):
                    self._pair(items.pop(), others.pop())
                elif _time(one) < _time(other):
                    lone_a.append(items.pop())
                else:
                    lone_b.append(others.pop())
            lone_a += items
            lone_b += others
        lone_b += [item for others in left.values() for item in others]
        return lone_a, lone_b

    def _changed(
        self, a: list[Item], b: list[Item], key: Callable[[Item], Hashable]
    ) -> tuple[list[Item], list[Item]]:
        """Pair what is left and has a key that no other record of its side has; return the rest.

        What was paired before counts too: of two short answers in one minute nobody
        can tell which one changed. A key of None is none.
        """
        ones, others = _grouped(a, key), _grouped(b, key)
        all_a = Counter(key(item) for item in self._here.items)
        all_b = Counter(key(item) for item in self._there.items)
        pairs = {
            same: (items[0], others[same][0])
            for same, items in ones.items()
            if same is not None and same in others and all_a[same] == all_b[same] == 1
        }
        for one, other in pairs.values():
            self._pair(one, other)
        return (
            [item for item in a if key(item) not in pairs],
            [item for item in b if key(item) not in pairs],
        )


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> dict[Hashable, list[Item]]:
    """Return the items by key; in each list the first one of ``items`` is the last."""
    found: dict[Hashable, list[Item]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    for each in found.values():
        each.reverse()
    return found


def _sender_and_time(item: Item) -> Hashable:
    return None if item.te_lo is None else (item.sender, item.te_lo, item.te_hi)


def _time(item: Item) -> tuple[int, int]:
    return (item.te_lo or 0, item.te_hi or 0)


def _may_be_one(one: Item, other: Item) -> bool:
    """Can both times mean the same second? A record without a time fits any."""
    if one.te_lo is None or other.te_lo is None or one.te_hi is None or other.te_hi is None:
        return True
    return one.te_lo <= other.te_hi and other.te_lo <= one.te_hi
