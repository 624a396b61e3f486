"""The signer: it writes down each tree head before it signs it, and never goes back.

It has its own directory, its own journal and its own check of consistency, and
imports nothing of the code it guards against. Whoever holds the database and
this process's memory, but not this directory, cannot make it contradict itself:

    asked for (size, root)               answer
    the last one of the journal          the same signature again
    smaller than the last                Behind
    larger, with a consistency proof     journal line, fsync, signature
    anything else                        Conflict

Files: ``log.key`` (PEM, mode 0600), ``journal``, ``lock``. A journal line is

    <size> <root, base64> <first 8 hex digits of SHA-256 of the line before this>

The lock is held from reading the journal to the signature, and the journal is
read again whenever it is not as this process left it, so two processes with one
directory are as safe as one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from verifier.encoding import parse_base64, parse_decimal, to_base64
from verifier.errors import VerifierError
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.keys import ED25519, VKey, make_vkey
from verifier.tlog.merkle import EMPTY_ROOT, check_consistency
from verifier.tlog.note import signature_line

from .durable import locked, make_directory, replace
from .errors import AlreadyExists, Behind, Config, Conflict, Corruption, Stateless

_LINE: Final = re.compile(rb"(0|[1-9][0-9]{0,18}) ([A-Za-z0-9+/]{43}=) ([0-9a-f]{8})", re.ASCII)
_TORN: Final = re.compile(rb"[0-9]{0,19}|[0-9]{1,19} [A-Za-z0-9+/]{0,43}(=( [0-9a-f]{0,7})?)?")
_LONGEST_LINE: Final = 19 + 1 + 44 + 1 + 8 + 1


class Head(NamedTuple):
    """A tree head: what the signer has put its name to."""

    size: int
    root: bytes

    def __str__(self) -> str:
        return f"size {self.size} root {to_base64(self.root)}"


# -- keys ----------------------------------------------------------------------


def write_key(path: Path) -> None:
    """Draw an Ed25519 key and write it with mode 0600. Raises AlreadyExists."""
    if path.exists():
        raise AlreadyExists(f"{path.name}: there is a key already")
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    replace(path, pem, 0o600)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key of a file that nobody but its owner can read. Raises Config."""
    try:
        if path.stat().st_mode & 0o077:
            raise Config(f"{path.name}: others may read it; its mode must be 0600")
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise Config(f"{path.name}: no usable key ({type(error).__name__})") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Config(f"{path.name}: not an Ed25519 key")
    return key


def vkey_of(key: Ed25519PrivateKey, name: str) -> VKey:
    """Return the public half under a name."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return make_vkey(name, ED25519, public)


# -- the journal ---------------------------------------------------------------


def _to_line(head: Head) -> bytes:
    body = f"{head.size} {to_base64(head.root)}"
    return f"{body} {sha256(body.encode()).hexdigest()[:8]}\n".encode()


def _parse_line(line: bytes) -> Head | None:
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    try:
        head = _head(match[1], match[2])
    except VerifierError:
        return None
    return head if _to_line(head) == line + b"\n" else None


def _head(size: bytes, root: bytes) -> Head:
    return Head(
        parse_decimal(size.decode(), "journal: size"),
        parse_base64(root.decode(), "journal: root", length=32),
    )


def read_journal(data: bytes) -> tuple[list[Head], int]:
    """Return the heads of a journal, or of its end, and how many bytes of it are whole lines.

    A crash within the last write leaves a piece of a line, or zeros, at the
    end: it was not signed, and is left out. Anything else that is not a line
    raises Corruption.
    """
    heads: list[Head] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        line = data[at:] if end < 0 else data[at:end]
        head = _parse_line(line)
        if head is None:
            piece = data[at:].rstrip(b"\x00")
            if not _TORN.fullmatch(piece):
                raise Corruption(f"signer journal: byte {at} does not begin a line")
            break
        if heads and head.size <= heads[-1].size:
            raise Corruption(f"signer journal: byte {at}: the size does not grow")
        heads.append(head)
        at += len(line) + 1  # a last line that lacks only its LF counts: it raises the state
    return heads, min(at, len(data))


class Signer:
    """Signs the checkpoints of one log, and nothing else."""

    def __init__(self, folder: Path, origin: str) -> None:
        """Open an existing signer. Raises Config, Stateless or Corruption."""
        self.origin = origin
        self._folder = folder
        self._journal = folder / "journal"
        self._key = read_key(folder / "log.key")
        self.vkey = vkey_of(self._key, origin)
        self._last: Head | None = None
        self._length = -1
        self._synced = False
        self.last()

    @classmethod
    def create(cls, folder: Path, origin: str) -> Signer:
        """Draw a key and write the state of an empty log. Raises AlreadyExists."""
        make_directory(folder, 0o700)
        if (folder / "journal").exists():
            raise AlreadyExists("signer: there is a journal already")
        write_key(folder / "log.key")
        replace(folder / "journal", _to_line(Head(0, EMPTY_ROOT)), 0o600)
        return cls(folder, origin)

    @classmethod
    def accept(cls, folder: Path, origin: str, head: Head) -> Signer:
        """Give a signer that has a key and no journal its first state, once.

        The caller has made sure that nothing anyone has seen is larger than
        ``head`` or contradicts it. Raises AlreadyExists if there is a state.
        """
        read_key(folder / "log.key")
        with locked(folder / "lock"):
            if (folder / "journal").exists():
                raise AlreadyExists("signer: it has a state; a head is accepted only without one")
            replace(folder / "journal", _to_line(head), 0o600)
        return cls(folder, origin)

    def last(self) -> Head:
        """Return the newest head of the journal."""
        with suppress(FileNotFoundError):
            self._refresh()
        if self._last is None:
            raise Stateless("signer: no journal; without it nothing is signed")
        return self._last

    def _refresh(self) -> int:
        """Read the end of the journal if it changed; return the length of its whole lines."""
        length = self._journal.stat().st_size
        if length != self._length:
            with self._journal.open("rb") as file:
                start = max(0, length - 4 * _LONGEST_LINE)
                file.seek(start)
                data = file.read()
            skip = data.find(b"\n") + 1 if start else 0
            heads, whole = read_journal(data[skip:])
            if not heads:
                raise Corruption("signer journal: no whole line at its end")
            if self._last is not None and heads[-1].size < self._last.size:
                raise Corruption(f"signer journal: went back from {self._last} to {heads[-1]}")
            self._last = heads[-1]
            self._length = start + skip + whole
            self._synced = False
        return self._length

    def signed(self, size: int) -> Head | None:
        """Return the head that was signed for a size, if one was; reads the whole journal."""
        heads, _ = read_journal(self._journal.read_bytes())
        return next((head for head in heads if head.size == size), None)

    def sign(self, head: Head, proof: Sequence[bytes]) -> bytes:
        """Return the signed note of a head that extends the last one, or is it.

        ``proof`` is the consistency proof from ``last()``. Raises Behind, Conflict.
        """
        with locked(self._folder / "lock"):
            whole = self._refresh()
            last = self.last()
            if head.size < last.size:
                raise Behind(f"asked to sign {head}; the signer has signed {last}")
            if head.size == last.size and head.root != last.root:
                raise Conflict(f"asked to sign {head}; the signer has signed {last}")
            if head.size > last.size:
                try:
                    check_consistency(last.size, last.root, head.size, head.root, proof)
                except VerifierError as error:
                    raise Conflict(
                        f"asked to sign {head}, which does not extend {last}: {error}"
                    ) from None
                self._append(head, whole)
            elif not self._synced:
                # Whoever wrote this line may have been killed before its fsync.
                self._sync(whole)
            text = Checkpoint(self.origin, head.size, head.root).to_text()
            line = signature_line(self.vkey.name, self.vkey.key_id, self._key.sign(text))
            return text + b"\n" + line

    def _append(self, head: Head, whole: int) -> None:
        """Write a line behind the last whole one and make it durable."""
        line = _to_line(head)
        handle = os.open(self._journal, os.O_RDWR)
        try:
            os.ftruncate(handle, whole)  # drops a torn line, which was never signed
            if whole and os.pread(handle, 1, whole - 1) != b"\n":
                line = b"\n" + line
            if os.pwrite(handle, line, whole) != len(line):
                raise OSError(f"{self._journal.name}: short write")
            os.fsync(handle)
        finally:
            os.close(handle)
        self._last, self._length, self._synced = head, whole + len(line), True

    def _sync(self, whole: int) -> None:
        """Make durable what another process wrote, or this one when its fsync failed.

        The line is written again first: after a failed fsync the kernel holds it for clean, and
        a second fsync alone would succeed without it.
        """
        assert self._last is not None
        line = _to_line(self._last)
        handle = os.open(self._journal, os.O_RDWR)
        try:
            ends = os.pread(handle, 1, whole - 1) == b"\n"
            start = whole - len(line) + (not ends)  # one that lacks only its LF gets it now
            if os.pwrite(handle, line, start) != len(line):
                raise OSError(f"{self._journal.name}: short write")
            os.fsync(handle)
        finally:
            os.close(handle)
        self._length, self._synced = start + len(line), True
