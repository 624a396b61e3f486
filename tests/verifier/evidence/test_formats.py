"""Every text of SPEC §2 to §9 has one spelling, and only that is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import worked
from tests.vectors import generate
from verifier.encoding import escape_bytes, unescape_bytes
from verifier.errors import Malformed, NewerFormat, PolicyError, VerifierError
from verifier.evidence.entry import parse_entry
from verifier.evidence.freeze import parse_freeze
from verifier.evidence.handover import parse_handover
from verifier.evidence.manifest import parse_manifest, parse_opening
from verifier.evidence.messages import parse_messages_root
from verifier.evidence.receipt import AnchorProof, Token, parse_receipt, to_receipt
from verifier.evidence.seeds import parse_seeds
from verifier.evidence.seeds import to_bytes as seeds_to_bytes
from verifier.evidence.statement import commitment, parse_statement
from verifier.evidence.submission import parse_submission
from verifier.policy import parse_policy
from verifier.tlog.note import Note

Round = Callable[[bytes], bytes]


def freeze_again(data: bytes) -> bytes:
    freeze, note = parse_freeze(data)
    return Note(freeze.to_text(), note.signatures).to_bytes()


def handover_again(data: bytes) -> bytes:
    handover, note = parse_handover(data)
    return Note(handover.to_text(), note.signatures).to_bytes()


def receipt_again(data: bytes) -> bytes:
    receipt = parse_receipt(data)
    blocks: list[Token | AnchorProof] = [*receipt.tokens, *receipt.anchor_proofs]
    return to_receipt(
        receipt.salt, receipt.statement.to_bytes(), receipt.entry.to_bytes(),
        receipt.proof.to_text(), blocks,
    )  # fmt: skip


AGAIN: dict[str, Round] = {
    "submission.txt": lambda data: parse_submission(data).to_bytes(),
    "statement.txt": lambda data: parse_statement(data).to_bytes(),
    "entry.txt": lambda data: parse_entry(data).to_bytes(),
    "entry-anchor.txt": lambda data: parse_entry(data).to_bytes(),
    "receipt.txt": receipt_again,
    "manifest.txt": lambda data: parse_manifest(data).to_bytes(),
    "manifest-supplement.txt": lambda data: parse_manifest(data).to_bytes(),
    "opening.txt": lambda data: parse_opening(data).to_bytes(),
    "messages.txt": lambda data: parse_messages_root(data).to_bytes(),
    "freeze.txt": freeze_again,
    "handover.txt": handover_again,
    "seeds.txt": lambda data: seeds_to_bytes(parse_seeds(data)),
}
GOLDEN = {name: (generate.HERE / name).read_bytes() for name in AGAIN}


@pytest.mark.parametrize("name", sorted(AGAIN))
def test_reading_and_writing_gives_the_same_bytes(name: str) -> None:
    assert AGAIN[name](GOLDEN[name]) == GOLDEN[name]


@pytest.mark.parametrize("name", sorted(AGAIN))
def test_every_changed_bit_is_refused_or_means_something_else(name: str) -> None:
    data = GOLDEN[name]
    for at in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[at] ^= 1 << bit
            try:
                again = AGAIN[name](bytes(changed))
            except VerifierError:
                continue
            assert again == bytes(changed), (at, bit)


@pytest.mark.parametrize("name", sorted(AGAIN))
def test_cut_padded_and_reordered_texts_are_refused(name: str) -> None:
    data = GOLDEN[name]
    lines = data.split(b"\n")
    changed = [
        data[:-1], data + b"\n", b"\n" + data, data + b"x\n", b"\xef\xbb\xbf" + data,
        data.replace(b"\n", b"\r\n"), data.replace(b" ", b"  ", 1), data[: len(data) // 2], b"",
        b"\n".join([lines[1], lines[0], *lines[2:]]),
        b"\n".join([lines[0], lines[0], *lines[1:]]),
    ]  # fmt: skip
    for text in changed:
        with pytest.raises(Malformed):
            AGAIN[name](text)


@pytest.mark.parametrize(
    "name", [n for n in sorted(AGAIN) if n not in ("opening.txt", "entry-anchor.txt")]
)
def test_a_newer_version_is_told_apart(name: str) -> None:
    data = GOLDEN[name].replace(b"/v1\n", b"/v2\n", 1)
    with pytest.raises(NewerFormat):
        AGAIN[name](data)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    for again in AGAIN.values():
        with pytest.raises(Malformed):
            again(data)


@given(st.binary(max_size=60))
def test_names_have_one_spelling(raw: bytes) -> None:
    text = escape_bytes(raw)
    assert unescape_bytes(text, "name") == raw
    assert "\n" not in text
    assert "\t" not in text


@given(st.text(max_size=30))
def test_an_escaped_name_that_is_read_is_written_back(text: str) -> None:
    try:
        raw = unescape_bytes(text, "name")
    except (Malformed, UnicodeEncodeError):
        return
    assert escape_bytes(raw) == text


def test_the_commitment_hides_behind_its_salt() -> None:
    statement = GOLDEN["statement.txt"]
    assert commitment(bytes(32), statement) != commitment(b"\x01" + bytes(31), statement)
    with pytest.raises(Malformed):
        commitment(b"", statement)


class TestPolicy:
    def test_both_forms_are_read(self) -> None:
        full = parse_policy((generate.HERE / "policy.txt").read_bytes())
        plain = parse_policy((generate.HERE / "policy-plain.txt").read_bytes())
        assert full.log_policy.logs == plain.log_policy.logs
        assert full.operators[worked.ORIGIN] == "某存证运营者"
        assert (full.require_level, full.require_grade) == ("L1", "T0")
        assert plain.date is None

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("date 2026-11-21T00:00:00Z\n", ""),
            ("2026-11-21", "2026-11-31"),
            ("operator w1", "operator w2"),
            ("require L1 T0", "require T0 L1"),
            ("require L1 T0", "require"),
            ("/service+", "/other+"),
            ("tlog-policy\n", ""),
            ("quorum none\n", ""),
            ("compromised", "lost"),
            ("size -", "size 007"),
            ("beilin/policy/v1", "beilin/policy/v2"),
            ("beilin/policy/v1", "beilin/policy/v01"),
            ("require L1 T0\n", "require L1 T0\nrequire L1 T0\n"),
        ],
    )
    def test_a_policy_that_is_off_is_refused(self, old: str, new: str) -> None:
        text = (generate.HERE / "policy.txt").read_text(encoding="utf-8")
        assert old in text
        with pytest.raises(PolicyError):
            parse_policy(text.replace(old, new, 1).encode())

    def test_a_log_key_is_not_a_service_key(self) -> None:
        log = worked.WorkedLog()
        service = worked.Key(f"{log.origin}/service", "log").vkey.to_text()
        text = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nservice {service}\ntlog-policy\n"
        with pytest.raises(PolicyError):
            parse_policy(text.encode() + log.policy())
