"""The check ``time``: between which moments the entry came into the log, and on whose clock.

SPEC §13.13 steps 3 to 6. Grades count operators named in the policy: a stamp of
whoever runs the log shows nothing that the log did not say itself.

    T0    the log's word
    T2    the clock of a witness of another operator
    T3    a time-stamp of an authority that is not run by the log's operator
    T4    time-stamps of two such authorities, of two operators
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from ..encoding import escape_bytes, to_time
from ..errors import Verification
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Check, Finding, Result
from ..tlog.keys import VKey
from ..tlog.note import Note
from .cosigners import independent_times, read_cosignatures
from .time_blocks import Blocks, Stamp, accuracy_seconds

_ORDER = ("CHAIN_CONSTRAINTS_FAILURE", "UNKNOWN_TSA", "NOT_CHECKABLE_HERE")
"""Which reason names the check where several blocks are not counted."""


class Times(NamedTuple):
    """What one receipt shows about time.

    ``log`` is the key that signed, None where none of the policy did; ``stands`` says
    that the check ``log_key`` is done. ``witnesses`` maps witnesses of other operators
    to the times of their cosignatures.
    """

    blocks: Blocks
    log: VKey | None = None
    stands: bool = False
    witnesses: dict[str, int] = {}  # noqa: RUF012  NamedTuple default, never written to


def times_of(blocks: Blocks, note: Note, log: VKey, policy: Policy, *, stands: bool) -> Times:
    """Return what a receipt's blocks and the cosignatures on its note show."""
    found = independent_times(read_cosignatures(note, policy, log), policy, log)
    return Times(blocks, log, stands, found)


def counting(blocks: Blocks, policy: Policy, log: VKey) -> list[Stamp]:
    """Return the stamps by authorities that the policy does not name the log's operator for."""
    own = policy.operators.get(log.name)
    return [
        stamp
        for stamp in blocks.stamps
        if own is None or policy.operators.get(stamp.timestamp.tsa) != own
    ]


def check_time(
    result: Result, received: int, times: Sequence[Times], policy: Policy, options: Options
) -> None:
    """Set the check ``time``, the grade and the facts of time of an entry.

    ``times`` are those of every receipt of that entry that is relied on; more of
    them never lower what one shows.
    """
    if 0 < options.at < received:
        _note(result, "CLOCK_BEFORE_RECEIPT", at=to_time(options.at), received=to_time(received))
    proofs = sum(each.blocks.total for each in times)
    result.facts.update(tokens=proofs, tokens_counted=0, anchors=0)
    values: dict[str, str | int] = {"received": to_time(received), "proofs": proofs, "counted": 0}
    for each in times:
        for one in dict.fromkeys(each.blocks.uncounted):
            count = each.blocks.uncounted.count(one)
            _note(result, one.code, type=one.type, count=count)
    failure = _failure(received, times)
    if failure is not None:
        sub, reason = failure
        result.replace(Check("time", FAILED, sub, {**values, "reason": reason}))
        return
    relied = [each for each in times if each.stands]
    stamps = [
        stamp
        for each in relied
        if each.log is not None
        for stamp in counting(each.blocks, policy, each.log)
    ]
    _findings(result, relied, stamps, policy, options)
    _bounds(result, stamps, policy)
    witnessed = _witnessed(result, received, relied, policy)
    result.facts["tokens_counted"] = values["counted"] = len(stamps)
    result.time_grade = _grade(result, stamps, relied, policy, witnessed=witnessed)
    if result.time_grade >= "T2":
        result.replace(Check("time", DONE, None, values))
    else:
        result.replace(Check("time", NOT_DONE, _why(times, relied), values))


def _failure(received: int, times: Sequence[Times]) -> tuple[str, str] | None:
    """Return sub-indication and reason where a block is wrong or the order does not hold."""
    for each in times:
        wrong = each.blocks.wrong
        if wrong is not None:
            known = isinstance(wrong.error, Verification)
            sub = wrong.error.sub_indication if known else "FORMAT_FAILURE"  # type: ignore[attr-defined]
            return sub, f"time block {wrong.block}: {wrong.error}"
    # Also by the log's own authority: what one operator says twice must agree.
    for stamp in (stamp for each in times for stamp in each.blocks.stamps):
        if stamp.anchored is None and stamp.latest < received:
            reason = "the log claims to have received the entry after a time-stamp over it"
        elif stamp.anchored is not None and stamp.earliest > received:
            reason = (
                "the log claims to have received the entry before a time-stamp that precedes it"
            )
        elif stamp.anchored is not None and stamp.anchored > received:
            reason = "the log claims to have received the entry before one that precedes it"
        else:
            continue
        return "TIMESTAMP_ORDER_FAILURE", reason
    return None


def _findings(
    result: Result,
    relied: Sequence[Times],
    stamps: Sequence[Stamp],
    policy: Policy,
    options: Options,
) -> None:
    for each in relied:
        for stamp in each.blocks.stamps:
            name = _name(stamp)
            if stamp not in stamps:
                _note(result, "TSA_OF_LOG_OPERATOR", name=name)
            elif stamp.timestamp.tsa not in policy.operators:
                _note(result, "TSA_OPERATOR_NOT_NAMED", name=name)
            if each.log is not None and each.log.name not in policy.operators:
                _note(result, "LOG_OPERATOR_NOT_NAMED", name=each.log.name)
            _chain(result, stamp, options)


def _chain(result: Result, stamp: Stamp, options: Options) -> None:
    found, name = stamp.timestamp, _name(stamp)
    ends = found.signer.not_after
    # The receipt carries no revocation lists and nothing here fetches any (SPEC §16.4 step 11).
    _note(result, "CHAIN_AT_GEN_TIME", name=name, ends=to_time(ends))
    if options.at > ends:
        _note(result, "TSA_CERTIFICATE_ENDED", name=name, ends=to_time(ends))
    if found.unread:
        _note(result, "TOKEN_PARTS_NOT_READ", name=name, count=len(found.unread))


def _bounds(result: Result, stamps: Sequence[Stamp], policy: Policy) -> None:
    """Set the earliest *not after* and the latest *not before*, as far as there are any."""
    after = min(
        (stamp for stamp in stamps if stamp.anchored is None),
        key=lambda stamp: (stamp.latest, stamp.timestamp.seconds, stamp.timestamp.tsa),
        default=None,
    )
    before = max(
        (stamp for stamp in stamps if stamp.anchored is not None),
        key=lambda stamp: (stamp.earliest, stamp.timestamp.seconds, stamp.timestamp.tsa),
        default=None,
    )
    for name, stamp in (("not_after", after), ("not_before", before)):
        if stamp is not None:
            # Whole seconds on the side that claims less: a part of one makes *not after* later.
            part = name == "not_after" and bool(stamp.timestamp.fraction)
            result.facts[name] = to_time(stamp.timestamp.seconds + part)
            result.facts[f"{name}_tsa"] = _name(stamp)
            result.facts[f"{name}_operator"] = _operator(policy, stamp.timestamp.tsa)
            result.facts[f"{name}_accuracy"] = accuracy_seconds(stamp.timestamp)


def _witnessed(result: Result, received: int, relied: Sequence[Times], policy: Policy) -> bool:
    """Set the least time of a witness of another operator; one that the log contradicts shows none."""
    times: list[tuple[int, str]] = []
    for each in relied:
        for name, at in each.witnesses.items():
            if at < received:
                values = {"name": name, "time": to_time(at), "received": to_time(received)}
                _note(result, "WITNESS_BEFORE_RECEIVED", **values)
            else:
                times.append((at, name))
    if times:
        at, name = min(times)
        result.facts["witness_not_after"] = to_time(at)
        result.facts["witness_not_after_name"] = escape_bytes(name.encode())
        result.facts["witness_not_after_operator"] = _operator(policy, name)
    return bool(times)


def _grade(
    result: Result,
    stamps: Sequence[Stamp],
    relied: Sequence[Times],
    policy: Policy,
    *,
    witnessed: bool,
) -> str:
    """Return the grade, and set how many operators of authorities there are behind it.

    An operator is counted where the policy names it and the log's own, so that the two
    can be told apart: the same rule as for witnesses. T3 does not ask for that. Each needs
    a signer's key of its own: a certificate is nobody's secret, and whoever shows a token
    chooses those beside it, so one authority's key can lead to roots of two operators.
    """
    own = [stamp.timestamp for stamp in stamps if stamp.anchored is None]
    if not own:
        return "T2" if witnessed else "T0"
    own_is_named = all(
        each.log is not None and each.log.name in policy.operators for each in relied
    )
    pairs = {
        (policy.operators[each.tsa], each.signer.key_sha256)
        for each in own
        if each.tsa in policy.operators
    }
    result.facts["anchors"] = count = matching(pairs) if own_is_named else 0
    return "T4" if count > 1 else "T3"


def matching(pairs: Collection[tuple[str, str]]) -> int:
    """Return how many pairs can be chosen of which no two have a left or a right side in common."""
    chosen: dict[str, str] = {}  # right side → left side

    def find(left: str, seen: set[str]) -> bool:
        for right in sorted(right for one, right in pairs if one == left and right not in seen):
            seen.add(right)
            if right not in chosen or find(chosen[right], seen):
                chosen[right] = left
                return True
        return False

    return sum(find(left, set()) for left in sorted({one for one, _ in pairs}))


def _why(times: Sequence[Times], relied: Sequence[Times]) -> str:
    """Return why no time is proven."""
    if not any(each.blocks.total for each in times):
        return "NO_POE"
    if not relied:
        return "NOT_REACHED"
    if any(each.blocks.stamps for each in relied):
        return "NO_POE"
    subs = {one.sub_indication for each in relied for one in each.blocks.uncounted}
    return next((sub for sub in _ORDER if sub in subs), "NO_POE")


def _operator(policy: Policy, name: str) -> str:
    """Return who runs an authority or a witness, as the policy says; "" where it says nobody."""
    return policy.operators.get(name, "")


def _name(stamp: Stamp) -> str:
    return escape_bytes(stamp.timestamp.tsa.encode())


def _note(result: Result, code: str, **values: str | int) -> None:
    """Append a finding that is not there yet: two receipts of one entry may show the same."""
    if Finding(code, values) not in result.findings:
        result.note(code, **values)
