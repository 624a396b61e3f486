"""A comparison for machines: ``beilin/diff/v1``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from app.client.words import shown
from verifier.exports.inspection.two_exports.difference import Difference
from verifier.exports.inspection.two_exports.sides import Place, Side

from .opened import Opened

FORMAT: Final = "beilin/diff/v1"
MOST: Final = 200
"""So many places of each list are printed; the counts are exact all the same."""


def document(
    here: Opened, there: Opened, sides: Sequence[Side], found: Difference, *, same_bytes: bool
) -> dict[str, Any]:
    """Return the object that is printed."""
    return {
        "format": FORMAT,
        "here": _side(here, sides[0]),
        "there": _side(there, sides[1]),
        "same_bytes": same_bytes,
        "compared_by": list(found.ways),
        "senders_compared": found.senders_compared,
        "times_compared": found.times_compared,
        "ids_foreign": found.ids_foreign,
        "same": found.same,
        "only_here": _places(found.only_here),
        "only_there": _places(found.only_there),
        "different": {
            "count": len(found.different),
            "places": [
                {"here": _place(each.here), "there": _place(each.there), "what": list(each.what)}
                for each in found.different[:MOST]
            ],
        },
    }


def _side(opened: Opened, side: Side) -> dict[str, Any]:
    return {
        "path": shown(opened.path),
        "package": opened.is_package,
        "files": [
            {"name": name, "kind": kind}
            for name, kind in zip(opened.names, side.readers, strict=True)
        ],
        "records": len(side.items),
        "clock": side.clock,
    }


def _places(places: Sequence[Place]) -> dict[str, Any]:
    return {"count": len(places), "places": [_place(each) for each in places[:MOST]]}


def _place(place: Place) -> dict[str, int]:
    return {"file": place.file, "record": place.number}
