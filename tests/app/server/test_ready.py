"""/readyz: each reason alone, in words that the handbook explains, and red in /metrics too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.server.main import make_app
from app.server.service import Service
from app.server.settings import Settings
from ledger.log import Log
from tests.app.server.harness import check_problem_bytes, new_log
from tests.project import read


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    new_log(tmp_path / "data")
    with Log.open(tmp_path / "data") as opened:
        yield opened


def fail(service: Service) -> None:
    service.failed = "the log has stopped writing"


def drain(service: Service) -> None:
    service.draining = True


def fill(service: Service) -> None:
    service.settings = replace(service.settings, disk_floor_bytes=1 << 50)


def state(**changed: Any) -> Callable[[Service], None]:
    """Return what makes the log say something else of itself."""

    def change(service: Service) -> None:
        real = service.log.state
        service.log.state = lambda: real()._replace(**changed)  # type: ignore[method-assign]

    return change


REASONS = [
    (fail, "the log has stopped writing"),
    (drain, "shutting down"),
    (fill, "disk space below the floor"),
    (state(frozen=True), "the log is closed for good"),
    (state(healthy=False), "storage fails at the moment"),
]


def ask(log: Log, *changes: Callable[[Service], None]) -> tuple[httpx.Response, str]:
    """Return what /readyz answers, and the line of /metrics, with these reasons."""
    app, real = make_app(log, Settings()), log.state
    for change in changes:
        change(app.state.service)

    async def both() -> tuple[httpx.Response, str]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://log") as client:
            return await client.get("/readyz"), (await client.get("/metrics")).text

    answer, metrics = asyncio.run(both())
    log.state = real  # type: ignore[method-assign]
    (line,) = [each for each in metrics.splitlines() if each.startswith("beilin_ready ")]
    return answer, line


def test_where_nothing_is_wrong_it_is_ready(log: Log) -> None:
    answer, line = ask(log)
    assert (answer.status_code, answer.text) == (200, "ready\n")
    assert line == "beilin_ready 1"


@pytest.mark.parametrize(("change", "reason"), REASONS, ids=[reason for _, reason in REASONS])
def test_each_reason_is_said_alone(
    log: Log, change: Callable[[Service], None], reason: str
) -> None:
    answer, line = ask(log, change)
    closed = "closed" in reason  # nothing that goes away: nobody is told to ask again
    assert answer.status_code == (409 if closed else 503)
    assert ("retry-after" in answer.headers) == (not closed)
    document = check_problem_bytes(answer.content)
    code = "frozen" if closed else "not-ready"
    assert (document["code"], document["detail"]) == (code, reason)
    assert line == "beilin_ready 0"


def test_of_several_the_one_that_a_person_must_know_first(log: Log) -> None:
    for number in range(len(REASONS)):
        answer, _ = ask(log, *(change for change, _ in REASONS[number:]))
        assert answer.json()["detail"] == REASONS[number][1]


def test_the_handbook_explains_each() -> None:
    told = " ".join(read("deploy/HANDBOOK.md").split("### BeilinNotReady\n")[1].split())
    for _, reason in REASONS:
        assert f"`{reason}`" in told, reason
