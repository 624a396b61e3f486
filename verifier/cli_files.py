"""How the command reads what the person named, and how it writes the one file it may write."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO, Final


class _Trouble(Exception):
    """``key`` is its sentence in the texts of the report."""

    def __init__(self, key: str, path: Path, why: str = "") -> None:
        super().__init__(key)
        self.key = key
        self.path = path
        self.why = why


class Unreadable(_Trouble):
    """Something that the person named cannot be read."""


class Unwritable(_Trouble):
    """The report, or what is printed, cannot be written; nothing is left half written under a name."""


def open_file(path: Path) -> BinaryIO:
    """Open a regular file. A pipe would keep us waiting for ever, a device end never."""
    flags = getattr(os, "O_NONBLOCK", 0)
    file = open(path, "rb", opener=lambda name, mode: os.open(name, mode | flags))  # noqa: SIM115
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Unreadable("error.not_file", path)
    return file


def read_file(path: Path, maximum: int) -> bytes:
    """Return the first bytes of a regular file. Raises Unreadable."""
    try:
        with open_file(path) as file:
            return file.read(maximum)
    except OSError as error:
        raise unreadable(error, path) from None


def unreadable(error: OSError, path: Path) -> Unreadable:
    """Return what to raise for an error of the system."""
    return Unreadable("error.missing", path, error.strerror or type(error).__name__)


def refuse_existing(path: Path) -> None:
    """Raise Unwritable where a report would replace something, or its folder is not there."""
    if os.path.lexists(path):
        raise Unwritable("error.report_exists", path)
    if not path.parent.is_dir():
        raise Unwritable("error.report_folder", path.parent)


def write_new(path: Path, data: bytes) -> None:
    """Write a whole new file or none: it appears complete under its name, or not at all.

    Raises Unwritable; what stands there already is never replaced.
    """
    draft = None
    try:
        number, draft = tempfile.mkstemp(prefix=".report-", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(draft, 0o666 & ~_umask())
        _place(draft, path)
    except FileExistsError:
        raise Unwritable("error.report_exists", path) from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unwritable("error.report_write", path, why) from None
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):
                os.unlink(draft)


def _place(draft: str, path: Path) -> None:
    """Give the finished file its name, failing if the name is taken."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: claim the name, then fill it at once
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            os.replace(draft, path)
        except OSError:
            os.unlink(path)  # the claim is ours, and an empty report is none
            raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


_OTHERS: Final = {
    b"beilin/policy/": "error.is_policy",
    b"beilin/dossier/": "error.is_comparable",
    b"beilin/freeze/": "error.is_entry",
    b"beilin/key/": "error.is_entry",
    b"beilin/entry/": "error.is_entry",
    b"beilin/declaration/": "error.is_member",
    b"beilin/manifest/": "error.is_member",
    b"beilin/statement/": "error.is_member",
    b"beilin/annex/": "error.is_annex",
}
"""Files of ours that another command takes, by how they begin."""


def refuse_others(head: bytes, path: Path) -> None:
    """Raise Unreadable for a file of ours that another command takes, and name that."""
    for first, key in _OTHERS.items():
        if head.startswith(first):
            raise Unreadable(key, path)
