"""A proof of every kind, and everything near it that proves nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.misconduct.forging import (
    LOG,
    entry,
    log_of,
    logged,
    part,
    policy,
    policy_bytes,
    said,
)  # fmt: skip
from tests.verifier.misconduct.proofs import PROOFS, honest, other, proof_of, two_items
from tests.worked import Key, seed
from verifier.errors import BindingFailure, Malformed, NewerFormat, VerifierError
from verifier.misconduct import build
from verifier.misconduct.check import verify_misconduct
from verifier.misconduct.contradictions import contradiction
from verifier.misconduct.exhibits import Item, Said
from verifier.misconduct.proof import KINDS, MAX_BYTES, MisconductProof, parse_misconduct
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_text import as_text
from verifier.result import FAILED

EVERY = pytest.mark.parametrize("name", PROOFS)


def judged(data: bytes, by=None):
    return verify_misconduct(data, by or policy(), Options())


def file_of(kind: str, *exhibits, origin: str = LOG.name) -> bytes:
    """Write a proof as somebody would who does not care whether it proves."""
    first, second = sorted(exhibits, key=lambda each: each.to_bytes())
    return MisconductProof(kind, origin, first, second).to_bytes()


def refused(data: bytes, by=None) -> str | None:
    """Return the sub-indication of a proof that must prove nothing."""
    result = judged(data, by)
    assert result.exit_code == 10
    assert not any(check.status == FAILED for check in result.checks)
    return result.sub_indication


# ------------------------------------------------------------------- what proves


@EVERY
def test_each_proves_what_it_says_and_no_more(name: str):
    kind, make = PROOFS[name]
    one, two = make()
    found = contradiction(one, two)
    assert found is not None
    assert (found.kind, found.reason) == (kind, name.split(" ", maxsplit=1)[0])
    assert contradiction(two, one) == found
    data = proof_of(name)
    assert build.prove_misconduct(two, one, policy()) == data
    result = judged(data)
    assert (result.exit_code, result.sub_indication) == (20, "CONSISTENCY_FAILURE")
    assert [check.id for check in result.checks if check.status == FAILED] == ["history"]
    parsed = parse_misconduct(data)
    assert (parsed.kind, parsed.to_bytes()) == (kind, data)


def test_every_kind_has_a_proof_here():
    assert {kind for kind, _ in PROOFS.values()} == set(KINDS)


@EVERY
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_says_what_is_shown_and_never_who_or_why(name: str, lang: str):
    text = as_text(judged(proof_of(name)), lang)
    who = {"zh": "何人使用密钥", "en": "Who used the keys"}[lang]
    assert who in text
    assert not re.search(r"fraud|dishonest|lied|guilty|malicious|欺诈|造假|恶意|作弊", text)


def test_cosignatures_in_the_notes_are_left_out():
    witness = Key("w.example/w", "w", 4)
    log, forked = honest(), other()
    note = log.note() + witness.line(b"anything")
    pair = build.part_of_head(note, LOG.vkey), build.part_of_head(forked.note(), LOG.vkey)
    assert build.prove_misconduct(*pair, policy()) == proof_of("TWO_ROOTS")


def frozen_last():
    log = log_of(*(entry(n, kind="freeze" if n == 8 else "evidence") for n in range(9)))
    return logged(log, 8), part(log, 0, 9)


def frozen_part():
    """A prefix of an older size beside a freeze is no head that grew."""
    log = log_of(*(entry(n, kind="freeze" if n == 8 else "evidence") for n in range(9)))
    return logged(log, 8), part(log, 0, 4)


# ------------------------------------------------------------------- what does not


def test_one_note_twice_is_no_proof():
    one = part(honest(), 0, 9)
    assert refused(file_of("fork", one, one)) == "FORMAT_FAILURE"
    with pytest.raises(BindingFailure):
        build.prove_misconduct(one, one, policy())


def test_consistent_heads_are_no_proof():
    pair = part(honest(6), 0, 6), part(honest(), 0, 6)
    assert refused(file_of("rewrite", *pair)) == "NOT_PROVEN"
    with pytest.raises(BindingFailure):
        build.prove_misconduct(*pair, policy())


@EVERY
def test_another_key_is_no_proof(name: str):
    wrong = policy(Key(LOG.name, "another"))
    if all(isinstance(each, Said) for each in PROOFS[name][1]()):
        assert judged(proof_of(name), wrong).exit_code == 20  # no log key signed any of it
    else:
        assert refused(proof_of(name), wrong) == "SIG_CRYPTO_FAILURE"


@EVERY
def test_a_log_that_the_policy_does_not_have_is_not_accused(name: str):
    elsewhere = parse_policy(b"log " + Key("other.example/log", "log").vkey.to_text().encode()
                             + b"\nquorum none\n")  # fmt: skip
    said_ = any(isinstance(each, Said) for each in PROOFS[name][1]())
    assert refused(proof_of(name), elsewhere) in (
        ("UNKNOWN_SERVICE_KEY", "UNKNOWN_LOG_KEY") if said_ else ("UNKNOWN_LOG_KEY",)
    )


def test_without_the_service_key_its_words_are_not_judged():
    assert refused(proof_of("SAID_TWO_ROOTS"), policy(service=False)) == "UNKNOWN_SERVICE_KEY"


def test_two_keys_of_one_name_are_not_one_holder():
    second = Key(LOG.name, "second")
    both = parse_policy(
        policy_bytes() .replace(b"quorum", b"log %b\nquorum" % second.vkey.to_text().encode())
    )  # fmt: skip
    forked = log_of(*other().entries, label="second")
    pair = part(honest(), 0, 9), part(forked, 0, 9)
    assert refused(file_of("fork", *pair), both) == "BINDING_FAILURE"


def test_swapped_parts_are_no_proof():
    one, two = part(honest(6), 4, 5), part(other(), 4, 5)
    crossed = one._replace(note=two.note), two._replace(note=one.note)
    assert refused(file_of("leaf", *crossed)) == "INCLUSION_FAILURE"
    paths = one._replace(hashes=two.hashes), two._replace(hashes=one.hashes)
    assert refused(file_of("leaf", *paths)) == "INCLUSION_FAILURE"
    a, b = logged(honest(), 2), logged(honest(), 6)
    entries = a._replace(entry=b.entry), b._replace(entry=b.entry)
    assert refused(file_of("link", *entries)) == "INCLUSION_FAILURE"
    places = a._replace(index=6), b._replace(index=2)
    assert refused(file_of("link", *places)) == "INCLUSION_FAILURE"


def test_a_receipt_whose_parts_were_swapped_is_no_item():
    one, two = two_items({"link": seed("another link")})
    assert isinstance(one, Item)
    assert isinstance(two, Item)
    other_salt = one.receipt.replace(one.receipt[18:70], two.receipt[18:70])
    assert refused(file_of("dossier", Item(other_salt), two)) == "BINDING_FAILURE"


@pytest.mark.parametrize(("kind", "make"), [
    ("link", lambda: (logged(honest(), 2), logged(honest(), 6))),
    ("time", lambda: (logged(honest(), 2), logged(honest(), 6))),
    ("freeze", lambda: (logged(honest(), 2), part(honest(), 0, 9))),
    ("freeze", frozen_last),
    ("freeze", frozen_part),
    ("dossier", two_items),
    ("dossier", lambda: (said(honest(), [(1, 3)]), said(honest(), [(1, 3)], size=8))),
    ("dossier", lambda: (said(honest(), [(1, 3)]), said(honest(), [], size=3))),
    ("dossier", lambda: (said(honest(), [(1, 3)]), said(honest(), [(1, 4)], epoch=1))),
    ("dossier", lambda: (said(honest(), [(1, 3)]), said(honest(), [(1, 4)], dossier=bytes(16)))),
    ("dossier", lambda: (said(honest(), [(1, 3)]), part(honest(), 3, 4))),
    ("dossier", lambda: (said(honest(), [(1, 3)]), part(honest(), 0, 9))),
])  # fmt: skip
def test_what_an_honest_log_does_is_no_proof(kind: str, make):
    pair = make()
    assert contradiction(*pair) is None
    assert refused(file_of(kind, *pair)) == "NOT_PROVEN"


def test_a_kind_that_is_not_that_of_the_exhibits_is_refused():
    link = parse_misconduct(proof_of("LINK_AT_TWO_PLACES"))
    assert refused(link._replace(kind="time").to_bytes()) == "NOT_PROVEN"
    for kind in set(KINDS) - {"fork"}:
        fork = parse_misconduct(proof_of("TWO_ROOTS"))
        assert refused(fork._replace(kind=kind).to_bytes()) == "FORMAT_FAILURE"


@EVERY
def test_another_origin_in_the_head_is_refused(name: str):
    data = proof_of(name)
    moved = data.replace(b"\norigin log.example.org/beilin\n", b"\norigin other.example/log\n", 1)
    both = parse_policy(policy_bytes().replace(
        b"quorum", b"log %b\nquorum" % Key("other.example/log", "other").vkey.to_text().encode()
    ))  # fmt: skip
    assert refused(moved, both) in ("SIG_CRYPTO_FAILURE", "UNKNOWN_SERVICE_KEY")


def test_a_key_with_a_status_is_named():
    vkey = LOG.vkey
    line = f"status {vkey.name}+{vkey.key_id.hex()} compromised size - time -\n"
    result = judged(proof_of("TWO_ROOTS"), policy(extra=line))
    assert result.exit_code == 20
    assert [finding.code for finding in result.findings] == ["PROVEN_KEY_STATUS"]


# ------------------------------------------------------------------- spelling


@EVERY
def test_no_flipped_bit_verifies_with_another_meaning(name: str):
    """Every bit of the lines that are not base64, and every eighth byte of the rest."""
    data = proof_of(name)
    meaning = judged(data).check("history").values
    for at in range(len(data)):
        if at > 400 and at % 61:
            continue
        for bit in range(8):
            flipped = bytearray(data)
            flipped[at] ^= 1 << bit
            result = judged(bytes(flipped))
            if result.exit_code == 20:
                assert result.check("history").values == meaning, (at, bit)
                assert parse_misconduct(bytes(flipped)).kind == parse_misconduct(data).kind
                raise AssertionError((at, bit, "a second spelling of one proof"))


@EVERY
def test_only_one_spelling(name: str):
    data = proof_of(name)
    head, first, second = data.split(b"\n\n")
    for changed in (
        data + b"\n", data[:-1], data + b"\n" + second, head + b"\n\n" + first + b"\n",
        b"\n\n".join((head, second.rstrip(b"\n"), first + b"\n")), data.replace(b"\n", b"\r\n"),
        data.replace(b"kind ", b"kind  "), b"\xef\xbb\xbf" + data, head + b"\n",
    ):  # fmt: skip
        with pytest.raises(Malformed):
            parse_misconduct(changed)
    with pytest.raises(NewerFormat):
        parse_misconduct(data.replace(b"misconduct/v1", b"misconduct/v2"))


def test_a_note_with_a_second_line_is_refused():
    one, two = part(honest(), 0, 9), part(other(), 0, 9)
    doubled = one._replace(note=one.note + Key("w.example/w", "w", 4).line(b"x"))
    assert refused(file_of("fork", doubled, two)) == "FORMAT_FAILURE"


def test_too_long_is_refused_before_it_is_read():
    with pytest.raises(Malformed, match="more than"):
        parse_misconduct(b"beilin/misconduct/v1\n" + b"x" * MAX_BYTES)


@settings(max_examples=300)
@given(st.data())
def test_the_parser_is_total_on_mangled_proofs(data):
    name = data.draw(st.sampled_from(sorted(PROOFS)))
    lines = proof_of(name).split(b"\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        how = data.draw(st.sampled_from(["drop", "twice", "swap", "bytes"]))
        if how == "drop" and len(lines) > 1:
            del lines[at]
        elif how == "twice":
            lines.insert(at, lines[at])
        elif how == "swap":
            other_at = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other_at] = lines[other_at], lines[at]
        else:
            lines[at] = data.draw(st.binary(max_size=80))
    mangled = b"\n".join(lines)
    try:
        parsed = parse_misconduct(mangled)
    except VerifierError:
        return
    assert parsed.to_bytes() == mangled
    result = judged(mangled)
    if result.exit_code == 20:
        assert mangled == proof_of(name)
