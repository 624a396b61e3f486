"""The full report as one HTML page that needs nothing else: no script, no network, no fonts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..result import Result
from .full import full_report
from .html_face import to_html

if TYPE_CHECKING:
    from ..law.examination import Examination
    from ..law.material import Material


def as_html(
    result: Result,
    examination: Examination | None,
    langs: Sequence[str],
    material: Material | None = None,
) -> str:
    """Return the page with one report for each of ``langs``, in that order."""
    return to_html([full_report(result, examination, lang, material) for lang in langs])
