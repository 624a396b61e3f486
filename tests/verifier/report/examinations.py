"""Examinations of every shape, made by hand from the rule base, for the faces to be tried on."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from verifier.law.consistency import CheckOutcome, Finding
from verifier.law.examination import (
    BEFORE,
    COURT,
    DECLARED,
    INCONSISTENT,
    MISSING,
    NO_RECORD,
    Examination,
    Gap,
    Interval,
    Objection,
    Point,
    RowResult,
    Text,
)
from verifier.law.rules import ROWS, SEVERITIES, STATUSES, Row
from verifier.report.law_data import entry

STATUSES_OF: Final = {
    "A": ("consistent", "inconsistent", "not_checked", "not_applicable"),
    "B": ("declared", "declared_with_artifact", "missing", "inconsistent", "not_applicable"),
    "C": ("court",),
}
PLACE: Final = re.compile(r"\{([a-z0-9_]+)\}")
AT: Final = 1_795_266_420
CHECKS: Final = tuple(entry("checks", "checks"))


def values_of(row: Row, own: str) -> dict[str, Text]:
    """A value for each place of each wording: someone's own words, ours, and both together."""
    wordings = "".join(row.wording(case, "zh") for case in ("present", "missing", "fail"))
    names = sorted(set(PLACE.findall(wordings)))
    kinds = (
        Text(own, own, own=True),
        Text("三项", "three items", own=False),
        Text(f"甲：{own}", f"A: {own}", True, (Text("甲：", "A: ", False), Text(own, own, True))),
    )
    return {name: kinds[n % 3] for n, name in enumerate(names)}


def findings_of(check: str, own: str, row: str) -> tuple[Finding, ...]:
    """The first two findings that a check can have, every value someone's own words."""
    codes = list(entry("checks", "checks", check, "findings").items())[:2]
    return tuple(
        Finding(check, (row,), code, dict.fromkeys(PLACE.findall(found["zh"]), own), ("acq.time",))
        for code, found in codes
    )


def examination(
    choose: int = 0, own: str = "张某", declarant: str | None = "张某", phase: str = BEFORE
) -> Examination:
    """``choose`` picks the status of each row among those that its class can have."""
    rows: list[RowResult] = []
    for number, row in enumerate(ROWS.values()):
        possible = STATUSES_OF[row.cls]
        status = possible[(number + choose) % len(possible)]
        wordings = {MISSING: "missing", INCONSISTENT: "fail", "not_checked": "missing"}
        wording = wordings.get(status, "present")
        if status == COURT and (number + choose) % 3 == 0:
            wording = "missing"
        if not row.wording(wording, "zh"):
            wording = "none"
        rows.append(
            RowResult(
                row,
                status,
                wording,
                values_of(row, own),
                why=Text("理由", "a reason", own=False) if wording == "none" else None,
                findings=findings_of(CHECKS[number % 23], own, row.id)
                if status == INCONSISTENT and row.cls == "B"
                else (),
                lacking=row.inputs[:2] if status == MISSING else (),
                reasons=((row.inputs[0], own),) if status == "not_applicable" else (),
                files=(0, 1) if status == "declared_with_artifact" else (),
            )
        )
    order = list(SEVERITIES)
    open_rows = [
        r
        for r in rows
        if r.status in {MISSING, INCONSISTENT, "not_checked"} and entry("supply", "ways", r.row.id)
    ]
    open_rows.sort(key=lambda r: order.index(r.row.severity))
    counts: dict[str, Counter[str]] = {"A": Counter(), "B": Counter(), "C": Counter()}
    for each in rows:
        counts[each.row.cls][each.status] += 1
    statuses = ("consistent", "inconsistent", "not_checked", "not_applicable")
    checks = [
        CheckOutcome(
            f"P-{n:02d}",
            statuses[(n + choose) % 4],
            findings_of(f"P-{n:02d}", own, "M18-09")
            if statuses[(n + choose) % 4] == "inconsistent"
            else (),
            "NO_RECORD" if statuses[(n + choose) % 4].startswith("not_") else "",
        )
        for n in range(1, 24)
    ]
    first, second = Point(AT - 900_000, "T0", "gen.period"), Point(AT - 4000, "T1", "acq.time")
    third, last = Point(AT, "T0", "anc.time"), Point(AT + 86_400, "T0", "ver.run")
    return Examination(
        rows=rows,
        checks=checks,
        intervals=[
            Interval("creation_export", first, second, 896_000),
            Interval("export_anchoring", second, third, 4000),
            Interval("anchoring_verification", third, last, 86_400)
            if choose % 2
            else Interval("anchoring_verification", third, None, None, "interval.no_time_given"),
        ],
        gaps=[
            Gap(r, r.row.severity, ("litigant", "platform"), r.row.id, "partly") for r in open_rows
        ],
        phase=phase,
        entry_index=57,
        entry_received=AT,
        supplements=None,
        declarant=declarant if phase == BEFORE else None,
        counts={name: dict(found) for name, found in counts.items()},
        opponent=[
            Objection(found["basis"], code, tuple(found["rows"]))
            for code, found in entry("opponent").items()
        ],
        legality_full=bool(choose % 2),
        origin=(
            Text("有来源声明。", "There is a record.", own=False),
            Text(
                f"取证手段：“{own}”。",
                f"Means: {own}.",
                True,
                (
                    Text("取证手段：", "Means: ", False),
                    Text(own, own, True),
                    Text("。", ".", False),
                ),
            ),
        ),
    )


def bare() -> Examination:
    """No record at all: nothing declared, everything that needs it missing."""
    found = examination(2, phase=NO_RECORD)
    rows = [
        RowResult(r.row, MISSING, "missing" if r.row.wording("missing", "zh") else "none", {})
        if r.status == DECLARED
        else r
        for r in found.rows
    ]
    return Examination(**{**found.__dict__, "rows": rows})


assert set(STATUSES) >= {status for statuses in STATUSES_OF.values() for status in statuses}
