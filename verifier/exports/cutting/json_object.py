"""One JSON object looked at twice: what its bytes say, and whether it is JSON at all.

Written out here and not left to a library, because two programs must come to
the same answer for the same bytes: nothing depends on the depth of the stack,
and no step takes longer than in proportion to the object's length.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MAX_DEPTH: Final = 64
MAX_STRUCTURE: Final = 100_000
"""So many colons and opening brackets, within strings or not. A message of any
real program has a few dozen."""

_FAST_BYTES: Final = 1 << 16
_INNER = rb'(?:[^"\\]++|\\.)*+'
_BARE = rb'[^\s,"{}\[\]]++'
_VALUE = rb'\s*+:\s*+(?:"(' + _INNER + rb')"|(' + _BARE + rb")"
_PAIR = re.compile(rb'"(' + _INNER + rb')"' + _VALUE + rb")", re.DOTALL)
_WALK = re.compile(
    rb'"(' + _INNER + rb')"' + _VALUE + rb"|(?=[{\[]))"
    rb'|"' + _INNER + rb'"|([{\[]++)|([}\]]++)|".*+',
    re.DOTALL,
)
"""A pair, a string that is none, a run of brackets, or a string that does not end."""

_WS = rb"[ \t\n\r]*+"
STRING = rb'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+"'
_NUMBER = rb"-?+(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+"
ATOM = rb"(?:" + STRING + rb"|" + _NUMBER + rb"|true|false|null)"
_MEMBER = _WS + STRING + _WS + rb":" + _WS + ATOM + _WS
_FLAT = re.compile(rb"\{(?:" + _MEMBER + rb"(?:," + _MEMBER + rb")*+)?+" + _WS + rb"\}")
_SCALAR = (
    rb"(?:" + ATOM + rb"|\[" + _WS
    + rb"(?:" + ATOM + _WS + rb"(?:," + _WS + ATOM + _WS + rb")*+)?+\])"
)  # fmt: skip
_OPEN_OR_SCALAR = re.compile(_WS + rb"(?:([{\[])|" + _SCALAR + rb")")
_SCALARS = re.compile(rb"(?:" + _WS + _SCALAR + _WS + rb",)*+")
_KEY = re.compile(_WS + rb'"(' + STRING[1:-1] + rb')"' + _WS + rb":")
_CLOSES = re.compile(_WS + rb"[\]}]")
_NEXT = re.compile(_WS + rb"([,\]}])")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Object(NamedTuple):
    """An object's own fields, without those of objects inside it.

    ``fields`` has the last value of each key, the one most parsers keep, as
    written and without quotes; empty for an object or an array.
    ``earlier`` has the values that later ones of the same key displaced.
    ``flags`` are ``syntax_invalid``, ``too_complex`` and ``duplicate_key``.
    """

    fields: dict[bytes, bytes]
    earlier: tuple[tuple[bytes, bytes], ...]
    flags: tuple[str, ...]


def read_object(data: bytes, wanted: frozenset[bytes]) -> Object:
    """Return what an object shows; the ``wanted`` keys are there in any case. Never raises."""
    if len(data) <= _FAST_BYTES and _FLAT.fullmatch(data) and is_utf8(data):
        pairs = _PAIR.findall(data)
        fields = {key: string or bare for key, string, bare in pairs}
        if len(fields) == len(pairs) and b"\\" not in b"".join(fields):
            return Object(fields, (), ())
    return _read_slowly(data, wanted)


def _read_slowly(data: bytes, wanted: frozenset[bytes]) -> Object:
    fields: dict[bytes, bytes] = {}
    earlier: list[tuple[bytes, bytes]] = []
    complex_ = too_much(data)
    depth = deepest = 0
    for match in _WALK.finditer(data):
        key, string, bare, opened, closed = match.groups()
        if opened:
            depth += len(opened)
            deepest = max(deepest, depth)
        elif closed:
            depth -= len(closed)
        elif key is not None and depth == 1:
            key = plain_key(key)
            if complex_ and key not in wanted:
                continue
            if key in fields and len(earlier) < MAX_STRUCTURE:
                earlier.append((key, fields[key]))
            fields[key] = string or bare or b""
    flags: tuple[str, ...] = ()
    duplicate = bool(earlier)
    if complex_ or deepest > MAX_DEPTH:
        flags = ("too_complex",)
    elif not is_utf8(data):
        flags = ("syntax_invalid",)
    else:
        valid, twice = strict(data)
        flags = () if valid else ("syntax_invalid",)
        duplicate = duplicate or twice
    return Object(fields, tuple(earlier), (*flags, "duplicate_key") if duplicate else flags)


def strict(data: bytes) -> tuple[bool, bool]:
    """Tell whether this is one JSON value (RFC 8259), and whether a key occurs twice in an object.

    At most ``MAX_DEPTH`` deep, else it is not said to be one.
    """
    inside: list[set[bytes] | None] = []  # the keys of each open object, None for an array
    at, twice = 0, False
    while True:
        if inside and inside[-1] is None:
            match = _SCALARS.match(data, at)
            at = match.end() if match else at
        match = _OPEN_OR_SCALAR.match(data, at)
        if match is None:
            return False, twice
        at = match.end()
        if match[1]:
            if len(inside) == MAX_DEPTH:
                return False, twice
            inside.append(set() if match[1] == b"{" else None)
        if not match[1] or _CLOSES.match(data, at):
            at = _after_value(data, at, inside)
            if not inside:
                return at == len(data), twice
        keys = inside[-1]
        if keys is not None:
            match = _KEY.match(data, at) if at >= 0 else None
            if match is None:
                return False, twice
            at = match.end()
            key = plain_key(match[1])
            twice = twice or key in keys
            keys.add(key)
        elif at < 0:
            return False, twice


def _after_value(data: bytes, at: int, inside: list[set[bytes] | None]) -> int:
    """Return where the next key or value begins, or all ends; -1 for what cannot stand there."""
    while inside:
        match = _NEXT.match(data, at)
        if match is None:
            return -1
        if match[1] != b",":
            if (match[1] == b"}") is (inside[-1] is None):
                return -1
            inside.pop()
        at = match.end()
        if match[1] == b",":
            return at
    return at


def too_much(data: bytes) -> bool:
    """Tell whether there is more structure than a message has, so that it is not judged."""
    return sum(map(data.count, (b":", b"{", b"["))) > MAX_STRUCTURE


def is_utf8(data: bytes) -> bool:
    """Tell whether the bytes are UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def plain_key(key: bytes) -> bytes:
    """Return a key without its escapes, which a parser would not see."""
    return unescape(key).encode("utf-8", "surrogatepass") if b"\\" in key else key


def unescape(raw: bytes) -> str:
    """Return the text between a string's quotes; escapes that are none stay, lone surrogates too."""
    text = raw.decode("utf-8", "replace")
    if "\\" not in text:
        return text
    text = _ESCAPE.sub(_unescaped, text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _PLAIN.get(match[2], match[2] if match[2] in '"\\/' else match[0])
