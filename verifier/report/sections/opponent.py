"""What the other side could raise, and what each side would have to bring."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from ...law.examination import Examination, Objection
from ..document import Block, Line, Pair, Section
from ..law_data import side
from ..words import Words

SIDES: Final = ("raise", "objector", "proponent")


def opponent(examination: Examination, words: Words) -> Section:
    """Return the objections grouped by Article 17, Article 18 and CPLI 106."""
    blocks: list[Block] = [Line(words("opponent.lead"))]
    if not examination.opponent:
        blocks.append(Line(words("opponent.none")))
    for basis, found in groupby(examination.opponent, lambda each: each.basis):
        inner = tuple(_objection(each, words) for each in found)
        blocks.append(Section(f"opponent-{basis}", words(f"opponent.{basis}"), inner))
    return Section("opponent", words("opponent"), tuple(blocks))


def objection_texts(each: Objection, words: Words) -> dict[str, str]:
    """Return what could be raised, and what each side would have to bring."""
    return {name: side("opponent", words.lang, each.code, name) for name in SIDES}


def _objection(each: Objection, words: Words) -> Section:
    texts = objection_texts(each, words)
    rows = Pair(words("opponent.rows"), words.comma.join(each.rows))
    return Section(
        f"objection-{each.code}",
        words("opponent.raise", what=texts["raise"]),
        (*(Pair(words(f"opponent.{name}"), texts[name]) for name in SIDES[1:]), rows),
    )
