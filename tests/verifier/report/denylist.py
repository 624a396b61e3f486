"""Words that no report may use about the evidence (examination matrix, rules for every report)."""

from __future__ import annotations

import re
from collections.abc import Iterator

FORBIDDEN_ZH = [
    "真实有效",
    "合法有效",
    "具有法律效力",
    "具有证据效力",
    "法院认可",
    "法院采信",
    "必然采信",
    "不可篡改",
    "铁证",
    "等同公证",
    "司法认可",
    "权威认证",
    "推定成立",
    "足以证明",
    "已证明其真实",
    "符合第十六条",
    "构成第十六条",
    "真实性已确认",
]
FORBIDDEN_EN = [
    "legally valid", "admissible", "authentic", "proves that", "tamper-proof", "court-approved",
    "conclusive", "certified genuine", "satisfies article 16",
]  # fmt: skip

_ZH = re.compile("|".join(FORBIDDEN_ZH))
_EN = re.compile(rf"(?<![\w-])(?:{'|'.join(FORBIDDEN_EN)})(?![\w-])", re.IGNORECASE)
_STATUTE = re.compile(
    r"「[^」]*」(?:（第[一二三四五六七八九十百零]+条(?:之[一二三四五六七八九十]+)?）| \(Article \d+\))"
)


def forbidden_words(text: str) -> list[str]:
    """The words of the list that the text holds, outside 「quotations」 that name their article."""
    quoteless = _STATUTE.sub("", text)
    found = _ZH.findall(quoteless.replace("\n", ""))
    return found + [word.lower() for word in _EN.findall(re.sub(r"\s+", " ", quoteless))]


def strings(value: object) -> Iterator[str]:
    """Every string inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
