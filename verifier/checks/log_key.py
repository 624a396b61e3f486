"""The log's key: found in the policy by name, and what the policy holds against it.

SPEC §13.6 step 6 and §11.4, for receipts and for whole logs.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from ..errors import PolicyError, VerifierError
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.keys import VKey
from ..tlog.note import Note, verify_note


def check_log_key(
    result: Result, note: Note, names: AbstractSet[str], size: int, policy: Policy
) -> VKey | None:
    """Add the check ``log_key`` for a checkpoint of ``size``; return the key that signed.

    ``names`` are all origins that the material claims: one of the policy among
    them is enough to hold the note to that log's key, so that a forger who
    borrows an origin in one place only does not end as merely unknown.
    """
    logs = [log.vkey for log in policy.log_policy.logs if log.vkey.name in names]
    if not logs:
        result.add("log_key", NOT_DONE, "UNKNOWN_LOG_KEY")
        return None
    try:
        vkey = verify_note(note, logs)[0]
    except PolicyError:
        raise
    except VerifierError as error:
        result.add("log_key", FAILED, "SIG_CRYPTO_FAILURE", reason=str(error))
        return None
    key_id = vkey.key_id.hex()
    status = standing(policy, vkey, size)
    if status is not None:
        sub = "KEY_COMPROMISED_NO_POE" if status == "compromised" else "KEY_RETIRED"
        result.add("log_key", NOT_DONE, sub, key_id=key_id)
        return vkey
    result.add("log_key", DONE, key_id=key_id)
    result.facts["log_key"] = vkey.to_text()
    return vkey


def standing(policy: Policy, vkey: VKey, size: int) -> str | None:
    """Return why a key's signature over ``size`` does not stand: a status, or None (SPEC §11.4).

    A retired key stands behind what it signed up to its last size. For a
    compromised one only proof of time before the theft would help.
    """
    for status in policy.statuses:
        if (status.name, status.key_id) != (vkey.name, vkey.key_id):
            continue
        if status.status == "compromised" or status.size is None or size > status.size:
            return status.status
    return None
