"""Provenance records as values, for the faces to quote."""

from __future__ import annotations

from typing import Any

from verifier.evidence.provenance.record import Moment, NotApplicable, Record, Span, Unknown
from verifier.law.material import Material

AT = Moment(1_795_266_420, 28_800, "T1", "2026-11-21T21:07:00+08:00")
DAY = Moment(1_780_272_000, 0, "T0", "2026-06-01")

FULL_RECORD: dict[str, Any] = {
    "decl.id": "PD-2026-000123",
    "decl.created_at": AT,
    "decl.declarant": {"name": "张某", "role": "party", "relation_to_party": "self"},
    "decl.truth_statement": "本人如实陈述。\n第二行。",
    "item.kind": "chat_export",
    "item.purpose": Unknown("尚未确定"),
    "src.device.model": "X100",
    "gen.period": Span(DAY, DAY),
    "acq.reproducible": True,
    "scope.conversations": ["与李某的会话", "群聊"],
    "scope.counts": {"messages": 812, "media": 31},
    "cust.events": [],
    "law.cross_border": NotApplicable("没有出境"),
}
HOSTILE_RECORD: dict[str, Any] = {
    "decl.id": "</dd><script>alert(1)</script>",
    "decl.truth_statement": "甲" * 9_000 + "\n\u202e<b>\n\n末行",
    "item.purpose": Unknown("\u202e" * 500),
    "scope.conversations": ["a\nb", "“”", "😀" * 100],
}


def material_with(values: dict[str, Any]) -> Material:
    """What an examination had in its hands, with a record of these values that was bound."""
    record = Record(values, dict.fromkeys(values, 1), bytes(32))
    return Material(record=record, record_position=0, record_bound=True)
