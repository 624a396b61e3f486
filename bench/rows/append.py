"""Ledger append, batches of 1,000, against inserting the same rows and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from ..line import Line
from ..logs import BATCH, Appender, BareTables, make_log
from ..setting import Setting

CEILING = "one transaction per 1,000, the rows of W1 only"
_NOTES = (
    (
        "from Log.submit (its checks included) to the published checkpoint, one batch after another; "
        "SQLite WAL, synchronous=FULL"
    ),
    (
        "ceiling: the very same rows of entries, openings, submissions and requests, through the same "
        "engine into equal tables with their indexes and triggers; no tree, no signature, no file"
    ),
)


def run(setting: Setting) -> Iterator[Line]:
    """Yield the row, and two variants that are only told."""
    batches = setting.pick(20, quick=5, toy=1)
    size = setting.pick(BATCH, quick=BATCH, toy=20)
    fresh = make_log(setting.folder / "append")
    bare = BareTables(setting.folder / "append-bare")
    variants = (
        ("unsigned submissions, 20 dossiers", 0.35, False, 20),
        ("unsigned, each entry in another dossier", None, False, 30_000),
        ("signed submissions, 20 dossiers", None, True, 20),
    )
    try:
        for what, floor, signed, dossiers in variants:
            appender = Appender(fresh, signed=signed, dossiers=dossiers)
            ours, ceiling = [], []
            try:
                appender.append(1, size)
                bare.follow(fresh.data, at_once=size)
                for _ in setting.each_round(f"append: {what}"):
                    # Batch by batch in turn: what disturbs one soon disturbs the other.
                    ledger = inserts = 0.0
                    for _ in range(batches):
                        ledger += appender.append(1, size)
                        inserts += bare.follow(fresh.data, at_once=size)
                    ours.append(batches * size / ledger)
                    ceiling.append(batches * size / inserts)
            finally:
                appender.close()
            yield Line(
                f"ledger append, batches of 1,000 ({what})",
                "entries/s",
                ours,
                floor,
                ceiling=ceiling,
                ceiling_name=CEILING,
                notes=_NOTES if floor else (),
            )
    finally:
        bare.close()
