"""Keeping a checkpoint of ours that this database cannot reproduce: ``DIR/evidence``.

    <SHA-256 of theirs, 16 hex digits>-<witness>-theirs.note    what a witness shows, signed by our log key
    <the same>-ours.note                                        what this database says

Both are signed by the log, so whoever has its key can compare them. Nothing here is
ever removed or written over.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from ..durable import make_directory, write_once

FOLDER = "evidence"
_NOT_IN_FILE = re.compile(r"[^A-Za-z0-9._-]")


def keep(data: Path, witness: str, ours: bytes, theirs: bytes) -> Path:
    """Write both notes durably and return the path of theirs; the same ones are kept once."""
    folder = data / FOLDER
    make_directory(folder, 0o700)
    name = _NOT_IN_FILE.sub("_", witness)[:60]
    stem = f"{hashlib.sha256(theirs + ours).hexdigest()[:16]}-{name}"
    path = folder / f"{stem}-theirs.note"
    write_once([(path, theirs), (folder / f"{stem}-ours.note", ours)])
    return path
