"""Computed values about the platform: its declaration, and the reports and standards that it lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..evidence.provenance.fields import FIELDS
from . import saying, words
from .case import Case
from .derived_source import given
from .examination import Text

COVERS: Final = {
    "M17-04": "cleanliness",
    "M17-05": "security",
    "M17-08": "system_environment",
    "M17-09": "technical_security",
    "M17-10": "encryption",
}
"""What a standard or report must be said to cover to be named in a row."""
_SECURITY: Final = ("plat.security", "plat.retention", "plat.mlps")


def covering(case: Case, field: str, row: str) -> list[dict[str, Any]]:
    """Return the standards or reports that a row may name: those that say that they cover its factor."""
    wanted = COVERS.get(row)
    return [
        item
        for item in case.known.items(field)
        if wanted is None or wanted in (item.get("covers") or ())
    ]


def _member(field: str, item: dict[str, Any], name: str) -> Text:
    inner = FIELDS[field].type.item
    return saying.NOT_STATED if inner is None else saying.each_member(inner, item, name)


def _named(field: str, name: str, note: str = "") -> Callable[[Case, str], Text]:
    """Return a member of each covering item in order, with another member in brackets."""

    def value(case: Case, row: str) -> Text:
        found: list[Text] = []
        for item in covering(case, field, row):
            text = _member(field, item, name)
            noted = item.get(note)
            found.append(saying.in_brackets(text, _member(field, item, note)) if noted else text)
        filled = case.known.filled(field)
        return saying.listed(found, empty=saying.NONE if filled else case.said(field))

    return value


def _declaration_date(case: Case, row: str) -> Text:
    declaration = case.material.declaration
    return saying.NOT_STATED if declaration is None else saying.instant(declaration.made)


def _docked(case: Case, row: str) -> Text:
    return words.text(
        "docked" if case.known.get("pres.channel") == "platform_direct" else "not_docked"
    )


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "declaration_date": _declaration_date,
    "relations_denied": lambda case, _: case.said("plat.independence"),
    "audit_reports": _named("plat.audits", "type", "digest"),
    "audit_issuers": _named("plat.audits", "by"),
    "audit_dates": _named("plat.audits", "date"),
    "standards": _named("plat.standards", "std_no", "claim"),
    "standards_evidence": _named("plat.standards", "evidence"),
    "docked": _docked,
    "security_measures": lambda case, _: saying.listed(
        given(case, _SECURITY), empty=case.said(_SECURITY[0])
    ),
}
