"""A platform declaration has one spelling, and only the service's own key makes one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import worked
from tests.vectors import generate
from verifier.errors import BindingFailure, Malformed, NewerFormat, SignatureFailure, VerifierError
from verifier.evidence import declared_values
from verifier.evidence.declaration import (
    MAX_BYTES,
    PLATFORM,
    Declaration,
    check_spelling,
    parse_declaration,
    to_declaration_text,
)
from verifier.evidence.declared_values import parse_line, to_line
from verifier.evidence.provenance.fields import FIELDS, Field, Type
from verifier.evidence.provenance.record import Moment, NotApplicable, Span, Unknown

NOTE = (generate.HERE / "declaration.txt").read_bytes()
KEY = worked.service_key()
TEXT = NOTE[: NOTE.rindex(b"\n\n") + 1]


def signed(text: bytes, signer: worked.Key = KEY) -> bytes:
    return text + b"\n" + signer.line(text)


def read(note: bytes) -> Declaration:
    return parse_declaration(note, KEY.vkey)


def test_the_fields_are_those_of_the_platform_in_their_order() -> None:
    assert len(PLATFORM) == 19
    assert list(PLATFORM) == [id_ for id_ in FIELDS if id_.startswith("plat.")]
    assert {field.source for field in PLATFORM.values()} == {"operator"}


def test_what_is_written_is_read() -> None:
    declaration = read(NOTE)
    assert declaration.values == worked.DECLARED
    assert declaration.origin == worked.ORIGIN
    assert declaration.made == worked.NOON - 86400
    assert declaration.replaces is None
    assert declaration.sha256 == hashlib.sha256(NOTE).digest()
    again = worked.declaration(replaces=declaration.sha256, made=worked.NOON)
    assert read(again).replaces == declaration.sha256
    assert signed(to_declaration_text(worked.ORIGIN, worked.NOON - 86400, None, declaration.values)) == NOTE  # fmt: skip


def test_every_flipped_bit_is_refused() -> None:
    for at in range(len(NOTE)):
        changed = bytearray(NOTE)
        changed[at] ^= 1 << (at % 8)
        with pytest.raises(VerifierError):
            read(bytes(changed))


class TestSignature:
    """Who may sign: the service key of the origin in the text, and once."""

    def test_the_logs_own_key_does_not(self) -> None:
        log = worked.WorkedLog().key
        with pytest.raises(SignatureFailure):
            read(signed(TEXT, log))
        named = worked.Key(KEY.name, "log")  # the log's key under the service's name
        with pytest.raises(SignatureFailure):
            read(signed(TEXT, named))

    def test_the_service_of_another_log_does_not(self) -> None:
        other = worked.service_key("other.example/log")
        with pytest.raises(SignatureFailure):
            read(signed(TEXT, other))
        with pytest.raises(BindingFailure):
            parse_declaration(signed(TEXT, other), other.vkey)

    def test_a_signature_over_another_text_does_not(self) -> None:
        edited = TEXT.replace(b'"level":3', b'"level":4')
        assert edited != TEXT
        line = NOTE[len(TEXT) + 1 :]
        with pytest.raises(SignatureFailure):
            read(edited + b"\n" + line)
        assert (
            read(signed(edited)).values["plat.mlps"]["level"] == 4
        )  # control: it was the signature

    def test_one_line_and_no_other(self) -> None:
        for more in (KEY.line(TEXT), worked.Key("w.example", "w").line(TEXT)):
            with pytest.raises(Malformed):
                read(NOTE + more)
            with pytest.raises(Malformed):
                check_spelling(NOTE + more)

    def test_spelling_alone_is_not_a_signature(self) -> None:
        forged = signed(TEXT, worked.Key(KEY.name, "forger"))
        check_spelling(forged)
        with pytest.raises(SignatureFailure):
            read(forged)
        with pytest.raises(Malformed):
            check_spelling(signed(TEXT, worked.service_key("other.example/log")))

    def test_a_newer_version_is_newer_only_if_it_is_signed(self) -> None:
        newer = TEXT.replace(b"/v1\n", b"/v2\n", 1)
        with pytest.raises(NewerFormat):
            read(signed(newer))
        with pytest.raises(SignatureFailure):
            read(signed(newer, worked.Key(KEY.name, "forger")))


LINES: dict[str, tuple[bytes, bytes]] = {
    "another kind": (b"declaration/v1", b"dossier/v1"),
    "no origin": (b"origin log.example.org/beilin\n", b""),
    "origin and made swapped": (
        b"origin log.example.org/beilin\nmade 2026-11-20T12:00:00Z\n",
        b"made 2026-11-20T12:00:00Z\norigin log.example.org/beilin\n",
    ),
    "an origin that no log has": (b"origin log.example.org/beilin\n", b"origin a b\n"),
    "no such day": (b"2026-11-20T", b"2026-11-31T"),
    "replaces in another spelling": (b"replaces none", b"replaces " + b"A" * 42 + b"B="),
    "replaces too short": (b"replaces none", b"replaces AAAA"),
    "a field twice": (b"plat.incidents []\n", b"plat.incidents []\nplat.incidents []\n"),
    "fields out of order": (
        'plat.incidents []\nplat.retention {"unknown":"尚未定下期限"}\n'.encode(),
        'plat.retention {"unknown":"尚未定下期限"}\nplat.incidents []\n'.encode(),
    ),
    "a field of the declarant": (b"plat.incidents []\n", b'decl.id "x"\n'),
    "an unknown field": (b"plat.incidents []\n", b'plat.more "x"\n'),
    "a line left over": (b"plat.incidents []\n", b"plat.incidents []\n\n"),
    "white space in a value": (b'{"level":3', b'{"level": 3'),
    "members in another order": (
        b'{"level":3,"assessed_on":"2026-05-20"}',
        b'{"assessed_on":"2026-05-20","level":3}',
    ),
    "a member twice": (b'{"level":3', b'{"level":3,"level":3'),
    "an unknown member": (b'{"level":3', b'{"level":3,"more":1'),
    "a member that is needed": (b'{"level":3,', b"{"),
    "a fraction": (b'{"level":3', b'{"level":3.0'),
    "another spelling of a number": (b'{"level":3', b'{"level":3e0'),
    "minus nothing": (b'{"level":3', b'{"level":-0'),
    "true for one": (b'{"level":3', b'{"level":true'),
    "text for a number": (b'{"level":3', b'{"level":"3"'),
    "a number beyond its bounds": (b'{"level":3', b'{"level":99999999999999999999'),
    "NaN": (b'{"level":3', b'{"level":NaN'),
    "an escaped character": ("某存".encode(), b"\\u67d0\\u5b58"),
    "half a surrogate": ("某存".encode(), b"\\ud800"),
    "an escaped slash": ("某存".encode(), b"\\/"),
    "a control character": ("某存".encode(), b"\\u0007"),
    "no such date": (b'"2026-05-20"', b'"2026-02-30"'),
    "a time in another spelling": (b'"2026-05-20"', b'"2026-05-20T00:00:00+00:00"'),
    "a time of nobody's clock": (b'"2026-05-20"', b'"2026-05-20T00:00:00"'),
    "a digest in capitals": (b'"digest":"18c', b'"digest":"18C'),
    "a word that is none": (b'"covers":["security"', b'"covers":["secrecy"'),
    "null": (b"plat.incidents []", b"plat.incidents null"),
    "no JSON": (b"plat.incidents []", b"plat.incidents ["),
    "two values": (b"plat.incidents []", b"plat.incidents [] []"),
    "empty text": (b"plat.incidents []", b'plat.reliability ""\nplat.incidents []'),
    "an empty reason": (b'{"not_applicable":"', b'{"not_applicable":"","x":"'),
    "nothing inside": (b'{"level":3,"assessed_on":"2026-05-20"}', b"{}"),
    "deep nesting": (b"plat.incidents []", b"plat.incidents " + b"[" * 16_000),
    "a value too long": (
        b"plat.incidents []",
        b'plat.reliability "' + b"x" * 16_384 + b'"\nplat.incidents []',
    ),
}


@pytest.mark.parametrize("name", LINES)
def test_what_has_another_spelling_is_refused_though_it_is_signed(name: str) -> None:
    old, new = LINES[name]
    assert TEXT.count(old) == 1, name
    with pytest.raises(Malformed):
        read(signed(TEXT.replace(old, new)))
    with pytest.raises(Malformed):
        check_spelling(signed(TEXT.replace(old, new)))


def test_control_signing_anew_is_no_reason_to_refuse() -> None:
    for old, new in ((b'{"level":3', b'{"level":2'), (b"2026-05-20", b"2026-05-21")):
        assert read(signed(TEXT.replace(old, new)))


def test_bounds() -> None:
    full = {id_: "x" * 10_000 for id_, field in PLATFORM.items() if field.type.kind == "text"}
    assert len(full) == 8
    assert read(worked.declaration(full)).values == full
    with pytest.raises(Malformed):
        worked.declaration({"plat.clean": "文" * 6_000})
    with pytest.raises(Malformed):
        read(NOTE + b"x" * MAX_BYTES)
    with pytest.raises(Malformed):
        worked.declaration({"decl.id": "x"})
    with pytest.raises(Malformed):  # whatever a value's text says of its grade
        to_line(of(Type("interval")), Span(_AT, _AT))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    for note in (data, TEXT + data, signed(TEXT[:-1] + b"\n" + data.replace(b"\n\n", b"") + b"\n")):
        with pytest.raises(VerifierError):
            read(note)


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), min_size=1)


@given(st.fixed_dictionaries({}, optional={"plat.clean": _TEXTS, "plat.security": _TEXTS}))
def test_text_is_read_as_it_was_written_or_refused(values: Mapping[str, str]) -> None:
    try:
        note = worked.declaration(values)
    except Malformed:
        assert any(ord(c) < 32 and c not in "\t\n" for text in values.values() for c in text)
        return
    if not all(text.strip() for text in values.values()):  # no answer is not an empty one
        with pytest.raises(Malformed):
            read(note)
        return
    assert read(note).values == values
    assert note.count(b"\n") == 6 + len(values)


# -- values of every type, also of those that no field of the platform has today


def of(kind: Type) -> Field:
    return replace(PLATFORM["plat.clean"], type=kind)


_AT = Moment(1_800_000_000, 8 * 3600, "T2", "2027-01-15T16:00:00+08:00")
_DAYS = Span(worked.day("2026-01-31").first, worked.day("2026-02-01").last)
VALUES: dict[str, tuple[Type, Any, str]] = {
    "bool": (Type("bool"), True, "true"),
    "timestamp": (
        Type("timestamp"), _AT, '{"at":"2027-01-15T16:00:00+08:00","grade":"T2"}',
    ),
    "date": (Type("date"), worked.day("2026-05-20"), '"2026-05-20"'),
    "date with a time": (
        Type("date"), Span(*[_AT._replace(grade="T0")] * 2), '"2027-01-15T16:00:00+08:00"',
    ),
    "days": (Type("interval"), _DAYS, '{"from":"2026-01-31","to":"2026-02-01"}'),
    "point in time": (Type("point"), _AT, '{"at":"2027-01-15T16:00:00+08:00","grade":"T2"}'),
    "point by id": (Type("point"), "m-1", '"m-1"'),
    "none": (Type("digest", or_none=True), "none", '"none"'),
    "unknown": (Type("bool"), Unknown("未查"), '{"unknown":"未查"}'),
    "not applicable": (Type("list", item=Type("int")), NotApplicable("x"), '{"not_applicable":"x"}'),
    "list": (Type("list", item=Type("int")), [1, 2], "[1,2]"),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_values(name: str) -> None:
    kind, value, line = VALUES[name]
    assert to_line(of(kind), value) == line
    assert parse_line(of(kind), line) == value


def test_a_moment_is_spelled_in_whole_seconds_with_its_offset() -> None:
    kind = of(Type("timestamp"))
    odd = _AT._replace(written="2027-01-15 16:00:00.25+08:00", grade="T0")
    assert to_line(kind, odd) == '{"at":"2027-01-15T16:00:00+08:00","grade":"T0"}'
    for line in (
        '{"at":"2027-01-15T16:00:00+00:00","grade":"T0"}', '{"at":"2027-01-15","grade":"T0"}',
        '{"at":"2027-01-15T16:00:00","grade":"T0"}', '{"grade":"T0","at":"2027-01-15T16:00:00Z"}',
        '{"at":"2027-01-15T16:00:00Z","grade":"T3"}', '{"at":"2027-01-15T25:00:00Z","grade":"T0"}',
        '"2027-01-15T16:00:00Z"', "1800000000", '{"at":"2027-01-15T16:00:00+24:00","grade":"T0"}',
    ):  # fmt: skip
        with pytest.raises(Malformed):
            parse_line(kind, line)
    with pytest.raises(Malformed):
        parse_line(of(Type("interval")), '{"from":"2026-02-01","to":"2026-01-31"}')


def test_control_without_writing_again_a_second_spelling_passes(monkeypatch) -> None:
    kind, line = PLATFORM["plat.mlps"], '{"level": 3}'
    with pytest.raises(Malformed):
        parse_line(kind, line)
    monkeypatch.setattr(declared_values, "_dumps", lambda _: line)
    assert parse_line(kind, line) == {"level": 3}
    assert json.loads(line) == {"level": 3}
