"""Is a receipt better than the one at hand: does it show more, and in nothing less?

What is compared: proofs of time over its own checkpoint and before it, and cosignatures, as
they stand in it; and with a policy, what the policy makes of them. Two receipts that
each have something that the other lacks are not ordered, and the one at hand stays.
"""

from __future__ import annotations

from typing import NamedTuple

from verifier.checks.latest import check_later
from verifier.checks.receipt import check_receipt
from verifier.checks.time_blocks import RFC3161
from verifier.errors import BindingFailure
from verifier.evidence.receipt import Receipt
from verifier.options import Options
from verifier.policy import LEVELS, Policy
from verifier.result import DONE, FAILED, Result
from verifier.timestamp.sound import check_sound
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import Note, parse_note, signature_line

_ALWAYS = ("receipt", "entry", "statement", "inclusion", "checkpoint")


class Shows(NamedTuple):
    """What a receipt shows; each number is better when it is larger.

    ``not_after`` and ``not_before`` are texts of equal form, the first one better when earlier.
    """

    tokens: int
    proofs: int
    cosigners: int
    key: bool
    quorum: bool
    level: int
    grade: int
    not_after: str
    not_before: str

    def is_better_than(self, other: Shows) -> bool:
        """Return whether this is more in something and less in nothing.

        This is for one receipt against another, without a package around them; with a policy
        ``standing`` compares what whole packages come to.
        """
        if (other.not_after and not self.not_after) or self.not_before < other.not_before:
            return False
        later = bool(other.not_after) and self.not_after > other.not_after
        if later or any(own < its for own, its in zip(self[:7], other[:7], strict=True)):
            return False
        return self != other


class Judged(NamedTuple):
    """A receipt that may be relied on as far as it could be checked, and what it shows."""

    receipt: Receipt
    size: int
    shows: Shows


def judge(data: bytes, policy: Policy, *, trusted: bool) -> Judged:
    """Check a receipt; with a policy that is trusted its log key must be known and good.

    Raises VerifierError, with the id of the check where one failed.
    """
    result = Result("receipt", policy_source="given")
    receipt = check_receipt(result, data, policy, Options(), inside_v1=True)
    failed = next((check for check in result.checks if check.status == FAILED), None)
    if failed is not None or receipt is None:
        raise BindingFailure(f"receipt: {failed.id if failed else 'cannot be read'}")
    needed = (*_ALWAYS, "log_key") if trusted else _ALWAYS
    done = {check.id for check in result.checks if check.status == DONE}
    for name in needed:
        if name not in done:
            raise BindingFailure(f"receipt: {name} is not done")
    note = parse_note(receipt.proof.note)
    head = parse_checkpoint(note.text)
    tokens = _sound_tokens(receipt, note)
    shows = Shows(
        tokens,
        len(receipt.anchor_proofs),
        len({(line.name, line.key_id) for line in note.signatures}) - 1,
        "log_key" in done,
        "quorum" in done,
        LEVELS.index(result.trust_level),
        int(result.time_grade[1]),
        str(result.facts.get("not_after", "")),
        str(result.facts.get("not_before", "")),
    )
    return Judged(receipt, head.size, shows)


def _sound_tokens(receipt: Receipt, note: Note) -> int:
    """Return how many tokens it bears that can be checked here.

    Raises VerifierError where one is not over its checkpoint.
    """
    name, key_id = log_line(note)
    lines = [line for line in note.signatures if (line.name, line.key_id) == (name, key_id)]
    stamped = note.text + b"\n" + signature_line(name, key_id, lines[0].signature)
    checkable = [token for token in receipt.tokens if token.type == RFC3161]
    for token in checkable:
        check_sound(token.token, stamped, token.certificates)
    return len(checkable)


def log_line(note: Note) -> tuple[str, bytes]:
    """Return name and key id of the one line that bears the log's name. Raises BindingFailure."""
    origin = parse_checkpoint(note.text).origin
    found = [(line.name, line.key_id) for line in note.signatures if line.name == origin]
    if len(found) != 1:
        raise BindingFailure("receipt: not one line by the log's key")
    return found[0]


def check_same(first: Judged, latest: Judged) -> None:
    """Raise VerifierError unless both can be receipts of one entry in one history, by one key."""
    check_later(first.receipt, latest.receipt)
    notes = [parse_note(each.receipt.proof.note) for each in (first, latest)]
    if log_line(notes[0]) != log_line(notes[1]):
        raise BindingFailure("receipt: signed by another key than the first one")
