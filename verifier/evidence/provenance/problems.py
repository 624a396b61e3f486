"""What is wrong with a form, in Chinese or English, and what to do about it.

The sentences are data (``problems.json``). None of them repeats the file: the
values are numbers, our own names and our own words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from .fields import FIELDS, Label, Type
from .record import Problem

SENTENCES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        code: Label(zh, en)
        for code, (zh, en) in json.loads(
            files(__package__).joinpath("problems.json").read_text(encoding="utf-8")
        ).items()
    }
)
"""Code → sentence with {placeholders}."""

_NAMES: Final = ("member", "other", "first", "last")
"""Values that are names of members."""


def sentence(code: str, lang: str, values: Mapping[str, str | int]) -> str:
    """Return the sentence of a code in ``zh`` or ``en``, with the values of its problem.

    Where the problem lies within a field (``values["within"]``), that stands
    first. ``values["of"]`` is the field whose members are named; they are told
    by their label and their name.
    """
    label = SENTENCES[code]
    field = FIELDS.get(str(values.get("of", "")))
    within = str(values.get("within", ""))
    kind, place = _place(None if field is None else field.type, within, lang)
    known = dict(values)
    for name in _NAMES:
        member = kind.member(str(values.get(name, ""))) if kind is not None else None
        if member is not None:
            known[name] = (
                f"{member.zh}（{member.name}）" if lang == "zh" else f"{member.en} ({member.name})"
            )
    text = (label.zh if lang == "zh" else label.en).format_map(known)
    if not within:
        return text
    return f"（{place}）{text}" if lang == "zh" else f"({place}) {text}"


def _place(kind: Type | None, within: str, lang: str) -> tuple[Type | None, str]:
    """Follow a path such as ``2.at`` into a type; return the type there and the path in words."""
    said = []
    for part in filter(None, within.split(".")):
        member = None if kind is None else kind.member(part)
        if part.isdigit():
            said.append(f"第{part}项" if lang == "zh" else f"item {part}")
            kind = None if kind is None else kind.item
        elif member is not None:
            said.append(f"{member.zh} {part}" if lang == "zh" else f"{part}: {member.en}")
            kind = member.type
        else:
            said.append(part)
            kind = None
    return kind, ("，" if lang == "zh" else ", ").join(said)


def describe(problem: Problem, lang: str) -> str:
    """Return one line for one problem: its line, its field, and what to do."""
    where = f"第 {problem.line} 行" if lang == "zh" else f"line {problem.line}"
    field = f" {problem.field}" if problem.field else ""
    colon = "：" if lang == "zh" else ": "
    return f"{where}{field}{colon}{sentence(problem.code, lang, problem.values)}"
