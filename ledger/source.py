"""Reading a copy of a static log: a folder, or the prefix of a URL."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from verifier.errors import VerifierError
from verifier.tlog.tiles import bundle_path, parse_bundle

from .errors import Config, Corruption, NotFound

ReadFile = Callable[[str], bytes]
"""Reads a file by its path below the log's folder. Raises NotFound."""

MAXIMUM_BYTES: Final = 256 * 65_537
"""The longest entry bundle."""

_TIMEOUT_SECONDS: Final = 30
_WIDTH: Final = 256


def open_source(source: str) -> ReadFile:
    """Return a reader of the copy at a folder or an http(s) URL. Raises Config."""
    if source.startswith(("http://", "https://")):
        return _over_http(source.rstrip("/"))
    folder = Path(source)
    if not folder.is_dir():
        raise Config("the copy of the log is neither a folder nor an http(s) URL")

    def read(path: str) -> bytes:
        try:
            with (folder / path).open("rb") as file:
                return file.read(MAXIMUM_BYTES + 1)
        except OSError as error:
            raise NotFound(f"{path}: not in the copy ({error.strerror})") from None

    return read


def _over_http(prefix: str) -> ReadFile:
    def read(path: str) -> bytes:
        url = f"{prefix}/{path}"
        try:
            # The operator typed this URL; it starts with http:// or https://.
            with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
                return bytes(answer.read(MAXIMUM_BYTES + 1))
        except urllib.error.HTTPError as error:
            raise NotFound(f"{path}: the server answered {error.code}") from None
        except OSError as error:
            raise NotFound(f"{path}: cannot be read ({type(error).__name__})") from None

    return read


def read_entries(read: ReadFile, start: int, size: int) -> Iterator[list[bytes]]:
    """Yield entries ``start`` … ``size`` - 1 of a log of ``size``, a bundle at a time.

    Nothing is verified here. Raises NotFound, or Corruption for a broken bundle.
    """
    for number in range(start // _WIDTH, -(-size // _WIDTH)):
        width = min(_WIDTH, size - number * _WIDTH)
        try:
            data = read(bundle_path(number, width))
            there = width
        except NotFound:
            if width == _WIDTH:
                raise
            data = read(bundle_path(number))  # the copy is larger, and its partial one is gone
            there = _WIDTH
        try:
            entries = parse_bundle(data, there)[:width]
        except VerifierError as error:
            raise Corruption(f"{bundle_path(number, there)}: {error}") from None
        yield entries[max(0, start - number * _WIDTH) :]
