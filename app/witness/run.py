"""Running a witness: serve until SIGTERM, or until a write has failed.

After a write that failed it is not known what is durable; the process ends with
70, and the next one compares what there is (``opening.py``).
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Generator
from typing import Any, Final

import uvicorn

from app.web import logs
from app.web.protocol import Bounds, bounded

from .endpoints import Endpoints, refusal
from .witness import Witness

EXIT_FAILED: Final = 70
BOUNDS: Final = Bounds(
    header_timeout_seconds=10,
    idle_timeout_seconds=15,
    max_header_bytes=16384,
    max_connections=256,
)
SHUTDOWN_SECONDS: Final = 20


def alarm(event: str, members: dict[str, Any]) -> None:
    """Write a line at level critical: something that a person must look at."""
    logs.event(event, level=logging.CRITICAL, **members)


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, witness: Witness, announce: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._witness = witness
        self._announce = announce

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Handle SIGTERM and SIGINT; unlike uvicorn's own, a stop in order ends with exit 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, then say so."""
        await super().startup(sockets)
        self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: write the access lines; stop when a write has failed."""
        logs.flush()
        if self._witness.failed:
            self.should_exit = True
        return await super().on_tick(counter)


def run(
    witness: Witness,
    listener: socket.socket,
    *,
    announce: Callable[[], None],
    bounds: Bounds = BOUNDS,
    **more: Any,
) -> int:
    """Serve until told to stop; return the exit code. ``more`` goes to ``Endpoints``."""
    logs.set_up()
    endpoints = Endpoints(witness, **more)
    config = uvicorn.Config(
        endpoints,
        http=bounded(bounds, refusal),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(bounds.idle_timeout_seconds),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    _Server(config, witness, announce).run(sockets=[listener])
    endpoints.close()
    logs.event("stopped", failed=witness.failed)
    return EXIT_FAILED if witness.failed else 0
