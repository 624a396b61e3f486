"""Checkpoints and what a time stamp is taken over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.tlog.support import WORKED, damaged, unbase64, worked
from verifier.errors import Malformed, PolicyError, SignatureFailure
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint, stamped_note
from verifier.tlog.keys import parse_vkey
from verifier.tlog.merkle import EMPTY_ROOT
from verifier.tlog.note import parse_note

VALUES = worked("worked.json")
COSIGNED = (WORKED / "cosigned.note").read_bytes()
TEXT = parse_note(COSIGNED).text
EMPTY = Checkpoint("example.com/log", 0, EMPTY_ROOT).to_text()
LOG = parse_vkey(VALUES["log_vkey"])


def test_parts() -> None:
    root = unbase64(VALUES["roots_b64"][7])
    assert parse_checkpoint(TEXT) == Checkpoint("example.com/evidence-log", 7, root)
    assert parse_checkpoint(EMPTY).root == EMPTY_ROOT


@given(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="+"))
    .filter(bool)
    .map(lambda text: text[:255]),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_round_trip(origin: str, size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, root)
    assert parse_checkpoint(checkpoint.to_text()) == checkpoint


@given(damaged(TEXT, EMPTY))
def test_malformed_or_in_its_one_spelling(data: bytes) -> None:
    try:
        checkpoint = parse_checkpoint(data)
    except Malformed as error:
        assert "example" not in str(error)
        return
    assert checkpoint.to_text() == data


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "碑林", "a\x7f", "a" * 256])
def test_origin_is_refused(origin: str) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(Checkpoint(origin, 7, EMPTY_ROOT).to_text())


@pytest.mark.parametrize("extension", [b"\n", b"extension\n", b"x"])
def test_nothing_after_the_root(extension: bytes) -> None:
    with pytest.raises(Malformed):
        parse_checkpoint(TEXT + extension)


def test_longest() -> None:
    longest = Checkpoint("o" * 255, 2**63 - 1, EMPTY_ROOT)
    assert parse_checkpoint(longest.to_text()) == longest


def test_stamped_note_keeps_the_log_line_only() -> None:
    stamped = stamped_note(parse_note(COSIGNED), LOG)
    assert stamped == VALUES["checkpoint_7"].encode()
    assert stamped_note(parse_note(stamped), LOG) == stamped


def test_stamped_note_is_one_note_or_none() -> None:
    note = parse_note(COSIGNED)
    witness = parse_vkey(VALUES["witness_vkey"])
    with pytest.raises(PolicyError):
        stamped_note(note, witness)
    with pytest.raises(SignatureFailure):
        stamped_note(note._replace(signatures=note.signatures[1:]), LOG)
    with pytest.raises(Malformed):
        stamped_note(note._replace(signatures=note.signatures[:1] * 2), LOG)
