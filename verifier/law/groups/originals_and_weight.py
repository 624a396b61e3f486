"""G7: originals, original carriers, single and overall evaluation of evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...result import PASSED
from .. import saying, stating, words
from ..case import Case
from ..derived_log import is_stamped
from ..derived_messages import chats, doubts
from ..examination import DECLARED, MISSING, NO_WORDING, PRESENT
from ..needs import NOTICE, Found, Needs, of, plainly
from ..originals import carrier_doubt, not_registered
from ..rules import Row
from .article_16 import found_or_not


def _conditions(case: Case, row: Row, needs: Needs) -> Found:
    """M15-03: sender, recipient and time, out of the file itself or as declared.

    The sentence speaks of a file that has not changed since a time, so it is
    used only where the verification passed and that time is proven from outside
    the log; the status does not depend on that.
    """
    found = plainly(case, row, needs)
    readable = any(each.senders and each.earliest is not None for _, each in chats(case))
    if found.wording == MISSING and readable:
        found = Found(DECLARED, PRESENT)
    if found.wording == PRESENT and case.result is not None and case.result.verdict != PASSED:
        return Found(found.status, NO_WORDING, words.text("why.not_passed"))
    if found.wording == PRESENT and case.result is None:
        return Found(found.status, NO_WORDING, words.text("why.not_anchored"))
    if found.wording == PRESENT and not is_stamped(case):
        return Found(found.status, NO_WORDING, words.text("why.same_as_registered"))
    return found


def _doubts(case: Case, row: Row, needs: Needs) -> Found:
    return found_or_not(case, is_there=bool(doubts(case)))


def _checkable(case: Case, row: Row, needs: Needs) -> Found:
    """M90-02: a carrier that cannot be produced is as good as none for checking a copy."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    available = case.known.member("src.carrier.available_for_court", "available")
    doubt = carrier_doubt(case)
    if available is False:
        return Found(MISSING, MISSING, doubt or words.text("why.not_available"))
    return found if doubt is None else Found(MISSING, NO_WORDING, doubt)


def _kept(case: Case, row: Row, needs: Needs) -> Found:
    """M15-01: the sentence speaks of the carrier as it was, and of a place."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    doubt = carrier_doubt(case)
    if doubt is None and case.known.member("src.carrier.custody", "location"):
        return found
    custodian = saying.named(
        words.text("why.held_by"), case.member("src.carrier.custody", "custodian")
    )
    parts = [custodian]
    if not case.known.member("src.carrier.custody", "location"):
        parts.append(words.text("why.place_unsaid"))
    if doubt is not None:
        return Found(MISSING, NO_WORDING, stating.sentence([*parts, doubt]))
    said = case.said("src.carrier.available_for_court")
    parts.append(saying.named(words.text("why.producible"), said))
    return Found(found.status, NO_WORDING, stating.sentence(parts))


def _uncontaminated(case: Case, row: Row, needs: Needs) -> Found:
    """M24-01: that there was none of either is no measure."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    protection = case.known.get("acq.write_protect")
    sealed = case.known.member("src.carrier.sealing", "sealed")
    if protection not in {None, "none"} or sealed is True:
        return found
    key = "seal_unsaid" if sealed is None else "protection_unsaid"
    if protection is not None and sealed is not None:
        key = "no_protection"
    return Found(MISSING, NO_WORDING, words.text(f"why.{key}"))


def _from_the_data(case: Case, row: Row, needs: Needs) -> Found:
    """M15-02: how a copy relates to the registered files is open while it has no digest."""
    found = plainly(case, row, needs)
    absent = not_registered(case)
    if found.wording != PRESENT or absent is None:
        return found
    return Found(MISSING, NO_WORDING, absent)


ROWS: Final[Mapping[str, Needs]] = {
    "M14-01": of("item.category"),
    "M15-01": Needs(
        of=("src.carrier.custody", "src.carrier.available_for_court"),
        kinds=("audio_video",),
        judge=_kept,
    ),
    "M15-02": Needs(
        of=(("item.conversions", "pres.printouts"),),
        judge=_from_the_data,
        contradicted=NO_WORDING,
    ),
    "M15-03": Needs(of=("gen.period", "acct.own.id", "acct.peer.id"), judge=_conditions),
    "M23-01": NOTICE,
    "M24-01": Needs(of=(("acq.write_protect", "src.carrier.sealing"),), judge=_uncontaminated),
    "M25-01": NOTICE,
    "M87-01": NOTICE,
    "M87-03": of("pres.evidence_list"),
    "M87-05": of("decl.declarant", "acq.operator"),
    "M88-01": of("cor.records"),
    "M89-01": of("cor.admission"),
    "M90-01": Needs(judge=_doubts, missing_is_open=False),
    "M90-02": Needs(of=("src.carrier.available_for_court",), judge=_checkable),
    "M95-01": NOTICE,
    "M104-01": NOTICE,
    "M108-01": NOTICE,
}
