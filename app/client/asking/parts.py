"""Answers that have parts: the items of a list, the members of an object, files by their path.

A part that does not read is asked again, alone. What was answered before is
never lost by a mistake in what follows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from app.commands.common import Refusal
from verifier.evidence.provenance.fields import Member, Type

from .hashing import Hashed, hash_file
from .literals import NotUnderstood, literal, quoted
from .words import Words

_HEX: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NONE: Final = frozenset({"无", "没有", "none", "[]"})
_SKIP: Final = frozenset({"跳过", "skip"})


class LeftOut(Exception):
    """The question, or a part of it, is left out."""


class Parts:
    """Reads one answer, part by part."""

    def __init__(
        self,
        line: Callable[[str], str],
        tell: Callable[[str], None],
        words: Words,
        commit: Callable[[str, str], str],
        check: Callable[[str, str], bool],
    ) -> None:
        self._line, self._tell, self._words = line, tell, words
        self._commit, self._check = commit, check
        self.begin()

    def begin(self) -> None:
        """Forget the answer before."""
        self.found: list[Hashed] = []
        self._items: list[str] = []
        self._members: dict[str, str] = {}

    def so_far(self, kind: Type) -> str:
        """Return what was answered of a list or an object before the person stopped."""
        if kind.kind == "list" and self._items:
            return f"[{', '.join(self._items)}]"
        return _object(self._members) if kind.kind == "object" and self._members else ""

    def answer(self, kind: Type, first: str) -> str | None:
        """Return the TOML spelling of an answer that begins with ``first``.

        None where ``first`` must be asked again. Raises LeftOut.
        """
        if first.casefold() in _SKIP:
            raise LeftOut
        if kind.kind == "object":
            return self._object(kind, first)
        if kind.kind != "list":
            return self._plain("", kind, first)
        if not first:
            raise LeftOut
        if first.casefold() in _NONE:
            if kind.least:
                self._tell(self._words.not_none())
                return None
            return "[]"
        return self._list(kind, first)

    # -- lists

    def _list(self, kind: Type, first: str) -> str:
        item = kind.item
        assert item is not None
        text = first
        while text and text.casefold() not in _SKIP:
            part: str | None
            try:
                if item.kind == "object":
                    part = self._object(item, text)
                    self._members = {}
                else:
                    part = self._plain("", item, text)
            except LeftOut:
                part = None
            if part is not None:
                self._items.append(part)
            text = self._line(self._words.another())
        if not self._items:
            raise LeftOut
        return f"[{', '.join(self._items)}]"

    # -- objects

    def _object(self, kind: Type, first: str) -> str:
        """Ask for each member; ``first`` answers the first of them and may be empty."""
        answers: dict[str, str] = {}
        self._members = answers
        names = {member.name for member in kind.members}
        whole = "sha256" in names and bool({"name", "file"} & names)
        for n, member in enumerate(kind.members):
            if member.name in answers:
                continue
            text = first if n == 0 else self._line(self._words.member(member))
            if n == 0 and text and whole:
                self._fill(names, text, answers)
                if member.name in answers:
                    continue
            part = self._member(member, text, may_leave=not answers)
            if part is not None:
                answers[member.name] = part
        if not answers:
            raise LeftOut
        return _object(answers)

    def _member(self, member: Member, text: str, *, may_leave: bool) -> str | None:
        while True:
            if text.casefold() in _SKIP:
                raise LeftOut
            if not text:
                if member.optional:
                    return None
                if may_leave:
                    raise LeftOut
                text = self._line(self._words.needed(member))
                continue
            part = self._one(member, text)
            if part is not None and self._check(member.name, part):
                return part
            text = self._line(self._words.member(member))

    def _one(self, member: Member, text: str) -> str | None:
        kind = member.type
        if kind.kind != "list":
            return self._plain(member.name, kind, text)
        assert kind.item is not None
        items: list[str] = []
        outer = self._members
        while text:
            if kind.item.kind == "object":
                items.append(self._object(kind.item, text))
                self._members = outer
            else:
                part = self._plain(member.name, kind.item, text)
                items += [] if part is None else [part]
            text = self._line(self._words.another())
        return f"[{', '.join(items)}]" if items else None

    def _fill(self, names: set[str], text: str, answers: dict[str, str]) -> None:
        """Fill in what a file says of itself: name, size, media type, digest."""
        hashed = None if _HEX.fullmatch(text) else self._hash(text)
        if hashed is None:
            raise LeftOut
        known = {
            "name": quoted(hashed.path.name),
            "file": quoted(hashed.path.name),
            "bytes": str(hashed.size),
            "media_type": quoted(hashed.media_type),
            "sha256": quoted(hashed.sha256),
        }
        answers.update({name: value for name, value in known.items() if name in names})

    # -- plain values

    def _plain(self, member: str, kind: Type, text: str) -> str | None:
        """Return one value's spelling, None where it must be asked again. Raises LeftOut."""
        if not text:
            raise LeftOut
        if kind.or_none and text.casefold() in _NONE:
            return quoted("none")
        if kind.kind == "digest" and not _HEX.fullmatch(text):
            hashed = self._hash(text)
            return None if hashed is None else quoted(hashed.sha256)
        if kind.kind == "commitment" or (kind.kind == "identifier" and text.startswith("#")):
            return quoted(self._commit(member, text.removeprefix("#").strip()))
        try:
            return literal(kind, text)
        except NotUnderstood as error:
            self._tell(f"  {self._words.say(error.zh, error.en)}")
            return None

    def _hash(self, text: str) -> Hashed | None:
        """Return the file's digest; a wrong path is asked again, and Enter goes on without it."""
        while text:
            try:
                hashed = hash_file(text)
            except Refusal as refusal:
                self._tell(f"  {refusal}")
                text = self._line(self._words.file_again())
                continue
            self.found.append(hashed)
            self._tell(self._words.hashed(hashed))
            return hashed
        return None


def _object(answers: dict[str, str]) -> str:
    return f"{{ {', '.join(f'{name} = {text}' for name, text in answers.items())} }}"
