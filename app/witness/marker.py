"""The marker: the newest head of each log, outside of the database, written before each signature.

A database put back from a backup looks whole. What gives it away is a second
memory that was not put back with it, so this one lies with the key, where no
backup of the data belongs. In the signer's folder:

    seal              beilin/witness-seal/v1, the witness's vkey, and when its key file last changed
    heads/<SHA-256 of the origin, hex>
                      beilin/witness-head/v1, origin, size, root, SHA-256 of the lines above

A head only ever grows. The time in the seal is the key file's ctime, which no
program can set: a copy or a restored folder has another, and a moved disk has
the same.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from verifier.encoding import parse_base64, parse_decimal, split_lines, to_base64
from verifier.errors import Malformed
from verifier.tlog.checkpoint import check_origin
from verifier.tlog.keys import VKey, parse_vkey
from verifier.tlog.merkle import EMPTY_ROOT

from . import key
from .errors import Amnesia, Unusable
from .files import make_folder, replace

_SEAL: Final = "beilin/witness-seal/v1"
_HEAD: Final = "beilin/witness-head/v1"
_MAXIMUM_BYTES: Final = 4096
_COARSER: Final = (1, 100, 1_000, 1_000_000, 1_000_000_000)
"""Nanoseconds: file systems keep times this finely, in memory often more finely than on disk."""


class Head(NamedTuple):
    """A tree head of a log; ``FRESH`` before the first one."""

    size: int
    root: bytes


FRESH: Final = Head(0, EMPTY_ROOT)
"""Where every log begins (c2sp.org/tlog-witness): a request's old size is 0, its proof empty."""


def file_name(origin: str) -> str:
    """Return the hex SHA-256 of an origin, which is also its place for readers."""
    return sha256(origin.encode()).hexdigest()


class Marker:
    """The signer's folder as a memory. ``read`` first; the lock of the data folder is held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heads: dict[str, Head] = {}

    @property
    def heads(self) -> dict[str, Head]:
        """Every head that may have been signed, by origin."""
        return dict(self._heads)

    def create(self, vkey: VKey) -> None:
        """Write the seal of a new witness, whose key is there."""
        make_folder(self._folder / "heads")
        self.seal(vkey)

    def seal(self, vkey: VKey) -> None:
        """Say that the folder lies where it belongs."""
        replace(self._folder / "seal", f"{_SEAL}\n{vkey.to_text()}\n{self._changed()}\n".encode())

    def _changed(self) -> int:
        path = self._folder / key.FILE
        return path.stat().st_ctime_ns if path.exists() else 0

    def read(self) -> tuple[VKey, bool]:
        """Read seal and heads; return the vkey and whether the folder lies where it was sealed.

        Raises Unusable where a file is missing or damaged.
        """
        path = self._folder / "seal"
        try:
            kind, vkey, sealed = _lines(path)
            if kind != _SEAL:
                raise Malformed("seal: another kind of file")
            found = parse_vkey(vkey), parse_decimal(sealed, "seal: time")
            self._heads = {}
            for path in sorted((self._folder / "heads").glob("[0-9a-f]*")):
                origin, head = _parse_head(path)
                self._heads[origin] = head
        except (OSError, ValueError, Malformed) as error:
            raise Unusable(
                f"{path}：读不出（{type(error).__name__}）。没有它就不签名；"
                "若数据库完好，请从签名目录自己的副本取回此文件",
                f"{path}: cannot be read ({type(error).__name__}). Nothing is signed without it; "
                "bring the file back from a copy of the signer's folder if the database is whole",
            ) from None
        now = self._changed()
        return found[0], any(found[1] // unit * unit == now for unit in _COARSER)

    def write(self, origin: str, head: Head) -> None:
        """Make a head durable; one that does not grow raises Amnesia, the same one is kept."""
        last = self._heads.get(origin)
        if last == head:
            return
        if last is not None and head.size <= last.size:
            raise Amnesia(
                f"{origin}：标记文件已到 {last.size}，不得写入 {head.size}",
                f"{origin}: the marker stands at {last.size}; {head.size} is not written over it",
            )
        replace(self._folder / "heads" / file_name(origin), _head_bytes(origin, head))
        self._heads[origin] = head


def _head_bytes(origin: str, head: Head) -> bytes:
    body = f"{_HEAD}\n{origin}\n{head.size}\n{to_base64(head.root)}\n"
    return f"{body}{sha256(body.encode()).hexdigest()}\n".encode()


def _parse_head(path: Path) -> tuple[str, Head]:
    _, origin, size, root, _ = _lines(path)
    check_origin(origin)
    head = Head(parse_decimal(size, "head: size"), parse_base64(root, "head: root", length=32))
    if _head_bytes(origin, head) != path.read_bytes() or path.name != file_name(origin):
        raise Malformed("head: not as it was written")
    return origin, head


def _lines(path: Path) -> list[str]:
    with path.open("rb") as file:
        return split_lines(file.read(_MAXIMUM_BYTES), "marker", maximum_bytes=_MAXIMUM_BYTES)
