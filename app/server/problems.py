"""Every error of the HTTP service: RFC 9457, one table, one shape.

    {"type": "urn:beilin:problem:digest-known", "status": 409, "code": "digest-known",
     "title": "…", "title_zh": "…", "detail": "…", "action": "…", "action_zh": "…",
     "retryable": false, "trace_id": "…", "index": "57"}

``type`` and ``code`` are stable for ever; the words may be improved. ``action``
says what to do next. ``detail`` is one of our own sentences: input is never echoed,
and the messages of verifier and ledger promise the same.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import Final

import msgspec

from app.web.limits import CLOSE, BodyError, Left, TooLarge
from app.web.protocol import Answer
from ledger import errors as ledger
from verifier import errors as verifier

from .problem_kinds import KINDS, RETRY_AFTER_SECONDS
from .strict_json import JSONError, ShapeError

MEDIA_TYPE: Final = b"application/problem+json"
TYPE_PREFIX: Final = "urn:beilin:problem:"

Headers = Sequence[tuple[bytes, bytes]]

FOR_BROWSERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
)
"""On every answer: nothing that is sent here is to be run, framed, guessed at or told to others."""

_HTTP_STATUS: Final = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large",
                       415: "media-type", 422: "bad-shape", 431: "headers-too-large"}  # fmt: skip


class Problem(Exception):
    """An error on its way out. ``members`` are added to the JSON object."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        headers: Headers = (),
        retry_after: int | None = None,
        **members: str,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.detail = detail
        self.headers = headers
        self.members = members
        self.retry_after = RETRY_AFTER_SECONDS.get(code) if retry_after is None else retry_after
        self.logged: dict[str, str] = {}
        """For the operator's log alone: nothing that a client chose, nothing it is told."""

    def body(self, trace_id: str) -> bytes:
        """Return the problem document."""
        kind = self.kind
        return msgspec.json.encode(
            {
                "type": TYPE_PREFIX + self.code,
                "status": kind.status,
                "code": self.code,
                "title": kind.title,
                "title_zh": kind.title_zh,
                "detail": self.detail or kind.title,
                "action": kind.action,
                "action_zh": kind.action_zh,
                "retryable": kind.retryable,
                "trace_id": trace_id,
                **self.members,
            }
        )

    def all_headers(self, length: int) -> list[tuple[bytes, bytes]]:
        """Return the headers that go with a body of this length."""
        headers = [
            (b"content-type", MEDIA_TYPE),
            (b"content-length", b"%d" % length),
            (b"cache-control", b"no-store"),
            *self.headers,
        ]
        if self.retry_after is not None:
            headers.append((b"retry-after", b"%d" % self.retry_after))
        return headers


_TABLE: Final[tuple[tuple[type[Exception], str, bool], ...]] = (
    # (exception, code, whether its own sentence is the detail); the first match counts
    (JSONError, "bad-json", True),
    (ShapeError, "bad-shape", True),
    (verifier.SignatureFailure, "signature-refused", True),
    (verifier.BindingFailure, "signature-refused", True),
    (verifier.VerifierError, "bad-value", True),
    (ledger.Erased, "erased", False),
    (ledger.NotPublished, "not-yet-published", False),
    (ledger.NotFound, "not-found", False),
    (ledger.KeyReused, "key-reused", False),
    (ledger.Unacceptable, "bad-value", True),
    (ledger.InProgress, "in-progress", False),
    (ledger.Overloaded, "overloaded", False),
    (ledger.NoSpace, "disk-full", False),
    (ledger.Unavailable, "writing-stopped", False),
    (ledger.Frozen, "frozen", True),
    (ledger.Fatal, "writing-stopped", False),
)


def problem_of(error: Exception) -> Problem:
    """Return the problem for any exception; what is not in the table is an internal fault."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ledger.DigestKnown):
        return Problem(
            "digest-known",
            f"anchored at index {error.index}",
            headers=((b"location", b"/v1/entries/%d/receipt" % error.index),),
            index=str(error.index),
        )
    if isinstance(error, BodyError):
        code = "body-too-large" if isinstance(error, TooLarge) else "request-timeout"
        words = str(error) if isinstance(error, TooLarge | Left) else ""
        return Problem(code, words, headers=(CLOSE,))
    for kind, code, own_words in _TABLE:
        if isinstance(error, kind):
            return Problem(code, str(error) if own_words else "")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem("disk-full")
    return Problem("internal")


def problem_of_status(status: int, headers: Headers = ()) -> Problem:
    """Return the problem for a bare HTTP status, as routing raises it."""
    return Problem(_HTTP_STATUS.get(status, "bad-request" if status < 500 else "internal"),
                   headers=headers)  # fmt: skip


def refusal(code: str) -> Answer:
    """Return the answer to a connection that no application sees (``app/web/protocol.py``)."""
    problem = Problem(code)
    trace_id = os.urandom(16).hex()
    body = problem.body(trace_id)
    headers = [*problem.all_headers(len(body)), *FOR_BROWSERS, (b"x-trace-id", trace_id.encode())]
    return Answer(problem.kind.status, headers, body)
