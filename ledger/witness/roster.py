"""The file of ``--witness-policy``: who cosigns this log, and how many of them are enough.

A plain tlog-policy or a ``beilin/policy/v1``, read with the verifier's own parsers.
Every witness needs the address at which it takes checkpoints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from verifier.errors import VerifierError
from verifier.policy import parse_policy
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import ML_DSA_44_COSIGNATURE, VKey
from verifier.tlog.note import MAXIMUM_BYTES, Note, parse_note
from verifier.tlog.policy import NONE, LogPolicy, Witness

from ..errors import Given
from ..exchange import is_address

_OWN_LINES: Final = 2048  # checkpoint text and the log's line, with room
_LINE_BYTES: Final = {ML_DSA_44_COSIGNATURE: 3_300 + 300}
_SHORT_LINE: Final = 120 + 300  # of Ed25519, with the longest name


class Roster:
    """The witnesses of one log by their names in the policy, and the quorum among them."""

    def __init__(self, policy: LogPolicy) -> None:
        self.policy = policy
        self.witnesses: tuple[tuple[Witness, str], ...] = tuple(
            (witness, witness.url or "") for witness in policy.witnesses.values()
        )
        self._by_key = {(w.vkey.name, w.vkey.key_id): w for w in policy.witnesses.values()}
        self._who = lru_cache(maxsize=64)(self._verified)

    def who(self, note: bytes) -> frozenset[str]:
        """Return the witnesses whose lines in this note verify over its text."""
        return self._who(note)

    def met(self, note: bytes) -> bool:
        """Return whether those are a quorum."""
        return self.policy.quorum_met(self.who(note))

    def _verified(self, data: bytes) -> frozenset[str]:
        note: Note = parse_note(data)
        found: set[str] = set()
        for line in note.signatures:
            witness = self._by_key.get((line.name, line.key_id))
            if witness is None:
                continue
            try:
                check_cosignature(note.text, line, witness.vkey)
            except VerifierError:
                continue
            found.add(witness.name)
        return frozenset(found)


def read_roster(data: bytes, log: VKey, *, addresses: bool = True) -> Roster:
    """Return the witnesses that the file names for this log. Raises Config, saying what to mend.

    Without ``addresses`` a witness may have none: a policy to verify by asks nobody.
    """
    try:
        policy = parse_policy(data).log_policy
    except VerifierError as error:
        raise Given(f"witness policy: {error}") from None
    if policy.logs and all(each.vkey != log for each in policy.logs):
        raise Given("witness policy: its log lines name other logs and not this one")
    if any(each.vkey.name == log.name and each.vkey != log for each in policy.logs):
        raise Given("witness policy: a log line gives this log another key than its own")
    if not policy.witnesses or policy.quorum == NONE:
        raise Given(
            "witness policy: names no witness or no quorum; add witness lines with addresses and "
            "a quorum line, or leave --witness-policy away"
        )
    for witness in policy.witnesses.values():
        if addresses or witness.url is not None:
            _check_url(witness)
    lines = (_LINE_BYTES.get(each.vkey.type, _SHORT_LINE) for each in policy.witnesses.values())
    if _OWN_LINES + sum(lines) > MAXIMUM_BYTES:
        raise Given("witness policy: so many witnesses that one note cannot hold their lines")
    return Roster(policy)


def _check_url(witness: Witness) -> None:
    if witness.url is None:
        raise Given(
            f"witness policy: {witness.name} has no address; write it behind its key: "
            "witness NAME VKEY URL"
        )
    if not is_address(witness.url) or "?" in witness.url:
        raise Given(
            f"witness policy: {witness.name}: its address must be http:// or https:// with a "
            "host, and without a query, a user or a password"
        )
