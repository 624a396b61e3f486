"""Our own vectors (tests/vectors/worked): values that foreign programs have confirmed."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from tests import reference
from tests.verifier.tlog.support import WORKED, unbase64, worked
from verifier.errors import BindingFailure, VerifierError
from verifier.tlog import merkle, tiles
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.cosignature import check_cosignature, cosignature_message, mldsa_message
from verifier.tlog.keys import make_vkey, parse_vkey
from verifier.tlog.note import parse_note, signature_line, verify_note
from verifier.tlog.policy import parse_log_policy
from verifier.tlog.proof import parse_tlog_proof

VALUES = worked("worked.json")
LOG = parse_vkey(VALUES["log_vkey"])
WITNESS = parse_vkey(VALUES["witness_vkey"])
ENTRIES = [bytes.fromhex(entry) for entry in VALUES["entries_hex"]]
GOLDEN = worked("golden-70000.json")
STRICTNESS = worked("strictness.json")
PROOFS = worked("proof-strictness.json")
POLICIES = worked("policy-vkey.json")


def hashes(proof: list[str]) -> list[bytes]:
    return [unbase64(item) for item in proof]


# -- worked.json ------------------------------------------------------------------------------


def test_tree_of_seven() -> None:
    leaves = [merkle.leaf_hash(entry) for entry in ENTRIES]
    roots = [unbase64(root) for root in VALUES["roots_b64"]]
    assert [leaf.hex() for leaf in leaves] == VALUES["leaf_hashes_hex"]
    assert [merkle.root_of(leaves[:n]) for n in range(8)] == roots
    for index in (2, 6):
        proof = hashes(VALUES[f"inclusion_{index}_7"])
        merkle.check_inclusion(leaves[index], index, 7, proof, roots[7])
        assert proof == reference.PATH(index, ENTRIES)
    for old in (3, 4, 6):
        proof = hashes(VALUES[f"consistency_{old}_7"])
        merkle.check_consistency(old, roots[old], 7, roots[7], proof)
        assert proof == reference.PROOF(old, ENTRIES)
    subtree = unbase64(VALUES["subtree_4_6_root"])
    proof = hashes(VALUES["subtree_proof_4_6_in_7"])
    merkle.check_subtree_consistency(4, 6, 7, subtree, roots[7], proof)


def test_keys_of_the_worked_log() -> None:
    assert LOG == make_vkey(VALUES["origin"], 0x01, bytes.fromhex(VALUES["log_pub_hex"]))
    witness = make_vkey(VALUES["witness_name"], 0x04, bytes.fromhex(VALUES["witness_pub_hex"]))
    assert witness == WITNESS


def test_tile_and_bundle_of_seven() -> None:
    bundle = bytes.fromhex(VALUES["entry_bundle_000.p7_hex"])
    assert tiles.parse_bundle(bundle, 7) == ENTRIES
    assert tiles.to_bundle(ENTRIES) == bundle
    assert bytes.fromhex(VALUES["tile_0_000.p7_hex"]) == b"".join(map(merkle.leaf_hash, ENTRIES))


@pytest.mark.parametrize("size", [3, 7])
def test_checkpoints_of_the_worked_log(size: int) -> None:
    note = parse_note(VALUES[f"checkpoint_{size}"].encode())
    assert verify_note(note, [LOG]) == [LOG]
    assert parse_checkpoint(note.text) == (LOG.name, size, unbase64(VALUES["roots_b64"][size]))


def test_cosignature_of_the_worked_witness() -> None:
    note = parse_note((WORKED / "cosigned.note").read_bytes())
    line = note.signatures[1]
    assert signature_line(*line) == VALUES["cosig_line"].encode()
    assert (line.key_id + line.signature).hex() == VALUES["cosig_payload_hex"]
    time = check_cosignature(note.text, line, WITNESS)
    assert cosignature_message(note.text, time).hex() == VALUES["cosig_message_hex"]


def test_ml_dsa_message_of_the_worked_witness() -> None:
    private = MLDSA44PrivateKey.from_seed_bytes(bytes.fromhex(VALUES["pq_seed_hex"]))
    public = private.public_key().public_bytes_raw()
    vkey = make_vkey(VALUES["pq_name"], 0x06, public)
    assert sha256(public).hexdigest() == VALUES["pq_pub_sha256"]
    assert vkey.key_id.hex() == VALUES["pq_keyid"]
    assert len(vkey.to_text()) == VALUES["pq_vkey_len"]
    root = unbase64(VALUES["roots_b64"][7])
    message = mldsa_message(vkey.name, 1767225600, LOG.name, 0, 7, root)
    assert message.hex() == VALUES["pq_cosigned_message_hex"]
    line = signature_line(vkey.name, vkey.key_id, bytes(8) + private.sign(message))
    assert len(line) == VALUES["pq_line_len"]


# -- golden-70000.json ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def levels() -> list[list[bytes]]:
    """The leaf hashes of the golden log, and the hashes of each level of tiles above them."""
    found = [[merkle.leaf_hash(b"entry-%d" % n) for n in range(70_000)]]
    while len(found[-1]) >= 256:
        below = found[-1]
        full = len(below) // 256 * 256
        found.append([merkle.root_of(below[n : n + 256]) for n in range(0, full, 256)])
    return found


def test_golden_roots_and_proofs(levels) -> None:
    roots = {int(size): bytes.fromhex(root) for size, root in GOLDEN["roots_hex"].items()}
    for size, root in roots.items():
        assert merkle.root_of(levels[0][:size]) == root
    for case in GOLDEN["inclusion"]:
        leaf, size = levels[0][case["index"]], case["size"]
        merkle.check_inclusion(leaf, case["index"], size, hashes(case["proof_b64"]), roots[size])
    for case in GOLDEN["consistency"]:
        old, size = case["old"], case["size"]
        proof = hashes(case["proof_b64"])
        old_root = merkle.root_of(levels[0][:old])
        merkle.check_consistency(old, old_root, size, roots[size], proof)


@pytest.mark.parametrize("size", sorted(map(int, GOLDEN["tiles"])))
def test_golden_tiles(size: int, levels) -> None:
    """One digest over every file of the log says that all paths and contents are right."""
    files: dict[str, str] = {}
    for level, index, width in tiles.tiles_of_size(size):
        content = b"".join(levels[level][index * 256 : index * 256 + width])
        files[tiles.tile_path(level, index, width)] = sha256(content).hexdigest()
        if level == 0:
            first = index * 256
            entries = [b"entry-%d" % n for n in range(first, first + width)]
            bundle = tiles.to_bundle(entries)
            files[tiles.bundle_path(index, width)] = sha256(bundle).hexdigest()
    expected = GOLDEN["tiles"][str(size)]
    assert {path: files[path] for path in expected["some"]} == expected["some"]
    assert len(files) == expected["count"]
    total = sha256()
    for path in sorted(files):
        total.update(path.encode() + b"\x00" + bytes.fromhex(files[path]))
    assert total.hexdigest() == expected["digest_of_all"]


# -- what is accepted and refused -------------------------------------------------------------

REFUSED_BY_US = {
    "extension line": "no cosigner by ML-DSA-44 covers extension lines, so we have none",
    "same key twice, second bad": "left open there; every line of a known key must verify",
}


def open_checkpoint(data: bytes):
    note = parse_note(data)
    verify_note(note, [LOG])
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != STRICTNESS["expected_origin"]:
        raise BindingFailure("another log")
    return note, checkpoint


@pytest.mark.parametrize("case", STRICTNESS["checkpoints"], ids=lambda case: case["name"])
def test_strict_checkpoints(case) -> None:
    expected = case["expect"].startswith("accept") and case["name"] not in REFUSED_BY_US
    try:
        open_checkpoint(case["note"].encode())
    except VerifierError:
        assert not expected
    else:
        assert expected


@pytest.mark.parametrize("case", STRICTNESS["entry_bundles"], ids=lambda case: case["name"])
def test_strict_bundles(case) -> None:
    data = bytes.fromhex(case["hex"])
    if case["expect"] == "ok":
        entries = [bytes.fromhex(entry) for entry in case["entries_hex"]]
        assert tiles.parse_bundle(data, len(entries)) == entries
        return
    for width in range(257):
        with pytest.raises(VerifierError):
            tiles.parse_bundle(data, width)


def verify_proof(case) -> None:
    """The steps of c2sp.org/tlog-proof with one log and one witness."""
    proof = parse_tlog_proof(case["proof"].encode())
    note, head = open_checkpoint(proof.note)
    cosigned = set()
    for line in note.signatures:
        if (line.name, line.key_id) == (WITNESS.name, WITNESS.key_id):
            check_cosignature(note.text, line, WITNESS)
            cosigned.add(line.name)
    if len(cosigned) < case["quorum"]:
        raise BindingFailure("quorum")
    leaf = merkle.leaf_hash(ENTRIES[case["entry_index_in_worked"]])
    merkle.check_inclusion(leaf, proof.index, head.size, proof.hashes, head.root)


@pytest.mark.parametrize("case", PROOFS["cases"], ids=lambda case: case["name"])
def test_strict_proofs(case) -> None:
    if case["expect"] == "accept":
        verify_proof(case)
    else:
        with pytest.raises(VerifierError):
            verify_proof(case)


def test_policies() -> None:
    for case in POLICIES["valid"]:
        policy = parse_log_policy(case["policy"].encode())
        for numbers, expected in case["quorum_cases"]:
            assert policy.quorum_met({f"W{n}" for n in numbers}) == expected
    assert parse_log_policy(POLICIES["valid_none"].encode()).quorum == "none"


@pytest.mark.parametrize("case", POLICIES["invalid"], ids=lambda case: case["desc"])
def test_policies_that_are_refused(case) -> None:
    with pytest.raises(VerifierError):
        parse_log_policy(case["policy"].encode())
