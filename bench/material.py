"""Submissions to anchor, as values and as request bodies; drawn before the clock starts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import cycle

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.accept import Request, Submitted
from verifier.encoding import to_base64
from verifier.evidence.digests import Digest
from verifier.evidence.submission import Submission


class Submitter:
    """One account's submissions: one SHA-256 each, over ``dossiers`` dossiers in turn."""

    def __init__(
        self, origin: str, account: bytes, *, signed: bool = False, dossiers: int = 20
    ) -> None:
        self._origin = origin
        self._account = account
        self._key = Ed25519PrivateKey.generate() if signed else None
        self._dossiers: Iterator[bytes] = cycle([os.urandom(16) for _ in range(dossiers)])

    def _one(self, nonce: bytes, position: int | None) -> Submitted:
        public = None if self._key is None else self._key.public_key().public_bytes_raw()
        submission = Submission(
            self._origin,
            self._account,
            next(self._dossiers),
            "manifest",
            (Digest("sha-256", os.urandom(32)),),
            nonce,
            position,
            public,
        )
        signature = None if self._key is None else self._key.sign(submission.to_bytes())
        return Submitted(submission, signature)

    def batch(self, count: int) -> tuple[list[Submitted], Request]:
        """Return a batch for ``Log.submit``."""
        nonce = os.urandom(16)
        batch = [self._one(nonce, position) for position in range(count)]
        return batch, Request(self._account, nonce, os.urandom(32))

    def single(self) -> tuple[list[Submitted], Request]:
        """Return a single submission for ``Log.submit``."""
        nonce = os.urandom(16)
        return [self._one(nonce, None)], Request(self._account, nonce, os.urandom(32))

    def batch_post(self, count: int, key: str) -> bytes:
        """Return a whole HTTP request to /v1/batches."""
        batch, request = self.batch(count)
        body = json.dumps({"entries": [_as_json(each) for each in batch]}).encode()
        return http_post("/v1/batches", body, key, request.key)

    def single_post(self, key: str) -> bytes:
        """Return a whole HTTP request to /v1/entries."""
        batch, request = self.single()
        return http_post("/v1/entries", json.dumps(_as_json(batch[0])).encode(), key, request.key)


def _as_json(submitted: Submitted) -> dict[str, object]:
    submission, signature, _ = submitted
    value: dict[str, object] = {
        "what": submission.what,
        "digests": [{"alg": alg, "value": to_base64(raw)} for alg, raw in submission.digests],
        "dossier": to_base64(submission.dossier),
    }
    if submission.submitter is not None and signature is not None:
        value["submitter"] = to_base64(submission.submitter)
        value["signature"] = to_base64(signature)
    return value


def http_post(path: str, body: bytes, key: str, nonce: bytes) -> bytes:
    """Return a request with the headers that a usual client sends."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: bench\r\n"
        f"Authorization: Bearer {key}\r\nIdempotency-Key: {to_base64(nonce)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body
