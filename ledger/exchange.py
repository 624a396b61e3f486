"""One HTTP exchange with a peer that is not trusted: a witness, a time-stamping authority.

Bounded as a whole, not phase by phase: a peer that sends a byte a second never
trips a read timeout, so the exchange is cancelled when its time is over, wherever
it stands. The body is counted while it comes. No redirect is followed, no proxy
or certificate setting of the environment is used, nothing is decompressed and no
cookie is kept.
"""

from __future__ import annotations

import asyncio
from http.cookiejar import DefaultCookiePolicy
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import httpx

_HEADERS: Final = {"user-agent": "beilin", "accept-encoding": "identity"}
# What a kept connection gives when the peer closed it at the same moment; a new one may do.
_WORN: Final = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


class Answer(NamedTuple):
    """A whole answer; ``kind`` is its Content-Type as it came, "" without one."""

    status: int
    kind: str
    body: bytes


class Failed(Exception):
    """There is no whole answer; the text is ours and repeats nothing of the peer's."""


def is_address(url: str) -> bool:
    """Return whether this is an http:// or https:// address of a peer, with no secret in it.

    A name or password would stand in the database and in every log line.
    """
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return good and plain and not (parts.fragment or "@" in parts.netloc)


def new_client() -> httpx.AsyncClient:
    """Return a client for ``exchange``, to be used in one event loop."""
    client = httpx.AsyncClient(
        headers=_HEADERS,
        timeout=None,  # noqa: S113 - ``exchange`` has one for everything together
        trust_env=False,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))
    return client


async def exchange(
    client: httpx.AsyncClient,
    url: str,
    body: bytes | None = None,
    *,
    seconds: float,
    maximum_bytes: int,
    kind: str = "",
) -> Answer:
    """GET, or POST ``body`` as ``kind``, and return the whole answer. Raises Failed.

    ``seconds`` is for all of it, name resolution to the last byte. Repeated once
    on a fresh connection where a kept one turned out to be closed, so what is
    sent must be harmless when it arrives twice.
    """
    try:
        async with asyncio.timeout(seconds):
            try:
                return await _once(client, url, body, maximum_bytes, kind)
            except _WORN:
                return await _once(client, url, body, maximum_bytes, kind)
    except TimeoutError:
        raise Failed(f"no whole answer within {seconds:g} s") from None
    except httpx.ConnectError:
        raise Failed("cannot be reached") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise Failed(f"the connection failed ({type(error).__name__})") from None


async def _once(
    client: httpx.AsyncClient, url: str, body: bytes | None, maximum_bytes: int, kind: str
) -> Answer:
    method, headers = ("GET", {}) if body is None else ("POST", {"content-type": kind})
    async with client.stream(method, url, content=body, headers=headers) as response:
        taken = bytearray()
        async for chunk in response.aiter_raw():
            taken += chunk
            if len(taken) > maximum_bytes:
                raise Failed(f"an answer of more than {maximum_bytes} bytes")
        return Answer(response.status_code, response.headers.get("content-type", ""), bytes(taken))
