"""Writes ``tests/evil/README.md`` from the data: ``python -m tests.evil.table``."""

from __future__ import annotations

from pathlib import Path

from tests.evil.controls import CONTROLS
from tests.evil.frauds import FRAUDS
from tests.evil.limits import LIMITS
from verifier.report.texts import texts_for
from verifier.report.words import _table

HERE = Path(__file__).parent / "README.md"
_ABOUT = """# The evil operator kit

Frauds by an operator who holds the log's key, the service's key and the database, each of them
scripted. The opponent runs `beilin-verify` in a process of its own, with the listed inputs and nothing
else: no network, no other file. The control takes the defence away (a guard of the verifier, or
an input), and the fraud passes; a defence whose control stays red for another reason would show there.
Exit 20: a contradiction. Exit 10: not determined. Exit 0: the verdict on the evidence stands, and only
a line of the report says what the input given could not show: whoever reads nothing but the verdict
misses it.

This page is written by `python -m tests.evil.table`; a test compares it.

## What is caught, or said

| # | fraud | inputs | who says it | what it says | control: passes without |
|---|---|---|---|---|---|
"""
_LIMITS = """
## What cannot be caught

Nothing in these cases contradicts anything that was signed. What can be done is to say so where it bears:

| what | why | printed in | the sentence |
|---|---|---|---|
"""


def sentence(key: str, lang: str = "en") -> str:
    """Return a sentence of the report by its key in ``limits``."""
    if key.startswith("w:"):
        return _table()[key[2:]][lang]
    return texts_for(lang).words[key]


def table() -> str:
    """Return the page."""
    lines = [_ABOUT]
    for number, fraud in enumerate(FRAUDS, 1):
        inputs = "; ".join(fraud.inputs.values())
        check, status, sub = fraud.caught
        reason = f" ({fraud.reason})" if fraud.reason else ""
        if fraud.withheld:
            control = fraud.withheld
        else:
            control = f"`{fraud.without}`: {_first_line(CONTROLS[fraud.without].__doc__)}"
        said = f"`{check}` {status.replace('_', ' ')}, {sub}{reason}, exit {fraud.code}"
        if not fraud.code:
            said += f": by a line of the report alone, “{texts_for('en').subs[sub].why}”"
        lines.append(
            f"| {number} | **{fraud.name}**: {fraud.story} | {inputs} | {fraud.command} | {said} | "
            f"{control} |\n"
        )
    lines.append(_LIMITS)
    for limit in LIMITS:
        said = " ".join(f"“{sentence(key)}”" for key in limit.words)
        lines.append(f"| {limit.name} | {limit.why} | {limit.where} | {said} |\n")
    return "".join(lines)


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n")[0]


if __name__ == "__main__":
    HERE.write_text(table(), encoding="utf-8")
