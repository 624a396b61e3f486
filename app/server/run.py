"""Running the server: start, watch the log, stop in order.

    SIGTERM → /readyz red → no new connections → requests under way finish → threads end → log closed
    the log's writer ends → every waiting request gets 503 → /readyz red → the process exits 70

A process that cannot write must not go on as if it could: whoever supervises it
starts a new one, which recovers or says why it refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from app.web import logs
from app.web.orderly import OrderlyServer
from app.web.protocol import Bounds, bounded
from ledger.log import Log

from .main import make_app
from .problems import refusal
from .service import Service
from .settings import Settings

EXIT_FAILED = 70
BACKLOG = 2048


class _Server(OrderlyServer):
    def __init__(
        self,
        config: uvicorn.Config,
        service: Service,
        stopped: threading.Event,
        announce: Callable[[], None],
    ) -> None:
        def settled() -> None:
            gc.collect()
            gc.freeze()  # what lives as long as the process need not be looked at again
            announce()

        super().__init__(config, settled)
        self._stopped = stopped
        self._service = service
        self._loop: asyncio.AbstractEventLoop | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop; a second signal stops without waiting for requests."""
        if self._service.draining:
            self.should_exit = self.force_exit = True
            return
        self._service.draining = True
        delay_ms = self._service.settings.shutdown_delay_ms
        if delay_ms and self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.call_later, delay_ms / 1000, self._exit)
        else:
            self.should_exit = True

    def _exit(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, then say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: write the access lines; stop when the log has stopped writing."""
        logs.flush()
        self._service.waiting.expire()
        self._service.auditing.tick(self._service.pool)
        self._service.tick()
        service = self._service
        if self._stopped.is_set() and not service.failed:
            service.failed = "the log has stopped writing"
            logs.event("log stopped", level=logging.CRITICAL)
            self.should_exit = True
        return await super().on_tick(counter)


@contextlib.contextmanager
def _asking_on_signal(log: Log) -> Iterator[None]:
    """While the block runs SIGUSR1 asks the time-stamping authorities at once."""
    number = getattr(signal, "SIGUSR1", None)
    if number is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, lambda *_: log.anchor_now())
    try:
        yield
    finally:
        signal.signal(number, before)


def run(
    log: Log,
    settings: Settings,
    listener: socket.socket,
    *,
    stopped: threading.Event,
    announce: Callable[[], None],
) -> int:
    """Serve until told to stop; return the exit code. Does not close the log.

    ``stopped`` is set by the log when it will never write again.
    """
    logs.set_up()
    app = make_app(log, settings)
    service: Service = app.state.service
    bounds = Bounds(
        settings.header_timeout_seconds,
        settings.idle_timeout_seconds,
        settings.max_header_bytes,
        settings.max_connections,
    )
    config = uvicorn.Config(
        app,
        http=bounded(bounds, refusal),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.idle_timeout_seconds,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
        backlog=BACKLOG,
    )
    server = _Server(config, service, stopped, announce)
    # Requests make few cycles, and some hundreds of them under way are tens of thousands of
    # objects that are all in use: looking through them every 20,000 took an eighth of the time.
    gc.set_threshold(100_000, 20, 50)
    # The sequencer works in short steps between database calls; at Python's 5 ms it
    # waited for the loop at each of them (ledger/DESIGN.md).
    sys.setswitchinterval(0.0005)
    service.auditing.started()
    with _asking_on_signal(log):
        server.run(sockets=[listener])
    failed = bool(service.failed or stopped.is_set())
    service.auditing.stopped(failed=failed)
    logs.event("stopped", failed=bool(service.failed))
    return EXIT_FAILED if failed else 0
