"""G9: the guideline of the Nansha court, step by step. Local, for reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, stating, words
from ..case import Case
from ..circumstances import stand_ins
from ..derived import value_of
from ..derived_log import name_of
from ..derived_messages import chats, gaps, recordings, without_transcript
from ..examination import COURT, DECLARED, MISSING, NO_WORDING, NOT_APPLICABLE, PRESENT, Text
from ..needs import NOTICE, Found, Needs, of, plainly
from ..originals import carrier_doubt, is_lost, not_registered
from ..rules import Row
from ..withheld import status_of

_NO_VALUE: Final = (
    saying.NOT_STATED, saying.UNKNOWN, saying.NOT_APPLICABLE, saying.OTHER_KIND,
)  # fmt: skip
_CHAT: Final = ("chat", "screenshot", "audio_video")
_SHOWN: Final = ("chat", "payment", "screenshot", "audio_video")


def _transcripts(case: Case, row: Row, needs: Needs) -> Found:
    """N2-04: every sealed recording needs a transcript that names its digest."""
    if recordings(case):
        missing = without_transcript(case)
        if any(file.kind != "audio" for file in missing):  # the sentence speaks of audio alone
            names = saying.listed([name_of(file) for file in missing], saying.ENUMERATION)
            why = saying.named(words.text("why.no_transcript_for"), names)
            return Found(MISSING, NO_WORDING, why)
        return Found(MISSING, MISSING) if missing else Found(DECLARED, PRESENT)
    found = plainly(case, row, needs)
    voice = sum(each.voice for _, each in chats(case))
    if voice:
        return Found(MISSING, NO_WORDING, words.text("why.voice", count=voice), is_open=True)
    if found.status != MISSING:
        return found
    if case.known.kind not in {None, "audio_video"}:
        return Found(NOT_APPLICABLE, NO_WORDING, words.text("why.no_recordings"))
    return Found(MISSING, NO_WORDING, words.text("why.no_transcripts"))


def _video(case: Case, row: Row, needs: Needs) -> Found:
    """N2-05: a carrier that is said to hold something else is none for the film."""
    found = plainly(case, row, needs)
    films = {file.sha256.hex() for file in recordings(case)}
    if not films and case.known.kind not in {None, "audio_video"}:
        return Found(NOT_APPLICABLE, NO_WORDING, words.text("why.no_video"))
    if found.wording != PRESENT:
        return found
    held = [item.get("contents_digest") for item in case.known.items("pres.carriers")]
    if not any(digest is None or digest in films for digest in held):
        return Found(MISSING, NO_WORDING, words.text("why.video_not_on"))
    return found


def _scope(case: Case, row: Row, needs: Needs) -> Found:
    """N3-01: an excerpt without the whole is open, and gaps are spoken of only where there are some."""
    found = plainly(case, row, needs)
    known = case.known
    if case.material.withheld is not None:
        return _of_a_disclosure(case, row, "withheld.process")
    whole = known.member("scope.full_available", "available") is True
    if found.wording == PRESENT and known.get("scope.assertion") == "excerpt" and not whole:
        denied = known.member("scope.full_available", "available") is False
        why = "why.excerpt_denied" if denied else "why.excerpt_not_available"
        return Found(MISSING, NO_WORDING, words.text(why), is_open=True)
    numbers, silences = gaps(case)
    if found.wording == MISSING and not numbers:  # a silence alone is no gap that was found
        scan = saying.named(words.text("gaps.scan"), value_of(case, row.id, "derived.gap_scan"))
        parts = [words.text("why.no_assertion"), scan]
        parts += [words.text("gaps.silence_is_none")] if silences else []
        return Found(found.status, NO_WORDING, stating.sentence(parts), is_open=True)
    ends = [value_of(case, row.id, f"derived.{which}_message") for which in ("first", "last")]
    if found.wording != PRESENT or not any(end in _NO_VALUE for end in ends):
        return found
    parts = [saying.named(words.text("why.assertion"), case.said("scope.assertion"))]
    if saying.OTHER_KIND not in ends:
        parts.append(saying.named(words.text("why.boundaries"), saying.NOT_STATED))
    scan = saying.named(words.text("gaps.scan"), value_of(case, row.id, "derived.gap_scan"))
    return Found(found.status, NO_WORDING, stating.sentence([*parts, scan]))


def _of_a_disclosure(case: Case, row: Row, key: str) -> Found:
    """N3-01, N3-02: what is shown is part of what was registered, whatever the record says of that."""
    withheld = case.material.withheld
    assert withheld is not None
    parts = [words.text("withheld.chosen"), withheld.sentence, words.text(key)]
    if case.known.filled("scope.assertion"):
        said = saying.named(words.text("why.assertion"), case.said("scope.assertion"))
        parts.append(saying.in_brackets(said, words.text("withheld.of_the_whole")))
    return Found(status_of(row.cls), NO_WORDING, stating.sentence(parts), True, True)


def _excerpt(case: Case, row: Row, needs: Needs) -> Found:
    if case.material.withheld is not None:
        return _of_a_disclosure(case, row, "withheld.selection")
    found = plainly(case, row, needs)
    if found.wording != PRESENT or case.known.get("scope.assertion") != "excerpt":
        return found
    reasoned = case.known.filled("scope.rationale")
    available = case.known.member("scope.full_available", "available")
    if reasoned and available is None:
        said = saying.named(words.text("why.excerpt"), case.said("scope.rationale"))
        parts = [said, words.text("why.full_unsaid")]
        return Found(COURT, NO_WORDING, stating.sentence(parts), is_open=True)
    if reasoned and not available:
        said = saying.named(words.text("why.excerpt"), case.said("scope.rationale"))
        parts = [said, words.text("why.full_denied")]
        return Found(COURT, NO_WORDING, stating.sentence(parts), is_open=True)
    return found if reasoned else Found(COURT, MISSING)


def _carrier(case: Case, row: Row, needs: Needs) -> Found:
    found = plainly(case, row, needs)
    doubt = carrier_doubt(case)
    if found.wording != PRESENT or doubt is None:
        return found
    return Found(MISSING, MISSING if is_lost(case) else NO_WORDING, doubt)


def is_others_account(case: Case) -> Text | None:
    """Return why the submitting side must not log in, None where nothing speaks against it."""
    holder = case.known.member("acct.own.id", "holder")
    if holder is not None and holder != "self":
        return words.text("why.other_holder")
    if case.known.get("law.method") in {"covert", "found", "remote_access"}:
        return saying.named(words.text("why.method_login"), case.said("law.method"))
    return None


def _shown(case: Case, row: Row, needs: Needs) -> Found:
    """N5-01, N6-01 to N6-03: nobody is told to log in to an account that is not theirs."""
    found = _attachments(case, row, needs) if row.id == "N6-03" else plainly(case, row, needs)
    if row.id == "N6-02":
        found = _identifiers(case, row, needs)
    barred = is_others_account(case)
    if barred is None or found.status == NOT_APPLICABLE:
        return found
    return Found(found.status, NO_WORDING, barred, is_open=found.wording == MISSING)


def _attachments(case: Case, row: Row, needs: Needs) -> Found:
    """N6-03: its sentence counts the attachments; what the chat only names was not supplied."""
    found = plainly(case, row, needs)
    named = stand_ins(case)
    if found.status != NOT_APPLICABLE and named is not None:
        return Found(MISSING, NO_WORDING, named, is_open=True)
    counted = value_of(case, row.id, "derived.attachments")
    if found.wording == PRESENT and counted == saying.NOT_STATED:
        return Found(found.status, NO_WORDING, words.text("why.no_attachments"))
    return found


def _copies(case: Case, row: Row, needs: Needs) -> Found:
    """N2-02: the table of digests holds no printout or carrier without a digest of its own."""
    found = plainly(case, row, needs)
    absent = not_registered(case)
    if found.wording != PRESENT or absent is None:
        return found
    return Found(MISSING, NO_WORDING, absent)


def _identifiers(case: Case, row: Row, needs: Needs) -> Found:
    """N6-02: a nickname alone does not find the other side in the contacts."""
    found = plainly(case, row, needs)
    named = any(
        item.get(name)
        for item in case.known.items("acct.peer.id")
        for name in ("account_id", "phone", "qq")
    )
    if found.wording == PRESENT and not named:
        return Found(MISSING, MISSING, case.said("acct.peer.id"))
    return found


def _demonstration(case: Case, row: Row, needs: Needs) -> Found:
    """N6-10: only other applications than those the guideline walks through."""
    name = str(case.known.get("app.name") or "").casefold()
    if not name:
        return Found(COURT, NO_WORDING, words.text("why.no_app"))
    walked = ("微信", "wechat", "weixin", "qq", "支付宝", "alipay")
    if any(word in name for word in walked):
        return Found(COURT, NO_WORDING, words.text("why.walked"))
    return Found(COURT, PRESENT)


ROWS: Final[Mapping[str, Needs]] = {
    "N1-01": of("item.kind"),
    "N2-01": of("acq.method"),
    "N2-02": Needs(of=("pres.printouts", "pres.carriers"), judge=_copies),
    "N2-03": of(
        "acct.own.profile_screens", "acct.peer.profile_screens", kinds=_SHOWN,
        contradicted=NO_WORDING,
    ),
    "N2-04": Needs(of=("pres.transcripts",), judge=_transcripts, contradicted=NO_WORDING),
    "N2-05": Needs(of=("pres.carriers",), judge=_video),
    "N2-06": of("pres.printouts"),
    "N2-07": of("cor.notarial"),
    "N2-08": NOTICE,
    "N3-01": Needs(of=("scope.assertion",), judge=_scope),
    "N3-02": Needs(of=("scope.assertion",), judge=_excerpt),
    "N4-01": Needs(
        of=("src.carrier.status", "src.carrier.custody", "src.carrier.available_for_court"),
        judge=_carrier,
    ),
    "N5-01": Needs(of=("pres.demo_plan",), judge=_shown),
    "N6-01": Needs(of=("pres.demo_plan", "acct.own.id"), kinds=_CHAT, judge=_shown),
    "N6-02": Needs(of=("pres.demo_plan", "acct.peer.id"), kinds=_CHAT, judge=_shown),
    "N6-03": Needs(of=("pres.demo_plan", "scope.counts"), kinds=_CHAT, judge=_shown),
    "N6-04": of("pres.demo_plan", "acct.own.id", "acct.peer.id", kinds=("mail",)),
    "N6-05": of("pres.demo_plan", "acct.own.id", "acct.peer.id", kinds=("sms",)),
    "N6-06": of("pres.demo_plan", "acct.own.id", "acct.own.realname", kinds=("payment",)),
    "N6-07": of("pres.demo_plan", "acct.peer.id", "acct.peer.link_basis", kinds=("payment",)),
    "N6-08": of("pres.demo_plan", "cor.records", kinds=("payment",)),
    "N6-09": of("pres.demo_plan"),
    "N6-10": Needs(judge=_demonstration),
}  # fmt: skip
