"""POST /v1/entries through a real server: 64 connections against the batch interval, 512
against a bare endpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.server.settings import Settings

from .. import load
from ..line import Line
from ..logs import Fresh, make_log, timed_writes
from ..serving import serve, serve_bare
from ..setting import Setting

INTERVAL_MS = Settings().batch_interval_ms
_SLACK_MS = 150


def _plan(port: int, connections: int, each: int, make: Callable[[], bytes]) -> load.Plan:
    posts = [[make() for _ in range(each + 1)] for _ in range(connections)]
    return load.Plan(port, posts)


def _posts(fresh: Fresh, *, signed: bool) -> Callable[[], bytes]:
    submitter = fresh.submitter(signed=signed, dossiers=64)
    return lambda: submitter.single_post(fresh.key)


def run(setting: Setting) -> Iterator[Line]:
    """Yield throughput and the slowest hundredth, for signed submissions as ``seal`` makes them."""
    connections = setting.pick(64, quick=64, toy=4)
    each = setting.pick(20, quick=8, toy=1)
    served = make_log(setting.folder / "entries")
    write = timed_writes(make_log(setting.folder / "entries-write"), INTERVAL_MS // 5, connections)
    make = _posts(served, signed=True)
    rates, ceiling, slowest, write_ms = [], [], [], []
    try:
        with serve(served.data) as server:
            write()
            for _ in setting.each_round("entries: 64 connections"):
                plan = _plan(server.port, connections, each, make)
                outcome = load.run(plan, setting.folder)
                writes = sorted(write() for _ in range(5))
                write_ms.append(1000 * writes[2])
                rates.append(outcome.per_second())
                ceiling.append(connections / (INTERVAL_MS / 1000 + writes[2]))
                slowest.append(1000 * outcome.percentile(0.99))
    finally:
        write.close()  # type: ignore[attr-defined]
    shown = f"{min(write_ms):.0f} to {max(write_ms):.0f} ms"
    yield Line(
        "POST /v1/entries, 64 connections",
        "entries/s",
        rates,
        0.85,
        ceiling=ceiling,
        ceiling_name=f"64 ÷ ({INTERVAL_MS} ms + one batch's write time)",
        notes=(
            (
                f"signed submissions; the write of a batch of {connections} single entries, from W1 to "
                f"the renamed checkpoint, was measured beside it: {shown}"
            ),
        ),
    )
    yield Line(
        "POST /v1/entries, 64 connections: slowest hundredth",
        "ms",
        slowest,
        INTERVAL_MS + _SLACK_MS,
        "at most",
        notes=(f"p99 of each round; interval {INTERVAL_MS} ms",),
    )


def run_crowd(setting: Setting) -> Iterator[Line]:
    """Yield the throughput of 512 connections, unsigned and, only told, signed."""
    connections = setting.pick(512, quick=512, toy=8)
    each = setting.pick(6, quick=3, toy=1)
    served = make_log(setting.folder / "crowd")
    with serve(served.data) as server:
        first = load.run(_plan(server.port, 1, 1, _posts(served, signed=True)), setting.folder)
        with serve_bare(setting.folder, first.answer_bytes) as bare:
            for signed, floor in ((False, 0.18), (True, None)):
                make = _posts(served, signed=signed)
                ours, ceiling, busy = [], [], []

                def bare_answers(make: Callable[[], bytes] = make) -> load.Outcome:
                    return load.run(_plan(bare.port, connections, 2 * each, make), setting.folder)

                for _ in setting.each_round("crowd" + (", signed" if signed else "")):
                    # The ceiling before and after: what disturbs one soon disturbs the other.
                    before = bare_answers()
                    plan = _plan(server.port, connections, each, make)
                    ours.append(load.run(plan, setting.folder).per_second())
                    after = bare_answers()
                    seconds = before.seconds + after.seconds
                    ceiling.append((len(before.latencies) + len(after.latencies)) / seconds)
                    busy.append((before.processor_seconds + after.processor_seconds) / seconds)
                mean = 100 * sum(busy) / len(busy)
                yield Line(
                    "POST /v1/entries, 512 connections "
                    f"({'signed' if signed else 'unsigned'} submissions)",
                    "entries/s",
                    ours,
                    floor,
                    ceiling=ceiling,
                    ceiling_name=f"bare endpoint, answers of {first.answer_bytes} bytes",
                    notes=(f"load generator at the ceiling: {mean:.0f} % of a core",),
                )
