"""The integrity file that one exporting tool puts into its ZIPs, checked as far as it goes.

WeChatDataAnalysis writes ``_integrity/manifest.wce``, JSON with a list ``f`` of
``path`` and ``sha256``, and ``_integrity/signature.wce`` over it. It shows that
this tool wrote these bytes and nothing of what the phone held, and the same
tool offers to edit messages before it exports them. So the digests are
compared, the signature is not, and nothing is graded up.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from ...errors import Malformed
from ..cutting.json_object import unescape
from ..reader import Note
from .archive import Archive, Member

MANIFEST: Final = b"_integrity/manifest.wce"
FOLDER: Final = b"_integrity/"
MAX_MANIFEST_BYTES: Final = 16 << 20
_ENTRY = re.compile(rb"\{[^{}]*+\}")
_PATH = re.compile(rb'"path"\s*+:\s*+"((?:[^"\\]++|\\.)*+)"')
_SHA256 = re.compile(rb'"sha256"\s*+:\s*+"([0-9a-f]{64})"')


def integrity_notes(archive: Archive) -> tuple[Note, ...]:
    """Return what the tool's own integrity file says about the archive, if there is one.

    TOOL_SIGNATURE_MISMATCH counts files whose digest differs, that are listed
    and missing, or that are there and not listed.
    """
    manifest = archive.named(MANIFEST)
    if manifest is None or archive.broken:
        return ()
    present = (Note("TOOL_SIGNATURE_PRESENT"), Note("TOOL_CAN_EDIT"))
    listed = _listed(archive, manifest)
    if listed is None:
        return (*present, Note("TOOL_SIGNATURE_MISMATCH", detail="unreadable-list"))
    there = {each.name: each for each in archive.members if not each.name.startswith(FOLDER)}
    differ = len(listed.keys() ^ there.keys())
    for name in listed.keys() & there.keys():
        differ += _sha256(archive, there[name]) != listed[name]
    return (*present, Note("TOOL_SIGNATURE_MISMATCH", differ)) if differ else present


def _listed(archive: Archive, manifest: Member) -> dict[bytes, bytes] | None:
    """Return the digests that the tool listed, None where its list cannot be read."""
    if manifest.size > MAX_MANIFEST_BYTES:
        return None
    try:
        data = b"".join(archive.chunks(manifest))
    except Malformed:
        return None
    found: dict[bytes, bytes] = {}
    for entry in _ENTRY.findall(data):
        path, digest = _PATH.search(entry), _SHA256.search(entry)
        if path is not None and digest is not None:
            found[unescape(path[1]).encode("utf-8", "replace")] = digest[1]
    return found or None


def _sha256(archive: Archive, member: Member) -> bytes:
    digest = hashlib.sha256()
    try:
        for chunk in archive.chunks(member):
            digest.update(chunk)
    except Malformed:
        return b""
    return digest.hexdigest().encode()
