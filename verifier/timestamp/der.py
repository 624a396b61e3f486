"""Strict DER (X.690 §10): one spelling per value, read one after the other.

    tag (1 byte) ‖ length (1 to 4 bytes, the shortest form) ‖ content

A ``Reader`` opens one level at a time and is told which tag it expects, so
neither memory nor the stack depends on the input: what is not asked for is not
read. Refused: indefinite and over-long lengths, lengths past the end, tags of
more than one byte, and integers, booleans and object identifiers that have a
shorter spelling. All errors are Malformed and repeat no input.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..errors import Malformed

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
UTF8_STRING: Final = 0x0C
SEQUENCE: Final = 0x30
SET: Final = 0x31
GENERALIZED_TIME: Final = 0x18

MAX_INTEGER_BYTES: Final = 33
"""A serial number of RFC 3161 has up to 160 bits, a nonce as many as the asker drew."""
MAX_OID_BYTES: Final = 64


def context(number: int, *, constructed: bool = True) -> int:
    """Return the context-specific tag ``[number]``."""
    return (0xA0 if constructed else 0x80) | number


class Element(NamedTuple):
    """One value: its tag, its content, and both with the length as they were written."""

    tag: int
    content: bytes
    raw: bytes


class Reader:
    """A cursor over the values of one level; ``what`` names it in errors."""

    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._at = 0
        self.what = what

    def peek(self) -> int | None:
        """Return the tag of the next value, None at the end."""
        return self._data[self._at] if self._at < len(self._data) else None

    def any(self) -> Element:
        """Take the next value, whatever its tag."""
        data, start = self._data, self._at
        if len(data) - start < 2:
            raise Malformed(f"{self.what}: ends too early")
        tag, size, at = data[start], data[start + 1], start + 2
        if tag & 0x1F == 0x1F:
            raise Malformed(f"{self.what}: a tag that is not used here")
        if size >= 0x80:
            width = size & 0x7F
            spelled = data[at : at + width]
            if not 1 <= width <= 3 or len(spelled) != width:
                raise Malformed(f"{self.what}: a length that DER does not have or past the end")
            size = int.from_bytes(spelled, "big")
            if size < 0x80 or spelled[0] == 0:
                raise Malformed(f"{self.what}: a length that is not in its shortest form")
            at += width
        end = at + size
        if end > len(data):
            raise Malformed(f"{self.what}: a value reaches past the end")
        self._at = end
        return Element(tag, data[at:end], data[start:end])

    def take(self, tag: int) -> Element:
        """Take the next value, which must have this tag."""
        if self.peek() != tag:
            raise Malformed(f"{self.what}: another value than expected, or none")
        return self.any()

    def optional(self, tag: int) -> Element | None:
        """Take the next value if it has this tag."""
        return self.any() if self.peek() == tag else None

    def open(self, tag: int, what: str | None = None) -> Reader:
        """Take the next value and return a reader of what is in it."""
        return Reader(self.take(tag).content, what or self.what)

    def integer(self, tag: int = INTEGER) -> int:
        """Take an integer, also one with an implicit tag."""
        return integer_of(self.take(tag).content, self.what)

    def oid(self) -> str:
        """Take an object identifier, as dotted decimals."""
        return oid_of(self.take(OID).content, self.what)

    def octets(self) -> bytes:
        """Take an octet string."""
        return self.take(OCTET_STRING).content

    def true_by_default_false(self) -> bool:
        """Take a ``BOOLEAN DEFAULT FALSE``, of which DER only ever writes TRUE (X.690 §11.5)."""
        element = self.optional(BOOLEAN)
        if element is not None and element.content != b"\xff":
            raise Malformed(f"{self.what}: a boolean that is not in its one spelling")
        return element is not None

    def done(self) -> None:
        """Raise Malformed if a value is left."""
        if self._at != len(self._data):
            raise Malformed(f"{self.what}: nothing may follow here")


def read_one(data: bytes, tag: int, what: str) -> Reader:
    """Return a reader of the inside of the one value that these bytes are."""
    outer = Reader(data, what)
    inner = outer.open(tag)
    outer.done()
    return inner


def integer_of(content: bytes, what: str) -> int:
    """Return the two's complement number in ``content``, which must be in its shortest form."""
    if not 1 <= len(content) <= MAX_INTEGER_BYTES:
        raise Malformed(f"{what}: an integer of no or too many bytes")
    if len(content) > 1 and (content[0], content[1] >> 7) in ((0x00, 0), (0xFF, 1)):
        raise Malformed(f"{what}: an integer that is not in its shortest form")
    return int.from_bytes(content, "big", signed=True)


def oid_of(content: bytes, what: str) -> str:
    """Return an object identifier's dotted decimals."""
    if not 1 <= len(content) <= MAX_OID_BYTES or content[-1] & 0x80:
        raise Malformed(f"{what}: an object identifier that is cut off or too long")
    numbers, value, fresh = [], 0, True
    for byte in content:
        if fresh and byte == 0x80:
            raise Malformed(f"{what}: an object identifier that is not in its shortest form")
        value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
        if fresh:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))


# -- writing ------------------------------------------------------------------


def encode(tag: int, *parts: bytes) -> bytes:
    """Return one value with this tag; its content is the parts one after the other."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + size.to_bytes(width, "big") + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """Return an integer in its shortest form."""
    bits = (value if value >= 0 else ~value).bit_length()
    return encode(tag, value.to_bytes(bits // 8 + 1, "big", signed=True))


def encode_oid(dotted: str) -> bytes:
    """Return an object identifier."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for number in (40 * first + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        content += bytes(reversed(septets))
    return encode(OID, bytes(content))


def encode_set(*parts: bytes, tag: int = SET) -> bytes:
    """Return a SET OF: its values in ascending order of their bytes (X.690 §11.6)."""
    return encode(tag, *sorted(parts))
