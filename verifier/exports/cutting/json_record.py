"""One record of a JSON chat: its own fields and the objects inside it, as bytes.

``json_object`` reads what is flat; most formats keep the sender or the body in
an object inside. Records that are valid and have few levels are read by the
standard library's scanner, others by hand; both ways give the same values and
flags, on every machine and at every depth of the stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from json import JSONDecoder
from typing import Final, NamedTuple

from .json_cut import closing, nested
from .json_object import (
    ATOM,
    MAX_DEPTH,
    MAX_STRUCTURE,
    STRING,
    is_utf8,
    plain_key,
    strict,
    too_much,
)

_LEVELS: Final = 5
_FAST_BYTES: Final = 1 << 16
_WS = rb"[ \t\n\r]*+"


def _value(levels: int) -> bytes:
    """Return the strict pattern of a JSON value with at most so many levels of brackets."""
    if levels == 0:
        return ATOM
    value = _value(levels - 1)
    more = rb"(?:," + _WS + rb"(?![\]}])|(?=[\]}]))"
    return (
        rb"(?:" + ATOM
        + rb"|\{" + _WS + rb"(?:" + STRING + _WS + rb":" + _WS + value + _WS + more + rb")*+\}"
        + rb"|\[" + _WS + rb"(?:" + value + _WS + more + rb")*+\])"
    )  # fmt: skip


VALID: Final = re.compile(_value(_LEVELS))
"""A JSON value (RFC 8259) of few levels; what it matches, ``strict`` accepts."""

_INNER = rb'(?:[^"\\]++|\\.)*+'
_BARE = rb'[^\s,"{}\[\]]++'
_PAIR = re.compile(
    rb'"(' + _INNER + rb')"\s*+:\s*+(?:"(' + _INNER + rb')"|(' + _BARE + rb")|("
    + nested(_LEVELS) + rb"))",
    re.DOTALL,
)  # fmt: skip
_WALK = re.compile(
    rb'"(' + _INNER + rb')"\s*+:\s*+(?:"(' + _INNER + rb')"|(' + _BARE + rb")|(?=[{\[]))"
    rb'|"' + _INNER + rb'"|([{\[])|([}\]])|".*+',
    re.DOTALL,
)
"""A pair, a string that is none, a bracket, or a string that does not end."""
_ELEMENT = re.compile(
    rb'("' + _INNER + rb'")|(-?[0-9]' + _BARE[:-2] + rb'*+)|([{\[])|".*+', re.DOTALL
)
"""A string, a number, an opening bracket, or a string that does not end."""


class _Stretch(NamedTuple):
    """An object or array as written."""

    raw: bytes


Value = object
"""``bytes`` (a string or bare word as written), ``str`` (one without escapes), a ``_Stretch``, or
what the library's scanner makes of an object, array or word."""


class Record(NamedTuple):
    """What an object shows. ``flags`` are ``syntax_invalid``, ``too_complex`` and ``duplicate_key``.

    Of a key that occurs twice it has the last value, the one most parsers
    keep; ``earlier`` has the plain values that later ones displaced.
    """

    values: dict[str, Value]
    earlier: tuple[tuple[str, bytes], ...] = ()
    flags: tuple[str, ...] = ()

    def text(self, key: str) -> bytes:
        """Return a string (without quotes) or a bare word as written.

        Empty where there is none, for ``null``, and for an object or an array.
        """
        value = self.values.get(key)
        if value is None:
            return b""
        return value.encode() if isinstance(value, str) else _plain(value)

    def object(self, key: str) -> Record:
        """Return the object that is a key's value; one without any fields where there is none."""
        value = self.values.get(key)
        if isinstance(value, dict):
            return Record(value)
        if isinstance(value, _Stretch) and value.raw.startswith(b"{"):
            return read_record(value.raw)
        return _NOTHING

    def elements(self, key: str) -> Iterator[Record | bytes]:
        """Yield the objects, and the strings and numbers as written, of a key's array."""
        value = self.values.get(key)
        if isinstance(value, list):
            for each in value:
                if isinstance(each, dict):
                    yield Record(each)
                elif isinstance(each, str):
                    yield each.encode()
        elif isinstance(value, _Stretch) and value.raw.startswith(b"["):
            yield from _elements(value.raw)

    def objects(self, key: str) -> Iterator[Record]:
        """Yield the objects that are elements of a key's array."""
        return (each for each in self.elements(key) if isinstance(each, Record))

    def span(
        self, key: str, read: Callable[[bytes], int | None]
    ) -> tuple[int, int] | tuple[None, None]:
        """Return the least and greatest number that the values of ``key`` mean, or None twice.

        Of a key that occurs once both are the same; None where any of its
        values cannot be read.
        """
        last = read(self.text(key))
        if last is None:
            return None, None
        least = greatest = last
        for name, value in self.earlier:
            if name == key:
                number = read(value)
                if number is None:
                    return None, None
                least, greatest = min(least, number), max(greatest, number)
        return least, greatest


_NOTHING: Final = Record({})


def _plain(value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    return b"true" if value is True else b"false" if value is False else b""


def _elements(raw: bytes) -> Iterator[Record | bytes]:
    at = 1
    while match := _ELEMENT.search(raw, at):
        string, number, bracket = match.groups()
        at = match.end()
        if string:
            yield string[1:-1]
        elif number:
            yield number
        elif bracket:
            at, _ = closing(raw, match.start(), (0, 0))
            if at < 0:
                return
            if bracket == b"{":
                yield read_record(raw[match.start() : at])


class _TwiceError(Exception):
    """A key occurs twice in one object."""


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _TwiceError
    return values


_SCAN: Final = JSONDecoder(object_pairs_hook=_once, parse_int=str, parse_float=str).raw_decode


def read_record(
    data: bytes, wanted: frozenset[str] = frozenset(), *, valid: bool = False
) -> Record:
    """Return what an object shows; the ``wanted`` keys are there in any case. Never raises.

    ``valid`` says that ``VALID`` matches the whole of it.
    """
    if len(data) <= _FAST_BYTES and (valid or VALID.fullmatch(data)):
        try:
            values, _ = _SCAN(data.decode())
        except (UnicodeDecodeError, _TwiceError, RecursionError):
            return _read_slowly(data, wanted)
        if not isinstance(values, dict):
            return _NOTHING
        if b"\\" not in data:
            return Record(values)
        pairs = _PAIR.findall(data)
        if b"\\" not in b"".join(pair[0] for pair in pairs):
            return Record(
                {
                    key.decode(): _Stretch(stretch) if stretch
                    else None if bare == b"null" else string or bare
                    for key, string, bare, stretch in pairs
                }
            )  # fmt: skip
    return _read_slowly(data, wanted)


def _read_slowly(data: bytes, wanted: frozenset[str]) -> Record:
    values: dict[str, Value] = {}
    earlier: list[tuple[str, bytes]] = []
    complex_ = too_much(data)
    twice = False
    depth = deepest = start = 0
    opened_by: str | None = None
    for match in _WALK.finditer(data):
        name, string, bare, opened, closed = match.groups()
        if opened:
            depth += 1
            deepest = max(deepest, depth)
        elif closed:
            depth -= 1
            if depth == 1 and opened_by is not None:
                values[opened_by] = _Stretch(data[start : match.end()])
                opened_by = None
        elif name is not None and depth == 1:
            opened_by = None
            key = plain_key(name).decode("utf-8", "surrogateescape")
            if complex_ and key not in wanted:
                continue
            if key in values:
                twice = True
                before = values[key]
                if not isinstance(before, _Stretch) and len(earlier) < MAX_STRUCTURE:
                    earlier.append((key, _plain(before)))
            values[key] = None if bare == b"null" else string or bare or b""
            if string is None and bare is None:
                opened_by, start = key, match.end()
    if opened_by is not None:
        values[opened_by] = _Stretch(data[start:])
    flags: tuple[str, ...] = ()
    if complex_ or deepest > MAX_DEPTH:
        flags = ("too_complex",)
    elif not is_utf8(data):
        flags = ("syntax_invalid",)
    else:
        valid, again = strict(data)
        flags = () if valid else ("syntax_invalid",)
        twice = twice or again
    return Record(values, tuple(earlier), (*flags, "duplicate_key") if twice else flags)
