"""JSON from bytes, one meaning or none.

Python's parser takes a UTF-8 BOM, UTF-16, ``NaN``, ``Infinity``, keeps the last
of two equal keys and lets a lone surrogate through, which later cannot be
written back. Each of these is refused here.

Two ways through: ``msgspec`` straight into a typed record, and, for everything
that the fast way does not take, a slow way that knows why. The fast way
accepts only what the slow way accepts, with the same value:

* msgspec refuses BOM, other encodings, NaN, control characters, trailing text,
  unknown members and wrong types by itself, but keeps the last duplicate key;
* a body without a backslash has exactly two quotation marks per string, so
  ``marks == 2 × strings of the value`` shows that no key came twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

import msgspec

MAX_DEPTH: Final = 8
"""Our deepest request has 5 levels; Python's own parser recurses, so it is bounded first."""
MAX_NUMBER_CHARACTERS: Final = 19

T = TypeVar("T")


class JSONError(ValueError):
    """The bytes are not one JSON value in the strict sense (400)."""


class ShapeError(ValueError):
    """A JSON value that is not of the shape asked for (422). Repeats names of ours only."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise JSONError("an object has one key twice")
    return record


def _refuse_constant(_: str) -> Any:
    raise JSONError("NaN and Infinity are not JSON")


def _refuse_float(_: str) -> Any:
    raise JSONError("numbers with a fraction or exponent are not used here")


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS:
        raise JSONError("a number is too long")
    return int(text)


def _check_depth(text: str) -> None:
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    if deepest > MAX_DEPTH:
        raise JSONError(f"nested deeper than {MAX_DEPTH} levels")


def parse(data: bytes) -> Any:
    """Return the value; raises JSONError, whose message never repeats the input."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JSONError(f"not UTF-8 at byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise JSONError("starts with a byte order mark")
    _check_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_refuse_constant,
            parse_float=_refuse_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise JSONError(f"not JSON at character {error.pos}") from None
    if "\\" in text:  # only an escape can spell a lone surrogate
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise JSONError("a string holds half of a surrogate pair") from None
    return value


class Reader(Generic[T]):
    """Reads one kind of record, a msgspec.Struct that refuses unknown fields.

    ``strings`` counts the strings of a decoded record, the names of its members
    included; the fast way stands on its being exact.
    """

    def __init__(self, kind: type[T], strings: Callable[[T], int]) -> None:
        self._kind = kind
        self._strings = strings
        self._fast = msgspec.json.Decoder(kind, strict=True)

    def read(self, data: bytes) -> T:
        """Return the record; raises JSONError or ShapeError."""
        if b"\\" not in data:
            try:
                record = self._fast.decode(data)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                return self.read_slowly(data)
            if data.count(b'"') == 2 * self._strings(record):
                return record
        return self.read_slowly(data)

    def read_slowly(self, data: bytes) -> T:
        """Return the same, by the parser that can say what is wrong."""
        value = parse(data)
        try:
            return msgspec.convert(value, self._kind, strict=True)
        except msgspec.ValidationError as error:
            raise ShapeError(_without_input(str(error))) from None


_OWN: Final = re.compile(
    r"(?:Expected `[a-z| ]+`(?: of length [<>= 0-9]+)?(?:, got `[a-z]+`(?: of length \d+)?)?"
    r"|Object missing required field `[a-z_]+`)(?: - at `\$[a-z_.0-9\[\]]*`)?",
    re.ASCII,
)
_PLACE: Final = re.compile(r" - at `\$[a-z_.0-9\[\]]*`\Z", re.ASCII)


def _without_input(message: str) -> str:
    # Of msgspec's messages these two speak of our names alone. "Object contains unknown field `x`"
    # and "Invalid enum value 'x'" repeat what the sender chose.
    if _OWN.fullmatch(message):
        return message
    place = _PLACE.search(message)
    at = "" if place is None else place[0]
    if message.startswith("Object contains unknown field"):
        at = at if message.count("`") == 4 else ""
        return "an object has a member that is not known here" + at
    return "a value is none of those that are known here" + at
