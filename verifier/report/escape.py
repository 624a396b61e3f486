r"""Untrusted text made safe to print: nothing hidden, nothing that moves its neighbours.

A file name or a service's own words may hold control characters, direction
marks (a name that reads ``gnp.exe`` backwards), invisible characters, quotes
that imitate the report around them, rows of spaces that push text to where the
next line should be, or marks that are drawn over their neighbours. Such
characters are printed as ``\u{202e}``; text that is not a plain token stands in
quotes “…”, which is why a straight quote within them is printed as it is. So is a
backslash, unless it stands before ``u{``, another one or such a code: no two
texts are printed alike.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAXIMUM: Final = 200
"""Characters of one value that are printed."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9+/=:.,_-]*")
_QUOTES: Final = frozenset(
    # What opens or closes a quotation by category is added by ``_is_quote``.
    "„‟＂〝〞〟″‴‶‷⁗〃ʺˮ˝״❝❞❠「」『』｢｣﹁﹂﹃﹄⹂《》\U0001f676\U0001f677\U0001f678"
)
_SINGLE_QUOTES: Final = frozenset("'‘’‚‛′‵ʹʻʼʽˈˊˋ`´＇❛❜❟")
"""Alone an apostrophe; two in a row look like one of the above."""
_MAXIMUM_MARKS: Final = 2
"""So many marks over one letter are in use; more are drawn into other lines."""
_INVISIBLE: Final = frozenset(
    # Letters and marks by category that show as nothing.
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x2800]
    + [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
)
_BACKSLASH: Final = "\\u{5c}"
_PLAIN_SPACES: Final = frozenset(" \u3000")
_RIGHT_TO_LEFT: Final = frozenset(["R", "AL", "AN"])


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return True
    if category == "Zs":
        return character not in _PLAIN_SPACES
    return ord(character) in _INVISIBLE


def _is_quote(character: str) -> bool:
    if character in _QUOTES:
        return True
    return character not in _SINGLE_QUOTES and unicodedata.category(character) in {"Pi", "Pf"}


def escape(text: str, maximum: int = MAXIMUM) -> str:
    """Return bounded text without hidden characters, quotes that close ours, or odd runs."""
    more = len(text) - maximum
    shown: list[str] = []
    before = ""  # the character before as it is in the text
    room = 0  # how many marks what was printed last can still carry
    for c in text[:maximum]:
        category = unicodedata.category(c)
        plain = not (_is_quote(c) or _is_hidden(c))
        if category == "Zs":
            plain = plain and not (before and unicodedata.category(before) == "Zs")
            room = 0
        elif c in _SINGLE_QUOTES:
            plain = plain and before not in _SINGLE_QUOTES
            room = 0
        elif category.startswith("M"):
            plain = plain and category != "Me" and room > 0
            room -= category == "Mn"
        else:
            room = _MAXIMUM_MARKS
        shown.append(c if plain else f"\\u{{{ord(c):x}}}")
        room = room if plain else 0
        before = c
    for at, c in enumerate(text[:maximum]):
        if c == "\\" and (
            text[at + 1 : at + 3] == "u{" or "".join(shown[at + 1 : at + 2])[:1] == c
        ):
            shown[at] = _BACKSLASH
    return "".join(shown) + (f"…(+{more})" if more > 0 else "")


def reveal(text: str) -> str:
    """Return text of ours with any hidden character spelled out; quotes stay as they are."""
    return "".join(f"\\u{{{ord(c):x}}}" if _is_hidden(c) else c for c in text)


def is_token(text: str) -> bool:
    """Whether the text is short and of letters, digits and plain signs: it needs no quotes."""
    return len(text) <= MAXIMUM and _TOKEN.fullmatch(text) is not None


def quoted(text: str) -> str:
    """Return the text escaped and in quotes; right-to-left text is kept within them."""
    return in_quotes(escape(text))


def in_quotes(shown: str) -> str:
    """Put quotes around text that is escaped already; right-to-left text is kept within them."""
    if any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in shown):
        shown = f"\u2068{shown}\u2069"
    return f"“{shown}”"


def show(value: str | int) -> str:
    """Return a number or a plain token as it is, and any other text in quotes."""
    if isinstance(value, int) or is_token(value):
        return str(value)
    return quoted(value)
