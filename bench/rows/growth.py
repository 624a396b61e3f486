"""Cost per entry as the log grows, against the growth of the bare insert."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from ..line import Line
from ..logs import BATCH, Appender, BareTables, Fresh, fill, make_log
from ..setting import Setting


def run(setting: Setting) -> Iterator[Line]:
    """Yield the row: (large ÷ small) of an append, over (large ÷ small) of a bare insert."""
    small = setting.pick(10**4, quick=5000, toy=100)
    large = setting.pick(10**6, quick=50_000, toy=1000)
    batches = setting.pick(4, quick=2, toy=1)
    size = setting.pick(BATCH, quick=BATCH, toy=20)
    logs = [_grown(setting, f"growth-{count}", count) for count in (small, large)]
    ours, ceiling, costs = [], [], []
    try:
        for number in setting.each_round("growth"):
            # The small log is a fresh copy each time, so that it stays small.
            first = setting.folder / f"growth-round-{number}"
            shutil.copytree(logs[0][0].data, first)
            shutil.copytree(logs[0][1].data, first.with_suffix(".bare"))
            copies = (logs[0][0]._replace(data=first), first.with_suffix(".bare"))
            bare = BareTables(copies[1])
            try:
                little = _costs(copies[0], bare, batches, size)
            finally:
                bare.close()
            much = _costs(logs[1][0], logs[1][1], batches, size)
            ours.append(much[0] / little[0])
            ceiling.append(much[1] / little[1])
            costs.append((little[0], much[0]))
            shutil.rmtree(first)
            shutil.rmtree(first.with_suffix(".bare"))
    finally:
        for _, bare in logs:
            bare.close()
    spelled = ", ".join(f"{a:.0f} → {b:.0f} µs" for a, b in costs)
    yield Line(
        f"cost per entry, log of {small:,} → {large:,} entries",
        "times",
        ours,
        1.3,
        "at most",
        ceiling=ceiling,
        ceiling_name="growth of the bare insert into the same tables",
        percent=False,
        notes=(f"append cost per entry, each round: {spelled}",),
    )


def _grown(setting: Setting, name: str, count: int) -> tuple[Fresh, BareTables]:
    with setting.step(f"building a log of {count:,} entries"):
        fresh = make_log(setting.folder / name)
        fill(fresh, count)
    with setting.step("and the same rows in bare tables"):
        bare = BareTables(setting.folder / f"{name}-bare")
        bare.follow(fresh.data, at_once=20 * BATCH)
    return fresh, bare


def _costs(fresh: Fresh, bare: BareTables, batches: int, size: int) -> tuple[float, float]:
    """Return microseconds per entry of the ledger and of the bare insert, after one to warm up."""
    appender = Appender(fresh)
    ledger = inserts = 0.0
    try:
        appender.append(1, size)
        bare.follow(fresh.data, at_once=size)
        for _ in range(batches):
            ledger += appender.append(1, size)
            inserts += bare.follow(fresh.data, at_once=size)
    finally:
        appender.close()
    return 1e6 * ledger / (batches * size), 1e6 * inserts / (batches * size)
