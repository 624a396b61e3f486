"""P-19, P-20: personal data in the material, and in what is published."""

from __future__ import annotations

from typing import Final

from ...evidence import package
from ...exports.inspection import personal
from ..material import Material
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet

_ROWS: Final = ("MP-02", "M27-01")
_CHAIN_ROWS: Final = ("MP-03",)
_FIELDS: Final = ("law.pi", "scope.redactions")
_PERSONAL: Final = ("account_id", "nickname", "remark", "phone", "qq")
_FORMAT_WORDS: Final = (b"commitment", b"evidence", b"received", b"supplements", b"provenance")
_GROUP: Final = 3
"""So many senders make a conversation one of more than two."""


def personal_data(material: Material) -> CheckOutcome:
    """P-19: identity and card numbers and third persons, found and declared.

    Numbers are counted by their check digits, never shown; telephone numbers
    are counted and contradict nothing.
    """
    sheet, look = Sheet("P-19"), Look(material)
    chats = [(file, summary) for file, summary in look.chats() if summary.records]
    if not chats and look.no_messages_expected:
        return sheet.nothing("OTHER_MATERIAL")
    found = dict.fromkeys(personal.KINDS, 0)
    for _, summary in chats:
        for kind, count in summary.personal.items():
            found[kind] = found.get(kind, 0) + count
    if any(found.values()):
        sheet.raise_("PERSONAL_FOUND", _ROWS, _FIELDS, **found)
    senders = max((len(summary.senders) for _, summary in chats), default=0)
    group = senders >= _GROUP
    if group:
        sheet.raise_("THIRD_PERSONS", _ROWS, ("law.pi", "acct.group"), found=senders)
    sensitive = found[personal.ID_NUMBERS] + found[personal.BANK_CARDS]
    if look.member("law.pi", "sensitive") == "none_known" and sensitive:
        sheet.contradiction(
            "PERSONAL_DENIED",
            _ROWS,
            ("law.pi",),
            declared="none_known",
            id_numbers=found[personal.ID_NUMBERS],
            bank_cards=found[personal.BANK_CARDS],
        )
    for field, name in (("law.pi", "third_party"), ("law.privacy", "third_parties")):
        if group and look.member(field, name) is False:
            sheet.contradiction(
                "THIRD_PERSONS_DENIED", _ROWS, (field,), declared=f"{field}#{name}", found=senders
            )
    said = look.member("law.pi", "sensitive") == "some" or look.member("law.pi", "minors")
    if said and look.get("scope.redactions") == []:
        sheet.raise_("NOTHING_REDACTED", _ROWS, _FIELDS)
    why, values = look.why_not("law.pi")
    if why == "" and look.member("law.pi", "sensitive") is None:
        why, values = "FIELD_ABSENT", {"fields": "law.pi#sensitive"}
    if why == "" and not chats:
        why = "NO_MESSAGES_READ"
    return sheet.outcome(why, **values)


def published(material: Material) -> CheckOutcome:
    """P-20: no plain personal data in the entry and the manifest.

    The entry is all that the log publishes. The manifest is not published, but
    goes to whoever gets a package. Both must hold salted digests only: the
    numbers of ``personal`` and the names and accounts of the record are sought.
    """
    sheet, look = Sheet("P-20"), Look(material)
    if material.receipt is None or material.manifest is None:
        return sheet.outcome("NOT_ANCHORED" if material.result is None else "NOT_BOUND")
    texts = (
        ("entry", material.receipt.entry_bytes),
        (package.MANIFEST, material.manifest.to_bytes()),
    )
    names = _names(look)
    for where, data in texts:
        count = sum(personal.count(data).values())
        if count:
            sheet.contradiction("PUBLISHED_NUMBERS", _CHAIN_ROWS, (), where=where, found=count)
        count = sum(name in data for name in names)
        if count:
            sheet.contradiction("PUBLISHED_NAMES", _CHAIN_ROWS, (), where=where, found=count)
    return sheet.outcome(bytes=sum(len(data) for _, data in texts))


def _names(look: Look) -> list[bytes]:
    """Return what the record says of persons that could be found in clear.

    Short words and words of our own formats are left out: they stand in
    base64 or in a line's name by chance.
    """
    said = [look.member("decl.declarant", "name"), look.member("acq.operator", "name")]
    own = look.get("acct.own.id")
    for person in [own] if isinstance(own, dict) else []:
        said += [person.get(name) for name in _PERSONAL]
    for person in look.items("acct.peer.id"):
        said += [person.get(name) for name in _PERSONAL]
    words = {text.encode() for text in said if isinstance(text, str)}
    return [
        word
        for word in words
        if len(word) >= (8 if word.isascii() else 6)
        and not word.startswith(b"commit:")
        and word not in _FORMAT_WORDS
    ]
