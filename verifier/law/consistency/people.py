"""P-06, P-07, P-16, P-18: accounts and their holders, and how the persons named are related."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...exports.inspection.summary import Summary
from ..material import Material
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import bounded, digests_in, name_of, plain, sender_name

_ACCOUNT_ROWS: Final = ("W03-01", "N6-02")
_SCREEN_ROWS: Final = ("N2-03",)
_OWNER_ROWS: Final = ("M106-01", "M106-09")
_SIGNAL_ROWS: Final = ("M106-01", "M106-08")
_METHOD_ROWS: Final = ("M106-01",)
_RELATION_ROWS: Final = ("M87-05",)
_PLATFORM_ROWS: Final = ("M17-02",)
_NAMES: Final = ("nickname", "remark", "phone")
_IDS: Final = ("account_id", "qq", "phone")
_LISTED: Final = 5
_SIDES: Final = (("own", "acct.own.id"), ("peer", "acct.peer.id"))


def accounts(material: Material) -> CheckOutcome:
    """P-06: an identifier of each side occurs among the senders; all other senders are listed.

    A format that shows display names is compared with the declared names and
    phone numbers, one that shows account ids with the ids. A commitment
    counts where the annex opens one of that field and member: which of
    several people it is, the annex does not say. A mail whose transcript could
    not be cut shows only who sent the mail, so it is left out.
    """
    sheet, look = Sheet("P-06"), Look(material)
    chats = [each for _, each in look.chats() if each.records and "messages" in each.counted]
    if not chats:
        return look.no_chats(sheet)
    senders = {
        plain(sender_name(sender, summary.reader)): None
        for summary in chats
        for sender in summary.senders
    }
    more = any(summary.senders_more for summary in chats)
    if not senders:
        return sheet.outcome("NO_SENDERS")
    members = tuple(dict.fromkeys(name for summary in chats for name in _comparable(summary)))
    known: set[str] = set()
    why, values = look.why_not("acct.own.id", "acct.peer.id")
    for side, field in _SIDES:
        said = look.get(field)
        people = said if isinstance(said, list) else [said] if isinstance(said, dict) else []
        for person in people:
            names = set(_names(material, field, person, members))
            known |= names
            if not names:
                why = why or "NOTHING_COMPARABLE"
            elif not names & senders.keys():
                if more:
                    why = why or "TOO_MANY_SENDERS"
                    continue
                sheet.contradiction(
                    f"{side.upper()}_NOT_FOUND",
                    _ACCOUNT_ROWS,
                    (field,),
                    declared=bounded(" / ".join(sorted(names))),
                    found=len(senders),
                    listed=_list(senders),
                )
    unknown = [name for name in senders if name not in known]
    if not known:
        # Nothing on the other side: of no sender can it be said that it is another than declared.
        none = all(look.get(field) is None for _, field in _SIDES)
        sheet.raise_(
            "SENDERS_UNDECLARED" if none else "SENDERS_NOT_COMPARED",
            _ACCOUNT_ROWS,
            tuple(field for _, field in _SIDES),
            count=f"{len(senders)}+" if more else len(senders),
            names=_list(senders),
        )
    elif unknown:
        sheet.raise_(
            "SENDERS_UNKNOWN",
            _ACCOUNT_ROWS,
            tuple(field for _, field in _SIDES),
            found=len(unknown),
            all=len(senders),
            listed=_list(unknown),
        )
    return sheet.outcome(why, **values)


def _comparable(summary: Summary) -> tuple[str, ...]:
    """Return the members that a file's senders can be compared with."""
    return _NAMES if summary.noted("SENDER_NAME_ONLY") else _IDS


def _names(
    material: Material, field: str, person: dict[str, Any], members: tuple[str, ...]
) -> Iterator[str]:
    for member in members:
        value = person.get(member)
        values = [value]
        if isinstance(value, str) and value.startswith("commit:"):
            values = [
                opened.value
                for opened in material.annex
                if (opened.field, opened.member, opened.code) == (field, member, "")
            ]
        for each in values:
            if isinstance(each, str) and plain(each):
                yield plain(each)


def _list(names: Any) -> str:
    return bounded("、".join(list(names)[:_LISTED]))


def profile_screens(material: Material) -> CheckOutcome:
    """P-07: both sides' profile screens are sealed, as pictures in the role of a screenshot."""
    sheet, look = Sheet("P-07"), Look(material)
    fields = ("acct.own.profile_screens", "acct.peer.profile_screens")
    sides = [list(digests_in(look.items(field))) for field in fields]
    if not any(sides):
        return look.lacks(sheet, *fields)
    if look.no_files:
        return sheet.outcome(look.no_files)
    for field, digests in zip(fields, sides, strict=True):
        for digest in digests:
            file = look.file_with(digest)
            if file is None:
                sheet.contradiction(
                    "SCREEN_NOT_SEALED",
                    _SCREEN_ROWS,
                    (field,),
                    declared=digest.hex(),
                    found=len(look.files),
                )
            elif file.kind != "image":
                sheet.contradiction(
                    "SCREEN_NOT_IMAGE",
                    _SCREEN_ROWS,
                    (field,),
                    name=name_of(file),
                    declared="image",
                    found=file.kind,
                )
            elif file.role != "screenshot" and material.result is not None:
                sheet.contradiction(
                    "SCREEN_ROLE",
                    _SCREEN_ROWS,
                    (field,),
                    name=name_of(file),
                    declared="screenshot",
                    found=file.role,
                )
    for digest in sorted(set(sides[0]) & set(sides[1])):
        sheet.contradiction("SCREEN_SAME", _SCREEN_ROWS, fields, declared=digest.hex(), found=2)
    why, values = look.why_not(*fields)
    return sheet.outcome(why, **values)


def legality(material: Material) -> CheckOutcome:
    """P-16: circumstances that a court has weighed are raised; what contradicts is told apart.

    Raised: a device that is not the account holder's, any means but one's own
    chat or consent, an account that had been logged out or locked.
    """
    sheet, look = Sheet("P-16"), Look(material)
    fields = (
        *("src.device.owner", "acct.own.id", "law.method", "law.privacy"),
        "law.account_consent",
    )
    if look.record is None:
        return look.lacks(sheet, *fields)
    owner, holder = look.member("src.device.owner", "owner"), look.member("acct.own.id", "holder")
    consent, method = look.member("law.account_consent", "consent"), look.get("law.method")
    if owner is not None and owner != (holder or "self"):
        sheet.raise_(
            "OWNER_NOT_HOLDER",
            _OWNER_ROWS,
            ("src.device.owner", "acct.own.id"),
            owner=owner,
            holder=holder or "-",
        )
    if method not in (None, "own_chat", "consented"):
        sheet.raise_("METHOD_RAISED", _METHOD_ROWS, ("law.method",), declared=method)
    if consent in ("not_asked", "refused"):
        sheet.raise_("CONSENT_RAISED", _METHOD_ROWS, ("law.account_consent",), declared=consent)
    for field, word, claims in (
        ("law.method", method, method == "own_chat"),
        ("law.account_consent", consent, consent == "own_account"),
    ):
        if claims and holder not in (None, "self", "shared"):
            sheet.contradiction(
                "OWN_BUT_HELD_BY_OTHER",
                _OWNER_ROWS,
                (field, "acct.own.id"),
                declared=str(word),
                found=str(holder),
            )
    if method == "consented" and consent in ("not_asked", "refused"):
        sheet.contradiction(
            "METHOD_AND_CONSENT",
            _METHOD_ROWS,
            ("law.method", "law.account_consent"),
            declared=str(consent),
            found=str(method),
        )
    if look.member("law.privacy", "logout_signal"):
        sheet.raise_("LOGOUT_SIGNAL", _SIGNAL_ROWS, ("law.privacy",))
        if method == "own_chat" or consent == "own_account":
            sheet.contradiction(
                "LOGOUT_BUT_OWN",
                _SIGNAL_ROWS,
                ("law.privacy", "law.method", "law.account_consent"),
                declared="own_chat" if method == "own_chat" else "own_account",
                found="logout_signal",
            )
    why, values = look.why_not(*fields)
    if why == "" and holder is None:
        why, values = "FIELD_ABSENT", {"fields": "acct.own.id#holder"}
    if why == "" and look.member("law.privacy", "logout_signal") is None:
        why, values = "FIELD_ABSENT", {"fields": "law.privacy#logout_signal"}
    return sheet.outcome(why, **values)
