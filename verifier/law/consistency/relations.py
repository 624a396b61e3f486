"""P-18: how the persons named are related to the party, to each other and to the platform."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ..material import Material
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import bounded, plain, says_none

_RELATION_ROWS: Final = ("M87-05",)
_PLATFORM_ROWS: Final = ("M17-02",)
_WITNESS: Final = "cor.witness"
_NOT_CHECKED: Final = "not checked"
"""The log's own word on who submitted."""
_SAME_WORD: Final = re.compile(
    r"未.{0,2}核|没有核|not (?:checked|verified)|unverified|unchecked", re.IGNORECASE
)


class _Person(NamedTuple):
    """Someone named in the record; ``key`` is the name for comparing."""

    field: str
    name: str
    key: str
    relation: str
    role: str


def relations(material: Material) -> CheckOutcome:
    """P-18: everyone named says how they are related to the party, and in one way.

    The party itself needs no relation. Persons are compared by name, without
    spaces, case and hidden characters; two who share a name are one here,
    which the sentences say.
    """
    sheet, look = Sheet("P-18"), Look(material)
    people = list(_people(look))
    if not people:
        return look.lacks(sheet, "decl.declarant", "acq.operator")
    party = next((person.key for person in people if person.role == "party"), None)
    incomplete = False
    for person in people:
        own = person.field == "decl.declarant"
        rows = _RELATION_ROWS + (_PLATFORM_ROWS if own else ())
        is_party = person.role == "party" or person.key == party
        if not person.relation and not is_party:
            incomplete = True
            sheet.raise_(
                "RELATION_MISSING", rows, (person.field,), who=person.field,
                name=bounded(person.name),
            )  # fmt: skip
        if person.field == _WITNESS and person.relation and not says_none(person.relation):
            sheet.raise_(
                "WITNESS_RELATED", rows, (person.field,), name=bounded(person.name),
                declared=bounded(person.relation),
            )  # fmt: skip
        if is_party and says_none(person.relation):
            sheet.contradiction(
                "PARTY_WITHOUT_RELATION",
                rows,
                (person.field, "decl.declarant"),
                who=person.field,
                name=bounded(person.name),
                declared=bounded(person.relation),
                found="party",
            )
    _same_name(sheet, people)
    _identity(sheet, look)
    _platform(sheet, look, people)
    if incomplete:
        return sheet.outcome("INCOMPLETE")
    why, values = look.why_not("decl.declarant", "acq.operator")
    return sheet.outcome(why, **values)


def _people(look: Look) -> Iterator[_Person]:
    """Yield declarant, operator and witnesses."""
    for field, relation in (
        ("decl.declarant", "relation_to_party"),
        ("acq.operator", "relation_to_party"),
        (_WITNESS, "relation"),
    ):
        value = look.get(field)
        for item in value if isinstance(value, list) else [value] if value else []:
            name = str(item.get("name", ""))
            said = str(item.get(relation, "")).strip()
            yield _Person(field, name, _key(name), said, str(item.get("role", "")))


def _key(name: str) -> str:
    return "".join(plain(name).split()).casefold()


def _same_name(sheet: Sheet, people: list[_Person]) -> None:
    """One name with two relations; a witness who is the declarant or made the extraction."""
    acting = [person for person in people if person.field != _WITNESS]
    for n, one in enumerate(acting):
        for other in people[n + 1 :]:
            if one.key != other.key:
                continue
            if other.field == _WITNESS:
                sheet.contradiction(
                    "WITNESS_IS_ACTING",
                    _RELATION_ROWS,
                    (one.field, other.field),
                    name=bounded(other.name),
                    declared=other.field,
                    found=one.field,
                )
            elif one.relation and other.relation and plain(one.relation) != plain(other.relation):
                sheet.contradiction(
                    "RELATION_DIFFERS",
                    _RELATION_ROWS,
                    (one.field, other.field),
                    name=bounded(other.name),
                    declared=bounded(one.relation),
                    found=bounded(other.relation),
                )


def _identity(sheet: Sheet, look: Look) -> None:
    """Raise a way of checking the identity where the service says that it checked none."""
    method = look.member("decl.identity", "verification_method")
    receipt = look.material.receipt
    if receipt is None or not isinstance(method, str):
        return
    if says_none(method) or _SAME_WORD.search(method):
        return  # both say that nobody checked
    if receipt.statement.identity.casefold() == _NOT_CHECKED:
        sheet.raise_(
            "IDENTITY_NOT_CHECKED_BY_SERVICE", _RELATION_ROWS, ("decl.identity",),
            declared=bounded(method), found=_NOT_CHECKED,
        )  # fmt: skip


def _platform(sheet: Sheet, look: Look, people: list[_Person]) -> None:
    """Is someone named here the platform's operator, or of its staff?"""
    declaration = look.material.declaration
    if declaration is None:
        return
    operator = declaration.values.get("plat.operator")
    name = str(operator.get("name", "")) if isinstance(operator, dict) else ""
    independence = declaration.values.get("plat.independence")
    said = independence.values() if isinstance(independence, dict) else ()
    none = next((text for text in said if says_none(text)), None)
    for person in people:
        if (name and person.key == _key(name)) or person.role == "platform_staff":
            add = sheet.contradiction if none is not None else sheet.raise_
            add(
                "PLATFORM_IS_NAMED",
                _PLATFORM_ROWS,
                (person.field, "plat.operator", "plat.independence"),
                who=person.field,
                name=bounded(person.name),
                declared=bounded(none) if none is not None else "-",
                found=bounded(name),
            )
