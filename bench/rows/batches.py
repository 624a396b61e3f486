"""POST /v1/batches of 1,000 through a real server, against the ledger's own appends."""

from __future__ import annotations

from collections.abc import Iterator

from .. import load
from ..line import Line
from ..logs import BATCH, Appender, make_log
from ..serving import serve
from ..setting import Setting

_NOTES = (
    (
        "beilin serve on 127.0.0.1; the server verifies every receipt's own bytes before it answers, "
        "and the checkpoint's signature once per batch"
    ),
    (
        "two connections, so that one batch is read while another is written; the load generator is "
        "a process of its own on the same cores"
    ),
    "ceiling: the append row's figure, taken between the rounds on a log of its own",
)


def run(setting: Setting) -> Iterator[Line]:
    """Yield the row, and the same with signed submissions, which is only told."""
    batches = setting.pick(8, quick=4, toy=1)
    size = setting.pick(BATCH, quick=BATCH, toy=20)
    served = make_log(setting.folder / "batches")
    appender = Appender(make_log(setting.folder / "batches-append"))
    try:
        with serve(served.data) as server:
            for signed, floor in ((False, 0.22), (True, None)):
                submitter = served.submitter(signed=signed)
                ours, ceiling, busy = [], [], []
                appender.append(1, size)
                for _ in setting.each_round("batches" + (", signed" if signed else "")):
                    posts = [
                        [submitter.batch_post(size, served.key) for _ in range(batches + 1)]
                        for _ in range(2)
                    ]
                    outcome = load.run(load.Plan(server.port, posts), setting.folder)
                    ours.append(outcome.per_second() * size)
                    busy.append(outcome.processor_seconds / outcome.seconds)
                    ceiling.append(batches * size / appender.append(batches, size))
                kind = "signed" if signed else "unsigned"
                mean = 100 * sum(busy) / len(busy)
                yield Line(
                    f"POST /v1/batches of 1,000 ({kind} submissions)",
                    "entries/s",
                    ours,
                    floor,
                    ceiling=ceiling,
                    ceiling_name="ledger append, batches of 1,000 (unsigned)",
                    notes=(*_NOTES, f"load generator: {mean:.0f} % of a core") if floor else (),
                )
    finally:
        appender.close()
