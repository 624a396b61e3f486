"""G5, Article 93 of the Evidence Provisions: seven factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, stating, words
from ..case import Case
from ..derived_time import digest_delay
from ..examination import NO_WORDING, PRESENT, Text
from ..needs import NOTICE, Found, Needs, of, plainly
from ..rules import Row

AT_ONCE: Final = 600
"""A digest made within ten minutes of the end of an extraction is called one made at once."""


def _monitoring(case: Case, row: Row, needs: Needs) -> Found:
    """M93-03: "computed at once" is said only where the declared times are that near."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    delay = digest_delay(case)
    if case.known.filled("gen.monitoring") and delay is not None and 0 <= delay <= AT_ONCE:
        return found
    parts: list[Text] = []
    if case.known.filled("gen.monitoring"):
        parts.append(saying.named(words.text("why.monitoring"), case.said("gen.monitoring")))
    else:
        parts.append(words.text("why.monitoring_unsaid"))
    if case.known.filled("acq.log"):
        parts.append(words.text("why.tool_log"))
    if not case.known.filled("acq.output_digests"):
        parts.append(words.text("why.no_digest_then"))
    elif delay is None:
        parts.append(words.text("why.digest_untimed"))
    else:
        key = "why.digest_later" if delay >= 0 else "why.digest_earlier"
        length = saying.duration(delay)
        zh, en = words.WORDS[key]
        parts.append(
            saying.ours(zh.replace("{length}", length.zh), en.replace("{length}", length.en))
        )
    return Found(found.status, NO_WORDING, stating.sentence(parts))


ROWS: Final[Mapping[str, Needs]] = {
    "M93-01": of("src.device.model", "src.device.os", "src.device.rooted", "app.version"),
    "M93-02": of(("src.device.condition", "gen.system_state"), "src.device.clock_offset"),
    "M93-03": Needs(of=(("gen.monitoring", "acq.log", "acq.output_digests"),), judge=_monitoring),
    "M93-04": of("acq.method", "acq.steps", "acq.output_digests", "cust.events"),
    "M93-05": of("gen.normal_course"),
    "M93-06": of("acq.operator"),
    "M93-07": of(("gen.recovery_used", "gen.deletions", "item.conversions", "law.method")),
    "M93-08": NOTICE,
}
