"""One line of a bill as a person reads it: its filled cells, a TAB between them."""

from __future__ import annotations

from ..cutting.csv_cut import texts
from ..view import View, plain


def view(data: bytes) -> View:
    """Return the cells that hold something; "/" is how bills write nothing."""
    found = [each.strip() for each in texts(data.rstrip(b"\r\n"))]
    return plain(b"\t".join(each for each in found if each and each != b"/"))
