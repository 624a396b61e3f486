"""Each guard of a proof's check, broken: an accusation that proves nothing gets through."""

from __future__ import annotations

import pytest

from tests.verifier.misconduct.forging import LOG, log_of, logged, part, policy, policy_bytes
from tests.verifier.misconduct.proofs import honest, other
from tests.worked import Key
from verifier.misconduct import check, exhibits
from verifier.misconduct.check import verify_misconduct
from verifier.misconduct.proof import MisconductProof
from verifier.options import Options
from verifier.policy import Policy, parse_policy


def code(data: bytes, by: Policy | None = None) -> int:
    return verify_misconduct(data, by or policy(), Options()).exit_code


def file_of(kind: str, *pair) -> bytes:
    first, second = sorted(pair, key=lambda each: each.to_bytes())
    return MisconductProof(kind, LOG.name, first, second).to_bytes()


def test_without_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    forged = log_of(*other().entries, label="not the log's key")
    foreign = part(forged, 0, 9)
    data = file_of("fork", part(honest(), 0, 9), foreign)
    assert code(data) == 10
    monkeypatch.setattr(check, "verify_note", lambda _, keys: list(keys))
    assert code(data) == 20


def test_without_the_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = part(honest(6), 4, 5), part(honest(), 4, 5)
    data = file_of("leaf", one, two._replace(root=bytes(32)))
    assert code(data) == 10
    monkeypatch.setattr(check, "check_subtree_consistency", lambda *_: None)
    assert code(data) == 20


def test_without_the_inclusion(monkeypatch: pytest.MonkeyPatch) -> None:
    one = logged(honest(), 2)
    data = file_of("link", one, one._replace(index=3))
    assert code(data) == 10
    monkeypatch.setattr(check, "check_inclusion", lambda *_: None)
    assert code(data) == 20


def test_without_asking_for_one_holder(monkeypatch: pytest.MonkeyPatch) -> None:
    second = Key(LOG.name, "second")
    both = parse_policy(
        policy_bytes().replace(b"quorum", b"log %b\nquorum" % second.vkey.to_text().encode())
    )
    data = file_of(
        "fork", part(honest(), 0, 9), part(log_of(*other().entries, label="second"), 0, 9)
    )
    assert code(data, both) == 10
    monkeypatch.setattr(check, "check_one_holder", lambda *_: None)
    assert code(data, both) == 20


def test_without_the_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rewrite that calls itself a leaf is a proof of something else than it says."""
    from verifier.misconduct import proof

    data = file_of("leaf", part(honest(6), 0, 6), part(other(), 0, 6))
    assert code(data) == 10
    monkeypatch.setattr(proof, "kinds_of", lambda *_: ("leaf",))
    assert code(data) == 10  # the contradiction found has its own kind, and that must be the file's


def test_without_one_line_for_each_note(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = part(honest(), 0, 9), part(other(), 0, 9)
    doubled = two._replace(note=two.note + Key("w.example/w", "w", 4).line(b"x"))
    data = file_of("fork", one, doubled)
    assert code(data) == 10
    monkeypatch.setattr(exhibits, "_check_one_line", lambda *_: None)
    assert code(data) == 20
