"""Bounds on connections and headers, which uvicorn leaves to a proxy.

A connection ends when its headers are not complete in time, when they are too
large, and when it rests or does not take its answer for too long. Where there
are too many, the one that has kept us waiting longest makes room for the new
one, so that whoever merely holds connections keeps nobody out. Two readings of
one request (both Content-Length and Transfer-Encoding, a coding other than
chunked, no Host, a bare upgrade) are refused here as well.
Whoever holds this file can let strangers occupy the service; receipts and the
log are not touched by it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from .limits import ARRIVED

MAX_HEADERS: Final = 64
TAKEN_LEAST: Final = 64 << 10
"""Bytes of an answer that a client must take in each ``idle_timeout_seconds``, or all that is left."""
_TARGET: Final = re.compile(rb"/[!\"$-~]*", re.ASCII)  # no fragment: it is not for servers


class Bounds(NamedTuple):
    """What a connection may do; from the settings."""

    header_timeout_seconds: float
    idle_timeout_seconds: float
    max_header_bytes: int
    max_connections: int


class Answer(NamedTuple):
    """A whole answer; ``headers`` have its length, and not whether the connection stays."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


CODES: Final = ("bad-request", "headers-too-large", "request-timeout", "too-many-connections")
"""Why a connection is refused here; each program has its own words for it."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. What is annotated here is set on a subclass by ``bounded``."""

    bounds: Bounds
    refusal: Callable[[str], Answer]
    owing: dict[BoundedProtocol, None]
    """Connections whose client has to send or to take something, longest first."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._lying = (0.0, 0)  # when the last bytes for the client were written; all that lay here
        self._in_headers = True  # also true between requests
        self._incomplete = False  # whether what came last ends within headers
        self._refused = False
        self._header_bytes = 0

    # -- time

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: a connection that says nothing is one that never ends its headers."""
        super().connection_made(transport)
        if len(self.connections) > self.bounds.max_connections and not self._make_room():
            self._refuse("too-many-connections")
            return
        self.owing[self] = None
        self._start_timer()

    def _make_room(self) -> bool:
        """Show out the connection that has kept us waiting longest; return whether there is one."""
        longest = next(iter(self.owing), None)
        if longest is None:
            return False
        longest.give_way()
        return True

    def give_way(self) -> None:
        """End this connection, which waits for its client, because another one came."""
        self.owing.pop(self, None)
        cycle: Any = self.cycle
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # it does not take what it asked for
        elif cycle is not None and cycle.response_complete and not self._incomplete:
            self.transport.close()  # it rests between requests, where no answer is expected
        else:
            self._refuse("too-many-connections")

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.bounds.header_timeout_seconds, self._late)

    def _stop_timers(self) -> None:
        for timer in (self._timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._write_timer = None

    def _late(self) -> None:
        if self._answering() is None:
            self._refuse("request-timeout")
        else:  # an earlier request of this connection is under way; it gets no answer of ours
            self.transport.abort()

    def _answering(self) -> RequestResponseCycle | None:
        """Return the request that has not been answered yet."""
        cycle: Any = self.cycle  # None before the first one, whatever its annotation says
        return None if cycle is None or cycle.response_complete else cycle

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._stop_timers()
        super().connection_lost(exc)
        self.owing.pop(self, None)

    def pause_writing(self) -> None:
        """Give a client that does not take its answer a limited time."""
        super().pause_writing()
        self.owing[self] = None
        self._watch_writing()

    def resume_writing(self) -> None:
        """Note that it took something; the clock goes on, for a client may take a byte at a time."""
        super().resume_writing()
        if self._answering() is not None:
            self.owing.pop(self, None)

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the client to take what it asked for."""
        super().on_response_complete()
        if self._answering() is None and not self.transport.is_closing():
            self.owing[self] = None
        self._watch_writing()

    def _watch_writing(self) -> None:
        """Remember when what lies here for the client was written; a clock looks at it, once."""
        self._lying = self.loop.time(), self.transport.get_write_buffer_size()
        if self._write_timer is None:
            self._look_at(self._lying[0] + self.bounds.idle_timeout_seconds)

    def _look_at(self, when: float) -> None:
        self._write_timer = self.loop.call_at(when, self._taken)

    def _taken(self) -> None:
        """End a connection whose client did not take enough in time, also behind a close."""
        self._write_timer = None
        left = self.transport.get_write_buffer_size()
        if not left:
            return
        since, size = self._lying
        now, seconds = self.loop.time(), self.bounds.idle_timeout_seconds
        if now < since + seconds:  # written meanwhile: it may not even have been sent
            self._look_at(since + seconds)
        elif left > size - TAKEN_LEAST:
            self.transport.abort()
        else:
            self._lying = now, left
            self._look_at(now + seconds)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, with the clock running while headers are incomplete."""
        if self._refused or self.transport.is_closing():
            return
        if self._in_headers:
            self._incomplete = True
            self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._header_bytes > self.bounds.max_header_bytes:
            self._refuse("headers-too-large")
        if self._incomplete and not self.transport.is_closing():
            self._start_timer()  # not before: most requests come whole and need no clock

    # -- what the parser calls

    def on_message_begin(self) -> None:
        """Begin to count the headers of one request."""
        super().on_message_begin()
        self._in_headers = True
        self._header_bytes = 0

    def on_headers_complete(self) -> None:
        """Refuse what has two readings or is too large; else let the request begin."""
        if self._refused:
            return
        self._in_headers = self._incomplete = False
        self._header_bytes = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        code = self._wrong_headers()
        if code:
            self._refuse(code)
            return
        self.scope["extensions"] = {ARRIVED: cast("Any", self._arrived)}
        super().on_headers_complete()

    def _arrived(self) -> bool:
        # Pipelined requests aside, there is one cycle; a wrong "no" only costs a clock.
        return not self.cycle.more_body and not self.pipeline

    def _wrong_headers(self) -> str:
        size, names = len(self.url), []
        for name, value in self.headers:
            size += len(name) + len(value) + 4
            names.append(name)
        if size > self.bounds.max_header_bytes or len(names) > MAX_HEADERS:
            return "headers-too-large"
        lengths, hosts = names.count(b"content-length"), names.count(b"host")
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if lengths > 1 or (lengths and codings) or hosts > 1:
            return "bad-request"
        old = self.parser.get_http_version() == "1.0"
        if codings and (old or len(codings) > 1 or codings[0].lower() != b"chunked"):
            return "bad-request"
        if not hosts and not old:
            return "bad-request"
        return "" if _TARGET.fullmatch(self.url) else "bad-request"

    def on_body(self, body: bytes) -> None:
        """Drop what follows a refusal."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Be ready for the next request."""
        if not self._refused:
            super().on_message_complete()
            self._in_headers = True
            self._header_bytes = 0
            if self._answering() is not None:
                self.owing.pop(self, None)

    # -- refusals

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser could not read."""
        if not self._refused:
            self._refuse("bad-request")

    def _refuse(self, code: str) -> None:
        self._refused = True
        self._incomplete = False
        self._stop_timers()
        self.owing.pop(self, None)
        cycle = self._answering()
        if cycle is not None:
            if cycle.response_started or self.pipeline:
                self.transport.abort()  # do not write into another answer
                return
            cycle.disconnected = True  # what the application still says is dropped
            cycle.message_event.set()
        answer = self.refusal(code)
        lines = [STATUS_LINE[answer.status]]
        lines += [
            name + b": " + value + b"\r\n"
            for name, value in (*answer.headers, (b"connection", b"close"))
        ]
        self.transport.write(b"".join([*lines, b"\r\n", answer.body]))
        self.transport.close()
        self._watch_writing()


def bounded(bounds: Bounds, refusal: Callable[[str], Answer]) -> type[BoundedProtocol]:
    """Return the protocol class with these bounds; ``refusal`` gives the answer for one of CODES."""
    members = {"bounds": bounds, "refusal": staticmethod(refusal), "owing": {}}
    return type("Bounded", (BoundedProtocol,), members)
