"""Filling the ``Material``: from a verified package, or from files before anchoring.

A package is opened a second time here, so what is read is bound a second time.
Its receipt must lead to the very tree head of the verification, its manifest
to the receipt's statement, each opening to its line of the manifest, and each
file to the digest in its opening, on every whole pass over its bytes. What
does not, is not there: a file that was swapped since the verification is left
out and nothing is said from it. A chat of a gigabyte is read in pieces.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ..audit import Progress, audit_log
from ..checks.declaration import declaration_of
from ..encoding import parse_base64
from ..errors import Malformed, VerifierError
from ..evidence import manifest as manifests
from ..evidence import package
from ..evidence.declaration import MAX_BYTES as MAX_DECLARATION_BYTES
from ..evidence.declaration import Declaration
from ..evidence.manifest import Manifest, Opening
from ..evidence.provenance.record import MAX_BYTES as MAX_RECORD_BYTES
from ..evidence.receipt import Receipt, parse_receipt
from ..evidence.statement import commitment
from ..evidence.zip_container import Container
from ..exports.source import Source
from ..options import Options
from ..policy import Policy
from ..result import DONE, NOT_DONE, Result
from ..tlog.checkpoint import parse_checkpoint
from ..tlog.merkle import check_inclusion, leaf_hash
from ..tlog.note import parse_note
from .bound import Bound, Member
from .material import Material
from .shelf import RECORD_ROLE, Shelf
from .withheld import Withheld

_MAX_RECEIPT: Final = 1 << 20
_BINDING: Final = ("manifest", "openings", "files")
"""Checks of the verification without which no file of a package is used."""
_LOGGED: Final = ("inclusion", "log_key")
"""Checks without which the platform's declaration is not used: nothing says it was anchored."""
_ROLES: Final = {"original_export": "original"}
"""Where the record's word for a role is not the manifest's."""


def gather(
    path: Path,
    result: Result,
    policy: Policy,
    options: Options,
    progress: Progress | None = None,
) -> Material:
    """Return what the package at ``path``, whose verification is ``result``, puts to use.

    Raises OSError where the package cannot be read; what is not bound is left
    out without an error, because ``result`` already says what failed.
    """
    material = Material(result=result, policy=policy, at=options.at)
    try:
        container = Container(path)
    except Malformed:
        return material
    with container:
        material.receipt_supplied = package.BASE + package.RECEIPT in container.members
        material.receipt = receipt = _receipt(container, result)
        if receipt is None:
            return material
        if _are_done(result, _LOGGED):
            material.declaration = _declaration(container, receipt, policy)
        material.audit = _audit(result, policy, options, progress)
        if not _are_done(result, _BINDING):
            return material
        material.manifest = _manifest(container, receipt)
        if material.manifest is not None:
            shelf = Shelf(material, _names(container, material.manifest))
            for position in range(len(material.manifest.files)):
                _sealed(shelf, container, path, position)
            shelf.open_annexes()
            material.withheld = _withheld(material.manifest, result)
    return material


def _withheld(sealed: Manifest, result: Result) -> Withheld | None:
    """Return what a disclosure does not show whole; in a private package nothing is withheld."""
    if result.facts.get("kind") != "disclosure":
        return None
    shown = {n: result.facts.get(f"file.{n}.completeness") for n in range(len(sealed.files))}
    parts = tuple(n for n, how in shown.items() if how not in {None, "whole"})
    hidden = sum(how is None for how in shown.values())
    record = sealed.provenance is not None and shown.get(sealed.provenance) != "whole"
    return Withheld(record, hidden, parts) if hidden or parts else None


def before_anchoring(
    record_path: Path, files: Sequence[Path], given: Mapping[Path, str] = MappingProxyType({})
) -> Material:
    """Return the same for a record and files on disk, before anything is anchored.

    A file's role is the one ``given`` for its path, else what the record's list
    says of its digest, ``original`` where it says nothing. Raises OSError where a file cannot be read and
    Malformed where one is not a regular file, changes meanwhile, or where the
    record is too long or of a newer format; what is wrong inside the record is
    in ``record_problems``.
    """
    shelf = Shelf(Material())
    shelf.read_record(b"".join(Source(record_path).chunks(stop=MAX_RECORD_BYTES + 1)))
    record = shelf.material.record
    listed = (record.get("item.files") if record else None) or []
    roles = {each.get("sha256"): str(each.get("role", "original")) for each in listed}
    for position, path in enumerate(files):
        source = Source(path)
        sha256 = hashlib.sha256()
        for chunk in source.chunks():
            sha256.update(chunk)
        role = given.get(path) or roles.get(sha256.hexdigest(), "original")
        bound = Bound(source, sha256.digest(), os.fsencode(path.name))
        shelf.add(bound, position, _ROLES.get(role, role))
    shelf.open_annexes()
    return shelf.material


def _are_done(result: Result, names: Sequence[str]) -> bool:
    checks = [result.check(name) for name in names]
    return all(check is not None and check.status == DONE for check in checks)


def _bytes(container: Container, name: str, maximum: int) -> bytes:
    """Return a small member; raises Malformed where it is missing, too large or damaged."""
    if package.BASE + name not in container.members:
        raise Malformed("package: a member is missing")
    return container.read(package.BASE + name, maximum)


def _receipt(container: Container, result: Result) -> Receipt | None:
    """Return the receipt if it leads to the tree head that the verification reported."""
    try:
        receipt = parse_receipt(_bytes(container, package.RECEIPT, _MAX_RECEIPT))
        head = parse_checkpoint(parse_note(receipt.proof.note).text)
        root = parse_base64(str(result.facts.get("root", "")), "root", length=32)
        leaf = leaf_hash(receipt.entry_bytes)
        check_inclusion(leaf, receipt.proof.index, head.size, receipt.proof.hashes, root)
    except VerifierError:
        return None
    found = (head.origin, receipt.proof.index, head.size)
    known = tuple(result.facts.get(name) for name in ("origin", "index", "size"))
    opened = commitment(receipt.salt, receipt.statement_bytes) == receipt.entry.commitment
    return receipt if opened and found == known else None


def _manifest(container: Container, receipt: Receipt) -> Manifest | None:
    try:
        data = _bytes(container, package.MANIFEST, manifests.MAX_BYTES)
        sealed = manifests.parse_manifest(data)
    except VerifierError:
        return None
    wanted = receipt.statement.submission.digests[0]
    bound = wanted.alg == "sha-256" and hashlib.sha256(data).digest() == wanted.value
    return sealed if bound else None


def _declaration(container: Container, receipt: Receipt, policy: Policy) -> Declaration | None:
    """Return the declaration that the statement names, if digest and signature hold."""
    try:
        note = _bytes(container, package.DECLARATION, MAX_DECLARATION_BYTES)
    except VerifierError:
        return None
    return declaration_of(note, receipt.statement, policy, receipt.proof.index + 1)


def _audit(
    result: Result, policy: Policy, options: Options, progress: Progress | None
) -> Result | None:
    """Return the audit of the log copy, where the verification found it fit to answer."""
    siblings = result.check("siblings")
    if options.log is None or siblings is None or siblings.status == NOT_DONE:
        return None
    try:
        return audit_log(
            options.log,
            policy,
            policy_source=options.policy_source,
            at=options.at,
            at_is_clock=options.at_is_clock,
            progress=progress,
        )
    except (OSError, VerifierError):
        return None


def _opening(container: Container, sealed: Manifest, position: int) -> Opening | None:
    try:
        name = package.opening_member(position)
        opening = manifests.parse_opening(_bytes(container, name, manifests.MAX_OPENING_BYTES))
    except VerifierError:
        return None
    return opening if opening.commitment() == sealed.files[position].commitment else None


def _names(container: Container, sealed: Manifest) -> frozenset[bytes]:
    """Return the names of all sealed files; none where one is not shown, which may be any of them."""
    openings = [_opening(container, sealed, n) for n in range(len(sealed.files))]
    known = [opening.file.name for opening in openings if opening is not None]
    return frozenset(known) if len(known) == len(openings) else frozenset()


def _sealed(shelf: Shelf, container: Container, path: Path, position: int) -> None:
    """Add the file at one position of the manifest, if it is bound from end to end."""
    sealed = shelf.material.manifest
    if sealed is None:
        return
    opening = _opening(container, sealed, position)
    if opening is None or opening.content is None or not opening.content.digests:
        return
    file, sha256 = opening.file, opening.content.digests[0].value
    member = package.BASE + package.file_member(position, file.name)
    result = shelf.material.result
    if (
        member not in container.members
        or container.members[member].size != file.size
        or result is None
        or result.facts.get(f"file.{position}.sha256") != sha256.hex()
    ):
        return
    source = Bound(Member(container, member, path), sha256, file.name)
    try:
        shelf.add(source, position, file.role)
        if position == sealed.provenance and file.role != RECORD_ROLE:
            shelf.material.record_misnamed = True
        elif position == sealed.provenance:
            shelf.material.record_position = position
            if file.size <= MAX_RECORD_BYTES:
                shelf.read_record(source.read_all())
            shelf.material.record_bound = shelf.material.record is not None
    except VerifierError:
        return
