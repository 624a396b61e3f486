"""The application: a FastAPI app whose routes are plain ASGI endpoints.

    request → Edge (trace id, limits, problems, metrics) → router → one file in routes/

``make_app`` opens nothing: the log is opened and closed by ``run``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp

from ledger.anchors.settings import AnchorState
from ledger.log import Log

from .edge import Edge
from .metrics import Metrics
from .openapi import DOCUMENT
from .routes.accounts import Accounts
from .routes.batches import Batches
from .routes.declarations import Declarations
from .routes.dossiers import Dossiers
from .routes.entries import Entries
from .routes.health import Health
from .routes.static import Static
from .service import Service
from .settings import Settings


class _App(FastAPI):
    """FastAPI without its layers: none of our routes uses what they provide, all would pay."""

    edge: ASGIApp

    def build_middleware_stack(self) -> ASGIApp:
        """Return the one layer."""
        return self.edge


def make_app(log: Log, settings: Settings) -> FastAPI:
    """Return the application over an open log; ``app.state.service`` is its state."""
    metrics = Metrics()
    service = Service(log, settings, metrics)
    _add_gauges(service)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.stop()

    app = _App(
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # This service sends nothing anywhere, whatever the environment says.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.edge = Edge(app.router, settings, metrics, service.auditing, service.door)
    app.openapi = lambda: DOCUMENT  # type: ignore[method-assign]
    app.state.service = service
    app.router.routes[:] = [
        *Entries(service).routes(),
        *Batches(service).routes(),
        *Static(service, log.data / "log").routes(),
        *Dossiers(service).routes(),
        *Declarations(service).routes(),
        *Accounts(service).routes(),
        *Health(service).routes(),
    ]
    return app


def _add_gauges(service: Service) -> None:
    metrics, log = service.metrics, service.log
    metrics.gauge("beilin_log_size_entries", "Entries published.", lambda: log.state().size)
    metrics.gauge("beilin_pending_entries", "Entries that wait.", lambda: log.state().pending)
    metrics.gauge("beilin_head_age_seconds", "Time since this process published.",
                  lambda: log.state().head_age_seconds)  # fmt: skip
    metrics.gauge("beilin_ready", "1 where new entries are taken.",
                  lambda: int(not service.not_ready()))  # fmt: skip
    metrics.gauge("beilin_closed", "1 where the log is closed for good.",
                  lambda: int(log.state().frozen))  # fmt: skip
    _add_tsa_gauges(service)
    metrics.gauge("beilin_disk_floor_bytes", "Free space below which nothing new is taken.",
                  lambda: service.settings.disk_floor_bytes)  # fmt: skip
    metrics.gauge("beilin_disk_free_bytes", "Free space of the data folder.",
                  service.disk_free_bytes)  # fmt: skip
    metrics.witnesses(log)


_TSA_GAUGES: Final[Sequence[tuple[str, str, str, Callable[[AnchorState], float]]]] = (
    ("tokens_total", "Tokens stored by this process.", "counter", lambda s: s.tokens),
    ("failures_total", "Requests without a token.", "counter", lambda s: s.failures),
    ("wrong_clock_total", "Tokens refused because their time contradicts that of the log.",
     "counter", lambda s: s.wrong_clock),
    ("resting", "Authorities that are left alone for a while.", "gauge", lambda s: s.resting),
    ("stamped_size_entries", "Size of the newest head with a token.", "gauge",
     lambda s: s.stamped_size),
    ("token_age_seconds", "Time since this process got a token, -1 before the first.", "gauge",
     lambda s: -1 if s.age_seconds is None else s.age_seconds),
    ("alarm", "1 where no authority has answered for three intervals.", "gauge",
     lambda s: int(s.alarm)),
)  # fmt: skip


def _add_tsa_gauges(service: Service) -> None:
    def reader(read: Callable[[AnchorState], float]) -> Callable[[], float]:
        return lambda: read(service.log.anchor_state())

    for name, about, kind, read in _TSA_GAUGES:
        service.metrics.gauge(f"beilin_tsa_{name}", about, reader(read), kind)
