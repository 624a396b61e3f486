"""Other projects' vectors for keys, notes, policies and paths.

Each agrees with us, or is in a list here with our reason.
The files are not part of this project; see the fixture ``shared``. Their origins
and licences are in the README beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.verifier.tlog.support import read_json, unbase64
from verifier.errors import Malformed, PolicyError, SignatureFailure, VerifierError
from verifier.tlog import merkle, tiles
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.cosignature import check_cosignature, mldsa_message
from verifier.tlog.keys import (
    check_ed25519_public_key,
    check_ed25519_signature,
    make_vkey,
    parse_vkey,
)
from verifier.tlog.note import parse_note, verify_note
from verifier.tlog.policy import parse_log_policy

# -- keys, notes and cosignatures -------------------------------------------------------------


def library_accepts(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def test_cctv_ed25519(vectors: Path) -> None:
    """Keys and signatures at the edges of the curve: ours are the library's less the refused."""
    refused = {"low_order_A", "non_canonical_A", "low_order_R", "non_canonical_R"}
    counted: Counter[str] = Counter()
    for case in read_json(vectors / "cctv" / "ed25519vectors.json"):
        key, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        message, flags = case["msg"].encode(), set(case["flags"] or [])
        try:
            check_ed25519_public_key(key)
            counted["key accepted"] += 1
            assert not flags & {"low_order_A", "non_canonical_A"}
        except SignatureFailure:
            counted["key refused"] += 1
            assert flags & {"low_order_A", "non_canonical_A"}
        try:
            check_ed25519_signature(key, signature, message)
            ours = True
        except SignatureFailure:
            ours = False
        theirs = library_accepts(key, signature, message)
        assert ours == (theirs and not flags & refused)
        counted["accepted"] += ours
        counted["accepted by the library"] += theirs
    assert counted["key refused"] == 526
    assert counted["accepted by the library"] > counted["accepted"] > 0
    assert sum(counted[name] for name in ("key refused", "key accepted")) == 914


SUMDB_REFUSED = {
    "duplicate verifier configured for an unused key": "an ambiguous set of keys is refused "
    "before it is needed, not on the day of the first such line",
}


def test_sumdb_notes(vectors: Path) -> None:
    values = read_json(vectors / "sumdb-note" / "note.json")
    vkey = parse_vkey(values["vkey"])
    assert vkey.to_text() == values["vkey"]
    assert verify_note(parse_note(values["signed"].encode()), [vkey]) == [vkey]
    for text in values["bad_vkeys"]:
        with pytest.raises(Malformed):
            parse_vkey(text)
    differing = set()
    for case in values["open"]:
        data = bytes.fromhex(case["note_hex"]) if "note_hex" in case else case["note"].encode()
        known = [parse_vkey(text) for text in case["known"]]
        try:
            verified = [vkey.name for vkey in verify_note(parse_note(data), known)]
        except VerifierError as error:
            kind = type(error)
            expected = {
                "malformed": Malformed,
                "no verifiable signatures": SignatureFailure,
                "invalid signature": SignatureFailure,
                "ambiguous key": PolicyError,
            }
            if kind is not expected.get(case["expect"].partition(" (")[0]):
                differing.add(case["name"])
        else:
            assert case["expect"] == "ok"
            assert verified == case["verified"]
    assert differing == set(SUMDB_REFUSED)


def test_sumdb_checkpoint_is_a_note_but_no_checkpoint_of_ours(vectors: Path) -> None:
    """Its origin has spaces and is not the name of its key; the signature holds all the same."""
    values = read_json(vectors / "sumdb-note" / "note.json")
    real = values["real_sumdb_checkpoint"]
    note = parse_note(real["note"].encode())
    verify_note(note, [parse_vkey(real["vkey"])])
    with pytest.raises(Malformed, match="origin"):
        parse_checkpoint(note.text)
    with pytest.raises(Malformed, match="origin"):
        parse_checkpoint(values["tree"]["good"].encode())
    one_word = values["tree"]["good"].replace("go.sum database tree", "go.sum")
    assert parse_checkpoint(one_word.encode()).size == 123456789012
    other_origin, *bad = values["tree"]["bad"]
    assert other_origin.startswith("not-go.sum")  # for us one name is as good as another
    for text in bad:
        with pytest.raises(Malformed, match=r"size|root"):
            parse_checkpoint(text.replace("go.sum database tree", "go.sum").encode())


def test_torchwood_ml_dsa(vectors: Path) -> None:
    """A log that signs its own checkpoint with ML-DSA-44 and says nothing about time."""
    values = read_json(vectors / "torchwood" / "mldsa44.json")
    vkey = parse_vkey(values["vkey"].strip())
    assert vkey.key_id.hex() == values["key_id"]
    root = unbase64(values["root"])
    assert root == merkle.leaf_hash(values["leaf_data"].encode())
    message = mldsa_message(
        vkey.name, values["timestamp"], values["origin"], values["start"], values["end"], root
    )
    assert message.hex() == values["cosigned_message_hex"]
    note = parse_note((vectors / "torchwood" / "mldsa44-checkpoint.note").read_bytes())
    lines = [line for line in note.signatures if line.name == vkey.name]
    assert [check_cosignature(note.text, line, vkey) for line in lines] == [0]
    assert lines[0].signature[8:] == unbase64(values["signature_b64"])


def test_c2sp_examples(vectors: Path) -> None:
    values = read_json(vectors / "c2sp" / "examples.json")
    good = values["signed_note"]
    verify_note(parse_note(good["note"].encode()), [parse_vkey(good["vkey"])])
    printed = values["checkpoint_behind_the_sofa"]  # does not verify there either
    note = parse_note(printed["note"].encode())
    assert parse_checkpoint(note.text).size == 20852163
    sumdb = parse_vkey(
        read_json(vectors / "sumdb-note" / "note.json")["real_sumdb_checkpoint"]["vkey"]
    )
    with pytest.raises(SignatureFailure):
        verify_note(note, [sumdb._replace(name="example.com/behind-the-sofa")])
    cosignature = values["cosignature_example"]
    line = parse_note(b"text\n\n" + cosignature["line"].encode() + b"\n").signatures[0]
    assert len(line.signature) == 72
    assert int.from_bytes(line.signature[:8], "big") == cosignature["timestamp"]


def test_sigsum_checkpoint(vectors: Path) -> None:
    values = read_json(vectors / "sigsum" / "checkpoint-and-proofs.json")
    case = values["checkpoint"]
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(case["private_key_seed_hex"]))
    note = parse_note(case["note"].encode())
    head = parse_checkpoint(note.text)
    vkey = make_vkey(head.origin, 0x01, private.public_key().public_bytes_raw())
    assert verify_note(note, [vkey]) == [vkey]
    assert head.size == 10
    example = values["cosignature_line_example"]
    line = parse_note(b"text\n\n" + example["line"].encode()).signatures[0]
    assert line.key_id.hex() == example["key_id_hex"]
    assert line.signature[:8].hex() == example["timestamp_hex"]


# -- policies and paths -----------------------------------------------------------------------


def with_vkeys(text: str) -> bytes:
    """Translate Sigsum's dialect: each hex key becomes a real key made from it, as a vkey."""

    def translate(match: re.Match[str]) -> str:
        kind, name, key = match.groups()
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key))
        type_ = 0x01 if kind == "log" else 0x04
        vkey = make_vkey(f"{kind}.example", type_, private.public_key().public_bytes_raw())
        return f"{kind}{name}{vkey.to_text()}"

    return re.sub(r"\b(log|witness)\b([^\n]*?)\b([0-9a-f]{64})\b", translate, text).encode()


def test_sigsum_policies(vectors: Path) -> None:
    values = read_json(vectors / "sigsum" / "policy.json")
    for case in values["valid"]:
        policy = parse_log_policy(with_vkeys(case["policy"]))
        for numbers, expected in case.get("quorum_cases") or []:
            assert policy.quorum_met({f"W{n}" for n in numbers}) == expected
    for case in values["invalid"]:
        text = case["policy"]
        if "quorum" not in text and case["desc"] not in {"missing quorum", "empty"}:
            text += "quorum none\n"  # so that it is refused for what it is about
        with pytest.raises(PolicyError):
            parse_log_policy(with_vkeys(text))


def test_tile_paths(vectors: Path) -> None:
    values = read_json(vectors / "tlog-tiles" / "paths.json")
    for case in values["tile_path"]:
        numbers = (case["level"], case["index"], case["width"])
        assert tiles.tile_path(*numbers) == case["path"]
        assert tiles.parse_tile_path(case["path"]) == numbers
    for case in values["entries_path"]:
        assert tiles.bundle_path(case["index"], case["width"]) == case["path"]
        assert tiles.parse_tile_path(case["path"]) == (None, case["index"], case["width"])
    for case in values["entries_path_for_leaf"]:
        index = case["leaf"] // 256
        width = min(256, case["size"] - index * 256)
        assert tiles.bundle_path(index, width) == case["path"]
    for level, path, *numbers in values["parse_ok"]:
        assert int(level) == numbers[0]
        index, width = numbers[1], numbers[2] or 256
        assert tiles.parse_tile_path(f"tile/{level}/{path}") == (numbers[0], index, width)
    for level, path in values["parse_bad"]:
        with pytest.raises(Malformed):
            tiles.parse_tile_path(f"tile/{level}/{path}")
    for size, rows in values["tiles_for_size"].items():
        expected = []
        for level, full, partial in rows:
            expected += [(level, index, 256) for index in range(full)]
            expected += [(level, full, partial)] if partial else []
        assert list(tiles.tiles_of_size(int(size))) == expected
