"""Whose address counts: the socket's, and X-Forwarded-For only as far as proxies are trusted."""

from __future__ import annotations

import pytest

from app.server.addresses import Addresses


def seen(trusted: str, socket: str, *forwarded: str) -> str:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Addresses(trusted).caller({"client": (socket, 1), "headers": headers})


@pytest.mark.parametrize(
    ("trusted", "socket", "forwarded", "expected"),
    [
        # nobody is trusted: whatever the header says
        ("0", "192.0.2.1", ("198.51.100.1",), "192.0.2.1"),
        # one hop: the last address, whatever a stranger wrote before it
        ("1", "127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("1", "127.0.0.1", ("203.0.113.9, 198.51.100.1",), "198.51.100.1"),
        ("1", "127.0.0.1", ("203.0.113.9", "198.51.100.1"), "198.51.100.1"),
        ("1", "127.0.0.1", (), "127.0.0.1"),
        ("1", "127.0.0.1", ("",), "127.0.0.1"),
        ("1", "127.0.0.1", ("nonsense",), "127.0.0.1"),
        ("1", "127.0.0.1", ("198.51.100.1, nonsense",), "127.0.0.1"),
        ("2", "127.0.0.1", ("203.0.113.9, 198.51.100.1, 10.0.0.1",), "198.51.100.1"),
        ("2", "127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("2", "127.0.0.1", ("nonsense, 10.0.0.1",), "10.0.0.1"),
        # addresses: from the right up to the first that is no proxy of ours
        ("127.0.0.1", "127.0.0.1", ("203.0.113.9, 198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", "192.0.2.1", ("198.51.100.1",), "192.0.2.1"),
        ("127.0.0.1,10.0.0.0/8", "127.0.0.1", ("203.0.113.9, 198.51.100.1, 10.2.3.4",),
         "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.1", ("10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ("::1", "::1", ("2001:db8::7",), "2001:db8::/64"),
        ("10.0.0.0/8", "::ffff:10.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.0/8", "", ("198.51.100.1",), "unknown"),
    ],
)  # fmt: skip
def test_table(trusted: str, socket: str, forwarded: tuple[str, ...], expected: str) -> None:
    assert seen(trusted, socket, *forwarded) == expected


def test_a_long_header_costs_nothing() -> None:
    text = ", ".join(["203.0.113.9"] * 1000 + ["198.51.100.1"])
    assert seen("1", "127.0.0.1", text) == "198.51.100.1"
    assert seen("9", "127.0.0.1", "," * 10_000) == "127.0.0.1"
