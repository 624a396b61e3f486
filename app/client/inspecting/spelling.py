"""How times and names of a file are written out: one printable line each."""

from __future__ import annotations

from verifier.encoding import to_time
from verifier.exports.cutting.json_object import unescape
from verifier.exports.view import plain

_YEAR_10000 = 253_402_300_800
_LONGEST = 200


def moment(seconds: int | None, clock: str) -> str | None:
    """Return a time: UTC with a Z for an instant, without a zone for wall time."""
    if seconds is None:
        return None
    if not 0 <= seconds < _YEAR_10000:
        return str(seconds)
    text = to_time(seconds)
    return text if clock == "instant" else text.removesuffix("Z")


def name_of(data: bytes, *, escaped: bool) -> str:
    """Return bytes of a file as one printable line of at most 200 characters."""
    text = unescape(data) if escaped and b"\\" in data else plain(data).text
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )
