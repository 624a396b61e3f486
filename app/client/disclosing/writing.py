"""Writing a disclosure: whole under a temporary name, verified, then named."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from app.client.durable import create, sync_folder, writing
from app.client.words import shown
from app.commands.common import EXIT_CANNOT_WRITE, EXIT_INTERNAL, EXIT_USAGE, Refusal
from verifier.evidence import package
from verifier.evidence.disclosed import Head
from verifier.options import Options
from verifier.result import DONE, FAILED
from verifier.verify import verify_package

from .leaves import Window, make_leaves, shown_indexes
from .opened import Private, no_policy
from .selection import Selection

_CHUNK = 1 << 20
Payload = dict[str, tuple[bytes, int, Iterable[bytes]]]


def write(
    private: Private, n: int, selection: Selection | None, along: list[int], chain: list[bytes],
    out: Path,
) -> None:  # fmt: skip
    """Write the disclosure of file ``n`` to ``out``: records, or the file whole where there is no selection.

    ``along`` are positions of other files to show whole. Raises Refusal 73
    where ``out`` exists or cannot be written; nothing is left then.
    """
    if out.exists():
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"{shown(out)} 已存在，未作任何改动；请换一个名称。",
            f"{shown(out)} exists and was not changed; choose another name.",
        )
    temporary = out.with_name(out.name + ".new")
    with ExitStack() as stack, writing(out):
        temporary.unlink(missing_ok=True)  # of a run that was killed
        stack.callback(temporary.unlink, missing_ok=True)
        lines = stack.enter_context(tempfile.TemporaryFile(dir=out.parent))
        payload = _payload(private, n, selection, along, chain, lines)
        with os.fdopen(create(temporary), "wb", buffering=_CHUNK) as file:
            package.write_package(file, "disclosure", payload)
            file.flush()
            os.fsync(file.fileno())
        _verify(temporary)
        temporary.replace(out)
        sync_folder(out.parent)


def _payload(
    private: Private, n: int, selection: Selection | None, along: list[int], chain: list[bytes],
    lines: BinaryIO,
) -> Payload:  # fmt: skip
    payload: Payload = {name: package.small(data) for name, data in private.receipts().items()}
    payload[package.MANIFEST] = package.small(private.manifest.to_bytes())
    for item, data in enumerate(chain, 1):
        payload[package.chain_member(item)] = package.small(data)
    for position in (*along, *([n] if selection is None else [])):
        _whole(payload, private, position)
    if selection is not None:
        _part(payload, private, n, selection, lines)
    return payload


def _whole(payload: Payload, private: Private, n: int) -> None:
    """A whole file: its bytes, and its opening with the digests."""
    opening = private.openings[n]
    assert opening.content is not None, "a private package opens the digests"
    payload[package.opening_member(n)] = package.small(opening.to_bytes())
    name = private.file(n)
    chunks = private.container.chunks(package.BASE + name)
    payload[name] = (opening.content.digests[0].value, opening.file.size, chunks)


def _part(
    payload: Payload, private: Private, n: int, selection: Selection, lines: BinaryIO
) -> None:
    """Some records: opening without digests, root text, leaves, shown bytes."""
    made = make_leaves(private, n, selection, lines)
    root = private.root(n)
    if made.root != root.tree:
        raise Refusal(
            EXIT_INTERNAL,
            "重新计算的消息树与所存证的不同，未写出任何内容。",
            "The message tree came out otherwise than it was anchored; nothing was written.",
        )
    opening = private.openings[n]._replace(content=None)
    payload[package.opening_member(n)] = package.small(opening.to_bytes())
    payload[package.messages_member(n)] = package.small(root.to_bytes())
    head = Head(
        None if selection.period is None else selection.period.text,
        selection.ranges,
        made.hashes,
        len(shown_indexes(selection, root.segments)),
    ).to_bytes()
    text = (head, lines)
    digest, size = _digest(_text_chunks(*text))
    payload[package.disclosed_member(n)] = (digest, size, _text_chunks(*text))
    if made.windows:
        digest, size = _digest(_shown_chunks(private, n, made.windows))
        payload[package.shown_member(n)] = (digest, size, _shown_chunks(private, n, made.windows))


def _digest(chunks: Iterable[bytes]) -> tuple[bytes, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.digest(), size


def _text_chunks(head: bytes, lines: BinaryIO) -> Iterator[bytes]:
    yield head
    lines.seek(0)
    while chunk := lines.read(_CHUNK):
        yield chunk


def _shown_chunks(private: Private, n: int, windows: list[Window]) -> Iterator[bytes]:
    with private.open_file(n) as file:
        for offset, length in windows:
            file.seek(offset)
            left = length
            while left and (chunk := file.read(min(left, _CHUNK))):
                left -= len(chunk)
                yield chunk


def _verify(path: Path) -> None:
    """Raise Refusal 70 unless our own verifier finds nothing wrong; without a policy it trusts nobody."""
    result = verify_package(path, no_policy(), Options())
    checks = {check.id: check for check in result.ordered()}
    failed = next((check for check in checks.values() if check.status == FAILED), None)
    if failed is None and checks["files"].status == DONE and checks["records"].status == DONE:
        return
    if failed is None:
        raise Refusal(
            EXIT_USAGE,
            "全部内容都被遮盖，没有可供比对的字节，未写出任何内容。请至少出示一条记录。",
            "Everything is redacted, so nothing would be left to compare; nothing was written. Show at "
            "least one record.",
        )
    wrong = failed
    raise Refusal(
        EXIT_INTERNAL,
        f"生成的披露包未通过自身核验（{wrong.id}），已删除；请将此情况告知维护者。",
        f"The disclosure did not pass its own verification ({wrong.id}) and was removed; please tell "
        "the maintainers.",
    )
