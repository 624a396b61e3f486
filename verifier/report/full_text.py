"""The full report as plain text, for a file or a printer without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..result import Result
from .full import full_report
from .text_face import to_text

if TYPE_CHECKING:
    from ..law.examination import Examination
    from ..law.material import Material


def full_text(
    result: Result, examination: Examination | None, lang: str, material: Material | None = None
) -> str:
    """Return the full report in ``zh`` or ``en``; every line ends in LF."""
    return to_text(full_report(result, examination, lang, material))
