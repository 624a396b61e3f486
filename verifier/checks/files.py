"""Whole files of a package: the bytes that were anchored, by every digest of their openings.

SPEC §13.8 step 5 and §13.12 step 2.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..evidence import digests, package
from ..evidence.manifest import Opening
from ..evidence.zip_container import Container
from ..result import DONE, FAILED, NOT_DONE, Result
from .members import Hashes


def check_files(
    result: Result, container: Container, openings: Mapping[int, Opening], hashes: Hashes
) -> None:
    """Add the check ``files`` for the files at these positions: size and every digest."""
    missing: set[str] = set()
    for n, opening in openings.items():
        name = package.file_member(n, opening.file.name)
        if name not in hashes:
            result.add("files", FAILED, "FORMAT_FAILURE", reason=f"package: {name} is missing")
            return
        sha256, size = hashes[name]
        wanted = opening.content.digests if opening.content else ()
        bad = not wanted or size != opening.file.size or sha256 != wanted[0].value
        if not bad and len(wanted) > 1:
            names = [digest.alg for digest in wanted]
            found, _ = digests.compute(container.chunks(package.BASE + name), names)
            differ, lacking = digests.compare(found, wanted)
            bad = bool(differ)
            missing |= set(lacking)
        if bad:
            reason = f"file {n}: its bytes do not have the digest that was anchored"
            result.add("files", FAILED, "HASH_FAILURE", reason=reason, file=n)
            return
        result.facts.update(
            {
                f"file.{n}.name": opening.to_bytes().split(b"\n")[3][5:].decode(),
                f"file.{n}.role": opening.file.role,
                f"file.{n}.size": size,
                f"file.{n}.sha256": sha256.hex(),
            }
        )
    result.facts["files"] = len(openings)
    if missing:
        result.add(
            "files", NOT_DONE, "ALGORITHM_NOT_COMPUTED", algorithms=" ".join(sorted(missing))
        )
    else:
        result.add("files", DONE, count=len(openings))
