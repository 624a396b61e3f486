"""What is known of the 150 fields: from the record, the platform's declaration, the log.

A record that is not reached from the anchored manifest is not read at all. A
field of ``plat.*`` is only what the operator declared, one of ``anc.*`` and
``ver.*`` only what the verification computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from ..evidence.provenance.fields import FIELDS, MATERIAL_OF, Type
from ..evidence.provenance.record import NotApplicable, Record, Unknown
from . import logged, phrases, saying, words
from .examination import Text
from .material import Material
from .withheld import is_unseen

GIVEN: Final = "given"
UNKNOWN: Final = "unknown"
NOT_APPLICABLE: Final = "not_applicable"
ABSENT: Final = "absent"

_BY_CONTENT: Final = {
    "chat": "chat", "mail": "mail", "sms": "sms", "payment": "payment", "audio": "audio_video", "video": "audio_video",
}  # fmt: skip
"""Kinds of content that show by themselves what kind of material a file is."""
_SAYS_SOMETHING_EMPTY: Final = frozenset(
    # "There was none" is an answer to these; to any other list it is "nothing to show".
    ("item.conversions", "scope.gaps", "scope.redactions", "cust.events", "plat.incidents")
)


class Known:
    """The values by field, whoever supplied them."""

    def __init__(self, material: Material) -> None:
        self.record = usable_record(material)
        declared = material.declaration.values if material.declaration is not None else {}
        own: Mapping[str, Any] = self.record.values if self.record is not None else {}
        opened = {each.commitment: each.value for each in material.annex if not each.code}
        self._values: dict[str, Any] = {**_open(own, opened), **declared}
        self._computed = logged.computed(material)
        self._withheld = material.withheld
        self.kind = self._kind(material)

    def _kind(self, material: Material) -> str | None:
        """Return the kind of material: as declared, else as the content shows, else None."""
        declared = self.get("item.kind")
        if declared is not None:
            return MATERIAL_OF.get(str(declared))
        if material.withheld is not None:
            return None  # what is shown need not be all of it
        kinds = {each.kind for each in material.files if each.role == "original"}
        found = {_BY_CONTENT.get(kind) for kind in kinds}
        return found.pop() if len(found) == 1 else None

    def state(self, field: str) -> str:
        """Return ``given``, ``unknown``, ``not_applicable`` or ``absent``."""
        if field in self._computed:
            return GIVEN
        value = self._values.get(field)
        if value is None:
            return ABSENT
        if isinstance(value, Unknown):
            return UNKNOWN
        return NOT_APPLICABLE if isinstance(value, NotApplicable) else GIVEN

    def get(self, field: str) -> Any | None:
        """Return the value given, or None."""
        return self._values.get(field) if self.state(field) == GIVEN else None

    def items(self, field: str) -> list[Any]:
        """Return the items of a list, none where it is not given."""
        value = self.get(field)
        return value if isinstance(value, list) else []

    def member(self, field: str, name: str) -> Any | None:
        """Return a member of an object, None where it is not given."""
        value = self.get(field)
        return value.get(name) if isinstance(value, dict) else None

    def reason(self, field: str) -> str | None:
        """Return why the declarant could not or need not answer, in their words."""
        value = self._values.get(field)
        return value.reason if isinstance(value, Unknown | NotApplicable) else None

    def filled(self, field: str) -> bool:
        """Whether there is an answer with something in it."""
        if field in self._computed:
            return True
        value = self.get(field)
        if value is None:
            return False
        if isinstance(value, str | list | dict) and not value:
            return field in _SAYS_SOMETHING_EMPTY
        return True

    def applies(self, field: str) -> bool:
        """Whether the field is asked for this kind of material; an unknown kind excludes nothing."""
        return self.kind is None or FIELDS[field].applies_to(self.kind)

    def said(self, field: str) -> Text:
        """Return the field's value in words."""
        if field in self._computed:
            return self._computed[field]
        state = self.state(field)
        if state != GIVEN:
            return self._instead(field, state)
        phrase = phrases.PHRASES.get(field)
        if phrase is not None:
            return phrase(self._values[field])
        return saying.said(FIELDS[field].type, self._values[field])

    def said_member(self, field: str, name: str) -> Text:
        """Return a member in words: of an object, or of each object of a list in order."""
        if f"{field}#{name}" in self._computed:
            return self._computed[f"{field}#{name}"]
        state = self.state(field)
        if state != GIVEN:
            return self._instead(field, state)
        return saying.each_member(FIELDS[field].type, self._values.get(field), name)

    def _instead(self, field: str, state: str) -> Text:
        if state == UNKNOWN:
            return saying.UNKNOWN
        if state == NOT_APPLICABLE:
            return saying.NOT_APPLICABLE
        if is_unseen(self._withheld, (field,)):
            return words.text("withheld.value")
        return saying.NOT_STATED if self.applies(field) else saying.OTHER_KIND

    def digests(self, field: str, *, but: tuple[str, ...] = ()) -> list[bytes]:
        """Return every SHA-256 inside the field's value, without those of the members named."""
        value = self.get(field)
        return [] if value is None else list(_digests(FIELDS[field].type, value, but))


def usable_record(material: Material) -> Record | None:
    """Return the record if it may be used: bound, or not yet anchored."""
    if material.result is not None and not material.record_bound:
        return None
    return material.record


def _open(value: Any, opened: Mapping[str, str]) -> Any:
    """Return a value with what an annex opened in the place of its commitments."""
    if not opened:
        return value
    if isinstance(value, str):
        return opened.get(value, value)
    if isinstance(value, dict | MappingProxyType):
        return {name: _open(each, opened) for name, each in value.items()}
    return [_open(each, opened) for each in value] if isinstance(value, list) else value


def _digests(kind: Type, value: Any, but: tuple[str, ...]) -> Iterator[bytes]:
    if kind.kind == "digest" and isinstance(value, str):
        if len(value) == 64:
            yield bytes.fromhex(value)
    elif kind.kind == "list" and kind.item is not None and isinstance(value, list):
        for item in value:
            yield from _digests(kind.item, item, but)
    elif kind.kind == "object" and isinstance(value, dict):
        for member in kind.members:
            if member.name in value and member.name not in but:
                yield from _digests(member.type, value[member.name], but)
