"""Which faces a run prints and writes: short text or JSON on stdout, any of three into a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cli_files import Unreadable, read_file, write_new

if TYPE_CHECKING:
    from collections.abc import Callable

    from .law.examination import Examination
    from .law.material import Material
    from .options import Options
    from .policy import Policy
    from .result import Result

_MAXIMUM_ANNEX = (1 << 20) + 1


@dataclass(frozen=True)
class Outcome:
    """What a run found; the two last only for a package."""

    result: Result
    examination: Examination | None = None
    material: Material | None = None


def examine_package(
    path: Path,
    result: Result,
    policy: Policy,
    how: Options,
    annex: Path | None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Go through the examined factors of a package that was verified; ``progress`` as in ``audit``."""
    from .law.examine import examine
    from .law.gather import gather

    material = gather(path, result, policy, how, progress)
    if annex is not None:
        _open_annex(annex, material)
    return Outcome(result, examine(material), material)


def _open_annex(path: Path, material: Material) -> None:
    """Open the record's commitments with the annex that the person named."""
    from .errors import VerifierError
    from .evidence.provenance.annex import check_annex, parse_annex

    try:
        annex = parse_annex(read_file(path, _MAXIMUM_ANNEX))
        if material.record is not None:
            material.annex += check_annex(material.record, annex)
    except VerifierError as error:
        raise Unreadable("error.annex", path, str(error)) from None


def languages(lang: str) -> tuple[str, ...]:
    """Return the languages of ``zh``, ``en`` or ``both``, in the order of printing."""
    return ("zh", "en") if lang == "both" else (lang,)


def on_stdout(outcome: Outcome, lang: str, *, as_program: bool) -> str:
    """Return what is printed: the short report, or JSON."""
    from .report.as_text import as_text

    if as_program:
        return _json(outcome, lang, indent=2)
    found = [as_text(outcome.result, each, outcome.examination) for each in languages(lang)]
    return "\n".join(found)


def write_report(path: Path, outcome: Outcome, lang: str) -> None:
    """Write the full report in the face that the suffix names. Raises Unwritable."""
    write_new(path, _full(path.suffix.lower(), outcome, lang).encode("utf-8"))


def _full(suffix: str, outcome: Outcome, lang: str) -> str:
    from .report.as_html import as_html
    from .report.full_text import full_text

    result, examination, material = outcome.result, outcome.examination, outcome.material
    if suffix == ".json":
        return _json(outcome, lang, indent=1)
    if suffix == ".html":
        return as_html(result, examination, languages(lang), material)
    found = [full_text(result, examination, each, material) for each in languages(lang)]
    return "\n".join(found)


def _json(outcome: Outcome, lang: str, indent: int) -> str:
    from .report.as_json import as_json

    report: dict[str, Any] = as_json(outcome.result, lang, outcome.examination)
    return json.dumps(report, indent=indent) + "\n"
