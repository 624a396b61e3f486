"""Reading our line-based texts: ``key value`` lines in one fixed order.

All texts of SPEC §2 share this shape: UTF-8, LF, a first line
``beilin/<kind>/v1``, then lines of a key, one space and a value. Keys come in
a fixed order, so a text has one spelling and a reader needs no map.
"""

from __future__ import annotations

import re
from typing import Final

from ..encoding import split_lines
from ..errors import Malformed, NewerFormat

_FIRST: Final = re.compile(r"beilin/([a-z]+(?:-[a-z]+)*)/v([1-9][0-9]{0,3})")


class Lines:
    """A cursor over the lines of one text; ``done`` demands that none is left."""

    def __init__(self, lines: list[str], what: str) -> None:
        self._lines = lines
        self._at = 0
        self.what = what

    @classmethod
    def of(cls, data: bytes, kind: str, *, maximum_bytes: int) -> Lines:
        """Open ``data`` as a text whose first line is ``beilin/<kind>/v1``.

        Raises NewerFormat for another version of the same kind, Malformed otherwise.
        """
        cursor = cls(split_lines(data, kind, maximum_bytes=maximum_bytes), kind)
        cursor.header(kind)
        return cursor

    def header(self, kind: str) -> None:
        """Take the first line ``beilin/<kind>/v1``."""
        match = _FIRST.fullmatch(self._next())
        if match is None or match[1] != kind:
            raise Malformed(f"{self.what}: the first line is not beilin/{kind}/v1")
        if match[2] != "1":
            raise NewerFormat(f"{self.what}: version {match[2]}; this program knows version 1")

    def _next(self) -> str:
        if self._at >= len(self._lines):
            raise Malformed(f"{self.what}: ends too early")
        line = self._lines[self._at]
        self._at += 1
        return line

    def take(self, key: str) -> str:
        """Return the value of the next line, whose key must be ``key``."""
        found, space, value = self._next().partition(" ")
        if found != key or not space:
            raise Malformed(f"{self.what}: line {self._at}: expected the key {key}")
        return value

    def take_all(self, key: str, *, maximum: int) -> list[str]:
        """Return the values of all following lines with ``key``, at most ``maximum``."""
        values: list[str] = []
        prefix = key + " "
        while self._at < len(self._lines) and self._lines[self._at].startswith(prefix):
            if len(values) == maximum:
                raise Malformed(f"{self.what}: more than {maximum} lines {key}")
            values.append(self._lines[self._at][len(prefix) :])
            self._at += 1
        return values

    def at_end(self) -> bool:
        """Return whether all lines were taken."""
        return self._at == len(self._lines)

    def done(self) -> None:
        """Raise Malformed if a line is left over."""
        if self._at != len(self._lines):
            raise Malformed(f"{self.what}: line {self._at + 1}: nothing may follow here")
