"""G4, Article 19: expert opinion, appraisal, evidence the court can retrieve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..case import Case
from ..examination import COURT, MISSING, PRESENT
from ..needs import Found, Needs, of
from ..originals import carrier_doubt
from ..rules import Row


def _annex(case: Case, row: Row, needs: Needs) -> Found:
    return Found(COURT, MISSING if case.result is None else PRESENT)


def carrier_at_hand(case: Case) -> bool:
    """Whether the original carrier is declared to be kept, or able to be produced."""
    kept = case.known.get("src.carrier.status") in {"preserved", "altered"}
    return kept or case.known.member("src.carrier.available_for_court", "available") is True


def _appraisal(case: Case, row: Row, needs: Needs) -> Found:
    """M19-02: "not available" is said only where the declarant says so of the carrier."""
    if carrier_at_hand(case) or case.known.filled("acq.tool"):
        return Found(COURT, PRESENT)
    return Found(COURT, MISSING, carrier_doubt(case))


ROWS: Final[Mapping[str, Needs]] = {
    "M19-01": Needs(judge=_annex),
    "M19-02": Needs(judge=_appraisal),
    "M19-03": of(("acct.peer.realname_query", "cor.platform", "gen.server_copy")),
}
