"""What two witnesses and an authority cost: batches against the same without, and single entries."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from app.server.settings import Settings
from ledger.config import read_config

from .. import load
from ..line import Line
from ..logs import BATCH, Fresh, make_log
from ..serving import Server, beilin, environment, serve
from ..setting import Setting

_SLACK_MS = 150
_NAMES = ("w1", "w2")
_ANCHOR_SECONDS = 1
"""Far more often than anyone would: each adds an entry and a checkpoint."""


def _witness(folder: Path, name: str, log: str, stack: ExitStack) -> str:
    """Start a witness of its own process; return its line of a policy."""
    data = str(folder / name)
    for words in (("init", "--name", f"witness.example.org/{name}"), ("add-log", log)):
        command = beilin("witness", words[0], "--data", data, *words[1:])
        subprocess.run(command, env=environment(), check=True, capture_output=True)
    key = subprocess.run(
        beilin("witness", "key", "--data", data), env=environment(), check=True, capture_output=True
    ).stdout.decode()
    command = beilin("witness", "serve", "--data", data, "--listen", "127.0.0.1:0")
    server = stack.enter_context(Server(command, folder / f"{name}.server-log"))
    return f"witness {name} {key.strip()} {server.url}\n"


def _served(fresh: Fresh, folder: Path, stack: ExitStack) -> Server:
    """Serve a log with two witnesses, both of which are the quorum, and an authority."""
    log = read_config(fresh.data).log.to_text()
    lines = [_witness(folder, name, log, stack) for name in _NAMES]
    policy = folder / "witness-policy"
    policy.write_text(f"{''.join(lines)}group both all {' '.join(_NAMES)}\nquorum both\n")
    authority = str(folder / "tsa")
    subprocess.run(
        beilin("tsa", "init", "--data", authority),
        env=environment(),
        check=True,
        capture_output=True,
    )
    tsa = stack.enter_context(
        Server(
            beilin("tsa", "serve", "--data", authority, "--listen", "127.0.0.1:0"),
            folder / "tsa.server-log",
        )
    )
    return stack.enter_context(
        serve(
            fresh.data, "--witness-policy", str(policy), "--tsa", tsa.url,
            BEILIN_ANCHOR_INTERVAL_SECONDS=str(_ANCHOR_SECONDS),
        )
    )  # fmt: skip


def run(setting: Setting) -> Iterator[Line]:
    """Yield batches of 1,000 with witnesses against without, then single entries."""
    folder = setting.folder / "witnessed"
    folder.mkdir()
    size = setting.pick(BATCH, quick=BATCH, toy=20)
    batches = setting.pick(8, quick=4, toy=1)
    connections = setting.pick(64, quick=64, toy=4)
    each = setting.pick(20, quick=8, toy=1)
    plain, witnessed = make_log(folder / "plain"), make_log(folder / "log")
    with ExitStack() as stack:
        without, ours = stack.enter_context(serve(plain.data)), _served(witnessed, folder, stack)

        def measured(fresh: Fresh, server: Server) -> float:
            submitter = fresh.submitter()
            posts = [
                [submitter.batch_post(size, fresh.key) for _ in range(batches + 1)]
                for _ in range(2)
            ]
            return load.run(load.Plan(server.port, posts), setting.folder).per_second() * size

        rates, ceiling, slowest = [], [], []
        for _ in setting.each_round("batches with two witnesses"):
            ceiling.append(measured(plain, without))
            rates.append(measured(witnessed, ours))
        submitter = witnessed.submitter(signed=True, dossiers=64)
        for _ in setting.each_round("entries with two witnesses"):
            posts = [
                [submitter.single_post(witnessed.key) for _ in range(each + 1)]
                for _ in range(connections)
            ]
            outcome = load.run(load.Plan(ours.port, posts), setting.folder)
            slowest.append(1000 * outcome.percentile(0.99))
    settings = Settings()
    yield Line(
        "POST /v1/batches of 1,000 with two witnesses and a TSA",
        "entries/s",
        rates,
        0.75,
        ceiling=ceiling,
        ceiling_name="the same without them, in turn",
        notes=(
            (
                "both are the quorum; processes of their own on the same cores and the same disk, where "
                "each makes two writes durable for every checkpoint; time-stamps once a second"
            ),
        ),
    )
    limit = settings.batch_interval_ms + settings.witness_deadline_ms + _SLACK_MS
    yield Line(
        "POST /v1/entries, 64 connections, two witnesses and a TSA: slowest hundredth",
        "ms",
        slowest,
        limit,
        "at most",
        notes=(
            (
                f"p99 of each round; interval {settings.batch_interval_ms} ms, witness deadline "
                f"{settings.witness_deadline_ms} ms"
            ),
        ),
    )
