"""Rates: what is allowed, when again, and that a million addresses fit."""

from __future__ import annotations

import tracemalloc

import pytest

from app.server.addresses import to_caller
from app.server.rates import REMEMBERED_MOST, Rates


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("per_minute", [1, 7, 60, 1000])
def test_a_minute_s_worth_at_once_and_then_one_at_a_time(per_minute: int) -> None:
    clock = Clock()
    rates = Rates(per_minute, clock=clock)
    for _ in range(per_minute):
        assert rates.wait("a") == 0
        rates.take("a")
    wait = rates.wait("a")
    assert 1 <= wait <= 60 / per_minute + 1
    assert rates.wait("b") == 0
    clock.now += wait
    assert rates.wait("a") == 0
    clock.now += 60
    for _ in range(per_minute):
        assert rates.wait("a") == 0
        rates.take("a")
    assert rates.wait("a") > 0


def test_a_large_batch_is_possible_and_is_paid_off() -> None:
    clock = Clock()
    rates = Rates(60, clock=clock)
    assert rates.wait("a", 600) == 0
    rates.take("a", 600)
    assert rates.wait("a") == 600 - 60 + 1
    clock.now += 541
    assert rates.wait("a") == 0
    assert rates.wait("a", 600) == 59


def test_over_any_hour_no_more_than_the_rate() -> None:
    clock = Clock()
    rates = Rates(30, clock=clock)
    taken = 0
    for _ in range(36_000):
        clock.now += 0.1
        if rates.wait("a") == 0:
            rates.take("a")
            taken += 1
    assert 30 * 60 <= taken <= 30 * 61


def test_off_remembers_nothing() -> None:
    rates = Rates(0)
    assert not rates.on
    rates.take("a", 10**9)
    assert rates.wait("a", 10**9) == 0
    assert len(rates) == 0


def flood(rates: Rates, count: int) -> int:
    """Come from so many addresses; return the most memory that it took meanwhile, in bytes."""
    tracemalloc.start()
    try:
        for number in range(count):
            rates.take(f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::/64")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_million_addresses_fit() -> None:
    rates = Rates(60)
    most = flood(rates, 10**6)
    assert len(rates) == REMEMBERED_MOST
    assert most < 32 << 20
    rates.take("new")
    assert rates.wait("new", 60) > 0


def test_control_without_the_bound_they_do_not() -> None:
    assert flood(Rates(60, remembered_most=10**9), 200_000) > 32 << 20


def test_the_one_not_seen_longest_is_forgotten() -> None:
    clock = Clock()
    rates = Rates(1, remembered_most=3, clock=clock)
    for name in ("a", "b", "c", "a", "d"):
        rates.take(name)
    assert [rates.wait(name) > 0 for name in "abcd"] == [True, False, True, True]


def test_an_ipv6_house_is_one_address() -> None:
    assert to_caller("2001:db8:1:2::1") == to_caller("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert to_caller("2001:db8:1:3::1") != to_caller("2001:db8:1:2::1")
    assert to_caller("::ffff:192.0.2.7") == to_caller("192.0.2.7") == "192.0.2.7"
    assert to_caller("fe80::1%eth0") == "fe80::/64"
    assert to_caller("") == to_caller("nonsense") == to_caller("192.0.2.7:80") == "unknown"
