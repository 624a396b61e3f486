"""Fields whose answer reads better as a phrase than as a list of names and values.

``Known.said`` uses them wherever a row prints such a field. What the declarant
wrote stays marked as their own words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..evidence.provenance.fields import FIELDS
from . import saying, words
from .examination import Text

_NUMERALS: Final = "零一二三四五六七八九十"


def _category(value: Any) -> Text:
    """The item of an article, as the statute numbers it."""
    number = int(value)
    zh = _NUMERALS[number] if 0 < number < len(_NUMERALS) else str(number)
    return saying.ours(zh, str(number))


def _member(field: str, value: Any, name: str) -> Text:
    """A member in words; of a list, of the item's type."""
    kind = FIELDS[field].type.item or FIELDS[field].type
    return saying.each_member(kind, value, name)


def _labelled(field: str, value: dict[str, Any], *names: str) -> list[Text]:
    """Those of the members that are given, each with its name; a note without."""
    kind = FIELDS[field].type.item or FIELDS[field].type
    found: list[Text] = []
    for name in names:
        member = kind.member(name)
        if member is None or name not in value:
            continue
        said = _member(field, value, name)
        bare = name in {"note", "reason"}
        found.append(said if bare else saying.named(saying.ours(member.zh, member.en), said))
    return found


def _with(head: Text, rest: list[Text]) -> Text:
    return saying.in_brackets(head, saying.joined(rest)) if rest else head


def _either(field: str, lead: str, key: str, *rest: str) -> Callable[[Any], Text]:
    """A yes or no in words of its own, and what else is said in brackets."""

    def phrase(value: Any) -> Text:
        said = value.get(lead) if isinstance(value, dict) else value
        head = words.text(f"{key}.{'yes' if said in {True, 'yes'} else 'no'}")
        return _with(head, _labelled(field, value, *rest) if isinstance(value, dict) else [])

    return phrase


def _privacy(value: Any) -> Text:
    """What is said of a conversation's privacy, the signs of unwillingness included."""
    found = [
        words.text(f"privacy.{name}.{'yes' if value[name] else 'no'}")
        for name in ("private_chat", "third_parties", "logout_signal")
        if name in value
    ]
    return saying.joined(
        [*found, *_labelled("law.privacy", value, "login_state", "location", "note")]
    )


def recording(value: Any) -> Text:
    """Whether there is a recording, and of what kind."""
    if value.get("made") is False:
        return words.text("recording.none")
    found: list[Text] = []
    if "continuous" in value:
        found.append(words.text(f"recording.{'whole' if value['continuous'] else 'broken'}"))
    found += _labelled("acq.recording", value, "starts_at", "covers", "digest")
    return _with(words.text("recording.there"), found)


def _gaps(value: Any) -> Text:
    found: list[Text] = []
    for each in value:
        first, last = (_member("scope.gaps", each, name) for name in ("from", "to"))
        span = saying.run(first, words.text("to"), last)
        found.append(_with(span, _labelled("scope.gaps", each, "reason")))
    return saying.listed(found)


def _listing(field: str, head: str, *rest: str) -> Callable[[Any], Text]:
    """Items of a list, each called by one member, with the others in brackets."""

    def phrase(value: Any) -> Text:
        return saying.listed(
            [_with(_member(field, each, head), _labelled(field, each, *rest)) for each in value]
        )

    return phrase


def _protection(value: Any) -> Text:
    if value == "none":
        return words.text("unprotected")
    return saying.said(FIELDS["acq.write_protect"].type, value)


PHRASES: Final[Mapping[str, Callable[[Any], Text]]] = {
    "item.category": _category,
    "law.cross_border": _either("law.cross_border", "cross_border", "cross_border", "note"),
    "law.privacy": _privacy,
    "src.carrier.sealing": _either("src.carrier.sealing", "sealed", "seal", "seal_no", "photos"),
    "gen.recovery_used": _either("gen.recovery_used", "used", "recovery", "method"),
    "cust.backup": _either("cust.backup", "exists", "backup", "note", "digest"),
    "acq.recording": recording,
    "acq.reproducible": _either("acq.reproducible", "reproducible", "reproducible", "how"),
    "acq.write_protect": _protection,
    "scope.gaps": _gaps,
    "acct.peer.link_basis": _listing("acct.peer.link_basis", "type", "ref", "digest"),
    "pres.printouts": _listing("pres.printouts", "file", "page_count", "digest_of_source"),
    "cor.records": _listing("cor.records", "type", "ref", "matches", "digest"),
}
"""Field → how its value is put."""
