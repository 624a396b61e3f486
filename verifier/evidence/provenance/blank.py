"""The blank form: every question as a comment, with room for the answer.

No line of it becomes an answer by taking its mark away: in place of every
value stands a text that no type takes (``stand_ins``), so that what a person
forgets to change is named instead of declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from .fields import (
    CLEANLINESS,
    MATERIAL_OF,
    STEP_LABELS,
    STEPS,
    Field,
    Label,
    Member,
    Type,
    in_flow,
)
from .spelling import quoted
from .stand_ins import TEXTS

FORMAT: Final = 'format = "beilin/provenance/v1"\n'
_SIGNATURE: Final = "decl.signature"
_HINTED: Final = ("timestamp", "date", "interval", "commitment")
"""Kinds of value whose spelling or making is told at every field that holds one."""


def blank_form(materials: Collection[str], lang: str) -> bytes:
    """Return a form with every field asked for these kinds of material, in ``zh`` or ``en``.

    Read as it is, the form is a record without values. No kinds: every field.
    """
    texts = TEXTS[lang]
    parts = [FORMAT, "\n", *(_comment(line) for line in texts["head"])]
    asked = [
        field
        for field in in_flow()
        if not materials or any(field.applies_to(material) for material in materials)
    ]
    number = 0
    for step in STEPS:
        fields = [field for field in asked if field.step == step and field.id != _SIGNATURE]
        if fields:
            number += 1
            parts.append(f"\n\n# ==== {number}. {_in(STEP_LABELS[step], lang)} ====\n")
            parts += [_comment(texts["later"])] if step == "court" else []
            parts += [_entry(field, lang) for field in fields]
    # It covers what stands before it, so it is the last table of the file.
    parts += [_entry(field, lang) for field in asked if field.id == _SIGNATURE]
    return "".join(parts).encode()


def _comment(text: str) -> str:
    return f"# {text}\n" if text else "#\n"


def _in(label: Label | Field | Member, lang: str) -> str:
    return label.zh if lang == "zh" else label.en


def _entry(field: Field, lang: str) -> str:
    """Return a field's explanation and the lines to fill in, all commented."""
    texts = TEXTS[lang]
    about = [texts["levels"][field.level], _kind(field.type, texts)]
    about += [texts["always"]] if len(field.always) == len(MATERIAL_OF) else []
    title = f"{_in(field, lang)}{texts['open']}{texts['comma'].join(about)}{texts['close']}"
    lines = [title, f"  {field.note_zh if lang == 'zh' else field.note_en}"]
    lines += [f"  {line}" for line in _details(field.type, lang)]
    if field.id == "acq.env_check":
        lines += [
            f"  {texts[device]}{texts['colon']}{texts['semicolon'].join(_in(i, lang) for i in items)}"
            for device, items in CLEANLINESS.items()
        ]
    lines += [f"  {texts['hints'][name]}" for name in _hints(field)]
    return (
        "\n"
        + "".join(map(_comment, lines))
        + "".join(f"#{line}\n" for line in lines_to_fill_in(field, lang))
    )


def _kind(kind: Type, texts: Mapping[str, Any]) -> str:
    name: str = texts["kinds"][kind.kind]
    return name.format(item=_kind(kind.item, texts)) if kind.item else name


def _details(kind: Type, lang: str) -> Iterator[str]:
    """Say what words may be chosen and what an object holds."""
    texts = TEXTS[lang]
    if kind.words:
        chosen = texts["semicolon"].join(
            f'"{w}" {_in(label, lang)}' for w, label in kind.words.items()
        )
        yield f"{texts['words']}{texts['colon']}{chosen}"
    if kind.item is not None:
        yield from _details(kind.item, lang)
    for member in kind.members:
        required = "" if member.optional else f"{texts['comma']}{texts['required']}"
        about = f"{_in(member, lang)}{texts['open']}{_kind(member.type, texts)}{required}{texts['close']}"
        yield f"  {member.name}{texts['colon']}{about}"
        yield from (f"    {line}" for line in _details(member.type, lang))


# -- how to spell an answer


def _types(kind: Type) -> Iterator[Type]:
    yield kind
    if kind.item is not None:
        yield from _types(kind.item)
    for member in kind.members:
        yield from _types(member.type)


def _hints(field: Field) -> Iterator[str]:
    """Yield the names of the hints that a field needs, by its types."""
    types = list(_types(field.type))
    yield from (name for name in _HINTED if any(kind.kind == name for kind in types))
    if field.type.item is not None:
        yield "several" if field.type.item.kind == "object" else "list"
        if field.type.least == 0:
            yield "no_items"
    if field.type.or_none:
        yield "none"
    if field.type.member("made") is not None:
        yield "no"
    if field.id == _SIGNATURE:
        yield "signature"


def lines_to_fill_in(field: Field, lang: str) -> list[str]:
    """Return the lines of a field, with what no type takes in place of every value."""
    samples = TEXTS[lang]["samples"]
    if field.type.kind != "object":
        return [f"{field.id} = {_sample(field.type, samples)}"]
    head, prefix = ([f"[{field.id}]"], "") if field.id == _SIGNATURE else ([], f"{field.id}.")
    return head + [
        f"{prefix}{member.name} = {_sample(member.type, samples)}" for member in field.type.members
    ]


def _sample(kind: Type, samples: Mapping[str, str]) -> str:
    if kind.item is not None:
        return f"[{_sample(kind.item, samples)}]"
    if kind.kind == "object":
        # Within braces nothing can stay a comment: the needed members, or all if none is.
        needed = [member for member in kind.members if not member.optional] or kind.members
        parts = [f"{member.name} = {_sample(member.type, samples)}" for member in needed]
        return f"{{ {', '.join(parts)} }}"
    return quoted(samples["choose" if kind.kind in {"enum", "bool"} else "fill"])
