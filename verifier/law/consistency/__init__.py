"""The 23 consistency checks P-01 to P-23: does what was declared fit what is there?

Each yields ``consistent``, ``inconsistent``, ``not_checked`` or
``not_applicable``, the last two with a code that says why; readers get
``CheckOutcome.shown``. None says that a declared fact is so.

Three things are kept apart. A *contradiction*, two values that cannot both be
so, makes the check inconsistent, and the rows that the finding names. What the
check needs and the record leaves out makes it not checked (``INCOMPLETE`` or
the like); what is lacking is raised. A *circumstance* that somebody will have
to speak to is raised and changes nothing. Where there is nothing to compare
the check does not apply: an empty list never makes it consistent. Sentences for every code, and which
rows each check can contradict, are in ``data/checks.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .outcome import CheckOutcome, Finding

if TYPE_CHECKING:
    from ..material import Material
    from .declared import Check

__all__ = ["CheckOutcome", "Finding", "checks", "run_checks"]

IDS: Final = tuple(f"P-{number:02}" for number in range(1, 24))


def checks() -> dict[str, Check]:
    """Return each check by its id, in order."""
    from . import (
        acquisition,
        corroboration,
        custody,
        environment,
        files,
        gaps,
        people,
        privacy,
        relations,
        scope,
        times,
    )

    functions = (
        files.listed_files, times.order, times.message_times, scope.counts, gaps.gaps,
        people.accounts, people.profile_screens, corroboration.transcripts, custody.chain,
        files.conversions, files.redactions, environment.environment, acquisition.recording,
        acquisition.tool, environment.other_factors, people.legality, corroboration.notarial,
        relations.relations, privacy.personal_data, privacy.published, scope.excerpt,
        corroboration.corroboration, files.relayed_media,
    )  # fmt: skip
    return dict(zip(IDS, functions, strict=True))


def run_checks(material: Material) -> list[CheckOutcome]:
    """Return the outcome of each check, P-01 first."""
    from .withheld import as_far_as_shown

    return [as_far_as_shown(check(material), material.withheld) for check in checks().values()]
