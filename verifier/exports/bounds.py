"""How much of a file's own words one segment may carry.

SPEC §8.5 writes a segment as one row of a table, and a row has a largest
length. Every ``Reading`` passes its segments through here, so no reader can
yield what a table cannot hold: a field beyond its bound is left empty and the
segment gets the flag ``field_too_long``. The bytes are anchored all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..evidence.segment import Segment

MAX_FIELD_BYTES: Final = 1024
"""Each of ``time``, ``sender``, ``native_id`` and ``type``."""
MAX_NAME_BYTES: Final = 4096
"""Each name in ``media``."""
MAX_MEDIA: Final = 1000
MAX_FLAGS: Final = 20
MAX_FLAG_CHARACTERS: Final = 40

FLAG: Final = "field_too_long"


def bounded(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Yield the segments within the bounds. The common case costs one comparison."""
    for segment in segments:
        yield fit(segment) if doubtful(segment) else segment


def doubtful(segment: Segment) -> bool:
    """Tell whether a field may be beyond its bound; ``fit`` then looks closely."""
    _, _, time, _, _, _, sender, native_id, kind, media, flags = segment
    return (
        bool(media)
        or len(time) + len(sender) + len(native_id) + len(kind) > MAX_FIELD_BYTES
        or len(flags) >= MAX_FLAGS
    )


def fit(segment: Segment) -> Segment:
    """Return the segment with every field beyond its bound empty; itself where there is none.

    Without its written time a record shows no time, so its seconds go too.
    """
    long = {
        name for name in ("time", "sender", "native_id", "type")
        if len(getattr(segment, name)) > MAX_FIELD_BYTES
    }  # fmt: skip
    media, flags = segment.media, segment.flags
    if len(media) > MAX_MEDIA or any(len(name) > MAX_NAME_BYTES for name in media):
        long.add("media")
        media = ()
    if len(flags) >= MAX_FLAGS or any(len(flag) > MAX_FLAG_CHARACTERS for flag in flags):
        long.add("flags")
        flags = ()
    if not long:
        return segment
    dated = "time" not in long
    return Segment(
        segment.kind,
        segment.length,
        segment.time if dated else b"",
        segment.te_lo if dated else None,
        segment.te_hi if dated else None,
        segment.dated_by if dated else None,
        b"" if "sender" in long else segment.sender,
        b"" if "native_id" in long else segment.native_id,
        b"" if "type" in long else segment.type,
        media,
        (*flags, FLAG),
    )
