"""G6, Article 94 of the Evidence Provisions: five grounds, and notarised content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, stating, words
from ..case import Case
from ..examination import MISSING, NO_WORDING, PRESENT
from ..needs import Found, Needs, of, plainly
from ..rules import Row


def _content(case: Case, row: Row, needs: Needs) -> Found:
    """M94-06: a certificate over the process alone is not one over the content."""
    found = plainly(case, row, needs)
    scopes = {item.get("scope") for item in case.known.items("cor.notarial")}
    if found.wording == PRESENT and not scopes & {"content", "both"}:
        key = "why.process_scope" if "process" in scopes else "why.scope_unsaid"
        return Found(MISSING, NO_WORDING, words.text(key))
    return found


def _agreement(case: Case, row: Row, needs: Needs) -> Found:
    """M94-05: no program can tell what a declared agreement agrees, or whether it denies one."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    fields = ("cor.agreement", "anc.agreed_platform")
    texts = [case.said(field) for field in fields if case.known.filled(field)]
    said = saying.named(words.text("why.agreement"), stating.sentence(texts))
    return Found(found.status, NO_WORDING, said)


def _adverse(case: Case, row: Row, needs: Needs) -> Found:
    """M94-01: no field says which party submitted or kept the data, so the sentence has no party."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    said = saying.named(words.text("why.admission"), case.said("cor.admission"))
    return Found(found.status, NO_WORDING, said)


ROWS: Final[Mapping[str, Needs]] = {
    "M94-01": Needs(of=("cor.admission",), judge=_adverse),
    "M94-02": of("cor.platform"),
    "M94-03": of("gen.normal_course"),
    "M94-04": of("cor.archive"),
    "M94-05": Needs(of=(("cor.agreement", "anc.agreed_platform"),), judge=_agreement),
    "M94-06": Needs(of=("cor.notarial",), judge=_content),
}
