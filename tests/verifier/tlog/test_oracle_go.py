"""Our trees, proofs and notes against golang.org/x/mod/sumdb, in both directions.

The program is tests/oracle/go/main.go. It is built once a run, outside the tree;
go.mod and go.sum fix the library's version and its hash.
"""

from __future__ import annotations

import json
import random
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import reference
from tests.golang import build_go
from tests.verifier.tlog.support import ROOT, flip, unbase64
from verifier.errors import ConsistencyFailure, InclusionFailure
from verifier.tlog import merkle
from verifier.tlog.keys import make_vkey, parse_vkey
from verifier.tlog.note import parse_note, signature_line, verify_note

SOURCE = ROOT / "tests" / "oracle" / "go"
SEED = random.SystemRandom().randrange(2**32)


@pytest.fixture(scope="module")
def oracle(tool, tmp_path_factory) -> Path:
    """Return the built program; skip where there is no Go or its module cannot be fetched."""
    return build_go(tool("go"), SOURCE, tmp_path_factory.mktemp("oracle") / "oracle")


def ask(program: Path, **request: Any) -> dict[str, Any]:
    """Send one request; byte strings travel as base64."""
    data = json.dumps(request, default=lambda raw: b64encode(raw).decode())
    done = subprocess.run(
        [program], input=data, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def entries() -> list[bytes]:
    """A random log; the seed is in the failure of any test that uses it."""
    source = random.Random(SEED)
    return [source.randbytes(source.choice([0, 1, 32, 64, 200])) for _ in range(45)]


def test_their_trees_and_proofs(oracle: Path, entries: list[bytes]) -> None:
    found = ask(oracle, Entries=entries)
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert [unbase64(leaf) for leaf in found["Leaves"]] == leaves, SEED
    for size, root in enumerate(found["Roots"], 1):
        assert merkle.root_of(leaves[:size]) == unbase64(root), (SEED, size)
    assert len(found["Inclusion"]) == len(found["Consistency"]) == 45 * 46 // 2
    for case in found["Inclusion"]:
        leaf, root = unbase64(case["Leaf"]), unbase64(case["Root"])
        proof = [unbase64(item) for item in case["Proof"] or []]
        merkle.check_inclusion(leaf, case["Index"], case["Size"], proof, root)
    for case in found["Consistency"]:
        old, root = unbase64(case["OldRoot"]), unbase64(case["Root"])
        proof = [unbase64(item) for item in case["Proof"] or []]
        merkle.check_consistency(case["Old"], old, case["Size"], root, proof)


def test_their_checks(oracle: Path, entries: list[bytes]) -> None:
    """The recursion's proofs, good and damaged: their verdict and ours are the same."""
    source = random.Random(SEED)
    inclusion: list[dict[str, Any]] = []
    consistency: list[dict[str, Any]] = []
    for size in range(1, 46):
        index, old = source.randrange(size), source.randint(1, size)
        known = entries[:size]
        leaf, root = merkle.leaf_hash(entries[index]), reference.MTH(known)
        path, proof = reference.PATH(index, known), reference.PROOF(old, known)
        old_root = reference.MTH(known[:old])
        at = source.randrange(256)
        flipped = [flip(item, at) for item in path]
        inclusion += [
            {"Index": n, "Size": size, "Leaf": leaf, "Root": root, "Proof": hashes}
            for hashes in (path, path[:-1], [*path, leaf], flipped)
            for n in (index, (index + 1) % size)
        ]
        flipped = [flip(item, at) for item in proof]
        consistency += [
            {"Old": m, "Size": size, "OldRoot": old_root, "Root": root, "Proof": hashes}
            for hashes in (proof, proof[:-1], [*proof, leaf], flipped)
            for m in (old, min(old + 1, size))
        ]
    found = ask(oracle, Inclusion=inclusion, Consistency=consistency)
    assert found["InclusionChecked"] == [we_include(case) for case in inclusion], SEED
    assert found["ConsistencyChecked"] == [we_extend(case) for case in consistency], SEED
    for verdicts in (found["InclusionChecked"], found["ConsistencyChecked"]):
        assert set(verdicts) == {True, False}


def we_include(case: dict[str, Any]) -> bool:
    try:
        merkle.check_inclusion(
            case["Leaf"], case["Index"], case["Size"], case["Proof"], case["Root"]
        )
    except InclusionFailure:
        return False
    return True


def we_extend(case: dict[str, Any]) -> bool:
    try:
        merkle.check_consistency(
            case["Old"], case["OldRoot"], case["Size"], case["Root"], case["Proof"]
        )
    except ConsistencyFailure:
        return False
    return True


def test_notes_both_ways(oracle: Path) -> None:
    text = "碑林\n\nthree lines, one of them empty\n"
    private = Ed25519PrivateKey.generate()
    vkey = make_vkey("碑林.example", 0x01, private.public_key().public_bytes_raw())
    line = signature_line(vkey.name, vkey.key_id, private.sign(text.encode()))
    stranger = signature_line("stranger.example", b"abcd", b"x")
    good = text.encode() + b"\n" + stranger + line
    found = ask(
        oracle,
        Vkeys=[vkey.to_text()],
        Notes=[good, good.replace(b"three", b"four"), good[:-1]],
        Name="go.example",
        Text=text,
    )
    opened, forged, cut = found["Opened"]
    assert (opened["Text"], opened["By"], opened["Err"]) == (text, [vkey.name], "")
    assert forged["Err"]
    assert cut["Err"]
    signed = parse_note(unbase64(found["Signed"]))
    theirs = parse_vkey(found["Vkey"])
    assert theirs.to_text() == found["Vkey"]
    assert signed.text == text.encode()
    assert verify_note(signed, [theirs]) == [theirs]
