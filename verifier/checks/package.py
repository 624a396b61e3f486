"""The checks of a private evidence package, in the numbered steps of SPEC §13.8.

Every member's SHA-256 is computed once, in file order; later steps compare
those digests, and only what must be read is read again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ..errors import Malformed, NewerFormat, VerifierError
from ..evidence import declaration, digests, manifest, package
from ..evidence.manifest import Manifest, Opening
from ..evidence.receipt import Receipt
from ..evidence.zip_container import Container
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from .declaration import check_declaration
from .latest import check_latest
from .receipt import check_receipt, sub_of
from .trees import check_trees

Progress = Callable[[str, int, int], None]
"""Called with what is being read, bytes so far and bytes in all."""

_MAX_RECEIPT: Final = 1 << 20
Hashes = dict[str, tuple[bytes, int]]


def check_package(
    result: Result, path: Path, policy: Policy, options: Options, progress: Progress | None
) -> Receipt | None:
    """Add all checks of the package to ``result``; return its first receipt if readable."""
    try:
        container = Container(path)
    except Malformed as error:
        result.add("container", FAILED, "FORMAT_FAILURE", reason=str(error))
        return None
    with container:
        # 1. Every member's bytes: CRC-32 and SHA-256 in one pass.
        try:
            hashes = _hash_members(container, progress)
            kind = _kind(container)
        except NewerFormat as error:
            result.add("container", NOT_DONE, "NEWER_FORMAT", reason=str(error))
            return None
        except VerifierError as error:
            result.add("container", FAILED, "FORMAT_FAILURE", reason=str(error))
            return None
        result.facts["kind"] = kind
        _tag_files(result, container, kind, hashes)
        # 2. The receipt. 3. The manifest whose digest it anchors.
        receipt = _receipts(result, container, policy, options)
        sealed = _manifest(result, container, receipt, hashes)
        # 4. Openings, 5. files, 6. the exact set of members, 7. message trees.
        openings = _openings(result, container, sealed) if sealed else None
        _member_set(result, container, sealed, openings, hashes, receipt)
        if sealed and openings:
            _files(result, container, openings, hashes)
            check_trees(result, container, sealed, openings, progress)
        # 8. What the platform declares, if the statement names it.
        if receipt is not None:
            _declaration(result, container, receipt, policy)
        return receipt


def _declaration(result: Result, container: Container, receipt: Receipt, policy: Policy) -> None:
    name = package.BASE + package.DECLARATION
    try:
        note = container.read(name, declaration.MAX_BYTES) if name in container.members else None
    except Malformed as error:
        if receipt.statement.declaration is not None:
            result.add("declaration", FAILED, "FORMAT_FAILURE", reason=str(error))
        return
    check_declaration(result, note, receipt, policy)


def _name(member: str) -> str:
    return member.removeprefix(package.BASE)


def _hash_members(container: Container, progress: Progress | None) -> Hashes:
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
        hashes[_name(name)] = (digest.digest(), member.size)
    return hashes


def _kind(container: Container) -> str:
    """Return the package's kind from ``beilin.txt``; the tag-file check binds the rest of it."""
    name = package.BASE + "beilin.txt"
    if name not in container.members:
        raise Malformed("package: no beilin.txt in the folder package/")
    data = container.read(name, 100)
    if data == b"beilin/package/v1\nkind private\n":
        return "private"
    if data == b"beilin/package/v1\nkind disclosure\n":
        raise NewerFormat("package: a disclosure; this version checks private packages only")
    if data.startswith(b"beilin/package/v") and not data.startswith(b"beilin/package/v1\n"):
        raise NewerFormat("package: a version that this program does not know")
    raise Malformed("package: beilin.txt is not in its one spelling")


def _tag_files(result: Result, container: Container, kind: str, hashes: Hashes) -> None:
    payload = {name: value for name, value in hashes.items() if name.startswith("data/")}
    for name, data in package.tag_files(kind, payload).items():
        if hashes.get(name) != (hashlib.sha256(data).digest(), len(data)):
            reason = f"package: {name} is missing or does not follow from the other members"
            result.add("tag_files", FAILED, "FORMAT_FAILURE", reason=reason)
            return
    result.add("tag_files", DONE)


def _read(container: Container, name: str, maximum: int) -> bytes:
    if package.BASE + name not in container.members:
        raise Malformed(f"package: {name} is missing")
    return container.read(package.BASE + name, maximum)


def _receipts(
    result: Result, container: Container, policy: Policy, options: Options
) -> Receipt | None:
    try:
        data = _read(container, package.RECEIPT, _MAX_RECEIPT)
    except Malformed as error:
        result.add("receipt", FAILED, "FORMAT_FAILURE", reason=str(error))
        return None
    receipt = check_receipt(result, data, policy, options, inside_v1=True)
    if package.BASE + package.RECEIPT_LATEST in container.members:
        try:
            latest = _read(container, package.RECEIPT_LATEST, _MAX_RECEIPT)
        except Malformed as error:
            result.add("receipt_latest", FAILED, "FORMAT_FAILURE", reason=str(error))
        else:
            check_latest(result, latest, receipt, policy, options)
    return receipt


def _manifest(
    result: Result, container: Container, receipt: Receipt | None, hashes: Hashes
) -> Manifest | None:
    if package.MANIFEST not in hashes:
        reason = "package: data/manifest.txt is missing"
        result.add("manifest", FAILED, "FORMAT_FAILURE", reason=reason)
        return None
    if receipt is None:
        return None
    submission = receipt.statement.submission
    if submission.what != "manifest":
        reason = "package: the receipt is for a single file, not for a manifest"
        result.add("manifest", FAILED, "BINDING_FAILURE", reason=reason)
        return None
    chunks = container.chunks(package.BASE + package.MANIFEST)
    found, _ = digests.compute(chunks, [digest.alg for digest in submission.digests])
    differ, missing = digests.compare(found, submission.digests)
    if differ:
        reason = f"manifest: its {differ[0]} digest is not the one in the statement"
        result.add("manifest", FAILED, "HASH_FAILURE", reason=reason)
        return None
    try:
        sealed = manifest.parse_manifest(_read(container, package.MANIFEST, manifest.MAX_BYTES))
    except VerifierError as error:
        result.add("manifest", FAILED, sub_of(error), reason=str(error))
        return None
    if missing:
        result.add("manifest", NOT_DONE, "ALGORITHM_NOT_COMPUTED", algorithms=" ".join(missing))
    else:
        result.add("manifest", DONE, algorithms=" ".join(digest.alg for digest in found))
    return sealed


def _openings(result: Result, container: Container, sealed: Manifest) -> list[Opening] | None:
    openings: list[Opening] = []
    for n, line in enumerate(sealed.files):
        try:
            name = package.opening_member(n)
            data = _read(container, name, manifest.MAX_OPENING_BYTES)
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
    wanted = set(package.TAG_NAMES) | {package.RECEIPT, package.MANIFEST}
    if package.RECEIPT_LATEST in hashes:
        wanted.add(package.RECEIPT_LATEST)
    if package.DECLARATION in hashes and receipt and receipt.statement.declaration is not None:
        wanted.add(package.DECLARATION)
    if sealed and openings:
        for n, (line, opening) in enumerate(zip(sealed.files, openings, strict=True)):
            wanted |= {package.opening_member(n), package.file_member(n, opening.file.name)}
            if line.root is not None:
                wanted |= {package.messages_member(n), package.segments_member(n), package.SEEDS}
    else:
        # Nothing tells which files belong; only what can never belong is refused.
        wanted |= {name for name in hashes if name.startswith("data/")}
    told = sealed is not None and openings is not None
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


def _files(result: Result, container: Container, openings: list[Opening], hashes: Hashes) -> None:
    """Each original's size and every digest of its opening."""
    missing: set[str] = set()
    for n, opening in enumerate(openings):
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
