"""Frauds with dossiers, submissions and the words of the service."""

from __future__ import annotations

from tests.evil.fraud import Files, Fraud
from tests.evil.histories import ALONE, BOTH, FILE, OTHER, POLICY, history
from tests.evil.holding import copy_of
from tests.verifier.misconduct.forging import entry, log_of, policy_bytes, said
from tests.worked import NOON, ORIGIN, WorkedLog, seed, service_key, submission
from verifier.evidence.entry import Entry
from verifier.evidence.freeze import Freeze
from verifier.tlog.merkle import leaf_hash

_RECEIPT = {"receipt": "the receipt that is shown"}


def _base() -> Files:
    return {"policy": policy_bytes(), "file": FILE}


def _alone(log: WorkedLog, anchored) -> Files:
    log.fill(3)
    return _base() | {"receipt": anchored.receipt()}


def invented() -> Files:
    """A submission in the name of a client's key, without the client."""
    log, _ = history(OTHER)
    made, _ = submission(FILE, nonce=bytes(16))
    return _alone(log, log.anchor(made, None))


def borrowed() -> Files:
    """The client's signature under another submission."""
    log, _ = history(OTHER)
    made, _ = submission(FILE, nonce=bytes(16))
    _, signature = submission(OTHER)
    return _alone(log, log.anchor(made, signature))


def renumbered() -> Files:
    """The second registration of a matter is shown as its first; the client keeps the true first."""
    log, first = history(FILE)
    second = log.anchor(*submission(OTHER), item=1, number=1)
    log.fill(2)
    return _base() | {"receipt": first.receipt(9), "shown": second.receipt(), "file": OTHER}


def forked_chain() -> Files:
    log, first = history(FILE)
    for data in (b"variant 1", b"variant 2"):
        leaf = leaf_hash(first.entry.to_bytes())
        log.anchor(*submission(data), item=2, previous=leaf, number=2, link=first.statement.next)
    log.fill(2)
    return _base() | copy_of(log)


def own_link() -> Files:
    log = WorkedLog()
    log.fill(5)
    link = seed("own")
    anchored = log.anchor(*submission(FILE), link=link, next=link)
    return _alone(log, anchored)


def two_statements() -> Files:
    log, _ = history(FILE)
    return _base() | {
        "first": said(log, [(1, 5)], size=9).note,
        "second": said(log, [(1, 5), (2, 7)], size=9).note,
    }


def denied() -> Files:
    """The item was erased at its client's request, and then it is said that it never was."""
    log, first = history(FILE)
    return _base() | {"receipt": first.receipt(9), "said": said(log, [], size=13).note,
                      "head": log.note(13)}  # fmt: skip


def after_freeze() -> Files:
    text = Freeze(ORIGIN, 4, NOON + 4, None, None).to_text()
    body = text + b"\n" + service_key().line(text)
    last = Entry("freeze", seed("the last link"), NOON + 4, None, body).to_bytes()
    log = log_of(*(entry(n) for n in range(4)), last, entry(5))
    return _base() | copy_of(log)


def going_back() -> Files:
    log = log_of(*(entry(n, received=10**9 - n) for n in range(6)))
    return _base() | copy_of(log)


DOSSIERS = (
    Fraud(
        "invent a submission", "a submission names the client's key and bears no signature",
        {**BOTH, **_RECEIPT}, invented, ALONE, 20, ("submitter", "failed", "BINDING_FAILURE"),
        without="no_submitter",
    ),
    Fraud(
        "borrow a submitter's key", "the client's signature is put under another submission",
        {**BOTH, **_RECEIPT}, borrowed, ALONE, 20, ("submitter", "failed", "SIG_CRYPTO_FAILURE"),
        without="no_submitter",
    ),
    Fraud(
        "renumber a dossier", "a second registration is shown as item 1 of its dossier",
        {"policy": "the policy", "receipt": "an old receipt of the dossier",
         "shown": "the receipt that is shown"},
        renumbered, ("compare", "receipt", "shown", *POLICY), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "ITEM_TWICE",
        instead=("shown", "--file", "file", *POLICY), withheld="the old receipt",
    ),
    Fraud(
        "fork a dossier", "two next items continue a dossier at one place (one link twice)",
        {"policy": "the policy", "log": "a copy of the log"},
        forked_chain, ("audit", "log", *POLICY), 20,
        ("links", "failed", "CONSISTENCY_FAILURE"), "LINK_TWICE", without="links_may_repeat",
    ),
    Fraud(
        "announce one's own link", "an item announces as next the link that it bears itself",
        {**BOTH, **_RECEIPT}, own_link, ALONE, 20, ("siblings", "failed", "BINDING_FAILURE"),
        "LINK_OWN", without="no_own_link",
    ),
    Fraud(
        "two service statements", "two answers about one dossier differ",
        {"policy": "the policy", "first": "one dossier statement", "second": "another one"},
        two_statements, ("compare", "first", "second", *POLICY), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "SAID_TWO_LISTS",
        instead=("compare", "first", "first", *POLICY), withheld="the second statement", passes=10,
    ),
    Fraud(
        "deny an erased item", "the service signs that a dossier has no such item",
        {"policy": "the policy", "receipt": "the receipt of the item", "said": "the statement"},
        denied, ("compare", "receipt", "said", *POLICY), 20,
        ("history", "failed", "CONSISTENCY_FAILURE"), "SAID_ITEM_MISSING",
        instead=("compare", "head", "said", *POLICY), withheld="the receipt",
    ),
    Fraud(
        "go on after a freeze", "entries follow the entry that closes the log",
        {"policy": "the policy", "log": "a copy of the log"},
        after_freeze, ("audit", "log", *POLICY), 20,
        ("entries", "failed", "CONSISTENCY_FAILURE"), "ENTRY_AFTER_FREEZE",
        without="freeze_means_nothing",
    ),
    Fraud(
        "set the log's time back", "a later entry claims an earlier time",
        {"policy": "the policy", "log": "a copy of the log"},
        going_back, ("audit", "log", *POLICY), 20,
        ("entries", "failed", "CONSISTENCY_FAILURE"), "TIME_DECREASES",
        without="time_may_go_back",
    ),
)  # fmt: skip
