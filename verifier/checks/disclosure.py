"""The checks of a disclosure package, in the numbered steps of SPEC §13.12.

A disclosure shows some files whole, and of others some records. Each shown file
has its opening; whether the digests stand in it says which of the two it is.
"""

from __future__ import annotations

import io
from contextlib import ExitStack
from typing import BinaryIO, cast

from ..errors import BindingFailure, Malformed, VerifierError
from ..evidence import manifest, package
from ..evidence.disclosed import ranges_text
from ..evidence.manifest import Manifest, Opening
from ..evidence.messages import MessagesRoot, parse_messages_root
from ..evidence.receipt import Receipt
from ..evidence.zip_container import Container
from ..exports.again import Again, derive_again
from ..exports.reader import Reader
from ..exports.registry import family_of
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from .dossier_chain import check_dossier_chain
from .files import check_files
from .members import Hashes, check_members, common_members, read_member
from .readable import Listed, Room, make_readable
from .receipt import sub_of
from .shown_records import Sealed, Shown, check_shown, pieces

_MAX_ROOT = 2048


def check_disclosure(
    result: Result,
    container: Container,
    sealed: Manifest | None,
    hashes: Hashes,
    receipt: Receipt | None,
    policy: Policy,
    options: Options,
) -> None:
    """Add ``openings``, ``container``, ``files``, ``records``, ``readers`` and ``chain``."""
    openings = _openings(result, container, sealed, hashes) if sealed else None
    if openings is None:
        check_members(result, container, None, hashes)
    else:
        check_members(result, container, _wanted(openings, hashes, receipt), hashes)
        whole = {n: each for n, each in openings.items() if each.content is not None}
        parts = {n: each for n, each in openings.items() if each.content is None}
        if not openings:
            result.add("files", NOT_DONE, "SIGNED_DATA_NOT_FOUND")
            result.add("records", NOT_DONE, "SIGNED_DATA_NOT_FOUND")
        else:
            check_files(result, container, whole, hashes)
            assert sealed is not None
            _records(result, container, sealed, parts, sum(o.file.size for o in whole.values()))
        files = result.check("files")
        if files is not None and files.status != FAILED:
            result.facts.update({f"file.{n}.completeness": "whole" for n in whole})
        result.facts["files"] = len(sealed.files) if sealed else 0
        result.facts["files_shown"] = len(openings)
    if receipt is not None:
        check_dossier_chain(result, container, receipt, policy, options)


def _openings(
    result: Result, container: Container, sealed: Manifest, hashes: Hashes
) -> dict[int, Opening] | None:
    """1. Each opening opens its line of the manifest."""
    openings: dict[int, Opening] = {}
    for n, line in enumerate(sealed.files):
        name = package.opening_member(n)
        if name not in hashes:
            continue
        try:
            opening = manifest.parse_opening(
                read_member(container, name, manifest.MAX_OPENING_BYTES)
            )
        except VerifierError as error:
            result.add("openings", FAILED, sub_of(error), reason=f"file {n}: {error}")
            return None
        if opening.commitment() != line.commitment:
            reason = f"file {n}: its name, role, size and digest are not those in the manifest"
            result.add("openings", FAILED, "BINDING_FAILURE", reason=reason)
            return None
        if opening.content is None and line.root is None:
            reason = f"file {n}: it has no message tree, so no part of it can be shown"
            result.add("openings", FAILED, "FORMAT_FAILURE", reason=reason)
            return None
        openings[n] = opening
    result.add("openings", DONE, count=len(openings))
    return openings


def _wanted(openings: dict[int, Opening], hashes: Hashes, receipt: Receipt | None) -> set[str]:
    """Return the only members that a disclosure of these files may have (SPEC §9.5)."""
    wanted = common_members(hashes, receipt)
    wanted |= {name for name in hashes if package.is_chain_member(name)}  # judged by ``chain``
    for n, opening in openings.items():
        wanted.add(package.opening_member(n))
        if opening.content is not None:
            wanted.add(package.file_member(n, opening.file.name))
        else:
            wanted |= {package.messages_member(n), package.disclosed_member(n)}
            if package.shown_member(n) in hashes:  # its size is held against the segments
                wanted.add(package.shown_member(n))
    return wanted


def _records(
    result: Result,
    container: Container,
    sealed: Manifest,
    parts: dict[int, Opening],
    whole_bytes: int,
) -> None:
    """3. to 8. for each file of which some records are shown; ``whole_bytes`` are those of whole files."""
    unknown = differing = matched = 0
    room = Room()
    for n, opening in parts.items():
        try:
            root = parse_messages_root(
                read_member(container, package.messages_member(n), _MAX_ROOT)
            )
            _check_root(root, sealed.files[n].root, opening)
            with ExitStack() as stack:
                where = Sealed(n, len(sealed.files))
                shown, again, listed = _one(container, where, root, stack, room)
        except VerifierError as error:
            result.add("records", FAILED, sub_of(error), reason=f"file {n}: {error}", file=n)
            result.shown.clear()
            return
        room = listed.room
        result.shown += listed.segments
        result.facts[f"file.{n}.not_listed"] = listed.more
        matched += shown.raw_bytes
        unknown += again is None
        differing += again is not None and again.differ > 0
        _facts(result, n, opening, root, shown, again)
    if parts and not matched + whole_bytes:
        # Of a disclosure that shows no byte at all nothing was matched.
        result.add("records", NOT_DONE, "SIGNED_DATA_NOT_FOUND")
    else:
        result.add("records", DONE, files=len(parts))
    if not parts:
        return
    if differing:
        result.add("readers", NOT_DONE, "READER_DIFFERS", files=len(parts) - unknown - differing)
    elif unknown:
        result.add("readers", NOT_DONE, "READER_UNKNOWN", files=len(parts) - unknown)
    else:
        result.add("readers", DONE, files=len(parts))


def _check_root(root: MessagesRoot, anchored: bytes | None, opening: Opening) -> None:
    if root.root() != anchored:
        raise BindingFailure("the root text is not the one in the manifest")
    if root.size != opening.file.size:
        raise BindingFailure("the message tree is over another number of bytes than the file has")


def _one(
    container: Container, sealed: Sealed, root: MessagesRoot, stack: ExitStack, room: Room
) -> tuple[Shown, Again | None, Listed]:
    n = sealed.position
    name = package.BASE + package.disclosed_member(n)
    if name not in container.members:
        raise Malformed(f"package: {package.disclosed_member(n)} is missing")
    size = container.members[name].size
    text = stack.enter_context(container.open(name))
    raw_name = package.BASE + package.shown_member(n)
    raw_size = container.members[raw_name].size if raw_name in container.members else 0
    if raw_name in container.members and not raw_size:
        raise Malformed(f"package: {package.shown_member(n)} is empty")
    raw: BinaryIO
    if raw_size:
        raw = stack.enter_context(container.open(raw_name))
    else:
        raw = cast("BinaryIO", io.BytesIO())
    shown = check_shown(root, sealed, text, size, raw, raw_size)
    worst: Again | None = None
    family = family_of(root.reader)
    for each in family:
        again = derive_again(each, root.variant, root.clock, lambda: pieces(text, size), raw)
        if again is not None and (worst is None or again.differ > worst.differ):
            worst = again
    # Where the bytes say otherwise than the leaves, or nobody asked them, they are shown whole.
    agrees = worst is not None and not worst.differ
    reader = _named(root.reader, family) if agrees else None
    return shown, worst, make_readable(n, text, size, raw, reader, room)


def _named(name: str, family: list[Reader]) -> Reader | None:
    """Return the reader that cut the file, else the newest of its kind, which shows records like it."""
    return next((reader for reader in family if reader.name == name), next(iter(family), None))


def _facts(
    result: Result, n: int, opening: Opening, root: MessagesRoot, shown: Shown, again: Again | None
) -> None:
    """What the report says of one file; SPEC §13.12 step 9 has the rule of ``completeness``."""
    differs = again is not None and again.differ > 0
    completeness = "not_shown" if differs else "range" if shown.period is None else "period"
    prefix = f"file.{n}."
    facts: dict[str, str | int] = {
        "name": opening.to_bytes().split(b"\n")[3][5:].decode(),
        "role": opening.file.role,
        "size": opening.file.size,
        "reader": root.reader,
        "variant": root.variant,
        "clock": root.clock,
        "segments": root.segments,
        "records": root.records,
        "completeness": completeness,
        "ranges": ranges_text(shown.head.ranges),
        "period": shown.head.period or "",
        "shown_records": shown.records - shown.redacted,
        "redacted_records": shown.redacted,
        "withheld_segments": root.segments - shown.leaves,
        "outside_period": shown.outside_period,
        "again": again.same if again is not None else 0,
        "undecided": again.undecided if again is not None else 0,
        "leaves": shown.leaves,
        "loose": shown.loose,
    }
    result.facts.update({prefix + key: value for key, value in facts.items()})
    if again is not None and differs:
        places = " ".join(str(place) for place in again.places)
        result.note("READER_DIFFERS", file=n, reader=root.reader, count=again.differ, places=places)
    elif again is None:
        result.note("READER_UNKNOWN", file=n, reader=root.reader)
    if shown.undated_by:
        result.note("DATE_NOT_SHOWN", file=n, count=shown.undated_by)
