"""What the demonstration seals: all of it synthetic, the same each time."""

from __future__ import annotations

import struct
import zlib
from importlib import resources
from pathlib import Path


def resource(name: str) -> bytes:
    """Return a data file of this folder."""
    return resources.files("app.demo_data").joinpath(name).read_bytes()


def samples(scratch: Path) -> tuple[Path, Path, Path, Path]:
    """Write what is sealed: all of it synthetic."""
    chat, picture, later, last = (
        scratch / name for name in ("聊天记录.txt", "墙面照片.png", "书面通知.txt", "回函.txt")
    )
    chat.write_bytes(resource("wechat_export.txt"))
    picture.write_bytes(png(96, 64))
    later.write_text("退租书面通知：依合同第八条，提前三十日通知退租。\n", encoding="utf-8")
    last.write_text("复函：已收到退租通知。\n", encoding="utf-8")
    return chat, picture, later, last


def png(width: int, height: int) -> bytes:
    """Return a small PNG: a grey wall with two dark dots."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            dot = min((x - 30) ** 2 + (y - 20) ** 2, (x - 64) ** 2 + (y - 38) ** 2) < 9
            rows.append(40 if dot else 190 + (x + 2 * y) % 24)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
