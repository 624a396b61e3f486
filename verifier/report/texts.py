"""What a table of texts holds, and how a sentence gets its values.

The tables are data: a test demands that every check, status, sub-indication,
finding and reason of this package has its sentence in both languages, and that
no sentence holds a word that a report must not use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..result import Check
from .marked import own
from .marked import value as shown

Values = Mapping[str, str | int]

QUOTED = frozenset(
    {
        "name", "identity", "service", "reason", "policy_source", "reader", "variant", "by",
        "operator",
    }
)  # fmt: skip
"""Values in people's or programs' own words: in quotes even where they look like a token."""

LISTS = frozenset({"algorithms", "wanted", "key_ids"})
"""Values that are several words, each a token of its own."""

_PLACE = re.compile(r"\{([a-z0-9_]+)\}")


class Sub(NamedTuple):
    """A sub-indication: what it means, who can supply what is missing, whether it can change."""

    why: str
    who: str = ""
    change: str = ""


@dataclass(frozen=True)
class Texts:
    """All sentences in one language; keys are those of ``result`` and its checks."""

    lang: str
    headlines: dict[str, str]
    status: dict[str, str]
    titles: dict[str, str]
    done: dict[str, str]
    """By check, ``check.variant`` or ``scope:check``."""
    failed: dict[str, str]
    """By check, or ``check.SUB_INDICATION``."""
    consequences: dict[str, str]
    """By check: what cannot be said because it failed."""
    next_steps: dict[str, str]
    """By check: what to do where it failed."""
    subs: dict[str, Sub]
    """By SUB_INDICATION, or ``check.SUB_INDICATION``."""
    findings: dict[str, str]
    reasons: dict[str, str]
    parts: dict[str, str]
    words: dict[str, str]
    """Headings, labels and the sentences of the four statements."""

    def sub_of(self, check: Check) -> Sub | None:
        """Return what is said of the sub-indication of this check."""
        code = check.sub_indication or ""
        return self.subs.get(f"{check.id}.{code}") or self.subs.get(code)

    @property
    def colon(self) -> str:
        """What stands between a label and what it labels."""
        return "：" if self.lang == "zh" else ": "

    @property
    def comma(self) -> str:
        """What stands between the items of a list."""
        return "、" if self.lang == "zh" else ", "


def fill(template: str, values: Values) -> str:
    """Put the values in, other people's words marked; one that is absent is printed as a dash."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in values or values[name] == "":
            return "—"
        found = values[name]
        if isinstance(found, str) and name in LISTS:
            return " ".join(shown(word) for word in found.split(" "))
        return own(found) if name in QUOTED and isinstance(found, str) else shown(found)

    return _PLACE.sub(value, template)


def texts_for(lang: str) -> Texts:
    """Return the table for ``zh`` or ``en``; any other name is ``en``."""
    from . import texts_en, texts_zh

    return texts_zh.TEXTS if lang == "zh" else texts_en.TEXTS
