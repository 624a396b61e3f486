"""Values of a form as their field's type says they must be; everything else is a problem.

One ``Reader`` goes through one document (or, for JSON, through plain values) and
collects what does not fit. It never converts, rounds or guesses: ``"3"`` is no
number, and a time without an offset is refused.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ...encoding import parse_base64
from ...errors import Malformed
from .fields import Field, Member, Type
from .known import nearest
from .places import Path
from .record import NotApplicable, Unknown
from .stand_ins import REASONS, is_no_answer, is_sample, is_unmasked
from .times import GRADES, NOT_READ, Times

MAX_STRING: Final = 500
MAX_TEXT: Final = 10_000
MAX_ITEMS: Final = 1000

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Reader(Times):
    """Reads values and notes problems in ``problems``.

    ``form``: a person filled it in, so that what a blank form has in place of
    an answer, or a bare "unknown", is a problem.
    """

    form = False

    def field(self, field: Field, raw: Any, path: Path) -> Any | None:
        """Return the value of a whole field, or None after noting a problem."""
        self._field, self._depth, self._grade = field.id, len(path), "T0"
        if isinstance(raw, dict) and ("unknown" in raw or "not_applicable" in raw):
            value = self._reason(raw, path)
        else:
            before = len(self.problems)
            value = self._value(field.type, raw, path)
            if len(self.problems) > before:
                value = NOT_READ  # a list with a hole in it would say something else
        return None if value is NOT_READ else value

    def _reason(self, raw: dict[str, Any], path: Path) -> Any:
        if len(raw) != 1:
            return self.note(path, "unknown_and_value")
        word, reason = next(iter(raw.items()))
        if not isinstance(reason, str):
            return self.note(path, "no_reason")
        if self.form and (is_sample(reason) or reason.strip().casefold() in REASONS):
            return self.note(path, "no_reason")
        read = self._text(reason, (*path, word), MAX_TEXT, empty="no_reason")
        if read is NOT_READ:
            return NOT_READ
        return Unknown(reason) if word == "unknown" else NotApplicable(reason)

    # -- by type

    def _value(self, kind: Type, raw: Any, path: Path) -> Any:
        if self.form and isinstance(raw, str) and is_sample(raw):
            return self.note(path, "sample_left")
        if kind.kind == "object":
            return self._object(kind, raw, path)
        if isinstance(raw, dict) and ("unknown" in raw or "not_applicable" in raw):
            return self.note(path, "unknown_within")
        if kind.kind == "list":
            return self._list(kind, raw, path)
        if kind.kind == "bool":
            return raw if isinstance(raw, bool) else self.note(path, "not_bool")
        if kind.kind == "int":
            return self._int(kind, raw, path)
        if kind.kind in {"timestamp", "date", "interval"}:
            return getattr(self, f"_{kind.kind}")(raw, path)
        if kind.kind == "point" and not isinstance(raw, str):
            return self._timestamp(raw, path)
        return self._words(kind, raw, path)

    def _words(self, kind: Type, raw: Any, path: Path) -> Any:
        """Read what is written in quotes."""
        if not isinstance(raw, str):
            return self.note(path, "not_text")
        if kind.kind == "enum":
            return self._enum(kind, raw, path)
        if kind.kind in {"digest", "sm3"}:
            if _DIGEST.fullmatch(raw) or (kind.or_none and raw == "none"):
                return raw
            upper = _DIGEST.fullmatch(raw.lower()) is not None
            return self.note(path, "digest_capitals" if upper else "digest")
        if kind.kind == "commitment" or (kind.kind == "identifier" and raw.startswith("commit:")):
            return raw if is_commitment(raw) else self.note(path, "commitment")
        if self.form and is_no_answer(raw):
            return self.note(path, "bare_unknown")
        if self.form and kind.masked and is_unmasked(raw):
            return self.note(path, "not_masked")
        if kind.kind == "text":
            return self._text(raw, path, MAX_TEXT)
        if "\n" in raw or "\r" in raw:
            return self.note(path, "one_line")
        return self._text(raw, path, MAX_STRING)

    def _text(self, raw: str, path: Path, maximum: int, *, empty: str = "empty") -> Any:
        if not raw.strip():
            return self.note(path, empty)
        if len(raw) > maximum:
            return self.note(path, "too_long", length=len(raw), maximum=maximum)
        return raw

    def _enum(self, kind: Type, raw: str, path: Path) -> Any:
        if raw in kind.words:
            return raw
        if raw.strip().lower() in {"unknown", "未知", "不知道", "不清楚"}:
            return self.note(path, "unknown_needs_reason")
        words = "/".join(kind.words)
        near = nearest(raw, kind.words) or next(
            (word for word, label in kind.words.items() if raw in {label.zh, label.en}), ""
        )
        if near:
            return self.note(path, "word_near", words=words, near=near)
        return self.note(path, "word", words=words)

    def _int(self, kind: Type, raw: Any, path: Path) -> Any:
        if type(raw) is not int:
            return self.note(path, "not_int")
        if not kind.minimum <= raw <= kind.maximum:
            return self.note(path, "range", minimum=kind.minimum, maximum=kind.maximum)
        return raw

    def _list(self, kind: Type, raw: Any, path: Path) -> Any:
        assert kind.item is not None
        if not isinstance(raw, list):
            return self.note(path, "not_list")
        if len(raw) > MAX_ITEMS:
            return self.note(path, "too_many_items", length=len(raw), maximum=MAX_ITEMS)
        if len(raw) < kind.least:
            return self.note(path, "empty_list")
        values = [self._value(kind.item, item, (*path, n)) for n, item in enumerate(raw)]
        if kind.unique is not None:
            self._find_repeated(kind.unique, values, path)
        return values

    def _find_repeated(self, members: tuple[str, ...], values: list[Any], path: Path) -> None:
        seen: dict[str, int] = {}
        for n, value in enumerate(values):
            if value is NOT_READ:
                continue
            parts = [value.get(member) for member in members] if members else value
            first = seen.setdefault(repr(parts), n)
            if first != n:
                self.note((*path, n), "repeated", first=first + 1)

    def _object(self, kind: Type, raw: Any, path: Path) -> Any:
        if not isinstance(raw, dict) and kind.lead is not None:
            lead = kind.member(kind.lead)
            assert lead is not None
            value = self._value(lead.type, raw, path)
            return NOT_READ if value is NOT_READ else {kind.lead: value}
        if not isinstance(raw, dict) or not raw:
            return self.note(path, "not_object", members=_names(kind.members))
        for name in raw:
            if name in {"unknown", "not_applicable"}:
                self.note((*path, name), "unknown_within")
            elif kind.member(name) is None:
                self._unknown_member(kind, name, path)
        grade, own = self._grade, raw.get("time_grade")
        if own in GRADES and kind.member("time_grade"):
            self._grade = own
        values: dict[str, Any] = {}
        for member in kind.members:
            if member.name in raw:
                values[member.name] = self._value(
                    member.type, raw[member.name], (*path, member.name)
                )
            elif not member.optional and (*path, member.name) not in self._unread:
                self.note(path, "missing_member", member=member.name)
        self._grade = grade
        return values

    def _unknown_member(self, kind: Type, name: str, path: Path) -> None:
        """Note a name that is not a member; the place is that of the name, which is not printed."""
        line = self._locate((*path, name))[0]
        names = [member.name for member in kind.members]
        near = nearest(name, names)
        if near:
            self.note(path, "unknown_member_near", line, members="/".join(names), near=near)
        else:
            self.note(path, "unknown_member", line, members="/".join(names))


def _names(members: tuple[Member, ...]) -> str:
    return "/".join(member.name for member in members)


def is_commitment(text: str) -> bool:
    """Return whether the text is ``commit:`` and the base64 of 32 bytes in its one spelling."""
    try:
        parse_base64(text.removeprefix("commit:"), "commitment", length=32)
    except Malformed:
        return False
    return text.startswith("commit:")
