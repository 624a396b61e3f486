"""G14: criminal rules on electronic data, a benchmark for reference only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import words
from ..case import Case
from ..examination import MISSING, NO_WORDING, PRESENT
from ..needs import Found, Needs, of, plainly
from ..originals import carrier_doubt
from ..rules import Row


def _benchmark(case: Case, row: Row, needs: Needs) -> Found:
    """MC-01: what is counted is what the record speaks of; a changed carrier meets no benchmark."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    doubt = carrier_doubt(case)
    counted = words.text("why.items_stated")
    if doubt is None:
        return found._replace(why=counted)
    return Found(MISSING, NO_WORDING, doubt, is_open=True)


ROWS: Final[Mapping[str, Needs]] = {
    "MC-01": Needs(
        of=((
            "src.carrier.status", "acq.output_digests", "acq.reproducible", "gen.deletions",
            "cust.backup",
        ),),
        judge=_benchmark,
    ),
    "MC-02": of(
        "acq.time", "acq.place", "acq.method", "acq.steps", "item.files", "decl.signature",
        "acq.recording",
    ),
    "MC-03": of("pres.transcripts"),
}  # fmt: skip
