"""G8, Article 106 of the CPL Interpretation: how the material was obtained. Raised, never decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .. import saying, words
from ..case import Case
from ..examination import COURT, MISSING, NO_WORDING, PRESENT
from ..needs import Found, Needs, of, plainly
from ..rules import Row

_OPEN_MEANS: Final = frozenset({"own_chat", "consented"})
"""Means that leave nothing more to be said of theft, implant or cracking."""


def _prohibitions(case: Case, row: Row, needs: Needs) -> Found:
    """M106-02: what was declared, and never a denial that the declarant did not make."""
    found = plainly(case, row, needs)
    if found.wording != PRESENT:
        return found
    said = saying.named(words.text("why.means"), case.said("law.method"))
    is_open = case.known.get("law.method") not in _OPEN_MEANS
    return Found(COURT, NO_WORDING, said, is_open=is_open)


def _signs(case: Case, row: Row, needs: Needs) -> Found:
    """M106-08: said only where the record speaks of logging out, locking or the state of log-in."""
    found = plainly(case, row, needs)
    said = [case.known.member("law.privacy", name) for name in ("logout_signal", "login_state")]
    if found.wording == PRESENT and all(value is None for value in said):
        return Found(MISSING, MISSING)
    return found


ROWS: Final[Mapping[str, Needs]] = {
    "M106-01": of("law.method", ("law.basis", "law.account_consent", "law.device_authority")),
    "M106-02": Needs(of=("law.method",), judge=_prohibitions),
    "M106-03": of("law.privacy"),
    "M106-04": of("law.privacy"),
    "M106-05": of("law.purpose"),
    "M106-06": of("law.method"),
    "M106-07": of("law.alternatives"),
    "M106-08": Needs(of=("law.privacy",), judge=_signs),
    "M106-09": of("src.device.owner", "law.device_authority"),
}
