"""G11: identity, digitised material and direct submission under the Online Litigation Rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, stating, words
from ..case import Case
from ..circumstances import summaries
from ..derived import value_of
from ..derived_log import is_low, is_readable, name_of
from ..examination import COURT, DECLARED, MISSING, NO_WORDING, NOT_APPLICABLE, PRESENT, Text
from ..media_facts import MESSAGES
from ..needs import NOTICE, Found, Needs, of, plainly
from ..originals import carrier_doubt, is_lost
from ..rules import Row
from ..stating import sentence
from .article_19 import carrier_at_hand


def _account(case: Case, row: Row, needs: Needs) -> Found:
    if case.material.receipt is None:
        return Found(COURT, NO_WORDING, words.text("why.no_receipt"))
    if case.known.filled("anc.submitter"):
        return Found(COURT, PRESENT)
    return Found(COURT, NO_WORDING, words.text("why.not_real_name"), is_open=True)


def _docked(case: Case, row: Row, needs: Needs) -> Found:
    direct = case.known.get("pres.channel") == "platform_direct"
    if direct:
        return Found(DECLARED, PRESENT)
    said = None
    if case.known.filled("pres.channel"):
        said = saying.named(stating.label("pres.channel"), case.said("pres.channel"))
    return Found(MISSING, MISSING, said)


def _original(case: Case, row: Row, needs: Needs) -> Found:
    doubt = carrier_doubt(case)
    if doubt is not None:
        return Found(COURT, MISSING if is_lost(case) else NO_WORDING, doubt, is_open=True)
    return Found(COURT, PRESENT if carrier_at_hand(case) else MISSING)


def _legible(case: Case, row: Row, needs: Needs) -> Found:
    """M12-02: computed over the files themselves, whatever the record says.

    Of most files only the header is read, so the sentence that they can be
    opened is used only where all are chats, which are read to the end.
    """
    files = case.sealed()
    if not files:
        return Found(MISSING, NO_WORDING, words.text("why.no_files"))
    unknown = [name_of(file) for file in files if not is_readable(file)]
    unclear = [name_of(file) for file in files if is_readable(file) and is_low(file)]
    parts = [
        saying.named(words.text(key), saying.listed(names, saying.ENUMERATION))
        for key, names in (("why.formats_unknown", unknown), ("why.unclear", unclear))
        if names
    ]
    if parts:
        return Found(MISSING, NO_WORDING, sentence(parts), is_open=True)
    if all(file.kind in MESSAGES for file in files):
        return Found(DECLARED, PRESENT)
    kinds = value_of(case, row.id, "derived.formats")
    known = words.text("why.formats_known", known=len(files) - len(unknown), all=len(files))
    said = saying.run(known, saying.SEMICOLON, saying.named(words.text("formats"), kinds))
    return Found(DECLARED, NO_WORDING, said)


def _notarised(case: Case, row: Row, needs: Needs) -> Found:
    found = plainly(case, row, needs)
    scopes = {item.get("scope") for item in case.known.items("cor.notarial")}
    if found.wording == PRESENT and not scopes & {"content", "both"}:
        key = "why.digitising_scope" if "process" in scopes else "why.scope_unsaid"
        return Found(MISSING, NO_WORDING, words.text(key))
    return found


def _compared(case: Case, row: Row, needs: Needs) -> Found:
    """M13-04: what is declared is a plan for showing it; the sentence says that it is no comparison."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    return Found(DECLARED, NO_WORDING, words.text("why.not_compared"), is_open=True)


def _converted(case: Case, row: Row, needs: Needs) -> Found:
    """M13-05: nothing was converted is an answer, and then there is nothing to compare."""
    found = plainly(case, row, needs)
    if found.wording == PRESENT and not case.known.items("item.conversions"):
        return Found(NOT_APPLICABLE, NO_WORDING, words.text("why.no_conversion"))
    return found


def _may_hold_others(case: Case) -> list[Text]:
    """Return by which signs the material may hold another's information, whatever is declared of it."""
    known = case.known
    counted = summaries(case)
    signs = {
        "private": known.member("law.privacy", "private_chat") is True,
        "transfer": any(item.get("type") == "transfer" for item in known.items("cor.records")),
        "counted": any(each.transfers for each in counted),
        "personal": any(each.personal for each in counted),
        "payment": known.kind == "payment",
    }
    return [words.text(f"others.{name}") for name, there in signs.items() if there]


def _closed(case: Case, row: Row, needs: Needs) -> Found:
    """M27-01: whether there is something to close the doors for, and a copy without it."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return Found(found.status, NO_WORDING, found.why or words.text("why.secrets_unsaid"))
    known = case.known
    secret = known.get("law.secrets") not in (None, "none_known")
    personal = known.member("law.pi", "sensitive") == "some" or any(
        known.member("law.pi", name) is True for name in ("third_party", "minors")
    )
    if not secret and not personal:
        signs = _may_hold_others(case)
        if signs:
            why = saying.named(
                words.text("why.secrets_possible"), saying.joined(signs, saying.ENUMERATION)
            )
            return Found(MISSING, NO_WORDING, why, is_open=True)
        return Found(NOT_APPLICABLE, NO_WORDING, words.text("why.no_secrets"))
    redacted = known.items("scope.redactions")
    whole = redacted and all(item.get("original_digest") for item in redacted)
    return found if whole else Found(MISSING, MISSING)


ROWS: Final[Mapping[str, Needs]] = {
    "M07-01": Needs(judge=_account),
    "M11-01": Needs(of=("item.conversions",), judge=_converted),
    "M11-02": Needs(judge=_docked),
    "M12-01": Needs(judge=_original),
    "M12-02": Needs(judge=_legible),
    "M12-03": NOTICE,
    "M13-01": NOTICE,
    "M13-02": Needs(of=("cor.notarial",), judge=_notarised),
    "M13-03": of("cor.prior_use"),
    "M13-04": Needs(of=("pres.demo_plan",), judge=_compared),
    "M13-05": Needs(of=("item.conversions",), judge=_converted, contradicted=NO_WORDING),
    "M27-01": Needs(of=("law.secrets", "law.pi"), judge=_closed, contradicted=MISSING),
}
