"""The values of a platform declaration as JSON in one spelling: one value, one line.

    plat.operator {"name":"某存证运营者","uscc":"91110000MA00000000","address":"北京市某区某路1号"}
    plat.icp {"not_applicable":"不经营互联网信息服务"}

No white space, characters as they are, members in the order of the field's
type (SPEC §10.2). What is read is written again and must come out the same, so
a value has no second spelling. Types are those of ``provenance.fields`` and are
judged by the reader of forms; how a value looks in Python is said in
``provenance.record``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final, NoReturn

from ..errors import Malformed
from .provenance.fields import Field, Type
from .provenance.record import Moment, NotApplicable, Span, Unknown
from .provenance.values import Reader

MAX_BYTES: Final = 16_384
"""Longest value, as its line spells it."""

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)
_NOT_IN_TEXT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # but TAB and LF
_REASONS: Final = {Unknown: "unknown", NotApplicable: "not_applicable"}


def to_line(field: Field, value: Any) -> str:
    """Return the one spelling of a field's value. Raises Malformed, naming the field."""
    what = f"declaration: {field.id}"
    plain = _plain(field.type, value, what)
    _check_texts(plain, what)
    line = _dumps(plain)
    if len(line.encode()) > MAX_BYTES:
        raise Malformed(f"{what}: more than {MAX_BYTES} bytes")
    return line


def parse_line(field: Field, line: str) -> Any:
    """Return the value that a line spells. Raises Malformed."""
    what = f"declaration: {field.id}"
    if len(line.encode()) > MAX_BYTES:
        raise Malformed(f"{what}: more than {MAX_BYTES} bytes")
    try:
        plain = json.loads(line, parse_float=_no_number, parse_constant=_no_number)
        _check_texts(plain, what)
        raw = _raw(field.type, plain, what)
    except (ValueError, RecursionError):
        raise Malformed(f"{what}: not JSON") from None
    reader = Reader(lambda _: (1, ""))
    value = reader.field(field, raw, (field.id,))
    if value is None or reader.problems:
        raise Malformed(f"{what}: not a value of its type ({reader.problems[0].code})")
    if _dumps(_plain(field.type, value, what)) != line:
        raise Malformed(f"{what}: not JSON in its one spelling")
    return value


def _dumps(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _no_number(_: str) -> NoReturn:
    raise ValueError("a number that is not a whole one")


# -- writing


def _plain(kind: Type, value: Any, what: str) -> Any:
    """Return a value as what JSON knows; its members are in the order of its type."""
    if isinstance(value, Unknown | NotApplicable):
        return {_REASONS[type(value)]: value.reason}
    if isinstance(value, Moment):
        return {"at": _spelled(value), "grade": value.grade}
    if isinstance(value, Span):
        return _plain_span(kind, value, what)
    if kind.kind == "list" and kind.item is not None and isinstance(value, list):
        return [_plain(kind.item, item, what) for item in value]
    if kind.kind == "object" and isinstance(value, Mapping):
        known = [member for member in kind.members if member.name in value]
        if len(known) != len(value):
            raise Malformed(f"{what}: a member that the field does not have")
        return {each.name: _plain(each.type, value[each.name], what) for each in known}
    if not isinstance(value, str | int):
        raise Malformed(f"{what}: not a value of its type")
    return value


def _plain_span(kind: Type, span: Span, what: str) -> Any:
    if kind.kind == "date":
        return _spelled(span.first)
    if {span.first.grade, span.last.grade} != {"T0"}:
        raise Malformed(f"{what}: the ends of a period have no grade of their own here")
    return {"from": _spelled(span.first), "to": _spelled(span.last)}


def _spelled(moment: Moment) -> str:
    """Return a date as a date, any other moment in whole seconds with its offset."""
    if _DAY.fullmatch(moment.written):
        return moment.written
    offset = timezone(timedelta(seconds=moment.offset_seconds))
    text = datetime.fromtimestamp(moment.seconds, offset).isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


# -- reading


def _raw(kind: Type, plain: Any, what: str) -> Any:
    """Return the same with times and dates as a form's reader gives them."""
    if kind.kind == "object" and isinstance(plain, dict):
        found = {name: (kind.member(name), value) for name, value in plain.items()}
        return {
            name: value if member is None else _raw(member.type, value, what)
            for name, (member, value) in found.items()
        }
    if kind.kind == "list" and kind.item is not None and isinstance(plain, list):
        return [_raw(kind.item, item, what) for item in plain]
    if kind.kind in ("timestamp", "date", "interval"):
        return _time(plain, what)
    return _time(plain, what) if kind.kind == "point" and isinstance(plain, dict) else plain


def _time(plain: Any, what: str) -> Any:
    """Return a time or date for its spelling, also within ``at``, ``from`` and ``to``."""
    if isinstance(plain, dict):
        return {
            name: _time(value, what) if name in ("at", "from", "to") else value
            for name, value in plain.items()
        }
    try:
        if isinstance(plain, str) and _DAY.fullmatch(plain):
            return date.fromisoformat(plain)
        if isinstance(plain, str) and _TIME.fullmatch(plain):
            return datetime.fromisoformat(plain)
    except ValueError:
        pass
    raise Malformed(f"{what}: not a date, and not a time with an offset")


def _check_texts(plain: Any, what: str) -> None:
    """Raise Malformed for a control character anywhere inside."""
    if isinstance(plain, str) and _NOT_IN_TEXT.search(plain):
        raise Malformed(f"{what}: holds a control character")
    inside = plain.values() if isinstance(plain, dict) else plain
    for each in inside if isinstance(plain, dict | list) else ():
        _check_texts(each, what)
