"""Running a witness: serve until SIGTERM, or until a write has failed.

After a write that failed it is not known what is durable; the process ends with
70, and the next one compares what there is (``opening.py``).
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import Any, Final

import uvicorn

from app.web import logs
from app.web.orderly import OrderlyServer
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


class _Server(OrderlyServer):
    def __init__(
        self, config: uvicorn.Config, witness: Witness, announce: Callable[[], None]
    ) -> None:
        super().__init__(config, announce)
        self._witness = witness

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
