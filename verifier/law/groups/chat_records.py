"""G10: what practice asks of chat records (eleven points), above all whose account it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, stating, words
from ..case import Case
from ..circumstances import unscanned
from ..examination import COURT, MISSING, NO_WORDING, PRESENT
from ..needs import NOTICE, Found, Needs, of, plainly
from ..originals import is_lost
from ..rules import Row

_CHAT: Final = ("chat", "screenshot", "audio_video")
_PICTURES: Final = frozenset({"screenshot", "photo_of_screen"})


def _made_up(case: Case, row: Row, needs: Needs) -> Found:
    """W03-02: screenshots alone are what the row's sentence for "missing" speaks of."""
    found = plainly(case, row, needs)
    known = case.known
    available = known.member("src.carrier.available_for_court", "available")
    alone = known.get("acq.method") in _PICTURES and not (
        (known.filled("acq.recording") and known.member("acq.recording", "made") is not False)
        or available is True
        or known.member("cor.peer_copy", "comparison")
    )
    if not alone:
        return found
    if available is False or is_lost(case):
        return Found(COURT, MISSING)
    fields = ("src.carrier.available_for_court", "acq.recording", "cor.peer_copy")
    absent = [field for field in fields if not known.filled(field)]
    return Found(COURT, NO_WORDING, stating.partly(case, ["acq.method"], absent), is_open=True)


def _link(case: Case, row: Row, needs: Needs) -> Found:
    """W03-01: "only avatar and nickname" is said only where just these are declared."""
    found = plainly(case, row, needs)
    known = case.known
    people = known.items("acct.peer.id")
    only = people and not any(
        person.get(name) for person in people for name in ("account_id", "phone", "qq")
    )
    if found.wording == MISSING and only and known.items("acct.peer.profile_screens"):
        said = saying.named(words.text("why.nicknames"), case.said("acct.peer.id"))
        return Found(MISSING, MISSING, said)
    return found


def _recovery(case: Case, row: Row, needs: Needs) -> Found:
    """W02-01: its sentence speaks of a method that was used."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT or case.known.member("gen.recovery_used", "used") == "yes":
        return found
    said = saying.named(words.text("why.recovery"), case.said("gen.recovery_used"))
    return Found(found.status, NO_WORDING, said)


def _request(case: Case, row: Row, needs: Needs) -> Found:
    """W05-01: a request names an account and a period."""
    found = plainly(case, row, needs)
    named = any(item.get("account_id") for item in case.known.items("acct.peer.id"))
    if found.wording != PRESENT:
        return found
    if not named:
        said = saying.named(words.text("why.nicknames"), case.said("acct.peer.id"))
        return Found(MISSING, MISSING, said)
    if not case.known.filled("gen.period"):
        # The sentence takes its period from there.
        parts = [
            saying.named(stating.label(field), case.said(field))
            for field in ("acct.peer.id", "scope.period")
        ]
        return Found(found.status, NO_WORDING, stating.sentence(parts))
    return found


def _backup(case: Case, row: Row, needs: Needs) -> Found:
    found = plainly(case, row, needs)
    none = case.known.member("cust.backup", "exists") is False
    if found.wording == PRESENT and none:
        return Found(MISSING, MISSING, words.text("why.no_backup"))
    return found


def _other_phone(case: Case, row: Row, needs: Needs) -> Found:
    """W08-01: what both phones can be compared by: first and last message, digests."""
    found = plainly(case, row, needs)
    counted = any(each.first is not None for each in case.material.summaries.values())
    missing = unscanned(case)
    if not counted and missing is not None and found.wording != PRESENT:
        return Found(COURT, NO_WORDING, missing, is_open=True)
    return Found(COURT, PRESENT) if counted else found


ROWS: Final[Mapping[str, Needs]] = {
    "W01-01": of("item.category"),
    "W02-01": Needs(of=("gen.recovery_used",), judge=_recovery),
    "W03-01": Needs(of=("acct.peer.id", "acct.peer.link_basis"), judge=_link),
    "W03-02": Needs(of=("acq.method",), judge=_made_up),
    "W04-01": of("cor.admission"),
    "W04-02": of(("acct.peer.realname_query", "cor.witness"), kinds=(*_CHAT, "sms", "payment")),
    "W05-01": Needs(
        of=("acct.peer.id", ("gen.period", "scope.period")), kinds=_CHAT, judge=_request
    ),
    "W06-01": of("cor.notarial"),
    "W07-01": of(("acct.peer.link_basis", "cor.peer_copy"), kinds=_CHAT),
    "W08-01": Needs(of=("scope.boundaries",), judge=_other_phone),
    "W08-02": Needs(of=("cust.backup",), judge=_backup),
    "W09-01": NOTICE,
    "W10-01": NOTICE,
    "W11-01": NOTICE,
}
