"""What cannot be caught, and the sentence that the verifier prints where it bears.

No key, log copy or comparison helps against these: they leave nothing that
contradicts anything. So every report that could be read as saying more says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.evil.fraud import Files
from tests.evil.histories import ALONE, FILE, POLICY, forked, history
from tests.evil.holding import copy_of
from tests.verifier.misconduct.forging import policy_bytes
from tests.verifier.stamped import LOG_OPERATOR, ONE, WITNESS, Stamped, policy
from tests.worked import CHAT, NOON, WorkedLog, seal


@dataclass(frozen=True)
class Limit:
    """What an operator (or a party) can do, and where which sentence says that it is not shown.

    ``words`` are keys of the report's texts, ``w:`` for those of ``words.json``;
    the beginning of each, up to its first place to fill in, is printed.
    """

    name: str
    why: str
    words: tuple[str, ...]
    make: Callable[[], Files]
    ask: tuple[str, ...]
    where: str


def receipt() -> Files:
    log, mine = history(FILE)
    return {"policy": policy_bytes(), "file": FILE, "receipt": mine.receipt(9)} | copy_of(log)


def socks() -> Files:
    made = Stamped()
    text = policy(f"{LOG_OPERATOR}operator w 乙\n", [ONE.line()], witnesses=[("w", WITNESS)],
                  quorum="quorum w", require="require L2\n")  # fmt: skip
    data = made.receipt(witnesses=[(WITNESS, NOON + 9)])
    return {"policy": text, "file": b"any bytes", "receipt": data}


def disclosed() -> Files:
    import tempfile
    from pathlib import Path

    from tests.disclosures import disclose
    from tests.worked import pack

    log = WorkedLog()
    sealed = seal([("聊天记录.txt", CHAT)], log)
    with tempfile.TemporaryDirectory() as folder:
        shown = disclose(sealed, Path(folder), "聊天记录.txt", records="1-2")
    return {"policy": log.policy(), "package.zip": pack(shown, "disclosure")}


LIMITS = (
    Limit("a colluding new account, dossier or service",
          "another chain holds the variant that is not shown, and nothing ties the two",
          ("not_shown.versions",), receipt, ALONE, "every receipt and package"),
    Limit("a later item under another link",
          "an operator can number an item outside its dossier's chain",
          ("not_shown.later.none",), receipt, (*ALONE, "--log", "log"),
          "where a copy of the log has no later item"),
    Limit("a request dropped before a receipt",
          "what was never logged leaves no trace in a log; the client must keep its own and ask again",
          ("not_shown.dropped",), receipt, ("audit", "log", *POLICY), "every audit"),
    Limit("sock-puppet witnesses under a policy that the operator wrote",
          "who runs a witness is the policy's word, and the policy is the verifying person's choice",
          ("L2",), socks, (*ALONE, "--policy-source", "the operator's web page"),
          "every report at level L2"),
    Limit("false times in records that are withheld",
          "withheld segments are dated and cut as the sealing software wrote",
          ("w:shown.word",), disclosed, ("package.zip", *POLICY), "every disclosure in part"),
    Limit("data older or other than its anchoring says",
          "a time of anchoring bounds when the entry came into the log, never the age of the data",
          ("time.age", "not_shown.before"), receipt, ALONE, "every receipt and package"),
    Limit("a history that is shown to nobody here",
          "a fork meets itself only where two who hold its branches compare",
          ("compare.rest", "compare.open"), receipt, ("compare", "receipt", "log/checkpoint", *POLICY),
          "every comparison that shows nothing"),
    Limit("a history that the auditor is not shown",
          "a copy is checked against its own head alone",
          ("not_shown.copies",), receipt, ("audit", "log", *POLICY), "every audit"),
    Limit("who used the key, and why",
          "a theft, a mistake, a loss of data and intent sign alike",
          ("compare.who",), forked, ("compare", "receipt", "theirs", *POLICY),
          "every contradiction"),
    Limit("a lone operator without witnesses or authorities",
          "time, index and completeness hold for the copy of the log that it showed",
          ("time.copy",), receipt, ALONE, "every report below L2"),
)  # fmt: skip
