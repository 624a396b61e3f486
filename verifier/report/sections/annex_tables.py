"""Annexed tables that are laid out from the package and the record as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ... import __version__
from ...encoding import to_time
from ...evidence.provenance.fields import FIELDS, Type
from ...evidence.provenance.record import Moment, Span
from ...exports.inspection.gaps.shown import Shown
from ...exports.inspection.stand_ins import KINDS
from ...exports.inspection.summary import Summary
from ...law.material import Material
from ...law.media_facts import MESSAGES
from ...law.rules import DATE
from ...law.rules import VERSION as RULES
from ...law.words import text
from ..document import Block, Line, Pair, Table
from ..field_label import label_of
from ..marked import own, value
from ..words import Words
from .declared import value_text

if TYPE_CHECKING:
    from .annexes import Sources

MOST: Final = 200
"""So many lines of one table are printed; the rest are counted."""
NONE: Final = "—"
_TEXTS: Final = frozenset({"text", "other"}) | MESSAGES
"""Kinds of content that are read as text."""


def inputs(sources: Sources) -> list[Block]:
    """Return the files with their digests, the policy, and the versions."""
    words, result = sources.words, sources.result
    blocks: list[Block] = []
    rows = list(_files(result.facts))
    if rows:
        head = tuple(words(f"annex.{name}") for name in ("position", "name", "role", "size"))
        blocks += table(words("annex.inputs.files"), (*head, "SHA-256"), rows, words)
    rules = words("versions.rules.text", version=RULES, date=DATE)
    return [
        *blocks,
        Pair(words("versions.policy"), result.policy_sha256 or NONE),
        Pair(words("versions.rules"), rules),
        Pair(words("versions.program"), f"beilin-verify {__version__}"),
    ]


def _files(facts: Mapping[str, str | int]) -> Iterator[tuple[str, ...]]:
    count = facts.get("files", 0)
    for n in range(count if isinstance(count, int) else 0):
        if f"file.{n}.sha256" not in facts:
            continue
        name = own(str(facts.get(f"file.{n}.name", "")))
        others = (value(facts.get(f"file.{n}.{each}", NONE)) for each in ("role", "size", "sha256"))
        yield (str(n), name, *others)


def boundaries(sources: Sources) -> list[Block]:
    """Return the first and last message of each chat file, with the file's digest."""
    words, material = sources.words, sources.material
    if material is None:
        return []
    rows = []
    for file in material.files:
        summary = material.summaries.get(file.position)
        if summary is not None and (summary.first is not None or summary.last is not None):
            name = _named(file.position, file.name, words)
            ends = (_shown(each, summary.clock, words) for each in (summary.first, summary.last))
            rows.append((name, *ends, file.sha256.hex()))
    head = tuple(words(f"annex.boundaries{part}") for part in (".file", ".first", ".last"))
    return table(words("annex.boundaries.caption"), (*head, "SHA-256"), rows, words)


def _named(position: int, name: bytes, words: Words) -> str:
    return f"{words('row.file', n=position)} {own(name.decode('utf-8', 'replace'))}"


def _shown(found: Shown | None, clock: str, words: Words) -> str:
    """Return id and time as the record has them, and the time it is read as.

    Some exports write the date in a line of its own, so a record's own words may be ``9:12``.
    """
    if found is None:
        return NONE
    parts = (found.native_id, found.time)
    said = " ".join(own(part.decode("utf-8", "replace")) for part in parts if part) or NONE
    read = _read_as(found, clock)
    return words("annex.boundaries.read", said=said, time=read) if read else said


def _read_as(found: Shown, clock: str) -> str:
    """Return a record's time no finer than it is written; both ends where it is a longer stretch."""
    low, high = found.te_lo, found.te_hi
    if low is None or high is None:
        return ""
    first, last = (to_time(each) for each in (low, high))
    if clock != "instant":  # wall time: no zone, and seconds only where there are any
        first, last = first.removesuffix("Z"), last.removesuffix("Z")
        if first[:16] == last[:16] and low != high:
            return first[:16]
    return first if first == last else f"{first}–{last}"


def corroboration(sources: Sources) -> list[Block]:
    """Return what the declarant says matches what, and whether it was anchored."""
    return _of_field("cor.records", sources, "digest")


def steps(sources: Sources) -> list[Block]:
    """Return the steps as declared, and how to repeat them."""
    blocks = _of_field("acq.steps", sources)
    if "acq.reproducible" in sources.values:
        blocks.append(_pair("acq.reproducible", sources))
    return blocks


def conversions(sources: Sources) -> list[Block]:
    """Return what was converted from what, with which tool; and the digests after the export."""
    return [
        *_of_field("item.conversions", sources, "digest_after"),
        *_of_field("acq.output_digests", sources, "sha256"),
    ]


def printouts(sources: Sources) -> list[Block]:
    """Return printouts and carriers with the digests they belong to."""
    return [
        *_of_field("pres.printouts", sources, "digest_of_source", "annex.sealed.source"),
        *_of_field("pres.carriers", sources),
    ]


def timeline(sources: Sources) -> list[Block]:
    """Return every dated step from the export to the verification, in order of time."""
    words, examination, material = sources.words, sources.examination, sources.material
    found: list[tuple[int, str, str, str]] = []
    for name in ("gen.period", "acq.env_check", "acq.recording", "acq.time", "acq.steps",
                 "acq.output_digests", "cust.transfer", "cust.events", "decl.created_at"):  # fmt: skip
        given = sources.values.get(name)
        kind = FIELDS[name].type
        for item in given if isinstance(given, list) else [given]:
            found += _moments(name, kind.item or kind, item, words)
    if examination.entry_received is not None:
        what = words("annex.timeline.received")
        found.append(
            (examination.entry_received, to_time(examination.entry_received), what, "anc.time")
        )
    if material is not None and material.at:
        is_clock = material.result is not None and material.result.at_is_clock
        what = words("annex.timeline.at.clock" if is_clock else "annex.timeline.at")
        found.append((material.at, to_time(material.at), what, "ver.run"))
    if len(found) < 2:  # one time is no line
        return []
    head = tuple(words(f"annex.timeline.{name}") for name in ("time", "what", "from"))
    rows = [(time, what, label_of(name, words)) for _, time, what, name in sorted(found)]
    return table(words("annex.timeline.caption"), head, rows, words)


def _moments(name: str, kind: Type, item: Any, words: Words) -> Iterator[tuple[int, str, str, str]]:
    """Yield (seconds, time as written, what, field) of every time in a value."""
    label = words.of(FIELDS[name])
    if isinstance(item, Moment):
        yield item.seconds, value_text(kind, item, words), label, name
    elif isinstance(item, Span):
        yield item.first.seconds, value_text(kind, item, words), label, name
    elif isinstance(item, dict):
        said = {m.name: (words.of(m), value_text(m.type, item[m.name], words))
                for m in kind.members if m.name in item}  # fmt: skip
        who = {"action", "from", "to", "channel", "file"} & said.keys()
        more = words.semicolon.join(said[m.name][1] for m in kind.members if m.name in who)
        for member in kind.members:
            moment = item.get(member.name)
            if isinstance(moment, Moment):
                what = f"{label}{words.colon}{more or said[member.name][0]}"
                yield moment.seconds, said[member.name][1], what, name


def attachments(sources: Sources) -> list[Block]:
    """Return the files that have to be opened to be seen, and what the chats only stand for."""
    words, material = sources.words, sources.material
    if material is None:
        return []
    files = [
        (
            _named(each.position, each.name, words),
            words.text(text(f"kind.{each.kind}")),
            str(each.size),
            each.sha256.hex(),
        )
        for each in material.files
        if each.kind not in _TEXTS and each.position != material.record_position
    ]
    names = ("media", "voice", "transfers", "calls", "recalled")
    counts = [
        (
            _named(file.position, file.name, words),
            *(_counted(summary, name) for name in names),
            _stand_ins(summary, words),
        )
        for file in material.files
        if (summary := material.summaries.get(file.position)) is not None
    ]
    first = words("annex.boundaries.file")
    head = (first, words("annex.attachments.kind"), words("annex.size"), "SHA-256")
    columns = (*names, "stand_ins")
    count_head = (first, *(words(f"annex.attachments.{name}") for name in columns))
    return [
        *table(words("annex.attachments.files"), head, files, words),
        *table(words("annex.attachments.counts"), count_head, counts, words),
    ]


def _counted(summary: Summary, name: str) -> str:
    """Return a count, or a dash where the format does not let anybody tell."""
    found: int = getattr(summary, name)
    return str(found) if found or name in summary.counted else NONE


def _stand_ins(summary: Summary, words: Words) -> str:
    """Return the words in a chat that stand for something else, by what they stand for."""
    kinds = [kind for kind in KINDS if kind in summary.stand_ins]
    said = (words.text(text(f"stand_in.{kind}", count=summary.stand_ins[kind])) for kind in kinds)
    return words.comma.join(said) or NONE


# ------------------------------------------------------------------- small parts


def _of_field(
    name: str, sources: Sources, digest: str = "", sealed: str = "annex.sealed"
) -> list[Block]:
    """Return a list of objects as a table; with ``digest`` whether the file of that was anchored too.

    ``sealed`` is the heading: it says of which file, where that is not the one in the row.
    """
    words, given = sources.words, sources.values.get(name)
    kind = FIELDS[name].type.item
    if kind is None or given is None:
        return []
    items = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    if not items:
        return [_pair(name, sources)] if given else []
    used = [member for member in kind.members if any(member.name in item for item in items)]
    head = [words.of(member) for member in used] + ([words(sealed)] if digest else [])
    rows = []
    for item in items:
        cells = [
            value_text(member.type, item[member.name], words) if member.name in item else NONE
            for member in used
        ]
        if digest:
            cells.append(_sealed(item.get(digest), sources.material, words))
        rows.append(tuple(cells))
    return table(label_of(name, words), tuple(head), rows, words)


def _sealed(digest: object, material: Material | None, words: Words) -> str:
    if not isinstance(digest, str):
        return words("annex.sealed.unknown")
    file = material.file_with(bytes.fromhex(digest)) if material is not None else None
    return words("annex.sealed.no") if file is None else words("annex.sealed.yes", n=file.position)


def _pair(name: str, sources: Sources) -> Pair:
    said = value_text(FIELDS[name].type, sources.values[name], sources.words)
    return Pair(label_of(name, sources.words), said or sources.words("value.none"))


def table(
    caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]], words: Words
) -> list[Block]:
    """Return the table with the first of its rows and how many more there are; nothing if empty."""
    if not rows:
        return []
    blocks: list[Block] = [Table(caption, head, tuple(rows[:MOST]))]
    if len(rows) > MOST:
        blocks.append(Line(words("annex.more", count=len(rows) - MOST)))
    return blocks
