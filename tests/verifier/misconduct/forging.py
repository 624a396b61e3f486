"""One log key, several histories: what an operator who forks would sign."""

from __future__ import annotations

from collections.abc import Sequence

from tests import reference
from tests.worked import NOON, ORIGIN, Key, WorkedLog, seed, service_key
from verifier.encoding import to_base64, to_time
from verifier.evidence.entry import Entry
from verifier.misconduct import build
from verifier.misconduct.exhibits import Logged, Part, Said
from verifier.policy import Policy, parse_policy
from verifier.tlog.merkle import leaf_hash

LOG = Key(ORIGIN, "log")


def policy_bytes(key: Key = LOG, *, service: bool = True, extra: str = "") -> bytes:
    """Return a policy for this log and its service."""
    said = f"service {service_key().vkey.to_text()}\n" if service else ""
    return (
        f"beilin/policy/v1\ndate {to_time(NOON)}\n{said}{extra}tlog-policy\n"
        f"log {key.vkey.to_text()}\nquorum none\n"
    ).encode()


def policy(key: Key = LOG, **options) -> Policy:
    return parse_policy(policy_bytes(key, **options))


def entry(
    n: int, *, link: str | None = None, received: int | None = None, kind: str = "evidence"
) -> bytes:
    """Return an entry; ``freeze`` has a body that is a note of the service in form."""
    body = None
    if kind != "evidence":
        text = f"beilin/{kind}/v1\norigin {ORIGIN}\n".encode()
        body = text + b"\n" + service_key().line(text)
    commitment = seed(f"commitment {n}") if kind == "evidence" else None
    made = Entry(kind, seed(link or f"link {n}"), NOON + n if received is None else received,
                 commitment, body)  # fmt: skip
    return made.to_bytes()


def log_of(*entries: bytes, label: str = "log") -> WorkedLog:
    return WorkedLog(label=label, entries=list(entries))


def part(log: WorkedLog, start: int, end: int, size: int | None = None) -> Part:
    """Return an honest part of this history."""
    size = len(log.entries) if size is None else size
    D = log.entries[:size]
    hashes = reference.SUBTREE_PROOF(start, end, D)
    root = reference.MTH(D[start:end])
    return build.part(log.note(size), log.key.vkey, start, end, root, hashes)


def logged(log: WorkedLog, index: int, size: int | None = None) -> Logged:
    """Return an entry of this history with its path."""
    size = len(log.entries) if size is None else size
    D = log.entries[:size]
    return build.logged(log.note(size), log.key.vkey, index, D[index], reference.PATH(index, D))


def said(
    log: WorkedLog,
    items: Sequence[tuple[int, int]],
    *,
    size: int | None = None,
    dossier: bytes = bytes(range(16, 32)),
    root: bytes | None = None,
    leaf: bytes | None = None,
    epoch: int = 0,
    key: Key | None = None,
) -> Said:
    """Return a dossier statement of the service about (item, index) pairs of this history."""
    size = len(log.entries) if size is None else size
    lines = "".join(
        f"item {item} {index} {to_base64(leaf or leaf_hash(log.entries[index]))}\n"
        for item, index in items
    )
    text = (
        f"beilin/dossier/v1\norigin {log.origin}\naccount {to_base64(bytes(range(16)))}\n"
        f"dossier {to_base64(dossier)}\nsize {size}\n"
        f"root {to_base64(root or reference.MTH(log.entries[:size]))}\n"
        f"time {to_time(NOON + size)}\nepoch {epoch}\nitems {len(items)}\n{lines}"
    ).encode()
    signer = key or service_key(log.origin)
    return Said(text + b"\n" + signer.line(text))
