"""Files that the record names in one place or several: are they there, and are they different?

A certificate, a slip and a screenshot are three things only if they are three
files, and support for the evidence only if they are not the evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .declared import Look
from .sheet import Sheet
from .values import digest_of, name_of

_FILE_ROWS: Final = ("M18-03",)
_SUPPORT_ROWS: Final = ("M18-06", "M88-01")
_SUPPORT: Final = (
    ("acct.own.profile_screens", ""), ("acct.own.realname", "digest"),
    ("acct.peer.profile_screens", ""), ("acct.peer.realname_query", "reply_digest"),
    ("src.carrier.sealing", "photos"), ("acq.tool", "sha256"), ("acq.log", ""),
    ("acq.recording", "digest"), ("acq.env_check", "report_digest"),
    ("cor.notarial", "digest"), ("cor.witness", "statement_digest"),
    ("cor.platform", "doc_digest"), ("cor.records", "digest"), ("cor.appraisal", "digest"),
    ("law.account_consent", "digest"), ("pres.transcripts", "text_digest"),
)  # fmt: skip
"""Each of these is a thing of its own: one file cannot be two of them without a word about it.

Left out is what points into other evidence: an admission may stand in the
chat itself, and a slip may also tell whose account it is.
"""
_ELSEWHERE: Final = frozenset((
    "acct.own.profile_screens", "acct.peer.profile_screens", "acq.tool", "acq.recording",
    "cor.records",
))  # fmt: skip
"""Whether these are the evidence itself, their own checks say."""
_NAMED: Final = (
    ("acct.own.realname", "digest"), ("acct.peer.link_basis", "digest"),
    ("acct.peer.realname_query", "reply_digest"), ("src.carrier.sealing", "photos"),
    ("acq.steps", "output_digest"), ("acq.log", ""), ("cust.backup", "digest"),
    ("cor.witness", "statement_digest"), ("cor.platform", "doc_digest"),
    ("cor.admission", "digest"), ("cor.appraisal", "digest"), ("law.account_consent", "digest"),
    ("pres.evidence_list", "digest"), ("pres.translation", "digest"),
    ("pres.printouts", "digest_of_source"),
)  # fmt: skip
"""Files of which no other check asks whether they are sealed."""


def not_sealed(sheet: Sheet, look: Look) -> None:
    """Raise each file that the record names by a digest that no sealed file has."""
    if look.no_files:
        return
    for field, member in _NAMED:
        for digest in _digests(look, field, member):
            if look.file_with(digest) is None:
                sheet.raise_("NAMED_NOT_SEALED", _FILE_ROWS, (field,), what=_path(field, member),
                             declared=digest.hex())  # fmt: skip


def named_twice(sheet: Sheet, look: Look) -> None:
    """Raise one file that is named for several things, and the evidence named as its support."""
    named: dict[bytes, list[str]] = {}
    for field, member in _SUPPORT:
        for digest in _digests(look, field, member):
            named.setdefault(digest, []).append(field)
    for digest, fields in named.items():
        file = look.file_with(digest)
        name = "-" if file is None else name_of(file)
        if len(fields) > 1:
            sheet.raise_(
                "SAME_FILE_NAMED_TWICE", _SUPPORT_ROWS, tuple(dict.fromkeys(fields)), name=name,
                declared=digest.hex(), count=len(fields), fields=_listed(fields),
            )  # fmt: skip
        support = tuple(dict.fromkeys(field for field in fields if field not in _ELSEWHERE))
        evidence = look.evidence_with(digest)
        if support and evidence is not None:
            sheet.raise_(
                "EVIDENCE_AS_SUPPORT", _SUPPORT_ROWS, support, name=name_of(evidence),
                fields=_listed(support),
            )  # fmt: skip


def _listed(fields: list[str] | tuple[str, ...]) -> str:
    """Return the fields once each, parted by spaces, as many as a finding may carry."""
    return " ".join(list(dict.fromkeys(fields))[:6])


def _path(field: str, member: str) -> str:
    return f"{field}#{member}" if member else field


def _digests(look: Look, field: str, member: str) -> Iterator[bytes]:
    value = look.get(field)
    for item in value if isinstance(value, list) else [value]:
        said = item.get(member) if member and isinstance(item, dict) else item
        for each in said if isinstance(said, list) else [said]:
            digest = digest_of({"": each}, "")
            if digest is not None:
                yield digest
