"""The outermost layer of the application: every answer passes here, every error ends here.

Gives each request a trace id, bounds its body, turns exceptions into problem
documents, adds the security headers, counts, and writes the access line. Plain
ASGI and one layer: what stands here is paid by every request.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import logs
from app.web.limits import CLOSE, BoundedBody

from .auditing import Auditing
from .door import Door
from .metrics import Metrics
from .problems import FOR_BROWSERS, Problem, problem_of, problem_of_status
from .settings import Settings

_LOGGED: Final = frozenset(["entries", "batches", "receipt", "latest_receipt"])
_QUIET: Final = frozenset(
    ["tile", "checkpoint", "pending_checkpoint"]
)  # a tile that is not there yet is no news


def _trace_ids() -> Iterator[str]:
    """Yield 16 random bytes at a time, as hex.

    Many are drawn at once: at every draw this thread offers the others its turn, and
    a busy one takes it for longer than a request lasts.
    """
    while True:
        drawn = os.urandom(16 * 256).hex()
        for at in range(0, len(drawn), 32):
            yield drawn[at : at + 32]


class Edge:
    """Wraps the router; see the module's text."""

    def __init__(
        self, app: ASGIApp, settings: Settings, metrics: Metrics, auditing: Auditing, door: Door
    ) -> None:
        self._app = app
        self._auditing = auditing
        self._door = door
        self._metrics = metrics
        self._access_log = bool(settings.access_log)
        self._max_bytes = settings.max_body_bytes
        self._timeout_seconds = settings.body_timeout_seconds
        self._trace_ids = _trace_ids()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        trace_id = next(self._trace_ids)
        method = scope["method"]
        body: BoundedBody | None = None
        status = 0
        logged: dict[str, str] = {}

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message["headers"], *FOR_BROWSERS]
                headers.append((b"x-trace-id", trace_id.encode()))
                if body is not None and body.unread:
                    headers.append(CLOSE)
            elif method == "HEAD":
                message["body"] = b""
            await send(message)

        try:
            body = BoundedBody(
                scope, receive, max_bytes=self._max_bytes, timeout_seconds=self._timeout_seconds
            )
            self._door.address(scope)
            await self._app(scope, body, answer)
        except Exception as error:
            problem = _problem(error)
            logged = problem.logged
            if problem.kind.status >= 500 and not isinstance(error, Problem):
                logs.fault("request failed", error, trace_id=trace_id, code=problem.code)
            if status:
                raise  # an answer has begun; the server closes the connection
            route = _route_name(scope)
            self._auditing.note(route, problem.code, problem.kind.status, trace_id)
            await send_problem(problem, trace_id, answer)
        except asyncio.CancelledError:
            # Only a stop whose time is over cancels a request; uvicorn would say a bare 500.
            if status:
                raise
            await send_problem(Problem("shutting-down"), trace_id, answer)
        finally:
            self._note(scope, status, perf_counter() - started, trace_id, logged)

    def _note(
        self, scope: Scope, status: int, seconds: float, trace_id: str, logged: dict[str, str]
    ) -> None:
        route = _route_name(scope)
        method: str = scope["method"]
        self._metrics.request(method, route, status, seconds)
        if status < 400:
            if not self._access_log or route not in _LOGGED:
                return
        elif status == 404 and route in _QUIET:
            return
        logs.request(
            level=logging.WARNING if status >= 500 else logging.INFO,
            route=route,
            method=method if method in ("GET", "HEAD", "POST") else "other",
            status=status,
            ms=round(seconds * 1000, 1),
            trace_id=trace_id,
            **logged,
        )


def _route_name(scope: Scope) -> str:
    name: str = getattr(scope.get("endpoint"), "route_name", "other")
    return name


def _problem(error: Exception) -> Problem:
    if isinstance(error, HTTPException):  # from the router: 404, and 405 with its Allow header
        headers = (error.headers or {}).items()
        return problem_of_status(
            error.status_code, [(name.lower().encode(), value.encode()) for name, value in headers]
        )
    return problem_of(error)


async def send_problem(problem: Problem, trace_id: str, send: Send) -> None:
    """Send a problem document."""
    body = problem.body(trace_id)
    headers = problem.all_headers(len(body))
    await send({"type": "http.response.start", "status": problem.kind.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
