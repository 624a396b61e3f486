"""What a person asks to disclose: record numbers, a period, fields, as typed on the command line."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.commands.common import EXIT_USAGE, Refusal
from verifier.evidence.disclosed import MAX_RANGES, WORDS

_RECORDS: Final = re.compile(r"[1-9][0-9]{0,11}(?:-[1-9][0-9]{0,11})?", re.ASCII)
_MAX_NUMBERS: Final = 100_000


class Numbers(NamedTuple):
    """Records ``first`` to ``last``, counted from 1, both included."""

    first: int
    last: int


class Asked(NamedTuple):
    """One disclosure of one file.

    Exactly one of ``whole``, ``records`` and ``period`` is asked for.
    ``hidden`` has for each redacted record the fields that stay hidden beside
    its bytes: all of ``WORDS``, or those named.
    """

    whole: bool
    records: tuple[Numbers, ...]
    period: str | None
    hidden: dict[int, frozenset[str]]


def parse_asked(
    *, whole: bool, records: str | None, period: str | None, redact: list[str], fields: list[str]
) -> Asked:
    """Return what was asked for; raises Refusal 64 naming the argument."""
    if sum((whole, records is not None, period is not None)) != 1:
        raise _usage(
            "--all、--records、--period 须且只须给出一个。",
            "give exactly one of --all, --records and --period",
        )
    hidden: dict[int, frozenset[str]] = {}
    for text in redact:
        for first, last in parse_numbers(text, "--redact"):
            if last - first >= _MAX_NUMBERS or len(hidden) > _MAX_NUMBERS:
                raise _usage("--redact 所列过多。", "--redact: too many records")
            hidden |= dict.fromkeys(range(first, last + 1), WORDS)
    for text in fields:
        name, colon, numbers = text.partition(":")
        if not colon or name not in WORDS:
            raise _usage(
                f"--redact-field 应写作 字段:编号，字段为 {'、'.join(sorted(WORDS))} 之一。",
                f"--redact-field is FIELD:NUMBERS, FIELD being one of {', '.join(sorted(WORDS))}",
            )
        for first, last in parse_numbers(numbers, "--redact-field"):
            if last - first >= _MAX_NUMBERS:
                raise _usage("--redact-field 所列过多。", "--redact-field: too many records")
            for number in range(first, last + 1):
                hidden[number] = hidden.get(number, frozenset()) | {name}
    if whole and hidden:
        raise _usage(
            "出示整个文件时不能遮盖其中内容；请改用 --records。",
            "a file that is shown whole cannot be redacted; use --records instead",
        )
    return Asked(
        whole, () if records is None else parse_numbers(records, "--records"), period, hidden
    )


def parse_numbers(text: str, option: str) -> tuple[Numbers, ...]:
    """Return ``10-25,40`` as ascending, merged numbers; raises Refusal 64."""
    found = []
    for part in text.split(","):
        if not _RECORDS.fullmatch(part):
            raise _usage(
                f"{option} 应写作 10-25,40 这样的编号（自 1 起，见 beilin inspect）。",
                f"{option} takes numbers like 10-25,40 (from 1, as beilin inspect prints them)",
            )
        first, _, last = part.partition("-")
        numbers = Numbers(int(first), int(last or first))
        if numbers.last < numbers.first:
            raise _usage(
                f"{option}：范围的终点小于起点。", f"{option}: a range ends before it begins"
            )
        found.append(numbers)
    merged: list[Numbers] = []
    for numbers in sorted(found):
        if merged and numbers.first <= merged[-1].last + 1:
            merged[-1] = Numbers(merged[-1].first, max(merged[-1].last, numbers.last))
        else:
            merged.append(numbers)
    if len(merged) > MAX_RANGES:
        raise _usage(f"{option}：至多 {MAX_RANGES} 段。", f"{option}: at most {MAX_RANGES} ranges")
    return tuple(merged)


def _usage(zh: str, en: str) -> Refusal:
    return Refusal(EXIT_USAGE, zh, en)
