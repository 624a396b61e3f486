"""Computed values about the people: who declares, whose account, by what means, whose information."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from ..evidence.provenance.fields import FIELDS
from . import saying, words
from .case import Case
from .derived_messages import chats
from .derived_source import given
from .examination import Text

_PERSONAL: Final = ("id_numbers", "phones", "bank_cards")


def _party(case: Case, row: str) -> Text:
    name = case.member("decl.declarant", "name")
    if not case.known.filled("decl.declarant") or case.known.member("decl.declarant", "role") == (
        "party"
    ):
        return name
    return saying.in_brackets(name, case.member("decl.declarant", "role"))


def _relations(case: Case, row: str) -> Text:
    found: list[Text] = []
    for field, relation in (
        ("decl.declarant", "relation_to_party"),
        ("acq.operator", "relation_to_party"),
        ("cor.witness", "relation"),
    ):
        value = case.known.get(field)
        people = value if isinstance(value, list) else [value] if value else []
        kind = FIELDS[field].type.item or FIELDS[field].type
        for person in people:
            who = saying.named(words.text(f"who.{field}"), saying.each_member(kind, person, "name"))
            found.append(saying.in_brackets(who, saying.each_member(kind, person, relation)))
    return saying.listed(found, empty=saying.NOT_STATED)


def _pair(*fields: str) -> Callable[[Case, str], Text]:
    return lambda case, _: saying.listed(given(case, fields), empty=case.said(fields[0]))


def _members(*named: tuple[str, str]) -> Callable[[Case, str], Text]:
    """Return members of fields, those that are given, each with its name."""

    def value(case: Case, row: str) -> Text:
        found: list[Text] = []
        for field, name in named:
            member = FIELDS[field].type.member(name)
            if member is None or case.known.member(field, name) is None:
                continue
            said = case.member(field, name)
            alone = name == "account_id"  # the sentence calls it an account already
            label = saying.ours(member.zh, member.en)
            found.append(said if alone else saying.named(label, said))
        return saying.listed(found, saying.COMMA, saying.NOT_STATED)

    return value


def _account_holder(case: Case, row: str) -> Text:
    """Return whose account it is; in brackets the account and what its holder said."""
    known = case.known
    head = (
        case.member("acct.own.id", "holder")
        if known.member("acct.own.id", "holder") is not None
        else words.text("holder.unsaid")
    )
    rest: list[Text] = []
    if known.member("acct.own.id", "account_id") is not None:
        rest.append(saying.named(words.text("account"), case.member("acct.own.id", "account_id")))
    if known.filled("law.account_consent"):
        consent = case.member("law.account_consent", "consent")
        rest.append(saying.named(words.text("consent"), consent))
    return saying.in_brackets(head, saying.joined(rest)) if rest else head


def _nature(case: Case, row: str) -> Text:
    """Return whether the conversation was private, and the group it is of."""
    private = case.known.member("law.privacy", "private_chat")
    found: list[Text] = []
    if isinstance(private, bool):
        found.append(words.text(f"privacy.private_chat.{'yes' if private else 'no'}"))
    group = _members(("acct.group", "name"), ("acct.group", "private_or_work"))(case, row)
    if group != saying.NOT_STATED:
        found.append(group)
    return saying.joined(found) if found else saying.NOT_STATED


def _processing(case: Case, row: str) -> Text:
    minimised = case.known.member("law.pi", "minimised")
    found = [case.member("law.pi", "types")] if case.known.member("law.pi", "types") else []
    if isinstance(minimised, bool):
        found.append(words.text(f"minimised.{'yes' if minimised else 'no'}"))
    return saying.joined(found) if found else saying.NOT_STATED


def _sensitive(case: Case, row: str) -> Text:
    found: list[Text] = []
    if case.known.get("law.secrets") not in (None, "none_known"):
        found.append(case.said("law.secrets"))
    for name, unless in (("sensitive", "none_known"), ("third_party", False), ("minors", False)):
        value = case.known.member("law.pi", name)
        if value is not None and value != unless:
            found.append(words.text(f"pi.{name}"))
    if case.known.member("law.pi", "types"):
        found.append(case.member("law.pi", "types"))
    return saying.listed(found)


def _personal(case: Case, row: str) -> Text:
    found: list[Text] = []
    for name in _PERSONAL:
        number = sum(each.personal.get(name, 0) for _, each in chats(case))
        if number:
            found.append(words.text(f"scan.{name}", count=number))
    declared = _sensitive(case, row)
    if declared != saying.NONE:
        found.append(declared)
    return saying.listed(found)


def _signature(case: Case, row: str) -> Text:
    if not case.known.filled("decl.signature"):
        return saying.NONE
    return case.member("decl.signature", "alg")


def _assistance(case: Case, row: str) -> Text:
    return saying.listed(
        given(case, ("acct.peer.realname_query", "cor.witness")), empty=saying.NOT_STATED
    )


VALUES: Final[Mapping[str, Callable[[Case, str], Text]]] = {
    "party": _party,
    "relations": _relations,
    "method_and_privacy": _pair("law.method", "law.privacy"),
    "conversation_nature": _nature,
    "means": _pair("law.method", "acq.method", "acq.recording"),
    "account_state": lambda case, _: case.member("law.privacy", "login_state"),
    "account_holder": _account_holder,
    "assistance": _assistance,
    "identity_measures": _pair("acct.peer.link_basis", "cor.peer_copy", "acq.recording"),
    "sensitive_kinds": _sensitive,
    "personal_information_found": _personal,
    "processing_scope": _processing,
    "foreign_without_translation": lambda _, __: words.text("foreign.unknown"),
    "declarant_signature": _signature,
}
