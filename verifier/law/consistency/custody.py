"""P-09: do the digests reach from the extraction to what was sealed?"""

from __future__ import annotations

from typing import Any, Final

from ..material import Material
from .declared import Look
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import as_moment, bounded, digest_of, name_of, shown, when

_ROWS: Final = ("M18-03", "M93-04")
_OUTPUTS: Final = "acq.output_digests"
_EVENTS: Final = "cust.events"
_AT_ONCE_SECONDS: Final = 600
"""A digest made so soon after the extraction counts as made on its completion."""
_DAY: Final = 86400


def chain(material: Material) -> CheckOutcome:
    """P-09: each step takes up a digest that the one before left, from extraction to sealing.

    Several files may be on their way at once, so what is followed is the set
    of digests in hand: the outputs of the extraction, and after a step what it
    left in place of what it took. A step that takes none of these breaks the
    chain; the exported material must be among what is in hand at the end.
    """
    sheet, look = Sheet("P-09"), Look(material)
    outputs, events = look.items(_OUTPUTS), look.get(_EVENTS)
    if not outputs and not events:
        return look.lacks(sheet, _OUTPUTS, _EVENTS)
    names = {digest_of(item, "sha256"): bounded(item.get("file", "")) for item in outputs}
    in_hand = {digest for digest in names if digest is not None}
    untouched = set(in_hand)
    silent = _follow(sheet, events or [], in_hand, untouched)
    _event_times(sheet, look, events or [])
    _output_times(sheet, look, outputs)
    if events == []:
        _no_steps(sheet, look)
    if look.no_files:
        return sheet.outcome(look.no_files)
    for digest in sorted(in_hand):
        if look.file_with(digest) is None:
            # What the extraction gave need not all be filed; what the last step left must be there.
            add = sheet.raise_ if digest in untouched else sheet.contradiction
            code = "OUTPUT_NOT_SEALED" if digest in untouched else "CUSTODY_END"
            name = names.get(digest, "-")
            add(code, _ROWS, (_OUTPUTS, _EVENTS), declared=digest.hex(), name=name,
                found=len(look.files))  # fmt: skip
    if not in_hand:
        return sheet.outcome("NO_DIGESTS_IN_CHAIN")
    whole = _originals(sheet, look, in_hand, set(names.values()))
    if silent or not whole:
        return sheet.outcome("INCOMPLETE")
    why, values = look.why_not(_OUTPUTS, _EVENTS, "acq.time")
    return sheet.outcome(why, **values)


def _originals(sheet: Sheet, look: Look, in_hand: set[bytes], names: set[str]) -> bool:
    """Is each file of the material in hand at the end? Return whether all are.

    One that is not is a contradiction where the record names a file so, or
    where none is; else the chain does not speak of it.
    """
    originals = [file for file in look.files if file.role == "original"]
    outside = [file for file in originals if file.sha256 not in in_hand]
    parts = {name.rpartition("/")[2] for name in names}
    for file in outside:
        named = name_of(file).rpartition("/")[2] in parts
        add = sheet.contradiction if named or len(outside) == len(originals) else sheet.raise_
        add(
            "ORIGINAL_NOT_IN_CHAIN",
            _ROWS,
            (_OUTPUTS, _EVENTS),
            name=name_of(file),
            found=file.sha256.hex(),
            declared=len(in_hand),
        )
    return not outside


def _follow(sheet: Sheet, events: list[Any], in_hand: set[bytes], untouched: set[bytes]) -> bool:
    """Follow the digests through the steps; return whether any step has none."""
    silent = False
    left = sorted(in_hand)[:2]  # by the step before, or by the extraction
    for number, event in enumerate(events, 1):
        before, after = digest_of(event, "digest_before"), digest_of(event, "digest_after")
        if before is None or after is None:
            silent = True
            sheet.raise_("CUSTODY_NO_DIGEST", _ROWS, (_EVENTS,), number=number)
        if before is not None:
            if in_hand and before not in in_hand:
                sheet.contradiction(
                    "CUSTODY_BREAK",
                    _ROWS,
                    (_OUTPUTS, _EVENTS) if number == 1 else (_EVENTS,),
                    number=number,
                    declared=before.hex(),
                    found=" ".join(digest.hex() for digest in left),
                )
            untouched.discard(before)
            if after is not None and after != before:
                in_hand.discard(before)
        if after is not None:
            in_hand.add(after)
            untouched.discard(after)
            left = [after]
    return silent


def _event_times(sheet: Sheet, look: Look, events: list[Any]) -> None:
    """Each step is no earlier than the one before, the first than the extraction's end."""
    ended = as_moment(look.member("acq.time", "ended_at"))
    before, text = (ended.seconds, shown(ended)) if ended else (None, "")
    for number, event in enumerate(events, 1):
        at = as_moment(event.get("at"))
        if at is None:
            continue
        if before is not None and at.seconds < before:
            sheet.contradiction(
                "CUSTODY_ORDER", _ROWS, (_EVENTS, "acq.time"), number=number,
                declared=shown(at), found=text,
            )  # fmt: skip
        before, text = at.seconds, shown(at)
    receipt = look.material.receipt
    if receipt is not None and before is not None and events:
        if before > receipt.entry.received + look.tolerance:
            sheet.contradiction(
                "CUSTODY_AFTER_ANCHORING", _ROWS, (_EVENTS, "anc.time"), number=len(events),
                declared=text, found=when(receipt.entry.received),
            )  # fmt: skip


def _output_times(sheet: Sheet, look: Look, outputs: list[Any]) -> None:
    """Were the digests made when the extraction was done, as they are said to be?"""
    started = as_moment(look.member("acq.time", "started_at"))
    ended = as_moment(look.member("acq.time", "ended_at"))
    fields = (_OUTPUTS, "acq.time")
    for item in outputs:
        at, name = as_moment(item.get("at")), bounded(item.get("file", ""))
        if at is None:
            sheet.raise_("DIGEST_TIME_UNKNOWN", _ROWS, (_OUTPUTS,), name=name)
            continue
        if started is not None and at.seconds < started.seconds:
            sheet.contradiction(
                "DIGEST_EARLY", _ROWS, fields, name=name, declared=shown(at), found=shown(started)
            )
        if ended is not None and at.seconds > ended.seconds + _AT_ONCE_SECONDS:
            late = at.seconds - ended.seconds
            sheet.raise_("DIGEST_LATE", _ROWS, fields, name=name, at=shown(at), ended=shown(ended),
                         **_parts(late))  # fmt: skip


def _no_steps(sheet: Sheet, look: Look) -> None:
    """Raise that no step is declared where days lie between extraction and anchoring."""
    ended, receipt = as_moment(look.member("acq.time", "ended_at")), look.material.receipt
    if ended is None or receipt is None:
        return
    between = receipt.entry.received - ended.seconds
    if between > _DAY:
        sheet.raise_("CUSTODY_NO_STEPS", _ROWS, (_EVENTS, "acq.time"), ended=shown(ended),
                     anchored=when(receipt.entry.received), **_parts(between))  # fmt: skip


def _parts(seconds: int) -> dict[str, int]:
    return {
        "days": seconds // _DAY,
        "hours": seconds % _DAY // 3600,
        "minutes": seconds % 3600 // 60,
    }
