"""The values that a sentence of a row needs and that no field holds by itself.

``placeholders.json`` says of each place of each wording where its value is
from: a field, a member of one, or ``derived.NAME``. Every name has a function
here (a test compares the two lists); it is given the row too, because three
rows name different standards out of one list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from . import (
    derived_counts,
    derived_log,
    derived_messages,
    derived_people,
    derived_platform,
    derived_source,
    derived_time,
)
from .case import Case
from .examination import Text
from .rules import PLACEHOLDERS, Row

VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    **derived_log.VALUES,
    **derived_source.VALUES,
    **derived_time.VALUES,
    **derived_messages.VALUES,
    **derived_people.VALUES,
    **derived_platform.VALUES,
    **derived_counts.VALUES,
}
_PLACE: Final = re.compile(r"\{([a-z_0-9]+)\}")


def value_of(case: Case, row: str, source: str) -> Text:
    """Return the value for one source of ``placeholders.json``."""
    kind, _, name = source.partition(".")
    if kind == "derived":
        return VALUES[name](case, row)
    field, hash_, member = source.partition("#")
    return case.member(field, member) if hash_ else case.said(field)


def values_for(case: Case, row: Row, wording: str) -> dict[str, Text]:
    """Return the values for the places of a row's chosen sentence."""
    template = row.wording(wording, "zh") if wording in {"present", "missing", "fail"} else ""
    places = dict.fromkeys(_PLACE.findall(template))
    sources = PLACEHOLDERS.get(row.id, {})
    return {place: value_of(case, row.id, sources[place]) for place in places}
