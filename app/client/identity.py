"""A submitter's signing key: a small text file that only its owner may read.

    beilin/identity/v1
    seed 3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

The seed is an Ed25519 private key (RFC 8032). Whoever has the file can submit
in its owner's name; whoever loses it cannot be told apart from a stranger. It
never leaves this machine: the server sees the public key and signatures.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.commands.common import EXIT_BAD_INPUT, EXIT_CANNOT_WRITE, Refusal
from verifier.encoding import parse_base64, split_lines, to_base64
from verifier.errors import Malformed

from .durable import read_small, warn_if_open, write_new, writing
from .words import shown, tell

_FIRST: Final = "beilin/identity/v1"
_MAX_BYTES: Final = 200


class Identity:
    """A signing key; ``public_key`` is its 32 public bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of exactly these bytes."""
        return self._key.sign(message)


def new_identity(path: Path) -> Identity:
    """Draw a key and write it to a file that does not exist yet."""
    seed = os.urandom(32)
    with writing(path):
        try:
            write_new(path, f"{_FIRST}\nseed {to_base64(seed)}\n".encode())
        except FileExistsError:
            raise Refusal(
                EXIT_CANNOT_WRITE,
                f"{shown(path)} 已存在；为免覆盖已有密钥，未作任何改动。",
                f"{shown(path)} exists; nothing was changed, so that no key is overwritten.",
            ) from None
    return Identity(seed)


def load_identity(path: Path) -> Identity:
    """Read a key file; warns when other users of this machine may read it."""
    data = read_small(path, _MAX_BYTES)
    try:
        lines = split_lines(data, "identity", maximum_bytes=_MAX_BYTES)
        if len(lines) != 2 or lines[0] != _FIRST or not lines[1].startswith("seed "):
            raise Malformed("identity: not two lines in the form of version 1")
        seed = parse_base64(lines[1][5:], "identity: seed", length=32)
    except Malformed:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 不是提交人密钥文件（应由 beilin identity new 生成）。",
            f"{shown(path)} is not a submitter's key file (made by: beilin identity new).",
        ) from None
    if warn_if_open(path):
        tell(
            f"警告：本机其他用户可读取密钥文件 {shown(path)}，请执行 chmod 600。",
            f"Warning: other users of this machine may read {shown(path)}; run chmod 600 on it.",
        )
    return Identity(seed)


def default_identity(path: Path) -> Identity:
    """Load the key at its usual place, making it on first use."""
    if path.exists():
        return load_identity(path)
    try:
        identity = new_identity(path)
    except Refusal:
        if path.exists():  # another run made it just now
            return load_identity(path)
        raise
    tell(
        f"已生成提交人密钥：{shown(path)}。请妥善备份：今后提交同一案卷需用它。",
        f"Made a submitter's key: {shown(path)}. Keep a copy: later items of a dossier are "
        "signed with it.",
    )
    return identity
