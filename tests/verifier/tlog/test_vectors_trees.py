"""Other projects' vectors for trees and logs.

Each agrees with us, or is in a list here with our reason.
The files are not part of this project; see the fixture ``shared``. Their origins
and licences are in the README beside them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.verifier.tlog.support import read_json, unbase64
from verifier.errors import Verification
from verifier.tlog import merkle, tiles
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import parse_vkey
from verifier.tlog.note import parse_note, verify_note

# -- the Merkle tree --------------------------------------------------------------------------

NOT_HASHES = "the roots are texts of 12 bytes that the check there never looks at"
MERKLE_REFUSED = {
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json": NOT_HASHES,
    "subtreeconsistency/additional/sizes-are-equal-one-and-proof-is-empty.json": NOT_HASHES,
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-one-"
    "subtree-root-valid-tree-root-random-proof-is-empty.json": NOT_HASHES,
    "subtreeconsistency/additional/subtree-is-empty-sizes-are-equal-zero-"
    "subtree-root-valid-tree-root-random-proof-is-empty.json": NOT_HASHES,
}
"""Accepted there, refused by us; the reverse does not occur."""


def check_merkle(kind: str, case: dict) -> None:
    proof = [unbase64(item) for item in case["proof"] or []]
    if kind == "inclusion":
        leaf, root = unbase64(case["leafHash"]), unbase64(case["root"])
        merkle.check_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, root)
    elif kind == "subtreeinclusion":
        leaf, root = unbase64(case["leafHash"]), unbase64(case["root"])
        start, end = case["start"], case["end"]
        merkle.check_subtree_inclusion(leaf, case["leafIdx"], start, end, proof, root)
    elif kind == "consistency":
        old, new = unbase64(case["root1"]), unbase64(case["root2"])
        merkle.check_consistency(case["size1"], old, case["size2"], new, proof)
    else:
        part, root = unbase64(case["root1"]), unbase64(case["root2"])
        start, end, size = case["start"], case["end"], case["size"]
        merkle.check_subtree_consistency(start, end, size, part, root, proof)


def test_transparency_dev_merkle(vectors: Path) -> None:
    folder = vectors / "merkle-transparency-dev" / "testdata"
    counted: Counter[str] = Counter()
    refused, accepted = set(), set()
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        kind = name.partition("/")[0]
        case = read_json(path)
        counted[kind] += 1
        try:
            check_merkle(kind, case)
        except Verification:
            if not case["wantErr"]:
                refused.add(name)
        else:
            if case["wantErr"]:
                accepted.add(name)
    assert refused == set(MERKLE_REFUSED)
    assert accepted == set()
    assert counted == {
        "inclusion": 98,
        "consistency": 98,
        "subtreeinclusion": 204,
        "subtreeconsistency": 118,
    }


def test_rfc6962_leaves(vectors: Path) -> None:
    values = read_json(vectors / "merkle-transparency-dev" / "rfc6962-8-leaves.json")
    leaves = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in values["leaves_hex"]]
    roots = [merkle.root_of(leaves[:size]).hex() for size in range(9)]
    assert roots == values["roots_hex"]


# -- whole logs -------------------------------------------------------------------------------

TESSERA = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def test_tessera_log(vectors: Path) -> None:
    """Every size of the log: its checkpoint, its tile and its bundle belong together."""
    log = vectors / "tessera" / "log"
    vkey = parse_vkey(TESSERA)
    seen = set()
    for path in log.glob("checkpoint*"):
        note = parse_note(path.read_bytes())
        assert verify_note(note, [vkey]) == [vkey]
        head = parse_checkpoint(note.text)
        assert head.origin == vkey.name
        seen.add(head.size)
        leaves: list[bytes] = []
        for level, index, width in tiles.tiles_of_size(head.size):
            assert level == 0
            tile = (log / tiles.tile_path(level, index, width)).read_bytes()
            bundle = (log / tiles.bundle_path(index, width)).read_bytes()
            entries = tiles.parse_bundle(bundle, width)
            assert tile == b"".join(map(merkle.leaf_hash, entries))
            leaves += map(merkle.leaf_hash, entries)
        assert merkle.root_of(leaves) == head.root
    assert seen == set(range(16))
    for path in log.rglob("tile/**/*"):
        if path.is_file():
            tiles.parse_tile_path(path.relative_to(log).as_posix())


def test_sunlight_tree(vectors: Path) -> None:
    """300 leaves in two tiles below and one above, and a cosignature by each of two keys.

    The log's own signature is of type 0x05 (RFC 6962), which is not ours to check.
    """
    tree = vectors / "sunlight" / "tree300"
    leaves = [merkle.leaf_hash(b"record %d" % n) for n in range(300)]
    levels = [leaves, [merkle.root_of(leaves[:256])]]
    for level, index, width in tiles.tiles_of_size(300):
        tile = (tree / tiles.tile_path(level, index, width)).read_bytes()
        assert tile == b"".join(levels[level][index * 256 : index * 256 + width])
    roots = set()
    for who in ("witness", "mirror"):
        (text,) = read_json(tree / f"{who}.v0.json")["verifier_keys"]
        vkey = parse_vkey(text)
        note = parse_note((tree / f"{who}-checkpoint").read_bytes())
        (line,) = (line for line in note.signatures if line.name == vkey.name)
        assert check_cosignature(note.text, line, vkey) == 1767139200
        roots.add(parse_checkpoint(note.text).root)
    assert merkle.root_of(leaves) in roots
