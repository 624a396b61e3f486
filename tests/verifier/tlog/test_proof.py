"""The ``.tlog-proof`` file."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.verifier.tlog.support import WORKED, damaged, worked
from verifier.errors import Malformed, NewerFormat
from verifier.tlog import merkle, note, proof
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note
from verifier.tlog.proof import TlogProof, parse_tlog_proof

PROOF = (WORKED / "proof.tlog-proof").read_bytes()
NOTE = (WORKED / "cosigned.note").read_bytes()
WITH_EXTRA = PROOF.replace(b"@v1\n", b"@v1\nextra aGVsbG8=\n")
WITHOUT_HASHES = TlogProof(0, (), NOTE).to_text()


def test_parts() -> None:
    parsed = parse_tlog_proof(PROOF)
    assert (parsed.index, len(parsed.hashes), parsed.extra) == (2, 3, None)
    assert parsed.note == NOTE
    assert parsed.to_text() == PROOF
    assert parse_tlog_proof(WITH_EXTRA) == parsed._replace(extra=b"hello")
    assert parse_tlog_proof(WITHOUT_HASHES).hashes == ()


def test_leads_to_the_root_of_its_checkpoint() -> None:
    parsed = parse_tlog_proof(PROOF)
    head = parse_checkpoint(parse_note(parsed.note).text)
    entry = bytes.fromhex(worked("worked.json")["entries_hex"][parsed.index])
    leaf = merkle.leaf_hash(entry)
    merkle.check_inclusion(leaf, parsed.index, head.size, parsed.hashes, head.root)


@given(damaged(PROOF, WITH_EXTRA, WITHOUT_HASHES))
def test_malformed_or_in_its_one_spelling(data: bytes) -> None:
    try:
        parsed = parse_tlog_proof(data)
    except Malformed as error:
        assert "example" not in str(error)
        return
    assert parsed.to_text() == data


def test_newer_version_is_told_apart() -> None:
    with pytest.raises(NewerFormat):
        parse_tlog_proof(PROOF.replace(b"@v1\n", b"@v2\n"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        PROOF[:-1],
        PROOF + b"\n",
        PROOF.partition(b"\n\n")[0],
        PROOF.partition(b"\n\n")[0] + b"\n\n",
        PROOF.replace(b"index 2\n", b""),
        PROOF.replace(b"index 2\n", b"index 2\nindex 2\n"),
        PROOF.replace(b"index 2\n", b"index -2\n"),
        b"c2sp.org/tlog-proof@v1\n\n" + NOTE,
        TlogProof(0, (b"x" * 31,), NOTE).to_text(),
        TlogProof(0, (b"x" * 32,) * 64, NOTE).to_text(),
        TlogProof(0, (), NOTE, b"x" * (proof.MAXIMUM_EXTRA_BYTES + 1)).to_text(),
        TlogProof(0, (), b"not a note").to_text(),
        TlogProof(0, (), b"no checkpoint\n\n" + NOTE.rpartition(b"\n\n")[2]).to_text(),
    ],
)
def test_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_tlog_proof(data)


def test_limits() -> None:
    with pytest.raises(Malformed, match="allowed"):
        parse_tlog_proof(PROOF + b"x" * proof.MAXIMUM_BYTES)
    longest = TlogProof(2**63 - 1, (b"x" * 32,) * 63, NOTE, b"x" * proof.MAXIMUM_EXTRA_BYTES)
    assert parse_tlog_proof(longest.to_text()) == longest
    assert len(longest.to_text()) - len(NOTE) < proof.MAXIMUM_BYTES - note.MAXIMUM_BYTES
