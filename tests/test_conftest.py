"""The guards of conftest.py, each shown to bite."""

from __future__ import annotations

import asyncio
import os
import socket

import pytest


def _used(action) -> bool:
    """Whether the guard stopped it (its class is conftest's, which importlib mode does not share)."""
    try:
        action()
    except BaseException as error:
        if type(error).__name__ == "NetworkUsedError":
            return True
        raise
    return False


def test_no_network_stops_sockets_and_names(no_network):
    assert _used(lambda: socket.socket(socket.AF_INET))
    assert _used(lambda: socket.create_connection(("127.0.0.1", 9), timeout=1))
    assert _used(lambda: socket.getaddrinfo("localhost", 80))


def test_no_network_leaves_event_loops_alone(no_network):
    asyncio.run(asyncio.sleep(0))


def test_other_machines_are_out_of_reach():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        assert _used(lambda: udp.connect(("192.0.2.1", 9)))  # TEST-NET-1: nobody's address
        assert not _used(lambda: udp.connect(("127.0.0.1", 9)))


def test_the_runner_s_own_settings_do_not_reach_the_programs():
    assert not [name for name in os.environ if name.startswith("BEILIN_")]


def test_rounds_are_the_small_ones_unless_soak(rounds, soak):
    assert rounds(1, 2) == (2 if soak else 1)


@pytest.mark.soak
def test_soak_runs_only_when_asked(soak):
    assert soak
