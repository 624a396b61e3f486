"""Words that stand where an answer should be: the form's own samples, and a bare "unknown".

Neither says anything about the matter, so neither is read as an answer.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

TEXTS: Final[Mapping[str, Any]] = json.loads(
    files(__package__).joinpath("form.json").read_text(encoding="utf-8")
)
"""What the blank form says, by language."""

SAMPLES: Final = frozenset(
    texts["samples"][name] for texts in TEXTS.values() for name in ("fill", "choose")
)
"""What stands in quotes on every line of a blank form, whatever the type."""

REASONS: Final = frozenset({"原因", "reason"})
"""What the form writes where a reason goes."""

_NO_ANSWER: Final = frozenset({
    "未知", "不知道", "不知", "不详", "不清楚", "不明", "不适用",
    "unknown", "not known", "don't know", "not applicable", "n/a", "n.a",
})  # fmt: skip
_MAX_WORD: Final = 20
_PHONE_MARKS: Final = re.compile(r"[\s().+-]")
_LONG_NUMBER: Final = re.compile(r"[0-9]{8}")


def is_sample(text: str) -> bool:
    """Return whether this is what the blank form has in place of an answer."""
    return len(text) <= _MAX_WORD and text.strip().casefold() in SAMPLES


def is_no_answer(text: str) -> bool:
    """Return whether the text is a mere "unknown" or "n/a", in either language."""
    return len(text) <= _MAX_WORD and text.strip(" \t\n。.!！").casefold() in _NO_ANSWER


def is_unmasked(text: str) -> bool:
    """Return whether a telephone number stands here in full: eight digits in a row, however parted."""
    digits = unicodedata.normalize("NFKC", text)
    return _LONG_NUMBER.search(_PHONE_MARKS.sub("", digits)) is not None
