"""A log whose receipts bear tokens: real ones, by authorities made here, over real notes.

0…2   other people's entries      size 3 is stamped at noon + 2 s
3     the anchor entry with the digests of those tokens
4     another one
5     the entry in question, received at noon + 5 s
6, 7  others                      size 8 is the receipt's checkpoint
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from tests import reference, worked
from tests.verifier.timestamp import making
from tests.verifier.timestamp.chains import Chain, key, make_chain, raw
from tests.worked import NOON, ORIGIN, Key, WorkedLog
from verifier import verify
from verifier.encoding import to_base64
from verifier.evidence.entry import Anchor, Entry
from verifier.evidence.receipt import AnchorProof, Token, to_receipt
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import DONE, FAILED, NOT_DONE, PASSED, TOTAL_FAILED, Result
from verifier.tlog.note import signature_line

INDEX, SIZE, EARLIER = 5, 8, 3
RECEIVED = NOON + INDEX
BEFORE, AFTER = NOON + 2, NOON + 20
FILE = b"any bytes"
LOG_OPERATOR = f"operator {ORIGIN} 甲\n"
ONLY_TWO = "operator tsa2 丙\n"
BOTH = f"operator tsa1 乙\n{ONLY_TWO}"
WINDOW = "2026-01-01T00:00:00Z 2036-01-01T00:00:00Z"
SOURCE = "a letter from the operator"


def gen_time(seconds: int) -> bytes:
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds)).encode()


@cache
def _chain(name: str, kind: str) -> Chain:
    return make_chain(key("p256", sum(name.encode())), root_kind=kind)


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: its name in the policy, its root's kind of key."""

    name: str
    kind: str = "p256"

    @property
    def chain(self) -> Chain:
        return _chain(self.name, self.kind)

    def token(self, stamped: bytes, at: int = AFTER, **changes: Any) -> Token:
        """Return a block over these bytes; ``changes`` are those of ``making.Token``."""
        words = {"chain": self.chain, "stamped": stamped, "gen_time": gen_time(at), "nonce": None}
        return Token("rfc3161", making.Token(**{**words, **changes}).to_bytes(), ())

    def line(self, window: str = WINDOW) -> str:
        return f"tsa {self.name} {window} {to_base64(raw(self.chain.root))}\n"


ONE, TWO = Authority("tsa1"), Authority("tsa2", "p384")
WITNESS = Key("w.example", "w", 4)
WITNESS_TWO = Key("v.example", "v", 4)


def cosigned(note: bytes, *witnesses: tuple[Key, int]) -> bytes:
    """Return a note with cosignatures of these keys and times."""
    text = note.split(b"\n\n")[0] + b"\n"
    for witness, at in witnesses:
        message = b"cosignature/v1\ntime %d\n" % at + text
        blob = at.to_bytes(8, "big") + witness.private.sign(message)
        note += signature_line(witness.name, witness.vkey.key_id, blob)
    return note


@dataclass
class Stamped:
    """The log above, and one receipt of it with any blocks and cosignatures."""

    log: WorkedLog = field(default_factory=WorkedLog)

    def __post_init__(self) -> None:
        self.log.fill(EARLIER)
        self.early = self.log.note(EARLIER)
        tokens = [each.token(self.early, BEFORE) for each in (ONE, TWO)]
        self.early_tokens = tokens
        self.log.entries.append(self.anchor_entry(EARLIER, tokens))
        self.log.fill(1)
        self.anchored = self.log.anchor(*worked.submission(FILE))
        self.log.fill(2)

    @staticmethod
    def anchor_entry(size: int, tokens: Iterable[Token], at: int = NOON + EARLIER) -> bytes:
        digests = sorted(hashlib.sha256(token.token).digest() for token in tokens)
        body = Anchor(size, tuple(digests)).to_bytes()
        return Entry("anchor", worked.seed(f"anchor {size} {at}"), at, None, body).to_bytes()

    @property
    def note(self) -> bytes:
        """The stamped note of the receipt's checkpoint: these logs have no other lines."""
        return self.log.note(SIZE)

    def proof(self, number: int = 0, **changes: Any) -> AnchorProof:
        """Return the anchor proof with the token of the first or the second authority."""
        path = tuple(reference.PATH(EARLIER, self.log.entries[:SIZE]))
        entry = self.log.entries[EARLIER]
        made = AnchorProof(EARLIER, path, entry, self.early, self.early_tokens[number])
        return made._replace(**changes)

    def receipt(
        self,
        *blocks: Token | AnchorProof,
        size: int = SIZE,
        witnesses: Sequence[tuple[Key, int]] = (),
        note: bytes | None = None,
    ) -> bytes:
        proof = self.anchored.proof(size)
        proof = proof._replace(note=cosigned(note or proof.note, *witnesses))
        made = self.anchored
        return to_receipt(
            made.salt, made.statement.to_bytes(), made.entry.to_bytes(), proof.to_text(), blocks
        )

    def received(self, at: int) -> Stamped:
        """Let the log claim another time of receipt; the tree follows."""
        made = self.anchored
        entry = made.entry._replace(received=at)
        self.log.entries[INDEX] = entry.to_bytes()
        self.anchored = replace(made, entry=entry)
        return self


def policy(
    operators: str = f"{LOG_OPERATOR}operator tsa1 乙\noperator tsa2 丙\n",
    tsas: Sequence[str] | None = None,
    *,
    status: str = "",
    require: str = "",
    witnesses: Sequence[tuple[str, Key]] = (),
    quorum: str = "quorum none",
    log: WorkedLog | None = None,
) -> bytes:
    """Return a policy that trusts the log and two authorities, each with an operator of its own."""
    lines = (ONE.line(), TWO.line()) if tsas is None else tsas
    named = "".join(f"witness {name} {key.vkey.to_text()}\n" for name, key in witnesses)
    head = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n{operators}{''.join(lines)}"
    return f"{head}{status}{require}tlog-policy\n".encode() + (log or WorkedLog()).policy(
        f"{named}{quorum}"
    )


def check(data: bytes, text: bytes | None = None, **options: Any) -> Result:
    """Verify a receipt and its file under a policy of which it is said where it came from."""
    how = Options(**{"at": NOON + 86400, "policy_source": SOURCE, **options})
    return verify.verify_receipt(
        data, parse_policy(policy() if text is None else text), how, io.BytesIO(FILE)
    )


def seen(result: Result) -> tuple[str, str | None, str, str]:
    """Return the status and reason of ``time``, the grade, and the verdict."""
    found = result.check("time")
    assert found is not None
    return found.status, found.sub_indication, result.time_grade, result.verdict


def notes(result: Result) -> set[str]:
    return {finding.code for finding in result.findings}


T3 = (DONE, None, "T3", PASSED)
T4 = (DONE, None, "T4", PASSED)
NONE = (NOT_DONE, "NO_POE", "T0", PASSED)
"""What ``seen`` returns where one, two or no operators stand behind the time."""


def failed(sub: str) -> tuple[str, str, str, str]:
    """Return what ``seen`` returns where the check ``time`` failed."""
    return FAILED, sub, "T0", TOTAL_FAILED
