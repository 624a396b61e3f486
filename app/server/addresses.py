"""Whose address a request has, as the rates see it.

It is the socket's, unless ``BEILIN_TRUSTED_PROXY`` names proxies: anyone can write
X-Forwarded-For. Each proxy adds on the right the address it got the request from, so it is read
from the right, as far as proxies are trusted; what stands further left is a stranger's text. An
IPv6 address counts by its /64, which one household has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from starlette.types import Scope

_HOPS: Final = re.compile(r"[0-9]", re.ASCII)
_HEADER: Final = b"x-forwarded-for"
_LAST: Final = 1024
"""Bytes of the header that are read, from its end."""


class TrustError(ValueError):
    """BEILIN_TRUSTED_PROXY is neither a number of hops nor a list of addresses."""


Trusts = Callable[[int, str], bool]
"""Whether the sender at this hop (0: the socket) with this address is a trusted proxy."""


def parse_trust(text: str) -> Trusts:
    """Return whom to believe: ``1`` to ``9`` hops, or addresses and networks with commas between.

    Raises TrustError. ``0`` is nobody.
    """
    if _HOPS.fullmatch(text):
        hops = int(text)
        return lambda hop, _address: hop < hops
    try:
        networks = [ip_network(part.strip()) for part in text.split(",")]
    except ValueError:
        raise TrustError from None

    def trusts(_hop: int, address: str) -> bool:
        try:
            found = _bare(address)
        except ValueError:
            return False
        return any(found in network for network in networks)

    return trusts


def _bare(address: str) -> IPv4Address | IPv6Address:
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


@lru_cache(maxsize=4096)
def to_caller(address: str) -> str:
    """Return what an address counts as: itself, or the /64 it lies in; ``unknown`` for no address."""
    try:
        found = _bare(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


class Addresses:
    """Reads the address of a request."""

    def __init__(self, trusted_proxy: str) -> None:
        self._trusts = None if trusted_proxy == "0" else parse_trust(trusted_proxy)

    def caller(self, scope: Scope) -> str:
        """Return whom the rates count this request for."""
        client = scope.get("client")
        address: str = client[0] if client else ""
        if self._trusts is not None:
            address = self._forwarded(address, scope)
        return to_caller(address)

    def _forwarded(self, address: str, scope: Scope) -> str:
        assert self._trusts is not None
        values = [value for name, value in scope["headers"] if name == _HEADER]
        text = b",".join(values)[-_LAST:].decode("latin-1")
        parts = text.split(",") if text else []
        hop = 0
        while parts and self._trusts(hop, address):
            said = parts.pop().strip()
            if to_caller(said) == "unknown":
                break  # not an address: what the last proxy is, we know
            address = said
            hop += 1
        return address
