"""Files that were unpacked from a sealed archive: are they the archive's own members?

SPEC §13.8 step 9. A ZIP is sealed as it is; beside it lie the chats that were
taken out of it (role ``unpacked``) and the media that they name, each under the
archive's name with the member's after it. That is what makes single messages of
it showable, and only as good as the two are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import BinaryIO, Final

from ..errors import Malformed
from ..evidence import package
from ..evidence.manifest import Opening
from ..evidence.zip_container import Container
from ..exports.archives.archive import Archive
from ..exports.source import Source
from ..result import DONE, FAILED, NOT_DONE, Result
from .members import Hashes

UNPACKED: Final = "unpacked"
MEDIA: Final = "media"


def check_unpacked(
    result: Result, container: Container, openings: Sequence[Opening], hashes: Hashes
) -> None:
    """Add the check ``unpacked`` if the package has files of that role.

    It fails where the archive has a member of that name with other bytes. Media
    are asked about where a chat was taken out of the same archive. Files of role
    ``unpacked`` that no readable archive has are counted in a finding.
    """
    archives = _Archives(container, openings)
    ours = {
        archives.of(each.file.name, n)
        for n, each in enumerate(openings)
        if each.file.role == UNPACKED
    }
    same = strangers = 0
    for n, opening in enumerate(openings):
        role, place = opening.file.role, archives.of(opening.file.name, n)
        if role != UNPACKED and (role != MEDIA or place is None or place not in ours):
            continue
        found = None if place is None else archives.digest_of(place, opening.file.name)
        if found is None:
            strangers += role == UNPACKED
            continue
        held = hashes.get(package.file_member(n, opening.file.name))
        if held is None:
            continue  # the check ``files`` speaks of it
        if held[0] != found:
            reason = f"file {n}: not the bytes of the archive's member of that name"
            result.add("unpacked", FAILED, "BINDING_FAILURE", reason=reason, file=n)
            return
        same += 1
    if strangers:
        result.note("UNPACKED_WITHOUT_MEMBER", count=strangers)
    if same:
        result.add("unpacked", DONE, count=same)
    elif strangers:
        result.add("unpacked", NOT_DONE, "SIGNED_DATA_NOT_FOUND")


class _Archives:
    """The sealed files by name, and the archives among them as far as they were asked for."""

    def __init__(self, container: Container, openings: Sequence[Opening]) -> None:
        self._container = container
        self._openings = openings
        self._places: dict[bytes, int] = {}
        for n, opening in enumerate(openings):
            self._places.setdefault(opening.file.name, n)
        self._archives: dict[int, Archive] = {}

    def of(self, name: bytes, own: int) -> int | None:
        """Return the position of the sealed file whose name stands in front of this one's."""
        at = name.find(b"/")
        while at > 0:
            place = self._places.get(name[:at])
            if place is not None and place != own:
                return place
            at = name.find(b"/", at + 1)
        return None

    def digest_of(self, place: int, name: bytes) -> bytes | None:
        """Return the SHA-256 of the member that a file's name means, None if there is none."""
        name = name[len(self._openings[place].file.name) + 1 :]
        if place not in self._archives:
            self._archives[place] = Archive(self._source(place))
        archive = self._archives[place]
        member = None if archive.broken else archive.named(name)
        if member is None:
            return None
        digest = hashlib.sha256()
        try:
            for chunk in archive.chunks(member):
                digest.update(chunk)
        except Malformed:
            return None
        return digest.digest()

    def _source(self, place: int) -> Source:
        member = package.BASE + package.file_member(place, self._openings[place].file.name)
        if member not in self._container.members:
            return Source(b"")

        def opener() -> BinaryIO:
            return self._container.open(member)

        return Source.over(opener, self._container.members[member].size)
