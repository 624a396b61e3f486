"""The short face for people, in Chinese or English: the four statements, then everything else.

Good news never stands alone: every report says what was not shown, and what is
missing, who can supply it, and whether that can change the result. The verdict
stands before the details and again at the end. Where a package was examined,
the counts and the most serious gaps follow the statements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..result import Result
from .document import Document
from .local_time import with_local_times
from .numbering import numbered
from .sections.completeness import completeness
from .sections.opening import four_statements, headline, origin, warning
from .sections.technical import technical
from .text_face import to_text
from .texts import texts_for

if TYPE_CHECKING:
    from ..law.examination import Examination


def as_text(result: Result, lang: str, examination: Examination | None = None) -> str:
    """Return the report in ``zh`` or ``en``; every line ends in LF."""
    texts = texts_for(lang)
    verdict = headline(result, texts, examination)
    sections = [four_statements(result, texts), *completeness(result, texts, short=True)]
    if examination is not None:
        from .sections.summary import short_summary

        sections += [*origin(examination, texts.lang), short_summary(examination, texts.lang)]
    examined = examination is not None
    technical_part = technical(result, texts, examined=examined)
    document = Document(
        texts.lang,
        texts.words.get(f"title.{result.scope}", texts.words["title"]),
        warning(result, texts),
        verdict,
        numbered([*sections, *technical_part], texts.lang),
        verdict,
    )
    return to_text(with_local_times(document), warning_first=True)
