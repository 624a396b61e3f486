"""An evidence package: a BagIt bag in a ZIP, every member of it accounted for.

SPEC §9. A member is (a) reached from the statement's digest, (b) verified by
its own signature, or (c) a tag file, whose every byte follows from the others
and from which nothing is printed. Any other member is refused.

    package/bagit.txt  bag-info.txt  beilin.txt  README.txt         (c)
    package/manifest-sha256.txt  tagmanifest-sha256.txt  SHA256SUMS (c)
    package/data/receipt.txt  receipt-latest.txt                    (b)
    package/data/declaration.txt                                    (a) and (b)
    package/data/manifest.txt  files/0000.txt  openings/0000.txt    (a)
    package/data/messages/0000.txt  segments/0000.txt  seeds.txt    (a)
    package/data/disclosed/0000.txt  disclosed/0000.bin             (a)
    package/data/chain/00001.txt                                    (b)
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final

from .zip_container import write_container

BASE: Final = "package/"
RECEIPT: Final = "data/receipt.txt"
RECEIPT_LATEST: Final = "data/receipt-latest.txt"
MANIFEST: Final = "data/manifest.txt"
SEEDS: Final = "data/seeds.txt"
DECLARATION: Final = "data/declaration.txt"
"""The platform's declaration; only where the statement names one, and it may be missing."""
KINDS: Final = ("private", "disclosure")

_README: Final = {
    "private": (
        "PRIVATE: this package holds the salts and the original files. Do not serve or publish "
        "it;\nwhoever has it can read and confirm every record. To show it to others, make a "
        "disclosure from it.\n私有证据包：内含盐值与原始文件，不得送达或公开；持有者可读取并核对每一条记录。\n"
        "需要向他人出示时，请由本包另行生成披露包。\n\n"
        "Check it with: beilin-verify PACKAGE.zip --policy POLICY\n"
        "核验方法：beilin-verify 证据包.zip --policy 策略文件\n"
    ),
    "disclosure": (
        "DISCLOSURE: this package holds what its maker chose to show.\n"
        "披露包：内含制作者选择出示的内容。\n\n"
        "Check it with: beilin-verify PACKAGE.zip --policy POLICY\n"
        "核验方法：beilin-verify 证据包.zip --policy 策略文件\n"
    ),
}  # fmt: skip
_EXTENSION: Final = re.compile(rb"[^/]\.([A-Za-z0-9]{1,8})\Z", re.DOTALL)


def file_member(position: int, name: bytes) -> str:
    """Return a file's member name: its position, and its extension if that is plain.

    Safe on every system whatever the original is called; the original name is
    in the opening.
    """
    match = _EXTENSION.search(name)
    extension = match[1].decode().lower() if match else "bin"
    return f"data/files/{position:04d}.{extension}"


def opening_member(position: int) -> str:
    """Return the member name of a file's opening."""
    return f"data/openings/{position:04d}.txt"


def messages_member(position: int) -> str:
    """Return the member name of a file's message-tree root text."""
    return f"data/messages/{position:04d}.txt"


def segments_member(position: int) -> str:
    """Return the member name of a file's segment table."""
    return f"data/segments/{position:04d}.txt"


def disclosed_member(position: int) -> str:
    """Return the member name of what a disclosure shows of a file's message tree."""
    return f"data/disclosed/{position:04d}.txt"


def shown_member(position: int) -> str:
    """Return the member name of the bytes that a disclosure shows of a file, one after another."""
    return f"data/disclosed/{position:04d}.bin"


def chain_member(item: int) -> str:
    """Return the member name of the receipt of one item of the dossier's chain."""
    return f"data/chain/{item:05d}.txt"


def is_chain_member(name: str) -> bool:
    """Tell whether a member below ``package/`` lies where the chain's receipts lie."""
    return name.startswith("data/chain/")


def tag_files(kind: str, payload: Mapping[str, tuple[bytes, int]]) -> dict[str, bytes]:
    """Return all tag files of a package of ``kind`` by name.

    ``payload`` maps each ``data/…`` name to its SHA-256 and size in bytes. The
    result is the only content these files may have (SPEC §9.3), which is how a
    verifier checks them.
    """
    lines = "".join(f"{payload[name][0].hex()}  {name}\n" for name in sorted(payload))
    octets = sum(size for _, size in payload.values())
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": f"Bag-Software-Agent: beilin\nPayload-Oxum: {octets}.{len(payload)}\n".encode(),
        "beilin.txt": f"beilin/package/v1\nkind {kind}\n".encode(),
        "README.txt": _README[kind].encode(),
        "manifest-sha256.txt": lines.encode(),
    }
    sums = "".join(f"{hashlib.sha256(tags[name]).hexdigest()}  {name}\n" for name in sorted(tags))
    tags["SHA256SUMS"] = (lines + sums).encode()
    sums = "".join(f"{hashlib.sha256(tags[name]).hexdigest()}  {name}\n" for name in sorted(tags))
    tags["tagmanifest-sha256.txt"] = sums.encode()
    return tags


TAG_NAMES: Final = frozenset(tag_files("private", {}))


def write_package(
    out: BinaryIO, kind: str, payload: Mapping[str, tuple[bytes, int, Iterable[bytes]]]
) -> None:
    """Write a package: ``payload`` maps ``data/…`` names to (SHA-256, size, chunks).

    The digests are taken on trust here and become visible as FAILED if the
    chunks do not have them.
    """
    known = {name: (digest, size) for name, (digest, size, _) in payload.items()}
    members: dict[str, tuple[int, Iterable[bytes]]] = {
        BASE + name: (len(data), (data,)) for name, data in tag_files(kind, known).items()
    }
    for name, (_, size, chunks) in payload.items():
        members[BASE + name] = (size, chunks)
    write_container(out, ((name, *members[name]) for name in sorted(members)))


def small(data: bytes) -> tuple[bytes, int, Iterable[bytes]]:
    """Return a payload value for a member that is already in memory."""
    return hashlib.sha256(data).digest(), len(data), (data,)
