"""Writing out what a witness kept: two signed notes for each time a log contradicted what it had signed.

    <number>-<kind>-ours.note      the head that this witness had cosigned
    <number>-<kind>-theirs.note    the one that it was shown

``fork``: one size, two roots, both signed by the log; the proof is complete.
``unproven``: larger than ours, and no proof led there; it may have been a mistake of
whoever sent it. ``forgotten``: theirs bears our own cosignature, and we did not know it.
"""

from __future__ import annotations

from pathlib import Path

from .files import PRIVATE, sync_folder
from .opening import DATABASE
from .store import Store


def write_evidence(data: Path, out: Path) -> int:
    """Write everything into a new folder; return how many items. Raises FileExistsError."""
    store = Store(data / DATABASE)
    try:
        kept = store.evidence()
    finally:
        store.close()
    out.mkdir(0o700)
    for each in kept:
        for whose, note in (("ours", each.ours), ("theirs", each.theirs)):
            if note is not None:
                path = out / f"{each.number:04}-{each.kind}-{whose}.note"
                path.touch(PRIVATE)
                path.write_bytes(note)
    sync_folder(out)
    return len(kept)
