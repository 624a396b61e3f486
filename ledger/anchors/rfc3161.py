"""A time-stamping authority over HTTP (RFC 3161 §3.4).

    POST URL    Content-Type: application/timestamp-query       a request, DER
    200         Content-Type: application/timestamp-reply       a response, DER

The imprint is SHA-256 over the stamped note, the nonce is fresh for each request, and
certificates are asked for. Nothing of the answer is used before it was checked.
"""

from __future__ import annotations

import hashlib
import os
from typing import Final

import httpx

from verifier.errors import VerifierError
from verifier.timestamp.messages import MAX_RESPONSE_BYTES, Request, parse_response
from verifier.timestamp.sound import check_sound

from ..errors import Given
from ..exchange import Failed, exchange, is_address
from .authority import RFC3161, NotStamped, Stamp

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
_URL_BYTES: Final = 200


class HttpAuthority:
    """One address that takes time-stamp requests."""

    def __init__(self, url: str) -> None:
        """Raises Config for an address that cannot be one."""
        if not is_address(url) or len(url) > _URL_BYTES:
            raise Given(
                "tsa: must be an http:// or https:// address without user, password and fragment, "
                f"of at most {_URL_BYTES} bytes"
            )
        self.name = url

    async def stamp(self, client: httpx.AsyncClient, stamped: bytes, seconds: float) -> Stamp:
        """Ask for a token and check it, all but its chain. Raises NotStamped."""
        nonce = int.from_bytes(os.urandom(8), "big") >> 1
        request = Request(hashlib.sha256(stamped).digest(), nonce=nonce)
        try:
            answer = await exchange(
                client, self.name, request.to_bytes(),
                seconds=seconds, maximum_bytes=MAX_RESPONSE_BYTES, kind=QUERY,
            )  # fmt: skip
        except Failed as error:
            raise NotStamped(str(error)) from None
        if answer.status != 200:
            raise NotStamped(f"status {answer.status}")
        if answer.kind.partition(";")[0].strip().lower() != REPLY:
            raise NotStamped(f"an answer that is not {REPLY}")
        try:
            response = parse_response(answer.body)
            if response.token is None:
                raise NotStamped(f"refused: status {response.status}, reason {response.failure}")
            info = check_sound(response.token, stamped, nonce=nonce)
        except VerifierError as error:
            raise NotStamped(f"the token does not hold ({type(error).__name__}: {error})") from None
        return Stamp(RFC3161, response.token, (), info.seconds)
