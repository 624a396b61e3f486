"""The cosignatures on a checkpoint, read: which verify, at what time, and whose they are.

SPEC §13.7. Independence is a matter of operators and not of keys: who runs the
log, and who runs the witness, must both be named in the policy and differ.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..errors import VerifierError
from ..policy import Policy
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.cosignature import check_cosignature
from ..tlog.keys import VKey
from ..tlog.note import Note
from .key_status import standing_of_witness

LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999: a cosignature of a later time says nothing about time."""


class Refused(NamedTuple):
    """A cosignature by a witness of the policy that is not counted; ``status`` None: it is wrong."""

    name: str
    status: str | None


class Cosignatures(NamedTuple):
    """What a note bears beside the log's own line.

    ``times`` maps a witness's name in the policy to the time inside its cosignature
    (Unix seconds; 0 says nothing); ``unknown`` counts lines by keys the policy does not have.
    """

    times: dict[str, int]
    refused: tuple[Refused, ...]
    unknown: int


def read_cosignatures(note: Note, policy: Policy, log: VKey) -> Cosignatures:
    """Return the cosignatures that count, and what else there is; ``log`` is the log's own key."""
    size = parse_checkpoint(note.text).size
    by_key = {(w.vkey.name, w.vkey.key_id): w for w in policy.log_policy.witnesses.values()}
    times: dict[str, int] = {}
    refused: list[Refused] = []
    unknown = 0
    for line in note.signatures:
        witness = by_key.get((line.name, line.key_id))
        if witness is None:
            unknown += (line.name, line.key_id) != (log.name, log.key_id)
            continue
        try:
            at = check_cosignature(note.text, line, witness.vkey)
        except VerifierError:
            refused.append(Refused(witness.name, None))
            continue
        # What the policy holds against a witness's key counts as it does for a log's.
        status = standing_of_witness(policy, witness.vkey, size, at)
        if status is not None:
            refused.append(Refused(witness.name, status))
            continue
        times[witness.name] = at
    return Cosignatures(times, tuple(refused), unknown)


def other_operator(policy: Policy, log: VKey, name: str) -> str | None:
    """Return who runs this witness or TSA, if that is shown to be another than who runs the log.

    Without a name for the log's own operator nobody can be told apart from it.
    """
    own, operator = policy.operators.get(log.name), policy.operators.get(name)
    return operator if own is not None and operator != own else None


def independent_times(found: Cosignatures, policy: Policy, log: VKey) -> dict[str, int]:
    """Return name and time of the cosignatures by witnesses of other operators."""
    return {
        name: at
        for name, at in found.times.items()
        if 0 < at <= LAST_SECOND and other_operator(policy, log, name) is not None
    }
