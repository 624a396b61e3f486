"""What a disclosure withholds of the material, and what a row may then say.

What is not shown is not absent: it stands in the registered manifest, and who
holds the private package can show it. No row may call it missing, count it as
none, or say that nothing was found in it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ..evidence.provenance.fields import FIELDS
from . import words
from .examination import COURT, NOT_CHECKED, Text

FILE_ROWS: Final = frozenset((
    "M12-02", "M15-02", "M16-09", "MI-05", "MP-02", "N2-02", "N2-04", "N2-05", "N6-03", "W08-01",
))  # fmt: skip
"""Rows that look at all files: that one is not among those shown decides nothing."""
COUNTED: Final = frozenset(("M12-02", "MI-05", "MP-02", "N2-04", "N6-03"))
"""Of these the rows that count what is in the files: it was counted in those shown whole."""
_PLATFORM: Final = "M17-"


class Withheld(NamedTuple):
    """What the anchored manifest has and the package does not show whole.

    ``record``: the provenance record; ``files``: how many files nothing is
    shown of; ``parts``: the positions of those shown in part.
    """

    record: bool
    files: int
    parts: tuple[int, ...]

    @property
    def sentence(self) -> Text:
        """What is not shown, in numbers, for a row."""
        return words.text("withheld.files", files=self.files, parts=len(self.parts))


def rests_on_record(row: str) -> bool:
    """Whether the declarant's record could fill a row; Article 17 asks the platform."""
    return not row.startswith(_PLATFORM)


def is_unseen(withheld: Withheld | None, fields: tuple[str, ...]) -> bool:
    """Whether these fields would stand in a record that is not shown here."""
    if withheld is None or not withheld.record:
        return False
    return any(FIELDS[field].source == "declarant" for field in fields)


def status_of(cls: str) -> str:
    """Return the status of a row that cannot be judged from what is shown."""
    return COURT if cls == "C" else NOT_CHECKED
