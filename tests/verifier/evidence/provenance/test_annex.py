"""Commitments: hidden behind their salt, opened by the annex, and by nothing else."""

from __future__ import annotations

import hashlib

import pytest

from tests.verifier.evidence.provenance.support import VECTORS, record
from verifier.encoding import to_base64
from verifier.errors import Malformed, NewerFormat
from verifier.evidence.provenance.annex import (
    Annex,
    Kept,
    check_annex,
    commit,
    committed_places,
    parse_annex,
    to_annex,
)
from verifier.evidence.provenance.record import RecordError, parse_record

SALT = bytes(range(32))
VALUE = "13800000000"
COMMITMENT = commit(SALT, VALUE)
GOOD = Kept("acct.peer.id", "phone", COMMITMENT, SALT, VALUE)
HEAD = 'format = "beilin/annex/v1"\n'


def opening(**changed: str) -> str:
    lines = {
        "field": '"acct.peer.id"', "member": '"phone"', "commitment": f'"{COMMITMENT}"',
        "salt": f'"{to_base64(SALT)}"', "value": f'"{VALUE}"',
    } | changed  # fmt: skip
    return "[[opening]]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items() if v)


BAD = {
    "annex_field": (opening(field='"item.no"'), 3),
    "annex_member": (opening(member='"nickname"'), 4),
    "annex_salt": (opening(salt='"AAAA"'), 6),
}
UNFIT = {
    "annex_mismatch": GOOD._replace(value="13800000001"),
    "annex_not_in_record": GOOD._replace(member="account_id"),
}


def test_a_commitment_is_what_the_specification_says() -> None:
    data = b"beilin/annex/v1\x00" + SALT + "身份证".encode()
    assert commit(SALT, "身份证") == "commit:" + to_base64(hashlib.sha256(data).digest())
    assert commit(bytes(32), VALUE) != COMMITMENT


@pytest.mark.parametrize(
    ("salt", "value"),
    [(b"", "a"), (SALT[:31], "a"), (SALT, " "), (SALT, "\ud800"), (SALT, "a" * 10_001)],
)
def test_what_cannot_be_committed_is_refused(salt: bytes, value: str) -> None:
    with pytest.raises(Malformed):
        commit(salt, value)


def test_an_annex_is_read_back_as_it_was_written() -> None:
    kept = [
        GOOD,
        GOOD._replace(
            field="src.device.ids_commitment",
            member="",
            commitment=commit(bytes(32), "“\n\u202e”"),
            salt=bytes(32),
            value="“\n\u202e”",
        ),
    ]
    data = to_annex(kept)
    assert parse_annex(data) == Annex(tuple(kept), hashlib.sha256(data).digest())


@pytest.mark.parametrize("code", BAD)
def test_an_opening_that_opens_nothing_is_named(code: str) -> None:
    text, line = BAD[code]
    with pytest.raises(RecordError) as caught:
        parse_annex((HEAD + text).encode())
    assert [(p.line, p.code) for p in caught.value.problems] == [(line, code)]


@pytest.mark.parametrize(
    "text",
    [
        "", "opening = []\n", "opening = 1\n", opening(salt=""), opening(value='""'),
        opening(commitment='"commit:x"'), opening() + opening(), opening() + "x = 1\n",
        "other = 1\n" + opening(), opening(field='"plat.operator"'), opening(member=""),
        opening(field='"src.device.ids_commitment"'),
    ],
)  # fmt: skip
def test_other_mistakes_are_problems_too(text: str) -> None:
    with pytest.raises(RecordError) as caught:
        parse_annex((HEAD + text).encode())
    assert str(caught.value).startswith("annex: line ")


def test_a_newer_annex_is_told_apart() -> None:
    with pytest.raises(NewerFormat):
        parse_annex(b'format = "beilin/annex/v2"\n')
    with pytest.raises(RecordError):
        parse_annex(b'format = "beilin/provenance/v1"\n')


def test_openings_are_held_against_the_record() -> None:
    said = record(f'acct.peer.id = [{{ nickname = "a" }}, {{ phone = "{COMMITMENT}" }}]\n')
    annex = Annex((GOOD, *UNFIT.values()), b"")
    assert [each.code for each in check_annex(said, annex)] == ["", *UNFIT]
    other = record('acct.peer.id.unknown = "a"\n')
    assert [each.code for each in check_annex(other, Annex((GOOD,), b""))] == [
        "annex_not_in_record"
    ]


def test_the_golden_annex_opens_the_golden_record() -> None:
    said = parse_record((VECTORS / "full-wechat.toml").read_bytes())
    annex = parse_annex((VECTORS / "annex.toml").read_bytes())
    assert to_annex(annex.openings) == (VECTORS / "annex.toml").read_bytes()
    opened = check_annex(said, annex)
    assert [(each.field, each.code) for each in opened] == [
        ("decl.identity", ""),
        ("src.device.ids_commitment", ""),
        ("acct.peer.id", ""),
    ]
    swapped = [
        a._replace(value=b.value) for a, b in zip(annex.openings, annex.openings[::-1], strict=True)
    ]
    assert {e.code for e in check_annex(said, annex._replace(openings=tuple(swapped)))} == {
        "annex_mismatch", "",
    }  # fmt: skip


def test_only_what_may_be_committed_has_a_place() -> None:
    assert committed_places("acct.peer.id") == {"account_id", "phone", "qq"}
    assert committed_places("src.device.ids_commitment") == {""}
    assert committed_places("scope.conversations") == {""}
    assert committed_places("item.no") == committed_places("x") == set()
    assert committed_places("anc.channel") == set()
