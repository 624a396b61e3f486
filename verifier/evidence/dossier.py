"""The dossier statement: what the service says a dossier holds, signed with its service key.

    beilin/dossier/v1
    origin log.example.org/beilin
    account AAECAwQFBgcICQoLDA0ODw==
    dossier EBESExQVFhcYGRobHB0eHw==
    size 9
    root i+x5IgIIq1KgLBMFJC0Edn05vZiZcoJcmgJQDrIaT+w=
    time 2026-11-21T12:00:09Z
    epoch 0
    items 1
    item 1 5 cI6KHUmo2DmnFZI5kEWpUgbq7iHbiCBj8ezDXXqoywE=

SPEC §10.1: the items of the newest epoch up to ``size``, all of them. It is the
service's word; that word can be held against the log and against other words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..encoding import parse_base64, parse_decimal, parse_time
from ..errors import Malformed
from ..tlog.checkpoint import check_origin
from .lines import Lines

MAX_BYTES: Final = 131_072
MAX_ITEMS: Final = 2_000
"""More do not fit into the longest note."""


class Place(NamedTuple):
    """Where the service says that an item stands."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    leaf_hash: bytes


class Dossier(NamedTuple):
    """The values of a ``beilin/dossier/v1`` text; ``items`` maps the number of an item to its place."""

    origin: str
    account: bytes
    dossier: bytes
    size: int
    root: bytes
    time: int
    epoch: int
    items: dict[int, Place]


def parse_dossier(text: bytes) -> Dossier:
    """Return the statement in the text of a note; checks no signature. Raises Malformed or NewerFormat."""
    lines = Lines.of(text, "dossier", maximum_bytes=MAX_BYTES)
    origin = lines.take("origin")
    check_origin(origin)
    account = parse_base64(lines.take("account"), "dossier: account", length=16)
    dossier = parse_base64(lines.take("dossier"), "dossier: dossier", length=16)
    size = parse_decimal(lines.take("size"), "dossier: size")
    root = parse_base64(lines.take("root"), "dossier: root", length=32)
    time = parse_time(lines.take("time"), "dossier: time")
    epoch = parse_decimal(lines.take("epoch"), "dossier: epoch")
    count = parse_decimal(lines.take("items"), "dossier: items")
    items: dict[int, Place] = {}
    last = (0, -1)
    for value in lines.take_all("item", maximum=MAX_ITEMS):
        number, place = _item(value)
        if number <= last[0] or place.index <= last[1]:
            raise Malformed("dossier: items and their indexes must ascend")
        items[number] = place
        last = (number, place.index)
    lines.done()
    if len(items) != count or last[1] >= size:
        raise Malformed("dossier: not as many items as it says, or one beyond its size")
    return Dossier(origin, account, dossier, size, root, time, epoch, items)


def _item(value: str) -> tuple[int, Place]:
    cells = value.split(" ")
    if len(cells) != 3:
        raise Malformed("dossier: item: a number, an index and a leaf hash are expected")
    number = parse_decimal(cells[0], "dossier: item")
    index = parse_decimal(cells[1], "dossier: item: index")
    if number < 1:
        raise Malformed("dossier: items count from 1")
    return number, Place(index, parse_base64(cells[2], "dossier: item: leaf hash", length=32))
