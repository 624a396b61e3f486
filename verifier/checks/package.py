"""The checks of an evidence package, private or a disclosure, in the numbered steps of SPEC §13.8."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import Malformed, NewerFormat, VerifierError
from ..evidence import declaration, digests, manifest, package
from ..evidence.manifest import Manifest
from ..evidence.receipt import Receipt
from ..evidence.zip_container import Container
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from .declaration import check_declaration
from .disclosure import check_disclosure
from .latest import check_latest
from .members import MAX_RECEIPT, Hashes, Progress, hash_members, read_member
from .private_package import check_private
from .receipt import bind_receipt, sub_of


def check_package(
    result: Result, path: Path, policy: Policy, options: Options, progress: Progress | None
) -> Receipt | None:
    """Add all checks of the package to ``result``.

    Return the receipt whose checkpoint stands, the first or else the later one; both have
    the same entry. None if there is none that may be relied on.
    """
    try:
        container = Container(path)
    except Malformed as error:
        result.add("container", FAILED, "FORMAT_FAILURE", reason=str(error))
        return None
    with container:
        # 1. Every member's bytes: CRC-32 and SHA-256 in one pass.
        try:
            hashes = hash_members(container, progress)
            kind = _kind(container)
        except NewerFormat as error:
            result.add("container", NOT_DONE, "NEWER_FORMAT", reason=str(error))
            return None
        except VerifierError as error:
            result.add("container", FAILED, "FORMAT_FAILURE", reason=str(error))
            return None
        result.facts["kind"] = kind
        if kind == "disclosure":
            result.scope = "disclosure"
        _tag_files(result, container, kind, hashes)
        # 2. The receipt. 3. The manifest whose digest it anchors.
        receipt = _receipts(result, container, policy, options)
        sealed = _manifest(result, container, receipt, hashes)
        # 4. Openings, 5. files, 6. the exact set of members, 7. message trees.
        if kind == "private":
            check_private(result, container, sealed, hashes, receipt, progress)
        else:
            check_disclosure(result, container, sealed, hashes, receipt, policy, options)
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


def _kind(container: Container) -> str:
    """Return the package's kind from ``beilin.txt``; the tag-file check binds the rest of it."""
    name = package.BASE + "beilin.txt"
    if name not in container.members:
        raise Malformed("package: no beilin.txt in the folder package/")
    data = container.read(name, 100)
    if data == b"beilin/package/v1\nkind private\n":
        return "private"
    if data == b"beilin/package/v1\nkind disclosure\n":
        return "disclosure"
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


def _receipts(
    result: Result, container: Container, policy: Policy, options: Options
) -> Receipt | None:
    try:
        data = read_member(container, package.RECEIPT, MAX_RECEIPT)
    except Malformed as error:
        result.add("receipt", FAILED, "FORMAT_FAILURE", reason=str(error))
        return None
    bound = bind_receipt(result, data, policy, options, inside_v1=True)
    receipt = None if bound is None else bound.receipt
    if package.BASE + package.RECEIPT_LATEST in container.members:
        try:
            latest = read_member(container, package.RECEIPT_LATEST, MAX_RECEIPT)
        except Malformed as error:
            result.add("receipt_latest", FAILED, "FORMAT_FAILURE", reason=str(error))
        else:
            return check_latest(result, latest, bound, policy, options)
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
        sealed = manifest.parse_manifest(
            read_member(container, package.MANIFEST, manifest.MAX_BYTES)
        )
    except VerifierError as error:
        result.add("manifest", FAILED, sub_of(error), reason=str(error))
        return None
    if missing:
        result.add("manifest", NOT_DONE, "ALGORITHM_NOT_COMPUTED", algorithms=" ".join(missing))
    else:
        result.add("manifest", DONE, algorithms=" ".join(digest.alg for digest in found))
    return sealed
