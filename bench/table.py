"""Printing: each line with min, median and max, and at the end all of them in short."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .line import Line


def number(value: float) -> str:
    """Return a figure with about three digits."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def share(value: float, line: Line) -> str:
    """Return a ratio as the line's floor is spelled."""
    return f"{100 * value:.1f} %" if line.percent else f"{value:.2f}"


def _spread(values: Sequence[float], line: Line | None = None) -> str:
    spell = number if line is None else lambda value: share(value, line)
    cells = [spell(value) for value in (min(values), median(values), max(values))]
    return "".join(f"{cell:>13}" for cell in cells)


def _floor(line: Line) -> str:
    assert line.floor is not None
    spelled = share(line.floor, line) if line.ceiling else f"{number(line.floor)} {line.unit}"
    return f"{line.kind} {spelled}"


def _mark(line: Line) -> str:
    if line.floor is None:
        return "told only"
    bad = "BELOW THE FLOOR" if line.kind == "at least" else "OVER THE LIMIT"
    return "ok" if line.holds() else f"*** {bad} ***"


def block(line: Line) -> str:
    """Return one line of the table with all its figures."""
    rows = [line.what, f"    {'min · median · max of ' + str(len(line.ours)):<26}"]
    rows[1] += f"{_spread(line.ours)}  {line.unit}"
    if line.ceiling:
        rows.append(f"    {'ceiling':<26}{_spread(line.ceiling)}  {line.ceiling_name}")
        rows.append(f"    {'ratio':<26}{_spread(line.ratios(), line)}")
    if line.floor is not None:
        rows.append(f"    {'floor':<26}{_floor(line):>39}  {_mark(line)}")
    rows += [f"    · {note}" for note in line.notes]
    return "\n".join(rows) + "\n"


def summary(lines: Sequence[Line]) -> str:
    """Return one short line each, and how many miss their floor."""
    rows = []
    for line in lines:
        figure = f"{number(median(line.ours))} {line.unit}"
        ratio = share(line.judged(), line) if line.ceiling else ""
        floor = "" if line.floor is None else _floor(line)
        rows.append(f"{line.what[:58]:<58} {figure:>20} {ratio:>9}  {floor:<24} {_mark(line)}")
    missed = sum(not line.holds() for line in lines)
    count = sum(line.floor is not None for line in lines)
    rows.append(f"{count} floors, {missed} missed")
    return "\n".join(rows)
