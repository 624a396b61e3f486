"""A checkpoint as it was served: whether the log's key signed it, and whether the policy is met.

What contradicts what was signed earlier is judged for every note under the
log's key, with or without a quorum; only a note that meets the policy is
followed.
"""

from __future__ import annotations

from typing import NamedTuple

from verifier.checks.log_key import check_log_key
from verifier.checks.witnesses import count_cosignatures
from verifier.errors import VerifierError
from verifier.policy import Policy
from verifier.result import DONE, FAILED, Result
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note

from .errors import NoAnswer


class Head(NamedTuple):
    """A note that the log's key signed; ``obstacle`` is why the policy does not let us follow it.

    A sub-indication of the verifier (SPEC §13.3), None where nothing is in the way.
    """

    note: bytes
    checkpoint: Checkpoint
    vkey: VKey
    lines: int
    obstacle: str | None


def open_head(note: bytes, policy: Policy, origin: str | None) -> Head:
    """Return the head of a note. Raises NoAnswer unless a log key of the policy signed it.

    ``origin`` is the log that is followed, None before the first head.
    """
    try:
        parsed = parse_note(note)
        checkpoint = parse_checkpoint(parsed.text)
        own = [line.key_id for line in parsed.signatures if line.name == checkpoint.origin]
    except VerifierError:
        raise NoAnswer("所给的检查点不成形", "what is served as the checkpoint is none") from None
    if len(set(own)) != len(own):
        raise NoAnswer(
            "检查点上有两行日志密钥的签名",
            "the checkpoint has two signature lines of the log's key",
        )
    if origin not in (None, checkpoint.origin):
        raise NoAnswer(
            "检查点属于另一日志", "the checkpoint is of another log than the one that is followed"
        )
    result = Result("audit")
    vkey = check_log_key(result, parsed, {checkpoint.origin}, checkpoint.size, policy)
    key = result.check("log_key")
    assert key is not None
    if vkey is None or key.status == FAILED:
        raise NoAnswer(
            "检查点没有核验策略中日志密钥的有效签名",
            "the checkpoint is not signed by a log key of the policy",
        )
    count_cosignatures(result, parsed, policy, vkey)
    quorum = result.check("quorum")
    assert quorum is not None
    obstacle = next((c.sub_indication for c in (key, quorum) if c.status != DONE), None)
    return Head(note, checkpoint, vkey, len(parsed.signatures), obstacle)
