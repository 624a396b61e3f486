"""Digests of the customer's bytes: one list, one order, never any-of.

SPEC §2.2. A list starts with sha-256; sm3 and sha-512 may follow, in that
order. All are over the same bytes: one mismatch is a failure, one that was
not computed leaves the question open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

from ..encoding import parse_base64, to_base64
from ..errors import Malformed

SIZES: Final = {"sha-256": 32, "sm3": 32, "sha-512": 64}
"""Known algorithms in their fixed order, with the digest's length in bytes.

The algorithm is inside what is signed: sha-256 and sm3 have equal lengths, so
length alone could not tell them apart."""


class Digest(NamedTuple):
    """An algorithm's name and its value."""

    alg: str
    value: bytes


class Hasher(Protocol):
    """What ``hashlib`` objects do."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def digest(self) -> bytes:
        """Return the value."""


class _SM3:
    # cryptography has SM3 where the system's hashlib may not (FIPS builds).
    def __init__(self) -> None:
        self._hash = hashes.Hash(hashes.SM3())

    def update(self, data: bytes, /) -> None:
        self._hash.update(data)

    def digest(self) -> bytes:
        return self._hash.finalize()


_NEW: Final[dict[str, Callable[[], Hasher]]] = {
    "sha-256": hashlib.sha256,
    "sm3": _SM3,
    "sha-512": hashlib.sha512,
}


def check_digests(digests: Iterable[Digest], what: str) -> None:
    """Raise Malformed unless the list obeys SPEC §2.2."""
    names = [digest.alg for digest in digests]
    if names != [alg for alg in SIZES if alg in names] or names[:1] != ["sha-256"]:
        raise Malformed(f"{what}: digests must be sha-256, then sm3, then sha-512, each once")
    for digest in digests:
        if len(digest.value) != SIZES[digest.alg]:
            raise Malformed(f"{what}: a {digest.alg} digest has {SIZES[digest.alg]} bytes")


def parse_digests(values: list[str], what: str) -> tuple[Digest, ...]:
    """Return the digests of ``<alg> <base64>`` values."""
    digests: list[Digest] = []
    for value in values:
        alg, space, text = value.partition(" ")
        if not space or alg not in SIZES:
            raise Malformed(f"{what}: unknown digest algorithm")
        digests.append(Digest(alg, parse_base64(text, f"{what}: {alg}", length=SIZES[alg])))
    check_digests(digests, what)
    return tuple(digests)


def to_lines(digests: Iterable[Digest]) -> str:
    """Return the ``digest <alg> <base64>`` lines."""
    return "".join(f"digest {alg} {to_base64(value)}\n" for alg, value in digests)


def compute(chunks: Iterable[bytes], algorithms: Iterable[str]) -> tuple[tuple[Digest, ...], int]:
    """Return the digests of the bytes, and their number, in one pass.

    An algorithm that this machine does not offer is left out; ``compare`` says so.
    """
    hashers: list[tuple[str, Hasher]] = []
    for alg in algorithms:
        with suppress(UnsupportedAlgorithm, ValueError):
            hashers.append((alg, _NEW[alg]()))
    size = 0
    for chunk in chunks:
        size += len(chunk)
        for _, hasher in hashers:
            hasher.update(chunk)
    return tuple(Digest(alg, hasher.digest()) for alg, hasher in hashers), size


def compare(found: Iterable[Digest], wanted: Iterable[Digest]) -> tuple[list[str], list[str]]:
    """Return (algorithms that differ, algorithms that were not computed), never any-of."""
    values = dict(found)
    differ = [alg for alg, value in wanted if alg in values and values[alg] != value]
    return differ, [alg for alg, _ in wanted if alg not in values]
