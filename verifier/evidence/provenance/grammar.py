"""The words of TOML 1.0, as patterns that never go back over what they have read."""

from __future__ import annotations

import re
from typing import Final

BARE = re.compile(r"[A-Za-z0-9_-]+")
BLANK = re.compile(r"[ \t]*")
BETWEEN = re.compile(r"(?:[ \t\r\n]|#(?:[^\x00-\x08\x0a-\x1f\x7f]|\r(?=\n))*+)*+")
"""What may stand between statements and between the items of an array."""
SCALAR = re.compile(r"[^,\]}#\n\"'\[{=]+")
BASIC = re.compile(r'"(?:[^"\\\n]|\\[btnfr"\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+"')
ANY_ESCAPE = re.compile(r'"(?:[^"\\\n]|\\.)*+"')
LITERAL = re.compile(r"'[^'\n]*'")
LONG_BASIC = re.compile(
    r'"""(?:[^"\\]|\\[btnfr"\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\[ \t]*\r?\n|"(?!""))*+"""'
    r'(?:""(?!"))?(?:"(?!"))?'
)
LONG_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*+'''(?:''(?!'))?(?:'(?!'))?")
NEXT_KEY = re.compile(r"[A-Za-z0-9_.-]{1,200}[ \t]{0,100}=")
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?"
WORD = re.compile(
    rf"true|false|[+-]?(?:inf|nan)|{_DATE}|{_TIME}|{_DATE}[Tt ]{_TIME}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?"
    r"|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*"
    r"|[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?"
)
_ESCAPES: Final = {
    "b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\",
}  # fmt: skip
_ESCAPE = re.compile(r'\\(?:([btnfr"\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))')
LOOKS_LIKE_TIME: Final = re.compile(r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月]|[0-9]{1,2}[:：][0-9]")


def unescape(spelled: str) -> str:
    """Return the text of a basic string on one line, quotes included."""
    return _ESCAPE.sub(_character, spelled[1:-1])


def _character(match: re.Match[str]) -> str:
    letter, short, long = match.groups()
    if letter is not None:
        return _ESCAPES[letter]
    code = int(short or long, 16)
    # No such character: the reader refuses the key, so any stand-in will do.
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
