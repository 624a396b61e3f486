"""Writing the evidence package from a plan and its receipt.

The bytes follow from the two alone, and from whether the platform's declaration
was to be had (``declared``): packing again gives the same file. Every file is
hashed once more while it is copied, so that a package never holds other bytes
than those that were anchored.
"""

from __future__ import annotations

import filecmp
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from app.commands.common import EXIT_CANNOT_WRITE, Refusal
from verifier.evidence import package, seeds

from .durable import create, reading, sync_folder, writing
from .plan import Plan
from .progress import Meter
from .scan import Scanned, changed_while_read
from .words import shown

_CHUNK = 1 << 20


def write(
    out: Path, plan: Plan, receipt: bytes, note: bytes | None, spool: BinaryIO, meter: Meter
) -> None:
    """Write the package to ``out``, whole and fsynced; nothing is left if that fails.

    ``note`` is the platform's declaration, if it is to be had.
    """
    total = sum(each.size for each in plan.files)
    meter.begin("写入证据包", "writing the package", total, out.name)
    out.unlink(missing_ok=True)  # of a run that was killed
    try:
        with writing(out), os.fdopen(create(out), "wb", buffering=_CHUNK) as file:
            package.write_package(file, "private", _payload(plan, receipt, note, spool, meter))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        out.unlink(missing_ok=True)
        raise


def move(temporary: Path, out: Path) -> None:
    """Give the finished package its name, durably; refuse where another file has it by now."""
    if out.exists() and not filecmp.cmp(temporary, out, shallow=False):
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"{shown(out)} 已被另一文件占用，未作任何改动；请移走该文件后重试。",
            f"{shown(out)} is another file by now and was not changed; move it away and try again.",
        )
    with writing(out):
        temporary.replace(out)
        sync_folder(out.parent)


def _payload(
    plan: Plan, receipt: bytes, note: bytes | None, spool: BinaryIO, meter: Meter
) -> dict[str, tuple[bytes, int, Iterable[bytes]]]:
    payload = {
        package.RECEIPT: package.small(receipt),
        package.MANIFEST: package.small(plan.manifest),
    }
    if note is not None:
        payload[package.DECLARATION] = package.small(note)
    drawn: dict[int, bytes] = {}
    for n, each in enumerate(plan.files):
        chunks = file_chunks(each, meter)
        payload[package.file_member(n, each.input.name)] = (each.sha256, each.size, chunks)
        payload[package.opening_member(n)] = package.small(each.opening().to_bytes())
        if each.root is not None and each.table is not None:
            drawn[n] = each.secrets.seed
            payload[package.messages_member(n)] = package.small(each.root.to_bytes())
            table = _span_chunks(spool, each.table.start, each.table.size)
            payload[package.segments_member(n)] = (each.table.sha256, each.table.size, table)
    payload[package.SEEDS] = package.small(seeds.to_bytes(drawn))
    return payload


def file_chunks(each: Scanned, meter: Meter) -> Iterator[bytes]:
    """Yield a file's bytes; raises Refusal 65 unless they are those that were scanned."""
    digest = hashlib.sha256()
    size = 0
    with reading(each.input.path):
        file = each.input.path.open("rb")
    with file:
        while True:
            with reading(each.input.path):
                chunk = file.read(_CHUNK)
            if not chunk:
                break
            digest.update(chunk)
            size += len(chunk)
            if size > each.size:
                break
            meter.add(len(chunk))
            yield chunk
    if size != each.size or digest.digest() != each.sha256:
        raise changed_while_read(each.input)


def _span_chunks(spool: BinaryIO, start: int, size: int) -> Iterator[bytes]:
    while size:
        spool.seek(start)
        chunk = spool.read(min(size, _CHUNK))
        if not chunk:
            return
        start += len(chunk)
        size -= len(chunk)
        yield chunk


def is_spool_whole(plan: Plan, spool: BinaryIO) -> bool:
    """Return whether the spool still holds every segment table of the plan."""
    length = spool.seek(0, os.SEEK_END)
    for each in plan.files:
        if each.table is None:
            continue
        if each.table.start + each.table.size > length:
            return False
        digest = hashlib.sha256()
        for chunk in _span_chunks(spool, each.table.start, each.table.size):
            digest.update(chunk)
        if digest.digest() != each.table.sha256:
            return False
    return True
