"""The 150 fields of a provenance record, read from ``fields.json``.

One field is one question: what it is called, of what type the answer is, in
which phase it is answered, how much hangs on it, who answers it, and which
examined factors it feeds. SPEC §14.2.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

KINDS: Final = (
    "string", "text", "bool", "int", "enum", "timestamp", "date", "point", "interval",
    "digest", "sm3", "commitment", "identifier", "list", "object",
)  # fmt: skip
"""Kinds of value; ``date`` gives a Span, ``point`` a message id (str) or a Moment."""

MATERIALS: Final = (
    "chat", "mail", "sms", "payment", "audio_video", "screenshot", "web_page", "other",
)  # fmt: skip
"""Groups of ``item.kind``; which questions are asked depends on them."""

MATERIAL_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chat_export": "chat", "email": "mail", "sms": "sms", "payment": "payment",
        "audio": "audio_video", "video": "audio_video", "screen_recording": "audio_video",
        "screenshot": "screenshot", "photo": "screenshot", "webpage": "web_page",
        "document": "other", "log": "other", "other": "other",
    }
)  # fmt: skip
"""The material a word of ``item.kind`` belongs to."""

STEPS: Final = (
    "environment", "recording", "profiles", "export", "hashing",
    "declaration", "anchoring", "keeping", "court",
)  # fmt: skip
"""The recommended order of work; a form asks in this order."""


@dataclass(frozen=True)
class Label:
    """A word in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True)
class Type:
    """What a value must be.

    ``words`` are those of an enum, ``item`` and ``least`` the type and the
    least number of items of a list, ``unique`` the members (empty: the whole
    item) that may not repeat in it, ``members`` those of an object. ``lead``
    names the member for which a bare value stands: ``"no"`` for
    ``{ used = "no" }``. ``or_none``: the word "none" may stand instead.
    ``minimum`` and ``maximum`` bound an int; ``masked``: a number must not
    stand there in full.
    """

    kind: str
    words: Mapping[str, Label] = field(default_factory=dict)
    item: Type | None = None
    least: int = 0
    unique: tuple[str, ...] | None = None
    members: tuple[Member, ...] = ()
    lead: str | None = None
    or_none: bool = False
    minimum: int = 0
    maximum: int = 2**53
    masked: bool = False

    def member(self, name: str) -> Member | None:
        """Return the member of that name, if there is one."""
        return next((member for member in self.members if member.name == name), None)


@dataclass(frozen=True)
class Member:
    """A named part of an object."""

    name: str
    zh: str
    en: str
    type: Type
    optional: bool


@dataclass(frozen=True)
class Field:
    """One question of the record.

    ``phases`` are of E X B A P V (SPEC §14.6), ``level`` is ``core``,
    ``recommended`` or ``optional``, ``source`` who answers: ``declarant``,
    ``log``, ``operator``, ``verifier`` or ``computed``. ``rows`` are the ids
    of examined factors; ``materials`` the kinds of material it is asked for
    (empty: every kind). ``step`` is its place in the recommended order of
    work, empty where a declarant is not asked. ``example_zh`` and
    ``example_en`` are a value, spelled in TOML. ``always`` are the words of
    ``item.kind`` for which there always is something to say, so that "not
    applicable" is no answer.
    """

    id: str
    zh: str
    en: str
    type: Type
    phases: tuple[str, ...]
    level: str
    source: str
    rows: tuple[str, ...]
    note_zh: str
    note_en: str
    materials: tuple[str, ...]
    step: str
    example_zh: str
    example_en: str
    always: tuple[str, ...] = ()

    def applies_to(self, material: str) -> bool:
        """Return whether the field is asked for this kind of material."""
        return not self.materials or material in self.materials


def _type(data: Mapping[str, Any]) -> Type:
    words = {word: Label(zh, en) for word, (zh, en) in data.get("words", {}).items()}
    unique = data.get("unique")
    return Type(
        kind=data["kind"],
        words=MappingProxyType(words),
        item=_type(data["item"]) if "item" in data else None,
        least=data.get("least", 0),
        unique=None if unique is None else tuple(unique),
        members=tuple(
            Member(m["name"], m["zh"], m["en"], _type(m["type"]), m.get("optional", False))
            for m in data.get("members", ())
        ),
        lead=data.get("lead"),
        or_none=data.get("or_none", False),
        minimum=data.get("minimum", 0),
        maximum=data.get("maximum", 2**53),
        masked=data.get("masked", False),
    )


def _field(data: Mapping[str, Any]) -> Field:
    example = data.get("example", ["", ""])
    always = data.get("always", ())
    return Field(
        id=data["id"],
        zh=data["zh"],
        en=data["en"],
        type=_type(data["type"]),
        phases=tuple(data["phases"]),
        level=data["level"],
        source=data["source"],
        rows=tuple(data["rows"]),
        note_zh=data["note"][0],
        note_en=data["note"][1],
        materials=tuple(data.get("materials", ())),
        step=data.get("step", ""),
        example_zh=example[0],
        example_en=example[-1],
        always=tuple(MATERIAL_OF if always is True else always),
    )


_DATA: Final = json.loads(files(__package__).joinpath("fields.json").read_text(encoding="utf-8"))

FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {data["id"]: _field(data) for data in _DATA["fields"]}
)
"""All 150, by id, in the order of the table."""

PARTS: Final[Mapping[str, Label]] = MappingProxyType(
    {part: Label(zh, en) for part, (zh, en) in _DATA["parts"].items()}
)
"""What each first word of an id (``decl``, ``item``, …) stands for."""

STEP_LABELS: Final[Mapping[str, Label]] = MappingProxyType(
    {step: Label(zh, en) for step, (zh, en) in _DATA["steps"].items()}
)
"""What is done in each of ``STEPS``."""

CLEANLINESS: Final[Mapping[str, tuple[Label, ...]]] = MappingProxyType(
    {
        device: tuple(Label(zh, en) for zh, en in items)
        for device, items in _DATA["cleanliness"].items()
    }
)
"""What a cleanliness check looks at, for a ``computer`` and a ``phone``."""


_LAST: Final = ("decl.truth_statement", "decl.created_at", "decl.signature")


def in_flow(material: str | None = None) -> list[Field]:
    """Return the fields a declarant fills in, in the recommended order of work.

    With a ``material`` only those that are asked for it. Within its step the
    pledge comes after what it vouches for, then the time, then the signature.
    """
    asked = [
        one
        for one in FIELDS.values()
        if one.source == "declarant" and (material is None or one.applies_to(material))
    ]

    def place(one: Field) -> tuple[int, int]:
        return STEPS.index(one.step), _LAST.index(one.id) if one.id in _LAST else -1

    return sorted(asked, key=place)
