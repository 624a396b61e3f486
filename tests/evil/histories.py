"""Frauds with the log itself: rewriting, forking, dropping, rolling back, stale heads."""

from __future__ import annotations

from tests.evil.fraud import Files, Fraud
from tests.evil.holding import copy_of
from tests.verifier.misconduct.forging import entry, log_of, policy_bytes
from tests.worked import Anchored, WorkedLog, submission

FILE, OTHER = b"what the client sealed", b"what others were shown"
POLICY = ("--policy", "policy")
ALONE = ("receipt", "--file", "file", *POLICY)
BOTH = {"policy": "the policy", "file": "the client's file"}


def history(data: bytes, before: int = 5, after: int = 8) -> tuple[WorkedLog, Anchored]:
    """Return a log in which the entry of ``data`` stands after ``before`` others."""
    log = WorkedLog()
    log.fill(before)
    anchored = log.anchor(*submission(data))
    log.fill(after)
    return log, anchored


def _base(log: WorkedLog) -> Files:
    return {"policy": policy_bytes(), "file": FILE}


def rewritten() -> Files:
    honest, old = history(FILE)
    log, _ = history(FILE)
    log.entries[2] = entry(200)
    late = log.anchor(*submission(b"a later client", dossier=bytes(16)))
    log.fill(2)
    return _base(honest) | {"receipt": old.receipt(9), "later": late.receipt()}


def forked() -> Files:
    one, mine = history(FILE)
    _two, other = history(OTHER)
    return _base(one) | {"receipt": mine.receipt(9), "theirs": other.receipt(9)}


def forked_sizes() -> Files:
    one, mine = history(FILE)
    _two, other = history(OTHER)
    return _base(one) | {"receipt": mine.receipt(7), "theirs": other.receipt(13)}


def dropped() -> Files:
    log, mine = history(FILE)
    without = log_of(*(each for n, each in enumerate(log.entries) if n != mine.index))
    without.fill(3)
    return _base(log) | {"receipt": mine.receipt(9)} | copy_of(without)


def regrown() -> Files:
    log, _mine = history(FILE)
    again = WorkedLog()
    again.fill(6)
    for n in range(300, 320):
        again.entries.append(entry(n, received=10**10))
    return _base(log) | {"head": log.note(9), "newer": again.note()} | copy_of(again)


def stale() -> Files:
    log, mine = history(FILE)
    return (
        _base(log) | {"receipt": mine.receipt(9), "early": mine.receipt(6)} | copy_of(log, size=7)
    )


def rewritten_copy() -> Files:
    log, mine = history(FILE)
    copy = copy_of(log)
    name = "log/tile/entries/000.p/14"
    bundle = bytearray(copy[name])
    bundle[3 * 168 + 120] ^= 1
    return _base(log) | {"receipt": mine.receipt(9)} | copy | {name: bytes(bundle)}


_OLD = {"receipt": "the client's old receipt"}
HISTORIES = (
    Fraud(
        "rewrite", "an old entry is replaced, all heads after it are signed anew",
        {"policy": "the policy", **_OLD, "later": "a later receipt of another client"},
        rewritten, ("compare", "receipt", "later", *POLICY), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "PART_DIFFERS",
        without="no_tree_is_compared", passes=10,
    ),
    Fraud(
        "fork per client", "two clients get two trees of one size",
        {"policy": "the policy", **_OLD, "theirs": "another client's receipt"},
        forked, ("compare", "receipt", "theirs", *POLICY), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "TWO_ROOTS",
        instead=ALONE, withheld="the other client's receipt",
    ),
    Fraud(
        "fork at different sizes", "two clients get two trees, never of one size",
        {"policy": "the policy", **_OLD, "theirs": "another client's receipt"},
        forked_sizes, ("compare", "receipt", "theirs", *POLICY), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "PART_DIFFERS",
        instead=ALONE, withheld="the other client's receipt",
    ),
    Fraud(
        "drop an entry", "an entry for which there is a receipt is left out of the log",
        {**BOTH, **_OLD, "log": "a later copy of the log"},
        dropped, (*ALONE, "--log", "log"), 20,
        ("siblings", "failed", "CONSISTENCY_FAILURE"), "TWO_HISTORIES",
        instead=ALONE, withheld="the copy of the log",
    ),
    Fraud(
        "roll back and regrow", "the log is set back to an old size and grows differently",
        {"policy": "the policy", "head": "a head that was seen (a witness's, a mirror's)",
         "newer": "the head that is served now", "log": "a copy of the log as it is now"},
        regrown, ("compare", "head", "newer", *POLICY, "--log", "log"), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "PREFIX_DIFFERS",
        instead=("compare", "head", "newer", *POLICY), withheld="the copy of the log", passes=10,
    ),
    Fraud(
        "serve a stale head", "an old, consistent copy is served, to hide what came later",
        {**BOTH, **_OLD, "log": "the copy that is served"},
        stale, (*ALONE, "--log", "log"), 0,
        ("siblings", "not_done", "LOG_COPY_UNUSABLE"),
        instead=("early", "--file", "file", *POLICY, "--log", "log"),
        withheld="the newer receipt (a first one only)",
    ),
    Fraud(
        "change an entry in the log served", "a copy is served in which an old entry reads otherwise",
        {"policy": "the policy", "log": "a copy of the log"},
        rewritten_copy, ("audit", "log", *POLICY), 20,
        ("bundles", "failed", "HASH_FAILURE"), "ENTRY_DIFFERS",
        instead=ALONE, withheld="the copy of the log",
    ),
)  # fmt: skip
