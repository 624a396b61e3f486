"""Checking the server's answer before anyone relies on it.

The same code that a court would run (``verifier``), on our own bytes and the
person's policy; then the one thing only we can check, that the log still
extends what it showed us before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.commands.common import EXIT_BAD_INPUT, EXIT_REFUSED, Refusal
from verifier.checks.receipt import check_receipt
from verifier.errors import ConsistencyFailure, PolicyError, VerifierError
from verifier.evidence.receipt import Receipt
from verifier.options import Options
from verifier.policy import Policy, parse_policy
from verifier.result import DONE, FAILED, Result
from verifier.tlog.keys import VKey
from verifier.tlog.merkle import leaf_hash
from verifier.tlog.note import MAXIMUM_BYTES, parse_note, verify_note

from .api import Accepted, Api
from .consistency import check_extends
from .durable import read_small, replace, writing
from .plan import Plan
from .state import State, checkpoint_of
from .words import shown, tell

_NEEDED: Final = ("receipt", "statement", "entry", "inclusion", "checkpoint", "log_key")
_MAX_POLICY_BYTES: Final = 2 << 20


def load_policy(path: Path) -> Policy:
    """Read the policy file that the person trusts."""
    try:
        return parse_policy(read_small(path, _MAX_POLICY_BYTES))
    except PolicyError as error:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"策略文件 {shown(path)} 无法使用：{error}。请检查 --policy，或向运营者索取正确的文件。",
            f"The policy file {shown(path)} cannot be used: {error}. Check --policy, or ask the "
            "operator for a correct file.",
        ) from None


def keys_of(policy: Policy, origin: str) -> list[VKey]:
    """Return the policy's keys for a log; refuse a log that it does not name."""
    keys = [log.vkey for log in policy.log_policy.logs if log.vkey.name == origin]
    if not keys:
        raise Refusal(
            EXIT_REFUSED,
            "服务器所写的日志不在策略文件中，未发送任何摘要。请核对 --server 与 --policy。",
            "The server writes a log that the policy does not name; no digest was sent. Check "
            "--server and --policy.",
        )
    return keys


class Judge:
    """Checks one server's log against the policy and against what is remembered."""

    def __init__(self, api: Api, policy: Policy, state: State, origin: str, evidence: Path) -> None:
        """``evidence`` is the package's path: contradictory notes are kept beside it."""
        self._api = api
        self._policy = policy
        self._keys = keys_of(policy, origin)
        self._state = state
        self._origin = origin
        self._evidence = evidence

    def check_head(self) -> None:
        """Check, before anything is sent, that the log is the one we know and was not set back."""
        note = self._api.static("checkpoint", MAXIMUM_BYTES)
        known = self._state.head(self._origin)
        if note is None:
            if known is not None:
                self._check_key(known)
                raise self._contradiction(known, None)
            return
        try:
            verify_note(parse_note(note), self._keys)
            if checkpoint_of(note).origin != self._origin:
                raise ConsistencyFailure("checkpoint: of another log")
        except VerifierError:
            raise Refusal(
                EXIT_REFUSED,
                "服务器的检查点不是由策略文件中的密钥所签，未发送任何摘要。请核对 --server 与 --policy。",
                "The server's checkpoint is not signed by the policy's key; no digest was sent. "
                "Check --server and --policy.",
            ) from None
        self._extends(known, note)

    def check_answer(self, plan: Plan, accepted: Accepted) -> Receipt:
        """Check a receipt completely; raises Refusal 77 unless it may be relied on."""
        result = Result("receipt")
        receipt = check_receipt(result, accepted.receipt, self._policy, Options())
        statuses = {check.id: check.status for check in result.checks}
        failed = FAILED in statuses.values()
        if receipt is None or failed or any(statuses.get(name) != DONE for name in _NEEDED):
            raise _unreliable("RECEIPT_NOT_VERIFIED")
        statement = receipt.statement
        if statement.submission != plan.submission or statement.signature != plan.signature:
            raise _unreliable("OTHER_SUBMISSION")
        if (accepted.index, accepted.leaf_hash) != (
            receipt.proof.index,
            leaf_hash(receipt.entry_bytes),
        ):
            raise _unreliable("OTHER_ENTRY")
        if statuses.get("quorum") != DONE:
            tell(
                "提示：回执尚未满足策略的见证要求，此前核验结论为“不足以判定”。",
                "Note: the receipt does not have the policy's quorum of witnesses yet; until then "
                "verification says: not determinable.",
            )
        self._extends(self._state.head(self._origin), receipt.proof.note)
        return receipt

    def check_note(self, note: bytes) -> None:
        """Check that a note whose signature was verified extends, or is extended by, what is known."""
        self._extends(self._state.head(self._origin), note)

    def remember(self, note: bytes) -> None:
        """Keep the note as the newest, checking again where another run was faster."""
        while True:
            seen = self._state.head(self._origin)
            self._extends(seen, note)
            if self._state.remember(self._origin, note, seen=seen):
                return

    def _extends(self, known: bytes | None, note: bytes) -> None:
        if known is None or known == note:
            return
        self._check_key(known)
        try:
            check_extends(checkpoint_of(known), checkpoint_of(note), self._api.static)
        except ConsistencyFailure:
            raise self._contradiction(known, note) from None

    def _check_key(self, known: bytes) -> None:
        """Refuse where another key signed what is remembered: two keys contradict nobody."""
        try:
            verify_note(parse_note(known), self._keys)
        except VerifierError:
            path = shown(self._state.head_path(self._origin))
            raise Refusal(
                EXIT_REFUSED,
                "该名称的日志此前由另一密钥签名，与策略文件中的密钥不同：可能是同名新建的日志，也可能不是原来的日志。"
                "未依赖服务器的任何答复。请经独立渠道向运营者核对密钥；确认确为新建日志后，"
                f"将所记住的检查点 {path} 移至别处保存，再重试。",
                "Another key than the policy's signed what is remembered of a log of this name: it may "
                "have been created anew under its name, or it is not the one that you used. No answer of "
                "the server was relied on. Compare the key with the operator through an independent "
                "channel; if the log is new indeed, move the remembered checkpoint away, keep it, and try "
                f"again: {path}.",
            ) from None

    def _contradiction(self, known: bytes, note: bytes | None) -> Refusal:
        """Keep both signed notes: together they convict the log, whatever it says later."""
        kept = [self._beside("remembered", known)]
        if note is not None:
            kept.append(self._beside("received", note))
        names = "、".join(shown(path) for path in kept)
        return Refusal(
            EXIT_REFUSED,
            "请勿依赖该服务器：其日志与此前出示的检查点不一致（可能被回退，或对不同的人出示不同内容）。"
            f"已保留签名检查点作为证据：{names}。请将其交给运营方和见证机构。",
            "Do not rely on this server: its log does not extend the checkpoint that it showed "
            "before (set back, or showing different people different things). Kept as evidence: "
            f"{', '.join(shown(path) for path in kept)}. Give it to the operator and to witnesses.",
        )

    def _beside(self, word: str, note: bytes) -> Path:
        path = self._evidence.with_name(f"{self._evidence.name}.checkpoint-{word}.txt")
        with writing(path):
            replace(path, note)
        return path


def _unreliable(reason: str) -> Refusal:
    return Refusal(
        EXIT_REFUSED,
        f"服务器给出的回执未通过核验（{reason}），请勿依赖。.part 文件已保留，可稍后重试。",
        f"The receipt that the server gave does not verify ({reason}); do not rely on it. The "
        ".part file is kept, so that you can try again later.",
    )
