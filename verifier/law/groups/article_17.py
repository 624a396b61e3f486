"""G2, Article 17: the platform's own declaration, and what a copy of the log shows.

A sentence about the platform is used only where each of its places is filled
from the platform's declaration. What it says is quoted beside the sentence or
in its place, with what it leaves out: a text can also say "never".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from ...evidence.provenance.fields import FIELDS
from .. import saying, words
from ..case import Case
from ..circumstances import circumstances, is_log_scanned, not_searched
from ..consistency.values import comparable, says_none
from ..derived_log import anomalies
from ..derived_platform import covering
from ..derived_source import label_of
from ..examination import (
    CONSISTENT,
    COURT,
    DECLARED,
    FAIL,
    MISSING,
    NO_WORDING,
    NOT_CHECKED,
    PRESENT,
    Text,
)
from ..needs import Found, Needs
from ..not_read import receipt_not_read
from ..rules import Row

_RECORDS: Final = ("plat.admin_controls", "plat.incidents")
_RELATIONS: Final = ("shareholding", "contracts", "fees", "case_interest")
_IN_FORCE: Final = frozenset(
    ("有效", "正常", "在册", "已备案", "备案有效", "valid", "active", "in force", "registered")
)
"""What a filing's status can say to be printed as a filing; any other word is only quoted."""
_ON_CLIENT: Final = re.compile(
    r"(客户端|本地|浏览器).*(摘要|哈希|散列)|(摘要|哈希|散列).*(客户端|本地|浏览器)"
    r"|\b(client|local|browser).*\b(digest|hash)|\b(digest|hash).*\b(client|local|browser)",
    re.IGNORECASE | re.DOTALL,
)
_NEGATED: Final = re.compile(r"不|未|无|没|非|\b(not|no|never|without)\b", re.IGNORECASE)


def _trigger(case: Case, row: Row, needs: Needs) -> Found:
    open_ = [each for each in case.rows.values() if each.row.group == "G1" and each.row.cls == "A"]
    if case.result is None:
        return Found(COURT, MISSING)
    listed = any(each.status != CONSISTENT for each in open_) or circumstances(case)
    return Found(COURT, PRESENT if listed else MISSING, not_searched(case))


def _declares(case: Case, fields: Sequence[str], lacks: Sequence[Text]) -> Text:
    """Return what the platform declares in its own words, and what it does not state."""
    if len(fields) == 1 and case.said(fields[0]) != saying.NONE:
        texts = [case.said(fields[0])]
    else:
        texts = [saying.named(label_of(field), case.said(field)) for field in fields]
    said = saying.named(words.text("platform_declares"), saying.listed(texts))
    said = saying.run(said, words.text("unverified"))
    if not lacks:
        return said
    left_out = saying.run(words.text("not_stated_of"), saying.listed(lacks, saying.ENUMERATION))
    return saying.run(said, saying.SEMICOLON, left_out)


def _platform(
    *fields: str, lacks: Callable[[Case, str], list[Text]]
) -> Callable[[Case, Row, Needs], Found]:
    """Return the rule of a row on the platform: complete, quoted with what it lacks, or missing."""

    def rule(case: Case, row: Row, needs: Needs) -> Found:
        given = [field for field in fields if case.known.filled(field)]
        if not given:
            return Found(MISSING, MISSING)
        left_out = lacks(case, row.id)
        why = _declares(case, given, left_out)
        return Found(MISSING, NO_WORDING, why) if left_out else Found(DECLARED, PRESENT, why)

    return rule


def _without(case: Case, field: str, *members: str) -> list[Text]:
    """Return the names of a field, or of those of its members, that the platform does not fill."""
    known, kind = case.known, FIELDS[field].type
    if not members:
        return [] if known.filled(field) else [label_of(field)]
    found = (kind.member(name) for name in members if known.member(field, name) in (None, ""))
    return [saying.ours(member.zh, member.en) for member in found if member is not None]


def _filing(case: Case, row: str) -> list[Text]:
    """M17-01: a filing that is not said to be in force is not printed as one."""
    lacks = _without(case, "plat.filing", "no", "service_name")
    status = str(case.known.member("plat.filing", "status") or "").strip().casefold()
    return lacks if status in _IN_FORCE else [*lacks, words.text("lacks.filing_in_force")]


def _cleanliness(case: Case, row: str) -> list[Text]:
    report = covering(case, "plat.audits", row)
    return _without(case, "plat.clean") + ([] if report else [words.text("lacks.report")])


def _reliability(case: Case, row: str) -> list[Text]:
    return [*_without(case, "plat.reliability"), *_without(case, "plat.incidents")]


def _standard(case: Case, row: str) -> list[Text]:
    """M17-08 to M17-10: a standard counts where it is said to cover this very factor."""
    found = covering(case, "plat.standards", row)
    if not found:
        return [words.text("lacks.standard")]
    proven = row == "M17-10" or all(item.get("evidence") for item in found)
    return [] if proven else [words.text("lacks.evidence")]


def _transmission(case: Case, row: Row, needs: Needs) -> Found:
    """M17-11: the sentence speaks of hashing on the client and a log; a text is only quoted."""
    if not case.known.filled("plat.transmission"):
        return Found(MISSING, MISSING)
    text = str(case.known.get("plat.transmission"))
    on_client = _ON_CLIENT.search(text) is not None and _NEGATED.search(text) is None
    lacks = [] if on_client else [words.text("lacks.client_digest")]
    lacks.append(words.text("lacks.transmission_log"))
    why = _declares(case, ["plat.transmission"], lacks)
    return Found(DECLARED if on_client else MISSING, NO_WORDING, why)


def _independence(case: Case, row: Row, needs: Needs) -> Found:
    """M17-02: "none of these with this party" only where each is said to be none, of this party."""
    if not case.known.filled("plat.independence"):
        return Found(MISSING, MISSING)
    declared = case.known.get("plat.independence")
    assert isinstance(declared, dict)
    lacks = _without(case, "plat.independence", *_RELATIONS, "statement")
    if not _names_party(case, declared.values()):
        lacks.append(words.text("lacks.party"))
    why = _declares(case, ["plat.independence"], lacks)
    if not lacks and all(says_none(declared[relation]) for relation in _RELATIONS):
        return Found(DECLARED, PRESENT, why)
    whole = all(declared.get(name) for name in (*_RELATIONS, "statement"))
    return Found(DECLARED if whole else MISSING, NO_WORDING, why)


def _names_party(case: Case, texts: Iterable[object]) -> bool:
    """Whether the party is named, by the very name in the record, standing alone in a text.

    A name can be contained in another, and nothing parts words in Chinese: the
    name counts between signs, white space or the ends of a text, not between
    letters. Only a declarant who is the party has the party's name.
    """
    name = comparable(str(case.known.member("decl.declarant", "name") or ""))
    if not name or case.known.member("decl.declarant", "role") != "party":
        return False
    alone = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return any(alone.search(comparable(str(text))) is not None for text in texts)


def _interference(case: Case, row: Row, needs: Needs) -> Found:
    """M17-03: a scan of the whole log answers what a program can; the rest is the court's."""
    if anomalies(case):
        return Found(COURT, FAIL)
    if is_log_scanned(case):
        return Found(COURT, PRESENT)
    given = [field for field in _RECORDS if case.known.filled(field)]
    if not given:
        return Found(COURT, MISSING)
    texts = [saying.named(label_of(field), case.said(field)) for field in given]
    return Found(COURT, NO_WORDING, saying.named(words.text("why.no_scan"), saying.listed(texts)))


def _offline(case: Case, row: Row, needs: Needs) -> Found:
    """M17-12: this very run is the offline verification, if there was a receipt to verify."""
    if case.result is None:
        return Found(NOT_CHECKED, NO_WORDING, words.text("why.not_anchored"))
    if case.material.receipt is None:
        why = receipt_not_read(case)
        return Found(NOT_CHECKED, MISSING if why is None else NO_WORDING, why)
    return Found(CONSISTENT, PRESENT, words.text("why.standards_not_checked"))


ROWS: Final[Mapping[str, Needs]] = {
    "M17-00": Needs(judge=_trigger),
    "M17-01": Needs(
        of=("plat.filing",), judge=_platform("plat.filing", lacks=_filing)
    ),
    "M17-02": Needs(of=("plat.independence",), judge=_independence),
    "M17-03": Needs(judge=_interference),
    "M17-04": Needs(
        of=("plat.clean",), judge=_platform("plat.clean", lacks=_cleanliness)
    ),
    "M17-05": Needs(
        of=("plat.mlps",),
        judge=_platform(
            "plat.mlps", "plat.security",
            lacks=lambda case, _: _without(case, "plat.mlps", "level", "cert_no", "assessed_on"),
        ),
    ),
    "M17-06": Needs(
        of=("plat.reliability", "plat.incidents"),
        judge=_platform("plat.reliability", "plat.incidents", lacks=_reliability),
    ),
    "M17-07": Needs(
        of=("plat.availability",),
        judge=_platform(
            "plat.availability", lacks=lambda case, _: _without(case, "plat.availability", "history")
        ),
    ),
    "M17-08": Needs(
        of=("plat.standards",), judge=_platform("plat.standards", lacks=_standard)
    ),
    "M17-09": Needs(
        of=("plat.standards",), judge=_platform("plat.standards", "plat.security", lacks=_standard)
    ),
    "M17-10": Needs(
        of=("plat.standards",), judge=_platform("plat.standards", "plat.crypto", lacks=_standard)
    ),
    "M17-11": Needs(of=("plat.transmission",), judge=_transmission),
    "M17-12": Needs(judge=_offline),
}  # fmt: skip
