"""Which attached material backs a row: files that the digests of the row's own fields name.

A file is attached material only if it was sealed beside the evidence: the
contested file itself backs nothing, under whatever name it is listed again.
One file backs a row only through the field that is about the row's point; that
a digest stands somewhere among a row's inputs is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .case import CONTESTED, Case

__all__ = ["CONTESTED", "FIELDS_OF", "artifacts", "is_attached"]

_NAMES_THE_CONTESTED: Final[Mapping[str, tuple[str, ...]]] = {
    "pres.transcripts": ("media_digest",),
    "pres.translation": ("of_digest",),
    "item.conversions": ("digest_before",),
}
"""Members that say what something was made from, not what backs the row."""
FIELDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "M16-09": ("item.conversions",),
    "M17-04": ("plat.audits",),
    "M17-05": ("plat.audits",),
    "M17-08": ("plat.audits",),
    "M17-09": ("plat.audits",),
    "M18-04": ("cor.notarial",),
    "M18-05": ("cor.witness",),
    "M18-06": ("cor.records", "cor.platform", "cor.admission"),
    "M18-07": ("acq.env_check",),
    "M18-08": ("acq.log", "acq.recording", "acq.steps"),
    "M19-02": ("cor.appraisal",),
    "M19-03": ("acct.peer.realname_query", "cor.platform"),
    "M93-03": ("acq.log",),
    "M93-07": ("item.conversions",),
    "M94-01": ("cor.admission",),
    "M94-02": ("cor.platform",),
    "M94-06": ("cor.notarial",),
    "M15-02": ("item.conversions",),
    "M24-01": ("src.carrier.sealing",),
    "M87-03": ("pres.evidence_list",),
    "M88-01": ("cor.records",),
    "M89-01": ("cor.admission",),
    "M106-01": ("law.account_consent",),
    "M106-06": ("acq.recording",),
    "N2-03": ("acct.own.profile_screens", "acct.peer.profile_screens"),
    "N2-04": ("pres.transcripts",),
    "N2-07": ("cor.notarial",),
    "N3-02": ("scope.full_available",),
    "N6-02": ("acct.peer.profile_screens",),
    "N6-06": ("acct.own.realname",),
    "N6-07": ("acct.peer.link_basis",),
    "N6-08": ("cor.records",),
    "W03-01": ("acct.peer.link_basis", "acct.peer.realname_query"),
    "W03-02": ("acq.recording",),
    "W04-01": ("cor.admission",),
    "W04-02": ("acct.peer.realname_query", "cor.witness"),
    "W05-01": ("acct.peer.realname_query",),
    "W06-01": ("cor.notarial",),
    "W07-01": ("acct.peer.link_basis",),
    "W08-02": ("cust.backup",),
    "M11-01": ("item.conversions",),
    "M13-02": ("cor.notarial",),
    "M13-05": ("item.conversions",),
    "M27-01": ("scope.redactions",),
    "MP-02": ("scope.redactions",),
    "MI-04": ("acq.steps",),
    "MC-03": ("pres.transcripts",),
    "MZ-02": ("pres.translation",),
}
"""Row → the fields whose files back it; no other row is backed by a file."""


def is_attached(case: Case, sha256: bytes) -> bool:
    """Whether a file of the package with this digest is material beside the evidence."""
    same = case.by_digest.get(sha256)
    return same is not None and not same.contested


def artifacts(case: Case, row: str) -> list[int]:
    """Return the positions of the attached files that the row's own fields name."""
    wanted = {
        digest
        for field in FIELDS_OF.get(row, ())
        for digest in case.known.digests(field, but=_NAMES_THE_CONTESTED.get(field, ()))
    }
    return sorted(
        position
        for digest in wanted
        if digest in case.by_digest and is_attached(case, digest)
        for position in case.by_digest[digest].positions
    )
