"""What only a private package has: all openings, all files, exactly its members, its message trees.

SPEC §13.8 steps 4 to 7 and 9.
"""

from __future__ import annotations

from ..errors import VerifierError
from ..evidence import manifest, package
from ..evidence.manifest import Manifest, Opening
from ..evidence.receipt import Receipt
from ..evidence.zip_container import Container
from ..result import DONE, FAILED, Result
from .files import check_files
from .members import Hashes, Progress, check_members, common_members, read_member
from .receipt import sub_of
from .trees import check_trees
from .unpacked import check_unpacked


def check_private(
    result: Result,
    container: Container,
    sealed: Manifest | None,
    hashes: Hashes,
    receipt: Receipt | None,
    progress: Progress | None,
) -> None:
    """Add the checks ``openings``, ``container``, ``files``, ``messages``, ``readers``, ``unpacked``."""
    openings = _openings(result, container, sealed) if sealed else None
    _member_set(result, container, sealed, openings, hashes, receipt)
    if sealed and openings:
        check_files(result, container, dict(enumerate(openings)), hashes)
        check_trees(result, container, sealed, openings, progress)
        check_unpacked(result, container, openings, hashes)


def _openings(result: Result, container: Container, sealed: Manifest) -> list[Opening] | None:
    openings: list[Opening] = []
    for n, line in enumerate(sealed.files):
        try:
            name = package.opening_member(n)
            data = read_member(container, name, manifest.MAX_OPENING_BYTES)
            opening = manifest.parse_opening(data)
        except VerifierError as error:
            result.add("openings", FAILED, sub_of(error), reason=f"file {n}: {error}")
            return None
        if opening.content is None:
            reason = f"file {n}: a private package opens the digests too"
            result.add("openings", FAILED, "FORMAT_FAILURE", reason=reason)
            return None
        if opening.commitment() != line.commitment:
            reason = f"file {n}: its name, role, size and digest are not those in the manifest"
            result.add("openings", FAILED, "BINDING_FAILURE", reason=reason)
            return None
        openings.append(opening)
    result.add("openings", DONE, count=len(openings))
    return openings


def _member_set(
    result: Result,
    container: Container,
    sealed: Manifest | None,
    openings: list[Opening] | None,
    hashes: Hashes,
    receipt: Receipt | None,
) -> None:
    """Every member is accounted for, and none is missing (SPEC §9.2)."""
    wanted = None
    if sealed and openings:
        wanted = common_members(hashes, receipt)
        for n, (line, opening) in enumerate(zip(sealed.files, openings, strict=True)):
            wanted |= {package.opening_member(n), package.file_member(n, opening.file.name)}
            if line.root is not None:
                wanted |= {package.messages_member(n), package.segments_member(n), package.SEEDS}
    check_members(result, container, wanted, hashes)
