"""Results of real receipts, by what they bear: tokens, cosignatures, and policies that rate them."""

from __future__ import annotations

from collections.abc import Callable

from tests.verifier.stamped import (
    AFTER,
    LOG_OPERATOR,
    ONE,
    RECEIVED,
    SIZE,
    TWO,
    WITNESS,
    Stamped,
    check,
    policy,
)
from verifier.encoding import to_time
from verifier.evidence.receipt import Token
from verifier.report.statements import statements
from verifier.report.texts import texts_for
from verifier.result import Result

LOG = Stamped()
NOTE = LOG.note
SEEN_AT = RECEIVED + 4
WITNESSED = policy(
    f"{LOG_OPERATOR}operator tsa1 乙\noperator tsa2 丙\noperator w 丁\n", witnesses=[("w", WITNESS)]
)
OWN = policy(f"{LOG_OPERATOR}operator tsa1 甲\noperator w 甲\n", [ONE.line()], witnesses=[("w", WITNESS)])  # fmt: skip
COSIGNED = [(WITNESS, SEEN_AT)]
KEY = LOG.log.key.vkey


def stolen(at: int) -> bytes:
    """Return a policy that says when the log's key was stolen."""
    return policy(
        status=f"status {KEY.name}+{KEY.key_id.hex()} compromised size - time {to_time(at)}\n"
    )


TOKEN = ONE.token(NOTE)

CASES: dict[str, Callable[[], Result]] = {
    "bare": lambda: check(LOG.receipt()),
    "unsourced": lambda: check(LOG.receipt(TOKEN), policy_source=None),
    "stamped": lambda: check(LOG.receipt(TOKEN)),
    "between": lambda: check(LOG.receipt(TOKEN, LOG.proof())),
    "several": lambda: check(LOG.receipt(TOKEN, TWO.token(NOTE, AFTER + 9))),
    "witnessed": lambda: check(LOG.receipt(witnesses=COSIGNED), WITNESSED),
    "witnessed and stamped": lambda: check(LOG.receipt(TOKEN, witnesses=COSIGNED), WITNESSED),
    "own": lambda: check(LOG.receipt(TOKEN, witnesses=COSIGNED), OWN),
    "unnamed": lambda: check(LOG.receipt(TOKEN), policy(LOG_OPERATOR)),
    "unknown": lambda: check(LOG.receipt(TWO.token(NOTE)), policy(LOG_OPERATOR, [ONE.line()])),
    "other kind": lambda: check(LOG.receipt(Token("ots", b"\0OpenTimestamps", ()))),
    "wrong": lambda: check(LOG.receipt(ONE.token(LOG.log.note(SIZE - 1)))),
    "order": lambda: check(LOG.receipt(ONE.token(NOTE, RECEIVED - 60))),
    "stolen later": lambda: check(LOG.receipt(TOKEN), stolen(AFTER + 60)),
    "stolen before": lambda: check(LOG.receipt(TOKEN), stolen(AFTER - 10)),
}
NAMES = list(CASES)
GRADES = {
    "unsourced": "T3", "stamped": "T3", "between": "T3", "several": "T4", "witnessed": "T2",
    "witnessed and stamped": "T3", "unnamed": "T3", "stolen later": "T3",
}  # fmt: skip


def case(name: str) -> Result:
    """Return what a receipt of that name gives."""
    return CASES[name]()


def time_of(result: Result, lang: str) -> list[str]:
    """Return the sentences of the second statement."""
    return statements(result, texts_for(lang))["time"]


def joined(result: Result, lang: str) -> str:
    return " ".join(time_of(result, lang))
