"""Settings of the server: one class, read once, every name starts with ``BEILIN_``.

None of them is a secret and none is a path to one: keys lie in the data folder
and in the signer's folder, which the command line names. A name that starts
with ``BEILIN_`` and is not in this file refuses the start, so that a typing
error cannot silently leave a limit at its default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from .addresses import TrustError, parse_trust

PREFIX: Final = "BEILIN_"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


class SettingError(Exception):
    """A setting is unknown or out of its bounds; the message names it, never its value."""


def _number(default: int, low: int, high: int, what: str, attacker: str) -> int:
    # What stands in metadata is printed in the README, and a test demands it there.
    metadata = {"low": low, "high": high, "what": what, "attacker": attacker}
    value: int = field(default=default, metadata=metadata)
    return value


def _text(default: str, allowed: str, what: str, attacker: str) -> str:
    metadata = {"low": allowed, "high": "", "what": what, "attacker": attacker}
    value: str = field(default=default, metadata=metadata)
    return value


@dataclass(frozen=True)
class Settings:
    """What an operator may tune. Each field is the environment variable in upper case."""

    batch_interval_ms: int = _number(
        100,
        0,
        60_000,
        "longest time an entry waits for others before its batch is written; where 256 wait it begins at once",
        "can make the service slow (too long) or wear out the disk (0); no receipt changes",
    )
    witness_deadline_ms: int = _number(
        1000,
        1,
        60_000,
        "longest time a batch waits for its quorum of cosignatures, with --witness-policy; without "
        "the quorum it is published all the same, and its receipts say so",
        "can make every batch wait (long), or receipts go out without cosignatures (short)",
    )
    max_body_bytes: int = _number(
        1 << 20,
        8192,
        64 << 20,
        "largest request body; 1,000 signed entries with three digests have under 700 KiB",
        "can let every account holder fill the memory (body × connections), or refuse all batches",
    )
    max_header_bytes: int = _number(
        16384,
        1024,
        1 << 20,
        "largest request line with all headers",
        "can let anyone fill the memory (headers × connections)",
    )
    header_timeout_seconds: int = _number(
        10,
        1,
        600,
        "time from the first byte (or from the connection) to the end of the headers",
        "can let idle strangers hold every connection",
    )
    body_timeout_seconds: int = _number(
        10,
        1,
        600,
        "time from the end of the headers to the end of the body",
        "can let slow account holders hold every connection",
    )
    idle_timeout_seconds: int = _number(
        15,
        1,
        3600,
        "time a connection may rest between requests, or take less than 64 KiB of what we send it",
        "can let idle strangers hold every connection",
    )
    answer_timeout_seconds: int = _number(
        30,
        1,
        600,
        "longest wait for publication before 503; the entry may still be published",
        "can make clients repeat more often; a repeat gets the same receipt",
    )
    shutdown_timeout_seconds: int = _number(
        20,
        1,
        600,
        "time for requests under way after SIGTERM",
        "can make a stop cut answers off; the entries are kept and a repeat gets the receipt",
    )
    shutdown_delay_ms: int = _number(
        0,
        0,
        60_000,
        "how long /readyz is red before new connections are refused, for a load balancer to see it",
        "can delay a stop",
    )
    max_connections: int = _number(
        1024,
        1,
        100_000,
        "open connections; one more takes the place of the one that has kept us waiting longest, or is "
        "answered 503 where all are being answered",
        "can shut everyone out (1) or let strangers use all memory",
    )
    disk_floor_bytes: int = _number(
        64 << 20,
        0,
        1 << 50,
        "free space of the data folder below which nothing new is accepted (507); reads go on",
        "can stop writing (large), or let the disk run full, where a database may be damaged (0)",
    )
    anchor_interval_seconds: int = _number(
        600,
        1,
        86_400,
        "time between two requests to the time-stamping authorities of --tsa, where there is something new",
        "can leave new entries without a time from outside (too long) or run up an authority's bill (1)",
    )
    audit_interval_seconds: int = _number(
        60,
        1,
        3600,
        "requests that were denied in so much time are one record of the audit log",
        "can let a flood of denied requests write more (1), or make the audit log tell less of when",
    )
    audit_anchor_seconds: int = _number(
        86_400,
        1,
        2_678_400,
        "longest time a record of the audit log waits for an entry of the log that anchors its head",
        "can leave the end of the audit log open to whoever can write the database (too long)",
    )
    rate_key_per_minute: int = _number(
        0,
        0,
        100_000_000,
        "entries and reads of one API key in a minute, in this process; above it 429; 0: no limit",
        "can shut account holders out (1) or let one of them use the whole service (0)",
    )
    rate_address_per_minute: int = _number(
        0,
        0,
        100_000_000,
        "requests and entries from one address (IPv6: one /64) in a minute, in this process, without submissions refused before their size is known; 0: no limit",
        "can shut out everyone behind one address (1) or let one address use the whole service (0)",
    )
    rate_failed_keys_per_minute: int = _number(
        300,
        0,
        100_000_000,
        "requests without a good API key from one address in a minute; above it 429, and only keys "
        "known to be good are looked up; 0: no limit",
        "can shut out who shares an address with a stranger (1) or let strangers keep the database busy (0)",
    )
    trusted_proxy: str = _text(
        "0",
        "0 to 9, or addresses",
        "whose X-Forwarded-For is believed: so many proxies before this service, or these addresses and "
        "networks (commas between); 0: nobody's, the socket's address counts",
        "can let strangers choose the address that they are counted for",
    )
    access_log: int = _number(
        1,
        0,
        1,
        "1 writes one line for each request to /v1, 0 only for refusals and failures",
        "can hide successful requests from the operator's log; the ledger itself is unaffected",
    )


CLIENT_HOME: Final = PREFIX + "HOME"
"""Where the client keeps its state; not a setting of the service, so it may be there."""


def variable(name: str) -> str:
    """Return the environment variable of a field."""
    return PREFIX + name.upper()


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings; raises SettingError for an unknown name or a bad value."""
    known = {variable(entry.name): entry for entry in fields(Settings)}
    unknown = sorted(
        name
        for name in environment
        if name.startswith(PREFIX) and name not in known and name != CLIENT_HOME
    )
    if unknown:
        raise SettingError(
            f"unknown setting {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        )
    values: dict[str, Any] = {}
    for name, entry in known.items():
        if name not in environment:
            continue
        text = environment[name]
        if isinstance(entry.default, str):
            values[entry.name] = _trust(name, text)
            continue
        low, high = entry.metadata["low"], entry.metadata["high"]
        if not _DECIMAL.fullmatch(text) or not low <= int(text) <= high:
            raise SettingError(f"{name} must be a whole number from {low} to {high}")
        values[entry.name] = int(text)
    return Settings(**values)


def _trust(name: str, text: str) -> str:
    try:
        parse_trust(text)
    except TrustError:
        raise SettingError(
            f"{name} must be a number of proxies from 0 to 9, or addresses with commas between"
        ) from None
    return text
