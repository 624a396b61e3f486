"""Answers of one record that cannot both be right; told, never settled.

Only what the record alone decides. What needs the sealed files or the log is
the business of the consistency checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .fields import FIELDS, MATERIAL_OF
from .record import Moment, NotApplicable, Unknown

Found = tuple[str, str, dict[str, str | int]]
"""Field, code, and values for the sentence."""


def contradictions(values: Mapping[str, Any]) -> list[Found]:
    """Return every contradiction among the values that could be read."""
    given = {
        field: value
        for field, value in values.items()
        if not isinstance(value, Unknown | NotApplicable)
    }
    found = [found for check in _CHECKS for found in check(given)]
    return [*found, *_never_inapplicable(values, given.get("item.kind"))]


def _never_inapplicable(values: Mapping[str, Any], kind: str | None) -> Iterator[Found]:
    """Some questions always arise; before the kind is given, those that do for every kind."""
    for field, value in values.items():
        always = FIELDS[field].always
        if isinstance(value, NotApplicable) and (
            kind in always if kind is not None else len(always) == len(MATERIAL_OF)
        ):
            yield field, "never_inapplicable", {}


def _object(given: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """Return the members of an object, or nothing."""
    value: Mapping[str, Any] = given.get(field, {})
    return value


def _reversed(given: Mapping[str, Any]) -> Iterator[Found]:
    for field, first, last in (
        ("acq.time", "started_at", "ended_at"),
        ("scope.boundaries", "first_at", "last_at"),
    ):
        members = _object(given, field)
        start, end = members.get(first), members.get(last)
        if isinstance(start, Moment) and isinstance(end, Moment) and start.seconds > end.seconds:
            yield field, "times_reversed", {"first": first, "last": last}


def _complete_with_gaps(given: Mapping[str, Any]) -> Iterator[Found]:
    if given.get("scope.assertion") == "full_conversation" and _object(given, "gen.deletions").get(
        "known_gaps"
    ):
        yield "scope.assertion", "full_with_gaps", {}


def _no_but(given: Mapping[str, Any]) -> Iterator[Found]:
    """A member says no, and another tells of what there would be had it been yes."""
    for field, member, no, others in (
        ("gen.recovery_used", "used", "no", ("method",)),
        ("acq.env_check", "performed", False, ("items", "result", "report_digest", "when")),
        ("acq.recording", "made", False, ("digest", "continuous", "starts_at", "covers")),
        ("src.carrier.sealing", "sealed", False, ("seal_no", "photos")),
        ("cor.peer_copy", "available", False, ("comparison",)),
        ("cust.backup", "exists", False, ("digest",)),
    ):
        members = _object(given, field)
        if members.get(member) != no or member not in members:
            continue
        for other in others:
            if members.get(other):
                yield field, "no_but", {"member": member, "other": other}


def _recording(given: Mapping[str, Any]) -> Iterator[Found]:
    if "acq.recording" not in given:
        return
    members = _object(given, "acq.recording")
    if members.get("made") is not False and "continuous" not in members:
        yield "acq.recording", "missing_member", {"member": "continuous"}
    if members.get("continuous") and members.get("made") is not False and "digest" not in members:
        yield "acq.recording", "recording_without_digest", {}


def _carrier(given: Mapping[str, Any]) -> Iterator[Found]:
    if given.get("src.carrier.status") == "lost" and _object(
        given, "src.carrier.available_for_court"
    ).get("available"):
        yield "src.carrier.available_for_court", "lost_but_available", {}


def _own_is_peer(given: Mapping[str, Any]) -> Iterator[Found]:
    own = _object(given, "acct.own.id").get("account_id")
    peers = [peer.get("account_id") for peer in given.get("acct.peer.id", [])]
    if own is not None and own in peers:
        yield "acct.peer.id", "own_is_peer", {"item": peers.index(own) + 1}


def _own_account(given: Mapping[str, Any]) -> Iterator[Found]:
    holder = _object(given, "acct.own.id").get("holder")
    consent = _object(given, "law.account_consent").get("consent")
    if consent == "own_account" and holder not in {None, "self", "shared"}:
        yield "law.account_consent", "own_account_of_another", {}


_CHECKS = (
    _reversed,
    _complete_with_gaps,
    _no_but,
    _recording,
    _carrier,
    _own_is_peer,
    _own_account,
)
