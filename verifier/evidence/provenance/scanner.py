r"""Where each key and each item of a TOML text stands, so that a mistake can be shown.

The standard library's reader gives values without places. This one notes for every key, table and array item its path, its
line and how it is spelled:

    acct.peer.id = [ { nickname = "李" } ]      ('acct', 'peer', 'id', 0, 'nickname')

It also is the gate before that reader: it is linear in the text, bounds nesting
and numbers of keys, and knows TOML 1.0 only. A later Python reads more (TOML
1.1), and two verifiers must not disagree about one file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

from . import slips
from .grammar import (
    ANY_ESCAPE,
    BARE,
    BASIC,
    BETWEEN,
    BLANK,
    LITERAL,
    LONG_BASIC,
    LONG_LITERAL,
    NEXT_KEY,
    SCALAR,
    WORD,
    unescape,
)
from .places import Broken, Limit, Path, Place, Scan, Statement

MAX_DEPTH: Final = 16
"""Brackets within brackets in one value."""
MAX_PARTS: Final = 8
"""Parts of one dotted key."""
MAX_PLACES: Final = 100_000
MAX_STATEMENTS: Final = 50_000
MAX_REREAD: Final = 8
"""Lengths of the text that may be read again after broken statements."""
MAX_SCALAR: Final = 100
"""Characters of a number, date or word outside quotes."""


def scan(text: str) -> Scan:
    """Return the places of all keys and items of ``text``; never raises."""
    return _Scanner(text).run()


class _Scanner:
    """The cursor, the table it is in, and what was noted so far."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._newlines = [n for n, c in enumerate(text) if c == "\n"]
        self._table: Path = ()
        self._counts: dict[Path, int] = {}  # tables so far in each array of tables
        self._statements: list[Statement] = []
        self._places: dict[Path, Place] = {}
        self._path: Path = ()
        # Brackets open in the value at hand: kind, path, items so far.
        self._open: list[tuple[str, Path, int]] = []
        self._reread = 0

    def run(self) -> Scan:
        limit, line = "", 0
        try:
            while self._skip(BETWEEN):
                self._statement()
        except Limit as error:
            limit, line = str(error), self._line(self._at)
        return Scan(self._statements, self._places, limit, line)

    # -- text

    def _line(self, at: int) -> int:
        return bisect_right(self._newlines, at - 1) + 1

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        """Go past what matches; return whether anything is left."""
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()
        return self._at < len(self._text)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, token: str) -> bool:
        if self._text.startswith(token, self._at):
            self._at += len(token)
            return True
        return False

    def _note(self, path: Path, raw: str = "") -> None:
        line = self._line(self._at)
        # From the inside out: where one is known, all above it are.
        for length in range(len(path) - 1, 0, -1):
            if path[:length] in self._places:
                break
            self._places[path[:length]] = Place(line, "")
        self._places.setdefault(path, Place(line, raw))
        if len(self._places) > MAX_PLACES:
            raise Limit("too_many")

    # -- statements

    def _statement(self) -> None:
        start = self._at
        line = self._line(start)
        header, self._path, error = 0, self._table, ""
        self._open.clear()
        try:
            if self._peek() == "[":
                header = 2 if self._text.startswith("[[", self._at) else 1
                self._table = ()  # so that keys below a broken header have no known path
                self._header(header)
            else:
                self._pair(self._table)
            self._end_of_line()
        except Broken as broken:
            error = str(broken)
        last, open_ended = self._line(self._at), False
        if error:
            # What follows is read again, so the work is counted: else n lines cost n².
            self._reread += self._at - start
            if self._reread > MAX_REREAD * len(self._text):
                raise Limit("unreadable")
            end = self._text.find("\n", start)
            self._at = len(self._text) if end < 0 else end
            last, open_ended = line, self._is_open_ended(self._text[start : self._at])
        self._statements.append(Statement(self._path, header, line, last, error, open_ended))
        if len(self._statements) > MAX_STATEMENTS:
            raise Limit("too_many")

    def _is_open_ended(self, line: str) -> bool:
        """Tell whether a broken line leaves a bracket or a long text open, as far as it shows."""
        if self._open and (line.count("[") > line.count("]") or line.count("{") > line.count("}")):
            return True
        return any(line.count(quotes) % 2 == 1 for quotes in ('"""', "'''"))

    def _end_of_line(self) -> None:
        self._skip(BLANK)
        rest = self._text[self._at : self._at + 2]
        if rest and rest[0] not in "#\n" and rest not in {"\r", "\r\n"}:
            raise Broken(slips.behind_value(self._text, self._at))

    def _header(self, brackets: int) -> None:
        self._at += brackets
        parts = self._key()
        if not self._take("]" * brackets):
            raise Broken(slips.behind_key(self._peek(), inside=False))
        path: Path = ()
        for n, part in enumerate(parts, start=1):
            path = (*path, part)
            if n < len(parts) and path in self._counts:
                path = (*path, self._counts[path] - 1)
        if brackets == 2:
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
        self._path = self._table = path
        self._note(path)

    def _key(self) -> list[str]:
        """Return the parts of a dotted key; the cursor is behind it and its blanks."""
        parts: list[str] = []
        while True:
            self._skip(BLANK)
            match = BARE.match(self._text, self._at)
            if match:
                parts.append(match[0])
            elif (match := BASIC.match(self._text, self._at)) is not None:
                parts.append(unescape(match[0]))
            elif (match := LITERAL.match(self._text, self._at)) is not None:
                parts.append(match[0][1:-1])
            else:
                raise Broken("syntax")
            if len(parts) > MAX_PARTS:
                raise Limit("too_deep")
            self._at = match.end()
            self._skip(BLANK)
            if not self._take("."):
                return parts

    def _pair(self, table: Path) -> Path:
        """Go past ``key =`` and, outside an inline table, its value; return its path."""
        start = self._at
        path = (*table, *self._key())
        behind, self._at = self._at, start
        self._path = path
        self._note(path)
        self._at = behind
        if not self._take("="):
            raise Broken(slips.behind_key(self._peek(), inside=bool(self._open)))
        self._skip(BLANK)
        if not self._open:
            self._value(path)
        return path

    # -- values

    def _value(self, path: Path) -> None:
        """Go past one value: text, word, array or inline table, nested ones included."""
        pending: Path | None = path
        while pending is not None:
            if self._peek() in {"[", "{"}:
                pending = self._opened(self._peek(), pending)
            else:
                self._scalar(pending)
                pending = None
            while pending is None and self._open:
                pending = self._next_in(*self._open[-1])
                if pending is None:
                    self._open.pop()

    def _opened(self, bracket: str, path: Path) -> Path | None:
        """Enter an array or inline table; return the path of its first value, if any."""
        if len(self._open) >= MAX_DEPTH:
            raise Limit("too_deep")
        self._at += 1
        if bracket == "[":
            self._skip(BETWEEN)
            if self._take("]"):
                return None
            first: Path = (*path, 0)
            self._open.append(("[", path, 1))
            self._note(first)
            return first
        self._skip(BLANK)
        if self._take("}"):
            return None
        self._open.append(("{", path, 1))
        return self._pair(path)

    def _next_in(self, bracket: str, path: Path, count: int) -> Path | None:
        """Return the path of the next value in what is open, or None behind its end."""
        if bracket == "[":
            self._skip(BETWEEN)
            comma = self._take(",")
            if comma:
                self._skip(BETWEEN)
            if self._take("]"):
                return None
            if not comma:
                raise Broken(self._missing("]"))
            self._open[-1] = ("[", path, count + 1)
            self._note((*path, count))
            return (*path, count)
        self._skip(BLANK)
        if self._take("}"):
            return None
        if not self._take(","):
            raise Broken(self._missing("}"))
        self._skip(BLANK)
        if self._peek() in {"}", "\r", "\n", "#"}:
            raise Broken("inline_table")
        return self._pair(path)

    def _missing(self, bracket: str) -> str:
        found = self._peek()
        if bracket == "}" and found in {"\r", "\n", "#"}:
            return "inline_table"
        forgotten = bracket == "]" and NEXT_KEY.match(self._text, self._at)
        return "unclosed" if not found or forgotten else slips.behind_value(self._text, self._at)

    def _scalar(self, path: Path) -> None:
        found = self._peek()
        if found and found in "\"'":
            long = self._text.startswith(found * 3, self._at)
            pattern = {
                ('"', False): BASIC, ('"', True): LONG_BASIC,
                ("'", False): LITERAL, ("'", True): LONG_LITERAL,
            }[found, long]  # fmt: skip
            match = pattern.match(self._text, self._at)
            if match is None:
                closed = ANY_ESCAPE.match(self._text, self._at)
                if closed and not long:
                    raise Broken("backslash")
                raise Broken(slips.unclosed(self._text, self._at))
            self._at = match.end()
            return
        if not found or found in "\r\n#,]}":
            raise Broken("no_value")
        if found in slips.CURLY:
            raise Broken("curly_quotes")
        if found in slips.OPENING:
            raise Broken("full_width_bracket")
        match = SCALAR.match(self._text, self._at)
        raw = match[0].rstrip(" \t\r") if match else ""
        if len(raw) > MAX_SCALAR or not WORD.fullmatch(raw):
            if self._open and NEXT_KEY.match(self._text, self._at):
                raise Broken("unclosed")  # the next key already: a bracket was forgotten
            raise Broken(slips.bare_word(raw))
        self._places[path] = Place(self._places[path].line, raw)
        self._at += len(raw)
