"""The plan of one seal, ``PKG.zip.part``: everything drawn at random or decided.

It is on the disk before the first request that could anchor anything. A run
that was interrupted anywhere reads it and makes the same request again, byte
for byte, and so gets the same receipt: nobody who was merely unlucky looks as
if they had anchored several variants. It holds the salts; it is private.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from verifier.encoding import escape_bytes, parse_base64, to_base64, unescape_bytes
from verifier.errors import Malformed
from verifier.evidence.digests import Digest
from verifier.evidence.manifest import FileLine, Manifest, check_file
from verifier.evidence.messages import parse_messages_root
from verifier.evidence.submission import Submission, check_signature, parse_submission

from .inputs import ORIGINAL, PROVENANCE, Input
from .scan import MEDIA, Scanned, Secrets, Span
from .strict import number_of, parse_object, text_of

_FORMAT: Final = "beilin/plan/v1"
_WHAT: Final = "plan"
MAX_BYTES: Final = 64 << 20
"""10,000 files with long names fit."""


class Plan(NamedTuple):
    """What will be requested and packed.

    ``dossier`` is the person's name for it; its id is in the submission.
    ``supplements`` is the leaf hash of the entry that this one adds to.
    """

    server: str
    dossier: str
    again: bool
    files: tuple[Scanned, ...]
    supplements: bytes | None
    manifest: bytes
    submission: Submission
    signature: bytes | None

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        values = {
            "format": _FORMAT,
            "server": self.server,
            "dossier": self.dossier,
            "again": self.again,
            "files": [_file_values(each) for each in self.files],
            "supplements": None if self.supplements is None else to_base64(self.supplements),
            "manifest": self.manifest.decode(),
            "submission": self.submission.to_bytes().decode(),
            "signature": None if self.signature is None else to_base64(self.signature),
        }
        return json.dumps(values, ensure_ascii=False, indent=1).encode() + b"\n"


def manifest_of(files: Sequence[Scanned], supplements: bytes | None = None) -> bytes:
    """Return the manifest's text; the file of role ``provenance`` is the one it names as such."""
    lines = tuple(
        FileLine(each.opening().commitment(), None if each.root is None else each.root.root())
        for each in files
    )
    provenance = [n for n, each in enumerate(files) if each.role == PROVENANCE]
    return Manifest(lines, supplements, provenance[0] if provenance else None).to_bytes()


def digests_of(manifest: bytes) -> tuple[Digest, ...]:
    """Return what the submission carries of the manifest."""
    return (Digest("sha-256", hashlib.sha256(manifest).digest()),)


def _file_values(each: Scanned) -> dict[str, Any]:
    return {
        "path": escape_bytes(os.fsencode(each.input.path)),
        "name": escape_bytes(each.input.name),
        "role": each.role,
        "size": each.size,
        "sha256": to_base64(each.sha256),
        "salt": to_base64(each.secrets.salt),
        "content_salt": to_base64(each.secrets.content_salt),
        "seed": to_base64(each.secrets.seed),
        "messages": None if each.root is None else each.root.to_bytes().decode(),
        "table": None
        if each.table is None
        else [each.table.start, each.table.size, to_base64(each.table.sha256)],
    }


def parse_plan(data: bytes) -> Plan:
    """Return the plan; raises Malformed where it is damaged or contradicts itself."""
    values = parse_object(data, _WHAT)
    if text_of(values, "format", _WHAT) != _FORMAT:
        raise Malformed("plan: made by another version of this program")
    rows = values.get("files")
    again = values.get("again")
    if not isinstance(rows, list) or not isinstance(again, bool):
        raise Malformed("plan: files or again is missing")
    files = tuple(_parse_file(row) for row in rows)
    signature = values.get("signature")
    supplements = values.get("supplements")
    plan = Plan(
        text_of(values, "server", _WHAT),
        text_of(values, "dossier", _WHAT),
        again,
        files,
        None if supplements is None else _bytes(values, "supplements", 32),
        text_of(values, "manifest", _WHAT).encode(),
        parse_submission(text_of(values, "submission", _WHAT).encode()),
        None if signature is None else _bytes(values, "signature", 64),
    )
    if manifest_of(files, plan.supplements) != plan.manifest:
        raise Malformed("plan: the manifest is not that of the files")
    if plan.submission.digests != digests_of(plan.manifest):
        raise Malformed("plan: the submission is not that of the manifest")
    check_signature(plan.submission, plan.signature)
    return plan


def _bytes(values: dict[str, Any], key: str, length: int) -> bytes:
    return parse_base64(text_of(values, key, _WHAT), f"plan: {key}", length=length)


def _parse_file(row: Any) -> Scanned:
    if not isinstance(row, dict):
        raise Malformed("plan: a file is not an object")
    path = unescape_bytes(text_of(row, "path", _WHAT), "plan: path")
    name = unescape_bytes(text_of(row, "name", _WHAT), "plan: name")
    root_text, table = row.get("messages"), row.get("table")
    root = None
    if root_text is not None:
        root = parse_messages_root(text_of(row, "messages", _WHAT).encode())
    role = text_of(row, "role", _WHAT)
    scanned = Scanned(
        Input(Path(os.fsdecode(path)), name, ORIGINAL if role == MEDIA else role),
        role,
        number_of(row, "size", _WHAT),
        _bytes(row, "sha256", 32),
        Secrets(*(_bytes(row, key, 32) for key in ("salt", "content_salt", "seed"))),
        root,
        None if table is None else _span(table),
    )
    check_file(scanned.opening().file)
    if (scanned.role == MEDIA) != (root is None) or (root is None) != (scanned.table is None):
        raise Malformed("plan: a file with a tree has a table, and media have none")
    return scanned


def _span(value: Any) -> Span:
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed("plan: a table is start, size and digest")
    row = dict(zip(("start", "size", "sha256"), value, strict=True))
    return Span(
        number_of(row, "start", _WHAT), number_of(row, "size", _WHAT), _bytes(row, "sha256", 32)
    )
