"""What the evil operator can write: files of receipts, copies, heads and statements of any history."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.evil.fraud import Files
from tests.verifier import logs
from tests.worked import WorkedLog
from verifier.evidence.receipt import to_receipt


def copy_of(log: WorkedLog, name: str = "log", size: int | None = None) -> Files:
    """Return the files of a static copy of this history."""
    size = len(log.entries) if size is None else size
    with tempfile.TemporaryDirectory() as folder:
        logs.write_files(Path(folder), log.entries, size)
        found = {
            f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file()
        }
    return found | {f"{name}/checkpoint": log.note(size)}


def with_note(anchored, note: bytes, size: int) -> bytes:
    """Return a receipt whose note is replaced."""
    proof = anchored.proof(size)._replace(note=note).to_text()
    return to_receipt(
        anchored.salt, anchored.statement.to_bytes(), anchored.entry.to_bytes(), proof
    )
