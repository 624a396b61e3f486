"""The provenance record and the platform's declaration, quoted as they were declared."""

from __future__ import annotations

from ...encoding import to_time
from ...evidence.provenance.annex import Opened
from ...evidence.provenance.fields import FIELDS
from ...law.examination import WITHOUT_RECORD, Examination
from ...law.material import Material
from ..document import Block, Bullets, Line, Pair, Section
from ..field_label import label_of
from ..marked import ours, own
from ..words import Words
from .articles import phase_lines
from .declared import declared


def record(examination: Examination, material: Material | None, words: Words) -> Section:
    """Return the record field by field; what was left out is one list at the end."""
    found = material.record if material is not None and material.record_bound else None
    blocks: list[Block] = []
    if examination.phase in WITHOUT_RECORD:
        blocks.append(Line(words(f"record.phase.{examination.phase}") + words.stop))
    else:
        blocks.append(Line(words("record.lead")))
        blocks.append(Bullets(tuple(phase_lines(examination, words)), words("record.phase")))
    if examination.declarant is not None:
        blocks.append(Pair(words("record.declarant"), own(examination.declarant)))
    if material is not None:
        blocks += [
            Line(words("record.problems", line=p.line, field=ours(p.field), code=ours(p.code)))
            for p in material.record_problems
        ]
    if found is None or material is None:
        return Section("record", words("record"), tuple(blocks), annex=True)
    blocks.append(Pair(words("record.sha256"), found.sha256.hex()))
    blocks += declared(found.values, words, "record")
    absent = [name for name, f in FIELDS.items() if _is_asked(name) and name not in found.values]
    names = words.comma.join(label_of(name, words) for name in absent)
    blocks.append(Pair(words("record.absent"), names or words("record.absent.none")))
    opened = tuple(_opened(each, words) for each in material.annex)
    if opened:
        blocks.append(Bullets(opened, words("record.annex")))
    return Section("record", words("record"), tuple(blocks), annex=True)


def platform(material: Material | None, words: Words) -> tuple[Section, ...]:
    """Return the platform's declaration, where one was found and its signature holds."""
    found = material.declaration if material is not None else None
    if found is None:
        return ()
    made = words("article17.declaration", made=to_time(found.made), sha256=found.sha256.hex())
    blocks = (Line(words("platform.lead")), Line(made), *declared(found.values, words, "platform"))
    return (Section("platform", words("platform"), blocks, annex=True),)


def _is_asked(name: str) -> bool:
    return FIELDS[name].source == "declarant"


def _opened(each: Opened, words: Words) -> str:
    place = f"{each.field}#{each.member}" if each.member else each.field
    key = "record.opened" if not each.code else f"record.{each.code}"
    said = own(each.value)
    return words(key, field=label_of(place, words), value=said, commitment=ours(each.commitment))
