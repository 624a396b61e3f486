"""P-12, P-15: in what state device and host were, and what else may bear on reliability."""

from __future__ import annotations

import re
from typing import Final

from ...evidence.provenance.record import NotApplicable
from ..material import Material
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import as_moment, bounded, digest_of, plain, says_none, shown

_ENVIRONMENT_ROWS: Final = ("M18-07",)
_DEVICE_ROWS: Final = ("M93-01", "M93-07")
_RECOVERY_ROWS: Final = ("M93-07", "W02-01")
_OTHER_ROWS: Final = ("M93-07",)
_FRESH_SECONDS: Final = 86400
"""A check further back says little of the device that was then used."""
_COMPUTER: Final = re.compile(
    r"电脑|计算机|笔记本|台式机|数据线|U盘|computer|laptop|notebook|usb|cable|(?<![a-z])pc(?![a-z])",
    re.IGNORECASE,
)
_NO_HOST: Final = frozenset(("没有电脑", "无电脑", "未使用电脑", "未使用计算机", "no computer"))


def environment(material: Material) -> CheckOutcome:
    """P-12: a cleanliness check that was made comes before the start, with items and a report.

    Whether a computer took part is asked too: who says that none did has no
    host to check.
    """
    sheet, look = Sheet("P-12"), Look(material)
    _host(sheet, look)
    check = look.get("acq.env_check")
    if check is None:
        return look.lacks(sheet, "acq.env_check")
    fields = ("acq.env_check",)
    if not check.get("performed"):
        sheet.raise_("NOT_PERFORMED", _ENVIRONMENT_ROWS, fields)
        return sheet.nothing("NO_ENV_CHECK")
    incomplete = False
    items = check.get("items") or []
    if not items:
        incomplete = True
        sheet.raise_("ENV_NO_ITEMS", _ENVIRONMENT_ROWS, fields)
    elif len(items) == 1:
        sheet.raise_("ENV_FEW_ITEMS", _ENVIRONMENT_ROWS, fields, found=len(items))
    report = digest_of(check, "report_digest")
    if report is None:
        incomplete = True
        sheet.raise_("ENV_NO_REPORT", _ENVIRONMENT_ROWS, fields)
    elif look.files and look.file_with(report) is None:
        sheet.contradiction(
            "ENV_REPORT_NOT_SEALED",
            _ENVIRONMENT_ROWS,
            fields,
            declared=report.hex(),
            found=len(look.files),
        )
    if check.get("result") == "findings":
        sheet.raise_("ENV_FINDINGS", _ENVIRONMENT_ROWS, fields)
    at, started = as_moment(check.get("when")), as_moment(look.member("acq.time", "started_at"))
    if at is None or started is None:
        incomplete = True
        sheet.raise_("ENV_TIME_UNKNOWN", _ENVIRONMENT_ROWS, ("acq.env_check", "acq.time"))
    elif at.seconds >= started.seconds:
        sheet.contradiction(
            "ENV_AFTER_START",
            _ENVIRONMENT_ROWS,
            ("acq.env_check", "acq.time"),
            declared=shown(at),
            declared_grade=at.grade,
            found=shown(started),
            found_grade=started.grade,
        )
    elif at.seconds + _FRESH_SECONDS < started.seconds:
        sheet.raise_(
            "ENV_LONG_BEFORE",
            _ENVIRONMENT_ROWS,
            ("acq.env_check", "acq.time"),
            declared=shown(at),
            found=shown(started),
            days=(started.seconds - at.seconds) // 86400,
        )
    return sheet.outcome("INCOMPLETE" if incomplete else look.no_files)


def _host(sheet: Sheet, look: Look) -> None:
    """Raise a computer, stick or cable on the way where it is declared that no computer was used."""
    if look.record is None:
        return
    said = look.record.values.get("acq.host")
    if isinstance(said, NotApplicable):
        reason = said.reason
    else:
        reason = str(look.member("acq.host", "os") or "")
        if not says_none(reason) and plain(reason).casefold() not in _NO_HOST:
            return
    for number, event in enumerate(look.items("cust.events"), 1):
        texts = [str(event.get(name, "")) for name in ("from", "to", "medium", "action")]
        found = next((text for text in texts if _COMPUTER.search(text)), None)
        if found is not None:
            sheet.raise_(
                "NO_HOST_YET_STEP", _ENVIRONMENT_ROWS, ("acq.host", "cust.events"),
                reason=bounded(reason), number=number, found=bounded(found),
            )  # fmt: skip
    for number, item in enumerate(look.items("cust.transfer"), 1):
        if item.get("channel") in ("cable", "usb_drive"):
            sheet.raise_(
                "NO_HOST_YET_TRANSFER", _ENVIRONMENT_ROWS, ("acq.host", "cust.transfer"),
                reason=bounded(reason), number=number, found=item["channel"],
            )  # fmt: skip


def other_factors(material: Material) -> CheckOutcome:
    """P-15: what else may bear on reliability is listed; what contradicts itself is told apart."""
    sheet, look = Sheet("P-15"), Look(material)
    fields = ("src.device.rooted", "app.integrity", "gen.recovery_used", "acq.method")
    if look.record is None:
        return look.lacks(sheet, *fields)
    rooted, modded = look.get("src.device.rooted"), look.member("app.integrity", "modded")
    if rooted == "yes":
        sheet.raise_("ROOTED", _DEVICE_ROWS, ("src.device.rooted",))
    elif look.record.state("src.device.rooted") == "unknown":
        sheet.raise_("ROOTED_UNKNOWN", _DEVICE_ROWS, ("src.device.rooted",))
    if modded:
        sheet.raise_("MODDED", _DEVICE_ROWS, ("app.integrity",))
        if rooted == "no":
            sheet.contradiction(
                "MODDED_NOT_ROOTED",
                _DEVICE_ROWS,
                ("src.device.rooted", "app.integrity"),
                declared="no",
                found="modded",
            )
    _recovery(sheet, look)
    _carrier(sheet, look)
    method = look.get("acq.method")
    if method in ("photo_of_screen", "third_party_tool"):
        sheet.raise_("METHOD_NOTED", _OTHER_ROWS, ("acq.method",), declared=method)
    why, values = look.why_not(*fields)
    if why == "" and modded is None:
        why, values = "FIELD_ABSENT", {"fields": "app.integrity#modded"}
    return sheet.outcome(why, **values)


def _carrier(sheet: Sheet, look: Look) -> None:
    """Raise an original carrier that can be produced in court, and is not what it was or not held."""
    status = look.get("src.carrier.status")
    available = look.member("src.carrier.available_for_court", "available")
    if status in ("altered", "lost", "handed_over", "not_held") and available:
        sheet.raise_(
            "CARRIER_ALTERED_YET_AVAILABLE",
            _RECOVERY_ROWS,
            ("src.carrier.status", "src.carrier.available_for_court"),
            declared=status,
        )


def _recovery(sheet: Sheet, look: Look) -> None:
    used = look.member("gen.recovery_used", "used")
    deleted = look.member("gen.deletions", "deleted")
    if used == "yes":
        sheet.raise_("RECOVERY_USED", _RECOVERY_ROWS, ("gen.recovery_used",))
        if deleted == "none_known":
            sheet.contradiction(
                "RECOVERY_OF_NOTHING",
                _RECOVERY_ROWS,
                ("gen.recovery_used", "gen.deletions"),
                declared="none_known",
                found="yes",
            )
    elif look.record is not None and look.record.state("gen.recovery_used") == "unknown":
        sheet.raise_("RECOVERY_UNKNOWN", _RECOVERY_ROWS, ("gen.recovery_used",))
    recalled = look.member("gen.deletions", "recalled")
    found = sum(summary.recalled for _, summary in look.chats())
    if isinstance(recalled, int) and found > recalled:
        sheet.contradiction(
            "RECALLED_MORE", _RECOVERY_ROWS, ("gen.deletions",), declared=recalled, found=found
        )
