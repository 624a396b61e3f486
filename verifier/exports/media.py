"""Which sealed files a chat's media names mean.

SPEC §8.4. An export names its attachments by path; the message tree names them
by manifest position. A name means the sealed file at exactly that path below
the chat file's own folder, byte for byte: the first one of that name, and never
the chat itself. Anything else is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..evidence.segment import Segment


class MediaLinks:
    """The names of all sealed files, by position, ready to be looked up."""

    def __init__(self, names: Iterable[bytes]) -> None:
        self._names = list(names)
        self._places: dict[bytes, int] = {}
        for position, name in enumerate(self._names):
            self._places.setdefault(name, position)

    def of(self, chat: int) -> Callable[[Segment], Segment]:
        """Return what turns the media names of the chat at that position into positions.

        The result's ``media`` are decimal digits as bytes.
        """
        folder = self._names[chat].rpartition(b"/")[0]
        prefix = folder + b"/" if folder else b""

        def link(segment: Segment) -> Segment:
            if not segment.media:
                return segment
            found = (self._places.get(prefix + name) for name in segment.media)
            media = tuple(b"%d" % place for place in found if place not in (None, chat))
            return segment._replace(media=media)

        return link
