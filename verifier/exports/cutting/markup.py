"""What markup says to a person: tags taken out, character references resolved.

For display and comparing only (see ``view``); never for what is anchored, and
never by a browser. A pair of references to surrogates, which some exporters
write for one character outside the basic plane (``&#55357;&#56838;``), is
combined.
"""

from __future__ import annotations

import html
import re
from typing import Final

_SILENT = re.compile(r"<(style|script)\b[^<>]*+>[^<]*+</\1\s*+>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br\b|/p\b|/div\b|/tr\b|/li\b)[^<>]*+>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_SURROGATE = re.compile(r"&#(?:([0-9]{5})|[xX]([dD][89a-fA-F][0-9a-fA-F]{2}));")
SURROGATE_REFERENCE: Final = re.compile(
    rb"&#(?:x[dD][89a-fA-F][0-9a-fA-F]{2}|5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3]);"
)
"""A reference to a surrogate, D800 to DFFF, which no XML or HTML may hold."""


def unreferenced(text: str) -> str:
    """Return the text with its character references resolved; lone surrogates become U+FFFD."""
    if "&" not in text:
        return text
    text = html.unescape(_SURROGATE.sub(_one, text))
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _one(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if 0xD800 <= code <= 0xDFFF else match[0]


def plain_text(markup: str) -> str:
    """Return the words of a piece of HTML, a line break where it breaks a line."""
    text = _BREAK.sub("\n", _SILENT.sub("", markup))
    return unreferenced(_TAG.sub("", text)).strip()
