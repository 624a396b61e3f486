"""One file for each group of rows: what a row needs, and functions only where it needs one.

A file is called after what its rows ask about; ``GROUPS`` has them in the order
of the matrix, G1 first. A new group is one file and one name here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..needs import Needs
from . import (
    article_16,
    article_17,
    article_18,
    article_19,
    authenticity_factors,
    chat_records,
    criminal_benchmark,
    how_obtained,
    identity_and_digitised,
    internet_courts,
    nansha_guideline,
    originals_and_weight,
    personal_information,
    presumed_authentic,
    procedure,
)

GROUPS: Final = (
    article_16,  # G1
    article_17,  # G2
    article_18,  # G3
    article_19,  # G4
    authenticity_factors,  # G5
    presumed_authentic,  # G6
    originals_and_weight,  # G7
    how_obtained,  # G8
    nansha_guideline,  # G9
    chat_records,  # G10
    identity_and_digitised,  # G11
    personal_information,  # G12
    internet_courts,  # G13
    criminal_benchmark,  # G14
    procedure,  # G15
)
NEEDS: Final[Mapping[str, Needs]] = {
    row: needs for group in GROUPS for row, needs in group.ROWS.items()
}
"""Row → how it is judged."""
