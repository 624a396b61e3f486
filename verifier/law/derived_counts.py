"""Computed values that count what a field lists, and what of it corroborates or was notarised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from . import saying
from .case import Case
from .examination import Text

_CORROBORATION: Final = ("cor.records", "cor.peer_copy", "cor.platform", "cor.admission")


def _count(*fields: str) -> Callable[[Case, str], Text]:
    def value(case: Case, row: str) -> Text:
        total = 0
        for field in fields:
            value = case.known.get(field)
            if isinstance(value, list):
                total += len(value)
            elif isinstance(value, dict):
                total += value.get("available") is not False
        return saying.same(total)

    return value


_corroborating = _count(*_CORROBORATION)


def corroborating(case: Case) -> int:
    """Return how many items are listed that could corroborate."""
    return int(_corroborating(case, "").zh)


def _notarised(word: str) -> Callable[[Case, str], Text]:
    def value(case: Case, row: str) -> Text:
        scopes = {item.get("scope") for item in case.known.items("cor.notarial")}
        if not scopes:
            return case.said("cor.notarial")
        return saying.yes_no(bool(scopes & {word, "both"}))

    return value


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "corroborating_items": _corroborating,
    "content_notarised": _notarised("content"),
    "process_notarised": _notarised("process"),
    "printouts": _count("pres.printouts"),
    "carriers": _count("pres.carriers"),
    "link_bases": _count("acct.peer.link_basis"),
    "redactions": _count("scope.redactions"),
    "translations": _count("pres.translation"),
}
