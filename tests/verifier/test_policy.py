"""A policy in full: what its lines may be, in which order, and what may not stand twice (SPEC §11)."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import worked
from tests.vectors import generate
from tests.verifier.stamped import ONE, ONLY_TWO, TWO, WINDOW, WITNESS, policy
from tests.verifier.timestamp.chains import AUTHORITY, certificate, key, raw
from tests.worked import Key
from verifier.encoding import to_base64
from verifier.errors import PolicyError
from verifier.policy import parse_policy
from verifier.timestamp.certificate import parse_certificate

KEY = worked.WorkedLog().key.vkey
NAME = f"{KEY.name}+{KEY.key_id.hex()}"
ROOT = to_base64(raw(ONE.chain.root))


def lasting(first: tuple[int, int, int], last: tuple[int, int, int]) -> str:
    """A root certificate that is valid between these days, both at 00:00:00."""
    of = key("p256", 77)
    made = certificate("r", of, "r", of, AUTHORITY,
                       first=dt.datetime(*first), last=dt.datetime(*last))  # fmt: skip
    return to_base64(raw(made))


def refused(text: bytes, word: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert word in str(caught.value)


def test_the_policy_of_these_tests_is_one() -> None:
    assert len(parse_policy(policy()).tsas) == 2


@pytest.mark.parametrize(
    "line",
    [
        "MAA=",  # an empty SEQUENCE, which the example of this document once had
        to_base64(raw(ONE.chain.root)[:-1]),
        to_base64(raw(ONE.chain.root) + b"\0"),
        to_base64(b"\x30" * 16385),
        to_base64(b"-----BEGIN CERTIFICATE-----\n"),
    ],
)
def test_a_certificate_must_be_one(line: str) -> None:
    refused(policy("", [f"tsa a {WINDOW} {line}\n"]), "tsa")


@pytest.mark.parametrize(
    ("last", "first", "holds"),
    [
        ((2026, 1, 1), (2020, 1, 1), True),  # ends in the second in which the window begins
        ((2025, 12, 31), (2020, 1, 1), False),
        ((2040, 1, 1), (2036, 1, 1), True),
        ((2040, 1, 1), (2036, 1, 2), False),
    ],
)
def test_its_validity_meets_the_window(
    last: tuple[int, int, int], first: tuple[int, int, int], *, holds: bool
) -> None:
    text = policy("", [f"tsa a {WINDOW} {lasting(first, last)}\n"])
    if holds:
        assert parse_policy(text).tsas[0].name == "a"
    else:
        refused(text, "not valid at any time")


def test_a_window_that_ends_before_it_begins() -> None:
    line = f"tsa a 2036-01-01T00:00:00Z 2026-01-01T00:00:00Z {ROOT}\n"
    refused(policy("", [line]), "later than")


def test_what_may_not_stand_twice() -> None:
    refused(policy("", [ONE.line(), ONE.line()]), "name stands twice")
    refused(policy("", [ONE.line(), f"tsa b {WINDOW} {ROOT}\n"]), "certificate stands twice")
    refused(policy(f"{ONLY_TWO}{ONLY_TWO}"), "operator")
    retired = f"status {NAME} retired size 5 time -\n"
    stolen = f"status {NAME} compromised size - time -\n"
    refused(policy(status=retired + retired.replace("5", "6")), "status")
    refused(policy(status=stolen + stolen), "status")
    assert len(parse_policy(policy(status=retired + stolen)).statuses) == 2
    refused(policy(require="require L1\nrequire T3\n"), "require")


@pytest.mark.parametrize("name", ["w", worked.ORIGIN])
def test_one_name_for_two_things_would_leave_open_who_runs_which(name: str) -> None:
    line = f"tsa {name} {WINDOW} {ROOT}\n"
    refused(policy("", [line], witnesses=[("w", WITNESS)]), "tsa")


def test_an_operator_of_nothing_in_the_policy() -> None:
    refused(policy("operator tsa3 丁\n"), "operator")


def test_every_other_order_of_lines_is_refused() -> None:
    text = (generate.HERE / "policy.txt").read_text(encoding="utf-8")
    first, *lines = text.splitlines(keepends=True)
    end = lines.index("tlog-policy\n")
    head, rest = lines[:end], lines[end:]
    kinds = [line.split(" ")[0] for line in head]
    for at in range(len(head) - 1):
        turned = [*head[:at], head[at + 1], head[at], *head[at + 2 :]]
        data = "".join([first, *turned, *rest]).encode()
        if kinds[at] == kinds[at + 1]:
            parse_policy(data)
        else:
            refused(data, "policy")


def test_a_line_too_many_of_a_kind() -> None:
    many = [f"tsa t{n} {WINDOW} {lasting((2020, 1, 1), (2040, 1, 1))}\n" for n in range(65)]
    assert len(parse_policy(policy("", many[:64])).tsas) == 64
    refused(policy("", many), "more than 64")


def test_control_without_reading_the_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that cannot be used would stand there as if it named an authority."""
    text = policy("", [f"tsa a {WINDOW} MAA=\n", TWO.line()])
    refused(text, "certificate")
    sound = parse_certificate(parse_policy(policy("", [TWO.line()])).tsas[0].certificate)
    monkeypatch.setattr("verifier.policy.parse_certificate", lambda _: sound)
    assert len(parse_policy(text).tsas) == 2


def test_a_witness_is_not_the_log_itself() -> None:
    """One key under two names would make the log its own witness."""
    own = Key("w.example", worked.WorkedLog().key.label, 4)
    assert own.vkey.key == worked.WorkedLog().key.vkey.key
    refused(policy("", witnesses=[("w", own)]), "witness: a key that is also a log's")
