"""Frauds with time: tokens, witnesses, and keys that were stolen."""

from __future__ import annotations

from tests import worked
from tests.evil.fraud import Files, Fraud
from tests.evil.histories import ALONE, BOTH
from tests.verifier.stamped import (
    AFTER,
    BEFORE,
    EARLIER,
    FILE,
    LOG_OPERATOR,
    ONE,
    TWO,
    WITNESS,
    Stamped,
    cosigned,
    policy,
)  # fmt: skip
from tests.worked import NOON
from verifier.encoding import to_time
from verifier.tlog.note import signature_line

T3 = "require T3\n"
THEFT = NOON + 100
SOURCE = ("--policy-source", "a letter")
_RECEIPT = {"receipt": "the receipt that is shown"}


def _files(receipt: bytes, text: bytes) -> Files:
    return {"policy": text, "file": FILE, "receipt": receipt}


def backdated() -> Files:
    """The entry came in after the anchor, and claims a time before the anchor's token."""
    made = Stamped().received(BEFORE - 3)
    return _files(made.receipt(ONE.token(made.note), made.proof()), policy())


def stamped_late() -> Files:
    """An old checkpoint is stamped after the entry, and the token passed off as older than it."""
    made = Stamped()
    late = [each.token(made.early, NOON + 60) for each in (ONE, TWO)]
    made.early_tokens = late
    made.log.entries[EARLIER] = made.anchor_entry(EARLIER, late)
    return _files(made.receipt(ONE.token(made.note, NOON + 90), made.proof()), policy())


def token_not_recorded() -> Files:
    """A token of yesterday that no anchor entry holds is passed off as one that does."""
    made = Stamped()
    other = ONE.token(made.early, BEFORE - 1)
    return _files(made.receipt(made.proof(token=other)), policy())


def replayed_token() -> Files:
    made = Stamped()
    return _files(made.receipt(ONE.token(made.early, AFTER)), policy(require=T3))


def swapped_tokens() -> Files:
    """The token of another client's receipt, of the next head, is put into this one."""
    made = Stamped()
    made.log.fill(3)
    return _files(made.receipt(ONE.token(made.log.note(11))), policy(require=T3))


def signed_after() -> Files:
    """The bare text was stamped long ago; the log's signature was made today."""
    made = Stamped()
    text = made.note.split(b"\n\n")[0] + b"\n"
    return _files(made.receipt(ONE.token(text)), policy(require=T3))


def _compromised() -> str:
    key = worked.WorkedLog().key.vkey
    return f"status {key.name}+{key.key_id.hex()} compromised size - time {to_time(THEFT)}\n"


def resigned() -> Files:
    """A thief signs a tree with a forged entry and lets it claim a time before the theft."""
    made = Stamped()
    return _files(made.receipt(), policy(status=_compromised())) | {"old policy": policy()}


def resigned_and_stamped() -> Files:
    """The thief also has it stamped, which can only be after the theft."""
    made = Stamped()
    token = ONE.token(made.note, THEFT + 1)
    return _files(made.receipt(token), policy(status=_compromised())) | {"old policy": policy()}


# ------------------------------------------------------------------- witnesses and operators


def _witnessed(names: str, require: str = "") -> bytes:
    return policy(names, [ONE.line()], witnesses=[("w", WITNESS)], quorum="quorum w",
                  require=require)  # fmt: skip


def forged_witness() -> Files:
    made = Stamped()
    blob = (NOON + 9).to_bytes(8, "big") + bytes(64)
    note = made.note + signature_line(WITNESS.name, WITNESS.vkey.key_id, blob)
    return _files(made.receipt(note=note), _witnessed(f"{LOG_OPERATOR}operator w 乙\n"))


def replayed_witness() -> Files:
    """The witness's line of another head."""
    made = Stamped()
    other = cosigned(made.log.note(EARLIER), (WITNESS, NOON + 9))
    note = made.note + b"\xe2\x80\x94" + other.rpartition(b"\xe2\x80\x94")[2]
    return _files(made.receipt(note=note), _witnessed(f"{LOG_OPERATOR}operator w 乙\n"))


def own_witness() -> Files:
    """The operator runs the witness itself; the policy, not written by it, says so."""
    made = Stamped()
    text = _witnessed(f"{LOG_OPERATOR}operator w 甲\n", "require L2\n")
    return _files(made.receipt(witnesses=[(WITNESS, NOON + 9)]), text)


def own_authority() -> Files:
    made = Stamped()
    text = policy(f"{LOG_OPERATOR}operator tsa1 甲\n", [ONE.line()], require=T3)
    return _files(made.receipt(ONE.token(made.note, AFTER)), text)


_TIME = "time", "failed"
_WRONG = (*_TIME, "BINDING_FAILURE")
_ORDER = (*_TIME, "TIMESTAMP_ORDER_FAILURE")
_STOLEN = ("log_key", "not_done", "KEY_COMPROMISED_NO_POE")
_QUORUM = ("quorum", "not_done", "WITNESS_QUORUM_NOT_MET")
_ASKED = ("requirements", "not_done", "POLICY_REQUIREMENT_NOT_MET")
_BEFORE_NOTICE = ("receipt", "--file", "file", "--policy", "old policy")

TIMES = (
    Fraud("backdate", "an entry claims a time before the anchor that stands before it",
          {**BOTH, **_RECEIPT}, backdated, ALONE, 20, _ORDER, without="no_order_of_time"),
    Fraud("stamp an old checkpoint late", "an old head is stamped today and recorded as if then",
          {**BOTH, **_RECEIPT}, stamped_late, ALONE, 20, _ORDER, without="no_order_of_time"),
    Fraud("claim a token that was not recorded", "an anchor proof brings a token that no entry holds",
          {**BOTH, **_RECEIPT}, token_not_recorded, ALONE, 20, _WRONG, without="no_anchor_entry"),
    Fraud("replay an old token on a new head", "a token over an earlier head is put beside a later one",
          {**BOTH, **_RECEIPT}, replayed_token, (*ALONE, *SOURCE), 20, _WRONG, without="no_imprint"),
    Fraud("swap tokens between receipts", "the token of another receipt's head is put into this one",
          {**BOTH, **_RECEIPT}, swapped_tokens, (*ALONE, *SOURCE), 20, _WRONG, without="no_imprint"),
    Fraud("sign after the token", "the bare text was stamped, and signed later",
          {**BOTH, **_RECEIPT}, signed_after, (*ALONE, *SOURCE), 20, _WRONG, without="bare_text"),
    Fraud("sign anew after a key theft", "a stolen key signs a tree with a forged, backdated entry",
          {"policy": "the policy, with the notice of the theft", "file": "the file", **_RECEIPT},
          resigned, ALONE, 10, _STOLEN, instead=_BEFORE_NOTICE,
          withheld="the notice (an older policy)"),
    Fraud("sign and stamp after a key theft", "what the stolen key signed is stamped as well",
          {"policy": "the policy, with the notice of the theft", "file": "the file", **_RECEIPT},
          resigned_and_stamped, ALONE, 10, _STOLEN, instead=_BEFORE_NOTICE,
          withheld="the notice (an older policy)"),
    Fraud("forge a witness's line", "a cosignature of the right form and no meaning",
          {**BOTH, **_RECEIPT}, forged_witness, ALONE, 10, _QUORUM, without="no_cosignature"),
    Fraud("replay a witness's line", "the cosignature of another head is put under this one",
          {**BOTH, **_RECEIPT}, replayed_witness, ALONE, 10, _QUORUM, without="no_cosignature"),
    Fraud("be one's own witness", "the operator runs the only witness",
          {"policy": "a policy that names who runs the witness, and asks for L2",
           "file": "the file", **_RECEIPT},
          own_witness, (*ALONE, *SOURCE), 10, _ASKED, without="any_operator_is_another"),
    Fraud("be one's own time-stamping authority", "the operator runs the only authority",
          {"policy": "a policy that names who runs the authority, and asks for T3",
           "file": "the file", **_RECEIPT},
          own_authority, (*ALONE, *SOURCE), 10, _ASKED, without="any_operator_is_another"),
)  # fmt: skip
