"""What every report opens with: the headline, what it does not say, and the four statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...result import PASSED, Result
from .. import compared
from ..document import Block, Line, Section
from ..statements import STATEMENTS, facts_of, level_reason, statements
from ..texts import Texts, fill
from ..words import Words

if TYPE_CHECKING:
    from ...law.examination import Examination

ARTICLE_16: Final = ("M16-03", "M16-04", "M16-05", "M16-06", "M16-07", "M16-08")
"""The rows into which "consistent upon technical verification" is taken apart."""
_ORDER: Final = ("consistent", "inconsistent", "not_checked", "not_applicable")


def verdict_words(result: Result, texts: Texts) -> str:
    """Return the headline's words: a comparison has its own, for it says nothing of evidence."""
    own = f"{result.scope}.{result.verdict}"
    return texts.words.get(own, texts.headlines[result.verdict])


def headline(
    result: Result, texts: Texts, examination: Examination | None = None
) -> tuple[Block, ...]:
    """Return the verdict, what it does not say, and what level and grade it holds at."""
    words = texts.words
    said = words["verdict"].replace("{headline}", verdict_words(result, texts))
    lines = [Line(said, "lead")]
    if result.verdict != PASSED:
        lines.append(Line(fill(words["verdict.sub"], {"sub": result.sub_indication or ""})))
    if result.scope in compared.SCOPES:
        return (*lines, *(Line(one) for one in compared.limits(result, texts)))
    if examination is not None:
        lines.append(Line(article16_in_parts(examination, texts)))
    grade = Line(grade_words(result, texts))
    return (*lines, Line(level(result, texts)), Line(level_reason(result, texts)), grade)


def grade_words(result: Result, texts: Texts) -> str:
    """Return what the time grade rests on, and where the policy leaves open on whom."""
    if result.time_grade == "T3" and not result.facts.get("anchors"):
        return texts.words["grade.T3.unnamed"]
    return texts.words[f"grade.{result.time_grade}"]


def article16_in_parts(examination: Examination, texts: Texts) -> str:
    """Return how many parts of Article 16 came out how, the open ones by name."""
    words = texts.words
    found = {each.row.id: each.status for each in examination.rows if each.row.id in ARTICLE_16}
    groups = []
    for status in _ORDER:
        rows = [row for row in ARTICLE_16 if found.get(row) == status]
        if rows or status == "consistent":
            names = texts.comma.join(f"{row} {texts.parts[row]}" for row in rows)
            group = words[f"art16.{status}"].replace("{n}", str(len(rows)))
            groups.append(group.replace("{names}", names))
    return words["art16"].replace("{groups}", words["art16.comma"].join(groups))


def level(result: Result, texts: Texts) -> str:
    """Return trust level and time grade in one sentence."""
    return fill(texts.words["level"], facts_of(result))


def warning(result: Result, texts: Texts) -> str:
    """Return what must be heeded before the report is read, or nothing."""
    return texts.words["private"] if result.facts.get("kind") == "private" else ""


def four_statements(result: Result, texts: Texts) -> Section:
    """Return integrity; time; who submitted; what is not shown: each under its own heading."""
    found = statements(result, texts)
    return Section(
        "statements",
        texts.words["statements"],
        tuple(
            Section(name, texts.words[name], tuple(Line(sentence) for sentence in found[name]))
            for name in STATEMENTS
        ),
    )


def origin(examination: Examination, lang: str) -> tuple[Section, ...]:
    """Return what is declared of the data's origin; the most that a first page must not hide.

    It follows the fourth statement, which says that nothing before anchoring is shown.
    """
    words = Words(lang)
    lines = tuple(Line(words.text(sentence)) for sentence in examination.origin)
    return (Section("origin", words("origin"), lines),) if lines else ()
