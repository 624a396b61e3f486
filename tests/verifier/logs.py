"""Builds static logs for the tests: tiles by the recursion of RFC 6962, signatures by a fixed key."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.reference import MTH
from verifier.encoding import to_time
from verifier.evidence.freeze import Freeze
from verifier.evidence.handover import Handover, Party
from verifier.policy import Policy, parse_policy
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.cosignature import cosignature_message
from verifier.tlog.keys import ED25519, ED25519_COSIGNATURE, VKey, make_vkey
from verifier.tlog.note import signature_line
from verifier.tlog.tiles import bundle_path, tile_path, tiles_of_size, to_bundle

ORIGIN = "log.example.org/test"
START = 1_795_266_420  # 2026-11-21T13:07:00Z


def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def vkey(name: str, type_: int = ED25519, seed: str | None = None) -> VKey:
    key = private_key(seed or name).public_key().public_bytes_raw()
    return make_vkey(name, type_, key)


def policy(*, origin: str = ORIGIN, seed: str | None = None, witness: bool = False) -> bytes:
    """A plain policy that trusts the log, and asks for one witness if told so."""
    lines = [f"log {vkey(origin, seed=seed).to_text()}"]
    if witness:
        lines.append(f"witness w {vkey('witness.example/w', ED25519_COSIGNATURE).to_text()}")
    return "\n".join([*lines, "quorum w" if witness else "quorum none", ""]).encode()


def parsed_policy(**options) -> Policy:
    return parse_policy(policy(**options))


def value(name: str) -> str:
    return base64.b64encode(sha256(name.encode()).digest()).decode()


def entry(number: int, *, link: str | None = None, time: int | None = None) -> bytes:
    """An evidence entry; every third one a second later than the one before."""
    received = to_time(START + number // 3 if time is None else time)
    return (
        f"beilin/entry/v1\nkind evidence\nlink {value(link or f'link {number}')}\n"
        f"received {received}\ncommitment {value(f'commitment {number}')}\n"
    ).encode()


def other_entry(kind: str, number: int, body: str) -> bytes:
    """An entry with a text of its own; ``key`` and ``freeze`` are notes of the service key."""
    text = f"beilin/{kind}/v1\n{body}".encode()
    if kind in {"key", "freeze"}:
        name = f"{ORIGIN}/service"
        text += b"\n" + signature_line(name, vkey(name).key_id, private_key(name).sign(text))
    return unsigned_entry(kind, number, text)


def freeze(number: int, **changes: Any) -> bytes:
    """The entry that closes the log at its own place, or says something else."""
    said = Freeze(ORIGIN, number, START, None, None)._replace(**changes)
    return signed_entry("freeze", number, said.to_text(), f"{said.origin}/service")


OLD = "log.example.org/former"


def handover(**changes: Any) -> Handover:
    """What entry 0 says of a log that goes on from another of 9 entries."""
    new, old = (Party(vkey(name), vkey(f"{name}/service")) for name in (ORIGIN, OLD))
    head = Checkpoint(OLD, 9, sha256(b"last root").digest())
    signature = private_key(OLD).sign(head.to_text())
    return Handover(new, START, old, 9, head.root, signature)._replace(**changes)


def key_entry(said: Handover, *, signers: Sequence[str] | None = None, number: int = 0) -> bytes:
    """The entry of a handover, signed by both services or by these."""
    names = signers or (said.old.service.name, said.new.service.name)
    return signed_entry("key", number, said.to_text(), *names)


def signed_entry(kind: str, number: int, text: bytes, *signers: str) -> bytes:
    lines = [
        signature_line(name, vkey(name).key_id, private_key(name).sign(text)) for name in signers
    ]
    return unsigned_entry(kind, number, text + b"\n" + b"".join(lines))


def unsigned_entry(kind: str, number: int, body: bytes) -> bytes:
    head = f"beilin/entry/v1\nkind {kind}\nlink {value(f'link {number}')}\n"
    return f"{head}received {to_time(START + number // 3)}\n\n".encode() + body


def anchor(number: int, size: int) -> bytes:
    return other_entry("anchor", number, f"size {size}\ntoken {value('token')}\n")


def entries(count: int) -> list[bytes]:
    return [entry(number) for number in range(count)]


def note(checkpoint: Checkpoint, *signers: str, cosigners: Sequence[str] = ()) -> bytes:
    text = checkpoint.to_text()
    lines = []
    for name in signers:
        origin, _, seed = name.partition("|")
        key = vkey(origin, seed=seed or None)
        lines.append(signature_line(origin, key.key_id, private_key(seed or origin).sign(text)))
    for name in cosigners:
        key = vkey(name, ED25519_COSIGNATURE)
        time = START + 9
        signature = private_key(name).sign(cosignature_message(text, time))
        lines.append(signature_line(name, key.key_id, time.to_bytes(8, "big") + signature))
    return text + b"\n" + b"".join(lines)


def write_files(folder: Path, D: Sequence[bytes], size: int) -> None:
    """Write the tiles and bundles of one size; those that exist already stay."""
    for level, index, width in tiles_of_size(size):
        span = 256**level
        starts = [(256 * index + i) * span for i in range(width)]
        tile = b"".join(MTH(D[start : start + span]) for start in starts)
        _write(folder / tile_path(level, index, width), tile)
        if level == 0:
            bundle = to_bundle(D[256 * index : 256 * index + width])
            _write(folder / bundle_path(index, width), bundle)


def _write(path: Path, data: bytes) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def build(
    folder: Path,
    D: Sequence[bytes],
    *,
    older: Sequence[int] = (),
    origin: str = ORIGIN,
    signer: str | None = None,
    cosigners: Sequence[str] = (),
) -> Checkpoint:
    """Write a log of these entries with the partial files of ``older`` sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in [*older, len(D)]:
        write_files(folder, D, size)
    checkpoint = Checkpoint(origin, len(D), MTH(D))
    (folder / "checkpoint").write_bytes(note(checkpoint, signer or origin, cosigners=cosigners))
    return checkpoint


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
