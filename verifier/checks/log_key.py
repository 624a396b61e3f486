"""The log's key: found in the policy by name, and what the policy holds against it.

SPEC §13.6 step 6 and §11.4, for receipts and for whole logs.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from ..encoding import to_time
from ..errors import PolicyError, VerifierError
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.keys import VKey
from ..tlog.note import Note, verify_note
from .cosigners import independent_times, read_cosignatures
from .key_status import COMPROMISED, standing, theft_time


def check_log_key(
    result: Result, note: Note, names: AbstractSet[str], size: int, policy: Policy
) -> VKey | None:
    """Add the check ``log_key`` for a checkpoint of ``size``; return the key that signed.

    For a note that comes without proofs of time; cosignatures are on it.
    """
    vkey = find_log_key(result, note, names, policy)
    if vkey is not None:
        judge_log_key(result, note, vkey, size, policy)
    return vkey


def find_log_key(
    result: Result, note: Note, names: AbstractSet[str], policy: Policy
) -> VKey | None:
    """Return the key that signed; add the check ``log_key`` and return None if there is none.

    ``names`` are all origins that the material claims: one of the policy among
    them is enough to hold the note to that log's key, so that a forger who
    borrows an origin in one place only does not end as merely unknown.
    """
    logs = [log.vkey for log in policy.log_policy.logs if log.vkey.name in names]
    if not logs:
        result.add("log_key", NOT_DONE, "UNKNOWN_LOG_KEY")
        return None
    try:
        return verify_note(note, logs)[0]
    except PolicyError:
        raise
    except VerifierError as error:
        result.add("log_key", FAILED, "SIG_CRYPTO_FAILURE", reason=str(error))
        return None


def judge_log_key(
    result: Result, note: Note, vkey: VKey, size: int, policy: Policy, shown: Iterable[int] = ()
) -> None:
    """Add the check ``log_key`` for a signature that verified: does the policy stand by the key?

    ``shown`` are the seconds by which proofs of time show the signature (SPEC §13.13);
    a cosignature by a witness of another operator shows it too, at its own time.
    """
    key_id = vkey.key_id.hex()
    theft = theft_time(policy, vkey)
    shown_by = None
    if theft is not None:
        found = independent_times(read_cosignatures(note, policy, vkey), policy, vkey)
        shown_by = min((*shown, *found.values()), default=None)
    status = standing(policy, vkey, size, shown_by)
    if status is not None:
        sub = "KEY_COMPROMISED_NO_POE" if status == COMPROMISED else "KEY_RETIRED"
        result.add("log_key", NOT_DONE, sub, key_id=key_id)
        return
    result.add("log_key", DONE, key_id=key_id)
    result.facts["log_key"] = vkey.to_text()
    if theft is not None and shown_by is not None:
        values = {"name": vkey.name, "shown": to_time(shown_by), "theft": to_time(theft)}
        result.note("KEY_COMPROMISED_LATER", **values)
