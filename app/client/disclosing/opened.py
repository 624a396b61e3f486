"""A private package, verified, with what a disclosure is made from: rows, seeds, openings.

The package is verified here with the verifier's own checks before anything is
taken from it; no policy is needed for that, since whose log it is does not
matter to the bytes. What does not hold is refused: a disclosure made from it
would only fail at the other side.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from app.client.durable import reading
from app.client.words import shown
from app.commands.common import EXIT_BAD_INPUT, Refusal
from verifier.evidence import package
from verifier.evidence.manifest import MAX_BYTES as MAX_MANIFEST
from verifier.evidence.manifest import (
    MAX_OPENING_BYTES,
    Manifest,
    Opening,
    parse_manifest,
    parse_opening,
)
from verifier.evidence.messages import MessagesRoot, parse_messages_root
from verifier.evidence.receipt import MAX_BYTES as MAX_RECEIPT
from verifier.evidence.seeds import MAX_BYTES as MAX_SEEDS
from verifier.evidence.seeds import parse_seeds
from verifier.evidence.segment import Segment
from verifier.evidence.segment_table import read_table
from verifier.evidence.time_bounds import Bounds, TimeBounds
from verifier.evidence.zip_container import Container
from verifier.options import Options
from verifier.policy import Policy, parse_policy
from verifier.result import FAILED
from verifier.verify import verify_package

_NO_POLICY = b"quorum none\n"
_MAX_DECLARATION = 256 << 10


def no_policy() -> Policy:
    """Return a policy that trusts nobody: its checks speak of bytes alone."""
    return parse_policy(_NO_POLICY)


class Private:
    """An opened private package; a context manager."""

    def __init__(self, path: Path) -> None:
        """Verify and open it; raises Refusal 65 where it does not hold or is no private package."""
        with reading(path):
            result = verify_package(path, no_policy(), Options())
        failed = next((check for check in result.ordered() if check.status == FAILED), None)
        if failed is not None:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"{shown(path)} 未通过核验（{failed.id}：{failed.sub_indication}），未写出任何内容。"
                "请运行 beilin-verify 查看原因，并使用未改动的证据包。",
                f"{shown(path)} does not hold ({failed.id}: {failed.sub_indication}); nothing was "
                "written. Run beilin-verify to see why, and use the package as it was sealed.",
            )
        if result.facts.get("kind") != "private":
            raise Refusal(
                EXIT_BAD_INPUT,
                f"{shown(path)} 不是私有证据包；披露包只能由私有证据包生成。",
                f"{shown(path)} is not a private package; a disclosure is made from one.",
            )
        self.path = path
        self.container = Container(path)
        self.manifest: Manifest = parse_manifest(self.read(package.MANIFEST, MAX_MANIFEST))
        self.openings: list[Opening] = [
            parse_opening(self.read(package.opening_member(n), MAX_OPENING_BYTES))
            for n in range(len(self.manifest.files))
        ]
        has_trees = any(line.root is not None for line in self.manifest.files)
        self._seeds = parse_seeds(self.read(package.SEEDS, MAX_SEEDS)) if has_trees else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.container.__exit__(kind, error, trace)

    def read(self, name: str, maximum: int) -> bytes:
        """Return a small member below ``package/``."""
        return self.container.read(package.BASE + name, maximum)

    def receipts(self) -> dict[str, bytes]:
        """Return the receipts and the platform's declaration, which every disclosure carries on."""
        names = {
            package.RECEIPT: MAX_RECEIPT,
            package.RECEIPT_LATEST: MAX_RECEIPT,
            package.DECLARATION: _MAX_DECLARATION,
        }
        return {
            name: self.read(name, maximum)
            for name, maximum in names.items()
            if package.BASE + name in self.container.members
        }

    def file(self, n: int) -> str:
        """Return the member that holds the bytes of the file at a position."""
        return package.file_member(n, self.openings[n].file.name)

    def open_file(self, n: int) -> BinaryIO:
        """Return those bytes as a file."""
        return self.container.open(package.BASE + self.file(n))

    def root(self, n: int) -> MessagesRoot:
        """Return the root text of a file's message tree."""
        return parse_messages_root(self.read(package.messages_member(n), 2048))

    def seed(self, n: int) -> bytes:
        """Return the seed of a file's message tree."""
        return self._seeds[n]

    def rows(self, n: int) -> Iterator[Segment]:
        """Yield the rows of a file's segment table."""
        name = package.BASE + package.segments_member(n)
        with self.container.open(name) as table:
            yield from read_table(table, self.container.members[name].size)

    def bounded_rows(self, n: int) -> Iterator[tuple[Segment, Bounds]]:
        """Yield the rows with their bounds (SPEC §8.3)."""
        bounds = TimeBounds()
        try:
            for row in self.rows(n):
                bounds.add(row.te_lo, row.te_hi)
            yield from zip(self.rows(n), bounds, strict=True)
        finally:
            bounds.close()

    def position(self, name: str) -> int:
        """Return the position of the file that the person calls ``name``; raises Refusal 65."""
        wanted = name.encode("utf-8", "surrogateescape")
        names = [opening.file.name for opening in self.openings]
        found = [n for n, own in enumerate(names) if own == wanted] or [
            n for n, own in enumerate(names) if own.rpartition(b"/")[2] == wanted
        ]
        if len(found) != 1:
            listed = [
                shown(o.file.name.decode("utf-8", "surrogateescape")) for o in self.openings[:10]
            ]
            more = "…" if len(self.openings) > len(listed) else ""
            many = bool(found)
            raise Refusal(
                EXIT_BAD_INPUT,
                f"包内{'有多个' if many else '没有'}名为 {shown(name)} 的文件。包内文件："
                f"{'、'.join(listed)}{more}",
                f"{'Several files' if many else 'No file'} of the package "
                f"{'are' if many else 'is'} called {shown(name)}. It holds: {', '.join(listed)}{more}",
            )
        return found[0]
