"""Every code that readers share, with its sentence in Chinese and English.

``NOTES``: what a file leaves open or does not carry. ``FLAGS``: marks on single
segments. ``DETAILS``: the fixed words in a note's ``detail``; other details are
numbers or offsets. The signs by which a file is recognised are each reader's
own and stand in its file.

The sentences say what the reader saw. They do not say what follows from it.
That a code is absent means "not detected", not "not so".
"""

from __future__ import annotations

from .details import DETAILS, DIRECTIONS
from .flags import FLAGS
from .notes import NOTES

__all__ = ["DETAILS", "DIRECTIONS", "FLAGS", "NOTES"]
