"""What a person probably meant by what is not TOML, so that the cure can be named.

Each answer is a code of ``problems.json``; ``text`` is the whole file and
``at`` where reading stopped.
"""

from __future__ import annotations

from typing import Final

from .grammar import LOOKS_LIKE_TIME, WORD
from .stand_ins import is_no_answer

_YES_NO: Final = frozenset(
    {"是", "否", "有", "无", "没有", "真", "假", "yes", "no", "true", "false"}
)
_DOTS: Final = frozenset("。．｡，,、·・")
"""What is typed for the dots of a name."""
_MAX_WORD: Final = 100
"""Characters of a word that are looked at."""
OPENING: Final = "｛［【〔"
_CLOSING: Final = "｝］】〕"
CURLY: Final = "“”„‟‘’‚‛「」『』＂＇«»"


def behind_key(found: str, *, inside: bool) -> str:
    """Return what is wrong where ``=`` is expected; ``inside`` brackets a comma is no dot."""
    if found == "＝":
        return "full_width_equals"
    if found in {":", "："}:
        return "colon"
    return "key_dots" if bool(found) and found in _DOTS and not inside else "syntax"


def behind_value(text: str, at: int) -> str:
    """Return what is wrong where a comma, a bracket or the end of the line is expected."""
    found = text[at : at + 1]
    if found and found in "，、；":
        return "full_width"
    if found and found in _CLOSING:
        return "full_width_bracket"
    # Text goes on right behind a closing quote, and another quote follows.
    if text[at - 1] == '"' and found != '"' and '"' in _rest(text, at):
        return "inner_quotes"
    return "syntax"


def unclosed(text: str, at: int) -> str:
    """Return what is wrong with a text whose closing quote was not found."""
    return "curly_quotes" if any(c in _rest(text, at) for c in "“”„＂") else "unclosed_text"


def bare_word(raw: str) -> str:
    """Return what is wrong with a word outside quotes that is none of TOML's."""
    raw = raw[:_MAX_WORD]
    if "，" in raw and WORD.fullmatch(raw.partition("，")[0].strip()):
        return "full_width"
    if raw[-1:] in set(_CLOSING) and WORD.fullmatch(raw[:-1].strip()):
        return "full_width_bracket"
    if LOOKS_LIKE_TIME.match(raw):
        return "time_spelling"
    if is_no_answer(raw):
        return "bare_unknown"
    return "yes_no" if raw.casefold() in _YES_NO else "needs_quotes"


def name_meant(line: str) -> str:
    """Return the name at the start of a line with its dots put right."""
    name = line.replace("＝", "=").partition("=")[0].strip(" \t[]")
    return "".join("." if c in _DOTS else c for c in name)


def _rest(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[at : len(text) if end < 0 else end]
