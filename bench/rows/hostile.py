"""What a crowd that holds connections costs everybody else: the slowest hundredth, with and without."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from app.server.settings import Settings

from .. import load
from ..line import Line
from ..logs import make_log
from ..serving import ROOT, environment, serve
from ..setting import Setting


@contextmanager
def _crowd(port: int, count: int, key: str) -> Iterator[None]:
    """Have a process of its own hold connections, coming back whenever it is shown out."""
    command = [sys.executable, "-m", "bench.hostile", str(port), str(count), key]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=environment(PYTHONPATH=str(ROOT)),
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline() != b"there\n":
            raise RuntimeError("the crowd did not come")
        yield
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def run(setting: Setting) -> Iterator[Line]:
    """Yield the p99 of single entries with the crowd against without, in turn.

    Once with the batch interval as it is, once with the shortest, where nothing hides
    behind the wait for other entries.
    """
    crowd = setting.pick(300, quick=300, toy=5)
    connections = setting.pick(16, quick=16, toy=2)
    for interval_ms in (Settings().batch_interval_ms, 0):
        with_crowd, without = _measured(setting, crowd, connections, interval_ms)
        yield Line(
            f"POST /v1/entries, {connections} connections, interval {interval_ms} ms, beside {crowd} hostile "
            "ones: slowest hundredth",
            "ms",
            with_crowd,
            3.0,
            "at most",
            ceiling=without,
            ceiling_name="the same without them, in turn",
            percent=False,
            notes=(
                (
                    "silent, headers and bodies byte by byte, resting, taking no answers; they come back "
                    "when they are shown out, from a process of their own on the same cores"
                ),
            ),
        )


def _measured(
    setting: Setting, crowd: int, connections: int, interval_ms: int
) -> tuple[list[float], list[float]]:
    each = setting.pick(60, quick=30, toy=1) * (1 if interval_ms else 5)
    fresh = make_log(setting.folder / f"hostile-{interval_ms}")
    submitter = fresh.submitter(signed=True, dossiers=16)

    def slowest(port: int) -> float:
        posts = [
            [submitter.single_post(fresh.key) for _ in range(each + 1)] for _ in range(connections)
        ]
        return 1000 * load.run(load.Plan(port, posts), setting.folder).percentile(0.99)

    with_crowd, without = [], []
    with serve(fresh.data, BEILIN_BATCH_INTERVAL_MS=str(interval_ms)) as server:
        for _ in setting.each_round(f"entries beside a crowd, interval {interval_ms} ms"):
            without.append(slowest(server.port))
            with _crowd(server.port, crowd, fresh.key):
                with_crowd.append(slowest(server.port))
    return with_crowd, without
