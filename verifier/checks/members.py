"""The members of a package: their digests, computed once, and whether each of them belongs.

SPEC §9.2 and §13.8 steps 1 and 6. Later steps compare these digests, and only
what must be read is read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from ..errors import Malformed
from ..evidence import package
from ..evidence.receipt import Receipt
from ..evidence.zip_container import Container
from ..result import DONE, FAILED, NOT_DONE, Result

Progress = Callable[[str, int, int], None]
"""Called with what is being read, bytes so far and bytes in all."""
Hashes = dict[str, tuple[bytes, int]]
"""SHA-256 and size by name below ``package/``."""

MAX_RECEIPT: Final = 1 << 20


def hash_members(container: Container, progress: Progress | None) -> Hashes:
    """Return every member's SHA-256 and size; raises Malformed where a CRC-32 differs."""
    total = sum(member.size for member in container.members.values())
    done = 0
    hashes: Hashes = {}
    for name, member in container.members.items():
        digest = hashlib.sha256()
        for chunk in container.chunks(name):
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress("members", done, total)
        hashes[name.removeprefix(package.BASE)] = (digest.digest(), member.size)
    return hashes


def read_member(container: Container, name: str, maximum: int) -> bytes:
    """Return a small member; raises Malformed where it is missing, too large or damaged."""
    if package.BASE + name not in container.members:
        raise Malformed(f"package: {name} is missing")
    return container.read(package.BASE + name, maximum)


def common_members(hashes: Hashes, receipt: Receipt | None) -> set[str]:
    """Return the members that every package has, and of those that it may have, the ones it has."""
    wanted = set(package.TAG_NAMES) | {package.RECEIPT, package.MANIFEST}
    if package.RECEIPT_LATEST in hashes:
        wanted.add(package.RECEIPT_LATEST)
    if package.DECLARATION in hashes and receipt and receipt.statement.declaration is not None:
        wanted.add(package.DECLARATION)
    return wanted


def check_members(
    result: Result, container: Container, wanted: set[str] | None, hashes: Hashes
) -> None:
    """Add the check ``container``: every member is accounted for, and none is missing.

    ``wanted`` is None where nothing tells which files belong; only what can
    never belong is refused then.
    """
    told = wanted is not None
    if wanted is None:
        wanted = common_members(hashes, None)
        wanted |= {name for name in hashes if name.startswith("data/")}
    outside = [name for name in container.members if not name.startswith(package.BASE)]
    extra, missing = set(hashes) - wanted, wanted - set(hashes)
    if outside or extra:
        reason = f"package: {len(outside) or len(extra)} members that do not belong in it"
        result.add("container", FAILED, "FORMAT_FAILURE", reason=reason)
    elif missing:
        reason = f"package: {min(missing)} is missing"
        result.add("container", FAILED, "FORMAT_FAILURE", reason=reason)
    elif not told:
        result.add("container", NOT_DONE, "NOT_REACHED")
    else:
        size = sum(size for _, size in hashes.values())
        result.add("container", DONE, members=len(hashes), bytes=size)
