"""The witness's key, and the one thing it signs: cosignature/v1 (c2sp.org/tlog-cosignature).

The name of a witness is not part of what an Ed25519 cosignature signs, so a key
belongs to one name and one purpose. It is drawn by ``init``, lies in the signer's
folder with mode 0600, and is never imported.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from verifier.encoding import u64
from verifier.tlog.cosignature import cosignature_message
from verifier.tlog.keys import ED25519_COSIGNATURE, VKey, make_vkey
from verifier.tlog.note import signature_line

from .errors import Unusable
from .files import replace

FILE = "witness.key"


class CosigningKey:
    """An Ed25519 key under a witness's name."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        """Raises Malformed for a name that no key may bear."""
        self._private = private
        self.vkey: VKey = make_vkey(
            name, ED25519_COSIGNATURE, private.public_key().public_bytes_raw()
        )

    def cosign(self, checkpoint_text: bytes, timestamp: int) -> bytes:
        """Return the signature line over a checkpoint: 8 bytes of time, 64 of Ed25519."""
        signature = self._private.sign(cosignature_message(checkpoint_text, timestamp))
        return signature_line(self.vkey.name, self.vkey.key_id, u64(timestamp) + signature)


def create_key(folder: Path, name: str) -> CosigningKey:
    """Draw a key and write it. The caller has made sure that there is none."""
    private = Ed25519PrivateKey.generate()
    key = CosigningKey(name, private)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    replace(folder / FILE, pem)
    return key


def read_key(folder: Path, vkey: VKey) -> CosigningKey:
    """Return the key whose public half is ``vkey``. Raises Unusable."""
    path = folder / FILE
    try:
        if path.stat().st_mode & 0o077:
            raise Unusable(
                f"{path}：他人可读，请先 chmod 600；若已可能被读取，请弃用此见证者",
                f"{path}: others may read it; chmod 600 it, and where somebody may have read it, "
                "end this witness and create another",
            )
        private = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(
            f"{path}：没有可用的私钥（{type(error).__name__}）。私钥丢失则此见证者终止，请另建一个",
            f"{path}: no usable key ({type(error).__name__}). Without its key a witness has ended; "
            "create another",
        ) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise Unusable(f"{path}：不是 Ed25519 私钥", f"{path}: not an Ed25519 key")
    key = CosigningKey(vkey.name, private)
    if key.vkey != vkey:
        raise Unusable(
            f"{path}：与 {folder / 'seal'} 所载公钥不符，勿混用两个见证者的文件",
            f"{path}: not the key that {folder / 'seal'} names; two witnesses have been mixed up",
        )
    return key
