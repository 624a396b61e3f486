"""Checking a proof of misconduct, as a third party does: the proof and a policy, offline.

SPEC §17.3. In this scope *failed* means one thing only: what keys of the policy
signed contradicts itself. Whatever is wrong with the file leaves its check *not
done*: a broken accusation says nothing, for the log or against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..checks.receipt import check_receipt, sub_of
from ..encoding import to_base64
from ..errors import (
    BindingFailure,
    ConsistencyFailure,
    InclusionFailure,
    Malformed,
    NewerFormat,
    NotDecided,
    PolicyError,
    VerifierError,
)
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.keys import VKey
from ..tlog.merkle import check_inclusion, check_subtree_consistency, leaf_hash
from ..tlog.note import verify_note
from .contradictions import contradiction, said_of
from .exhibits import Exhibit, Item, Logged, Part, Said, head_of, note_of
from .proof import MisconductProof, parse_misconduct

SCOPE = "misconduct"


class UnknownKey(NotDecided):
    """The policy has no key of this log, or of its service, to hold the signature against."""

    def __init__(self, sub_indication: str) -> None:
        super().__init__(f"misconduct: {sub_indication}")
        self.sub_indication = sub_indication


def verify_misconduct(data: bytes, policy: Policy, options: Options) -> Result:
    """Verify a proof of misconduct; ``history`` is *failed* iff it proves one.

    Raises PolicyError for an unusable policy; everything else is in the result.
    """
    result = Result(
        SCOPE,
        policy_sha256=policy.sha256,
        policy_source=options.policy_source,
        at=options.at,
        at_is_clock=options.at_is_clock,
    )
    try:
        proof = parse_misconduct(data)
    except NewerFormat as error:
        result.add("proof", NOT_DONE, "NEWER_FORMAT", reason=str(error))
        return result
    except Malformed as error:
        result.add("proof", NOT_DONE, "FORMAT_FAILURE", reason=str(error))
        return result
    result.add("proof", DONE, kind=proof.kind)
    result.facts.update(origin=proof.origin, misconduct=proof.kind)
    _check(result, proof, policy)
    return result


def _check(result: Result, proof: MisconductProof, policy: Policy) -> None:
    exhibits = (proof.first, proof.second)
    try:
        keys = [check_signature(each, proof.origin, policy) for each in exhibits]
        check_one_holder(exhibits, keys)
    except PolicyError:
        raise
    except VerifierError as error:
        result.add("signatures", NOT_DONE, _sub(error), reason=str(error))
        return
    ids = " ".join(dict.fromkeys(key.key_id.hex() for key in keys))
    result.add("signatures", DONE, key_ids=ids)
    result.facts["key_ids"] = ids
    note_statuses(result, keys, policy)
    if result.policy_source is not None:
        result.trust_level = "L1"
    try:
        for each in exhibits:
            check_paths(each, policy)
        found = contradiction(*exhibits)
    except VerifierError as error:
        result.add("paths", NOT_DONE, _sub(error), reason=str(error))
        return
    result.add("paths", DONE)
    if found is None or found.kind != proof.kind:
        result.add("history", NOT_DONE, "NOT_PROVEN")
        return
    result.add("history", FAILED, "CONSISTENCY_FAILURE", reason=found.reason, **found.values)
    for number, each in enumerate(exhibits, 1):
        _head_facts(result, number, each)


def _sub(error: VerifierError) -> str:
    return error.sub_indication if isinstance(error, NotDecided) else sub_of(error)


def check_signature(exhibit: Exhibit, origin: str, policy: Policy) -> VKey:
    """Return the policy's key that signed an exhibit's note, which is of this log.

    Raises UnknownKey, SignatureFailure, BindingFailure or Malformed.
    """
    note = note_of(exhibit)
    if isinstance(exhibit, Said):
        named = said_of(exhibit).origin
        keys = [vkey for vkey in policy.services if vkey.name == f"{origin}/service"]
        missing = "UNKNOWN_SERVICE_KEY"
    else:
        named = head_of(exhibit).origin
        keys = [log.vkey for log in policy.log_policy.logs if log.vkey.name == origin]
        missing = "UNKNOWN_LOG_KEY"
    if not keys:
        raise UnknownKey(missing)
    signer = verify_note(note, keys)[0]
    if named != origin:
        raise BindingFailure("misconduct: a note of another log than the proof names")
    return signer


def check_one_holder(exhibits: Sequence[Exhibit], keys: Sequence[VKey]) -> None:
    """Raise BindingFailure where two heads of a log are signed by two keys of one name.

    An origin has one key for life; what two keys signed does not bind one holder.
    """
    if isinstance(exhibits[0], Said) == isinstance(exhibits[1], Said) and keys[0] != keys[1]:
        raise BindingFailure("misconduct: two keys signed, not one")


def check_paths(exhibit: Exhibit, policy: Policy) -> None:
    """Check that an exhibit is in the tree whose head it brings. Raises Verification or Malformed."""
    match exhibit:
        case Part():
            head = head_of(exhibit)
            try:
                check_subtree_consistency(
                    exhibit.start, exhibit.end, head.size, exhibit.root, head.root, exhibit.hashes
                )
            except ConsistencyFailure as error:  # of one tree: the code of §13.3 for a path
                raise InclusionFailure(str(error)) from None
        case Logged():
            head = head_of(exhibit)
            leaf = leaf_hash(exhibit.entry)
            check_inclusion(leaf, exhibit.index, head.size, exhibit.hashes, head.root)
        case Item():
            _check_item(exhibit, policy)
        case Said():
            said_of(exhibit)


def _check_item(item: Item, policy: Policy) -> None:
    trial = Result("receipt")
    receipt = check_receipt(trial, item.receipt, policy, Options())
    if receipt is not None and all(check.status != FAILED for check in trial.checks):
        return
    failed = next((check for check in trial.ordered() if check.status == FAILED), None)
    codes = {"INCLUSION_FAILURE": InclusionFailure, "FORMAT_FAILURE": Malformed}
    code = failed.sub_indication if failed is not None else None
    raise codes.get(code or "", BindingFailure)("misconduct: the receipt of an item does not hold")


def note_statuses(result: Result, keys: Sequence[VKey], policy: Policy) -> None:
    """Say what the policy holds against a key: who used it is then all the less shown."""
    known = {(key.name, key.key_id) for key in keys}
    for status in policy.statuses:
        if (status.name, status.key_id) in known:
            name = f"{status.name}+{status.key_id.hex()}"
            result.note("PROVEN_KEY_STATUS", name=name, status=status.status)


def _head_facts(result: Result, number: int, exhibit: Exhibit) -> None:
    size, root = (
        (said_of(exhibit).size, said_of(exhibit).root)
        if isinstance(exhibit, Said)
        else head_of(exhibit)[1:]
    )
    result.facts[f"head.{number}.size"] = size
    result.facts[f"head.{number}.root"] = to_base64(root)
