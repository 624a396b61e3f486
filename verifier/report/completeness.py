"""What may be said of how complete a shown file is, and on whose word: one list of sentences per file.

design.md §4: between two ends of a range nothing is left out; a period is
complete *as sealed by* a party *with* a reader, never complete in itself,
because the segments that are not shown are dated and cut as the sealing
software wrote. That this is so is said every time.
"""

from __future__ import annotations

from ..result import DONE, Result
from .marked import own
from .marked import value as shown
from .shown_files import NOT_SHOWN, PERIOD, WHOLE, ShownFile
from .words import Words


def sentences(result: Result, file: ShownFile, words: Words) -> list[str]:
    """Return what is said of one file, the statement first; values of others are marked."""
    if file.completeness == WHOLE:
        return _whole(result, file, words)
    found = [_statement(result, file, words)]
    if file.completeness == PERIOD:
        found += _period(result, file, words)
    found += _counts(file, words)
    if file.completeness != NOT_SHOWN or file.count("withheld_segments"):
        found.append(_word(file, words))
    return [*found, *_again(result, file, words)]


def _whole(result: Result, file: ShownFile, words: Words) -> list[str]:
    check = result.check("files")
    key = "shown.whole" if check is not None and check.status == DONE else "shown.whole.open"
    return [words(key), words("shown.get", member=file.member)]


def _statement(result: Result, file: ShownFile, words: Words) -> str:
    ranges, numbers = file.text("ranges"), file.record_numbers
    said = {
        "ranges": ranges,
        "numbers": words("shown.numbers", numbers=numbers) if numbers else "",
        "reader": own(file.text("reader")),
        "period": shown(file.text("period")),
        "party": party(result, words),
    }
    if file.completeness == NOT_SHOWN:
        return words("shown.differs", **said, **_differing(result, file))
    return words(f"shown.{file.completeness}", **said)


def _differing(result: Result, file: ShownFile) -> dict[str, str | int]:
    for finding in result.findings:
        if finding.code == "READER_DIFFERS" and finding.values.get("file") == file.position:
            places = str(finding.values.get("places", ""))
            return {"count": finding.values.get("count", "—"), "places": places or "—"}
    return {"count": "—", "places": "—"}


def party(result: Result, words: Words) -> str:
    """Return who sealed, as far as that was verified: a key, or nobody but the service's word."""
    check = result.check("submitter")
    key = result.facts.get("submitter")
    if check is not None and check.status == DONE and key:
        return words("shown.party.signed", submitter=shown(key))
    return words("shown.party.unsigned")


def _period(result: Result, file: ShownFile, words: Words) -> list[str]:
    clock = "instant" if file.text("clock") == "instant" else "wall"
    found = [words(f"shown.clock.{clock}")]
    edges = [
        str(each.index)
        for each in result.shown
        if each.file == file.position and each.role in {"left", "right"}
    ]
    if edges:
        found.append(words("shown.edges", indexes=words.comma.join(edges)))
    if not file.count("shown_records") + file.count("redacted_records"):
        found.append(words("shown.empty"))
    if file.count("outside_period"):
        found.append(words("shown.outside", count=file.count("outside_period")))
    return found


def _counts(file: ShownFile, words: Words) -> list[str]:
    redacted = file.count("redacted_records")
    found = [words("shown.counts", shown=file.count("shown_records"), redacted=redacted)]
    if redacted:
        found.append(words("shown.redacted"))
    tree = {name: file.count(name) for name in ("segments", "records", "withheld_segments")}
    return [*found, words("shown.tree", **tree, reader=own(file.text("reader")))]


def _word(file: ShownFile, words: Words) -> str:
    withheld, redacted = file.count("withheld_segments"), file.count("redacted_records")
    if redacted:
        key = "shown.word.both" if withheld else "shown.word.redacted"
    else:
        key = "shown.word" if withheld else "shown.word.tree"
    return words(key, withheld=withheld, redacted=redacted)


def _again(result: Result, file: ShownFile, words: Words) -> list[str]:
    """Return for how many segments cut and date were derived again: k of m, and none of the rest."""
    unread = any(
        finding.code == "READER_UNKNOWN" and finding.values.get("file") == file.position
        for finding in result.findings
    )
    withheld = file.count("withheld_segments")
    key = f"shown.again{'.none' if unread else ''}{'' if withheld else '.all'}"
    again = {"again": file.count("again"), "leaves": file.count("leaves"), "withheld": withheld}
    open_ = [name for name in ("undecided", "loose") if file.count(name)]
    return [
        words(key, **again),
        *(words(f"shown.{name}", **{name: file.count(name)}) for name in open_),
    ]
