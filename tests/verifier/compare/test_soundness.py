"""For every small pair of histories: "one history" only where it is one, a proof only where it forked."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.verifier.misconduct.forging import LOG, entry, log_of, policy
from tests.verifier.misconduct.proofs import PROOFS, proof_of
from tests.worked import ORIGIN, WorkedLog, submission
from verifier.compare.compare import compare_materials
from verifier.compare.material import Material
from verifier.compare.reading import Unusable, material_of
from verifier.misconduct.check import verify_misconduct
from verifier.options import Options
from verifier.result import Result
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.merkle import leaf_hash
from verifier.tlog.note import parse_note

LARGEST = 6
POLICY = policy()


def held(log: WorkedLog, size: int, index: int, note: bytes) -> Material:
    """Return what a receipt of entry ``index`` under the head of this size holds."""
    material = Material("receipt", ORIGIN, LOG.vkey)
    tree = material.tree(parse_checkpoint(parse_note(note).text), note)
    data = log.entries[index]
    tree.add_entry(index, data, leaf_hash(data), reference.PATH(index, log.entries[:size]))
    return material


@pytest.mark.parametrize("fork", range(LARGEST + 1))
def test_every_pair_of_small_histories(fork: int) -> None:
    """``fork`` is the first entry that differs; at the largest size nothing does."""
    one = log_of(*(entry(n) for n in range(LARGEST)))
    two = log_of(*(entry(n if n < fork else 100 + n, received=10**10 + n) if n >= fork else entry(n)
                   for n in range(LARGEST)))  # fmt: skip
    notes = {(log.label, id(log), n): log.note(n) for log in (one, two)
             for n in range(1, LARGEST + 1)}  # fmt: skip
    ends = {0: 0, 10: 0, 20: 0}
    for a, b in itertools.product(range(1, LARGEST + 1), repeat=2):
        really_one = fork >= min(a, b)
        for i, j in itertools.product(range(a), range(b)):
            found = [
                held(one, a, i, notes[one.label, id(one), a]),
                held(two, b, j, notes[two.label, id(two), b]),
            ]
            comparison = compare_materials(Result("compare"), found, POLICY, Options())
            code = comparison.result.exit_code
            ends[code] += 1
            assert code != (20 if really_one else 0), (a, b, i, j)
            if comparison.proof is not None:
                assert verify_misconduct(comparison.proof, POLICY, Options()).exit_code == 20
            meets = i in (j, b) or a == b or j == a
            if meets and not really_one and (a == b or i == j >= fork):
                assert code == 20, (a, b, i, j)
    assert ends[20] if fork < LARGEST else ends[0] and not ends[20]


MATERIALS = [
    (lambda log: log.note()),
    (lambda log: log.anchor(*submission(b"x")).receipt()),
    (lambda log: log.anchor(*submission(b"x")).proof().to_text()),
    (lambda _: proof_of("SAID_TWO_LISTS")),
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_is_read_is_verified_or_refused(data: st.DataObject) -> None:
    """Mangled files end in one error, and what they hold leads to heads that the key signed."""
    log = log_of(*(entry(n) for n in range(5)))
    whole = data.draw(st.sampled_from(MATERIALS))(log)
    mangled = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(mangled) - 1))
        mangled[at] = data.draw(st.integers(0, 255))
    try:
        material = material_of(bytes(mangled), POLICY)
    except Unusable as error:
        assert error.sub_indication
        return
    honest = {reference.MTH(log.entries[:n]) for n in range(1, len(log.entries) + 1)}
    assert {head.root for head in material.heads()} <= honest | {
        head.root for name in PROOFS for head in material_of(proof_of(name), POLICY).heads()
    }
