"""What ``show`` prints beside rows and texts: remedies, groups, consistency checks, fields, the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ..evidence.provenance.fields import FIELDS
from .rules import GROUPS, INSTRUMENTS, PRACTICE, PROVISIONS, ROWS, Row, title_of
from .show_words import WORDS
from .words import load

_SUPPLY: Final[Any] = load("supply.json")
CHECKS: Final[Any] = load("checks.json")["checks"]
"""The consistency checks P-01 to P-23."""


def side(pair: object, lang: str, name: str = "") -> str:
    """Return ``pair.zh`` or ``pair.en``, or ``pair.name_zh`` or ``pair.name_en``."""
    text: str = getattr(pair, f"{name}_{lang}" if name else lang)
    return text


def remedy(row: Row, lang: str) -> Iterator[str]:
    """Yield who can make a row good, how, and whether after anchoring too."""
    way = _SUPPLY["ways"].get(row.id)
    if way is None:
        return
    words = WORDS[lang]
    who = words["semicolon"].join(_SUPPLY["who"][name][lang] for name in way["who"])
    yield ""
    yield words["remedy"]
    yield f"  {words['remedy.who']}{who}"
    yield f"  {words['remedy.how']}{way[lang]}"
    yield f"  {words['remedy.when']}{_SUPPLY['after'][way['after']][lang]}"


def group(key: str, lang: str) -> Iterator[str]:
    """Yield a group with its rows."""
    yield f"{key}  {side(GROUPS[key], lang)}"
    yield WORDS[lang]["rows.what"]
    for row in ROWS.values():
        if row.group == key:
            yield f"  {row.id}  {side(row, lang, 'element')}"


def check(key: str, lang: str) -> Iterator[str]:
    """Yield what a consistency check compares, the rows it bears on, and what it can say."""
    words, found = WORDS[lang], CHECKS[key]
    yield f"{key}  {found[lang]}"
    yield words["check"]
    yield ""
    yield words["check.rows"] + words["comma"].join(found["rows"])
    if found["contradicts"]:
        yield words["check.contradicts"] + words["comma"].join(found["contradicts"])
    yield ""
    yield words["check.findings"]
    yield from (f"  {each[lang]}" for each in found["findings"].values())


def field(name: str, lang: str) -> Iterator[str]:
    """Yield what a field of the record asks for, who answers it, and which rows use it."""
    words, found = WORDS[lang], FIELDS[name]
    yield f"{name}  {side(found, lang)}"
    yield words["field"]
    yield ""
    yield words["field.source"] + words["source." + found.source]
    note = side(found, lang, "note")
    if note:
        yield words["note"] + note
    members = (found.type.item or found.type).members
    if members:
        yield words["field.members"]
        yield from (f"  {each.name}  {side(each, lang)}" for each in members)
    if found.rows:
        yield words["field.rows"] + words["comma"].join(found.rows)


def everything(lang: str) -> Iterator[str]:
    """Yield the list of all ids."""
    words = WORDS[lang]
    yield words["title"]
    yield words["rows.what"]
    for key, label in GROUPS.items():
        yield ""
        yield f"{key}  {side(label, lang)}"
        for row in ROWS.values():
            if row.group == key:
                yield f"  {row.id}  {side(row, lang, 'element')}"
    yield ""
    yield words["checks"]
    yield from (f"  {key}  {found[lang]}" for key, found in CHECKS.items())
    yield ""
    yield words["provisions"]
    for instrument in INSTRUMENTS.values():
        ids = [p.id for p in PROVISIONS.values() if p.instrument == instrument.key]
        yield f"  {instrument.key}  {title_of(instrument.key, lang)}"
        yield f"    {' '.join(ids)}"
    yield ""
    yield words["practices"]
    for practice in PRACTICE.values():
        yield f"  {practice.id}  {side(practice, lang, 'title')}"
    yield ""
    yield words["fields"]
