"""Which files a person asked to seal: the list, its order and its names.

A folder is taken whole, with its own name in front, so that ``export/chat.txt``
stays recognisable beside ``export/media/1.jpg``. Nothing is skipped in silence:
what cannot be sealed as it is (symbolic links, devices) is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from app.commands.common import EXIT_BAD_INPUT, EXIT_USAGE, Refusal
from verifier.errors import Malformed
from verifier.evidence.manifest import MAX_FILES, File, check_file

from .durable import reading
from .words import shown, tell

if TYPE_CHECKING:
    from .progress import Meter

ORIGINAL: Final = "original"
PROVENANCE: Final = "provenance"
ATTACHED: Final = (
    "attestation", "derived", "log", "original", "recording", "screenshot", "transcript",
)  # fmt: skip
"""The roles that ``--attach`` takes (SPEC §7): what a file is beside the evidence itself."""

_HEAD: Final = 4096
_ANNEX: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*"
    rb"[ \t]*([\"']?)format\1[ \t]*=[ \t]*([\"'])beilin/annex/v1\2"
)
"""How a sealed annex begins (SPEC §14.7), after blank lines and comments."""


class Input(NamedTuple):
    """One file: where it lies (absolute), its name in the manifest, any bytes, and its role."""

    path: Path
    name: bytes
    role: str = ORIGINAL


def find_inputs(paths: Sequence[str], beside: Sequence[tuple[str, str]] = ()) -> list[Input]:
    """Return every file under ``paths`` in the person's order, folders sorted by name.

    ``beside`` are pairs of role and path, each a single file; they come last.
    """
    found: list[Input] = []
    for text in paths:
        path = Path(os.path.abspath(text))
        if not path.name:
            raise Refusal(
                EXIT_USAGE,
                f"{shown(text)} 没有名称，不能作为存证对象；请指定文件或文件夹。",
                f"{shown(text)} has no name of its own; name a file or a folder.",
            )
        for each in _walk(path, os.fsencode(path.name)):
            found.append(each)
            if len(found) > MAX_FILES:
                raise Refusal(
                    EXIT_BAD_INPUT,
                    f"文件超过 {MAX_FILES} 个；请先打包或分次存证。",
                    f"More than {MAX_FILES} files; pack them or seal them in parts.",
                )
    if not found:
        raise Refusal(
            EXIT_BAD_INPUT, "所给文件夹中没有文件。", "There is no file in what was named."
        )
    further = [_beside(role, text) for role, text in beside]
    _check_once(found, further)
    found += further
    _check_names(found)
    return found


def _beside(role: str, text: str) -> Input:
    path = Path(os.path.abspath(text))
    each = list(_walk(path, os.fsencode(path.name)))
    if [one.path for one in each] != [path]:
        raise Refusal(
            EXIT_USAGE,
            f"{shown(text)} 是文件夹；--attach 与 --provenance 每次指定一个文件。",
            f"{shown(text)} is a folder; --attach and --provenance take one file each.",
        )
    return Input(path, each[0].name, role)


def _walk(path: Path, name: bytes) -> Iterator[Input]:
    with reading(path):
        mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        yield Input(path, name)
    elif stat.S_ISDIR(mode):
        with reading(path):
            children = sorted(os.listdir(os.fsencode(path)))
        for child in children:
            yield from _walk(path / os.fsdecode(child), name + b"/" + child)
    else:
        kind = "符号链接" if stat.S_ISLNK(mode) else "特殊文件"
        word = "a symbolic link" if stat.S_ISLNK(mode) else "a special file"
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 是{kind}，不能存证；请改用它所指向的文件本身。",
            f"{shown(path)} is {word} and cannot be sealed; name the file itself.",
        )


def _check_once(found: Sequence[Input], further: Sequence[Input]) -> None:
    """Refuse a file that is named with a role and lies among the evidence as well."""
    if not further:
        return
    there = {_identity(each.path) for each in found}
    for each in further:
        if _identity(each.path) in there:
            option = "--provenance" if each.role == PROVENANCE else "--attach"
            raise Refusal(
                EXIT_USAGE,
                f"{shown(each.path)} 已在所选文件或文件夹中，又由 {option} 指定，会被存证两次；"
                f"请将其移出文件夹，或不要以 {option} 指定。",
                f"{shown(each.path)} is among the files or folders to seal and named by {option} "
                "too, so it would be sealed twice; move it out of the folder, or do not name it "
                f"with {option}.",
            )


def _identity(path: Path) -> tuple[int, int]:
    with reading(path):
        status = path.lstat()
    return status.st_dev, status.st_ino


def _check_names(found: list[Input]) -> None:
    names: set[bytes] = set()
    for path, name, _ in found:
        try:
            check_file(File(name, "original", 0, bytes(32)))
        except Malformed:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"{shown(path)} 的名称过长或不可用；请改短后重试。",
                f"The name of {shown(path)} is too long or cannot be used; shorten it.",
            ) from None
        if name in names:
            raise Refusal(
                EXIT_USAGE,
                f"有两个文件名称同为 {shown(os.fsdecode(name))}；请放入同一文件夹后指定该文件夹。",
                f"Two files are named {shown(os.fsdecode(name))}; put them into one folder and "
                "name that folder.",
            )
        names.add(name)


def check_outside(paths: Sequence[str], out: Path) -> None:
    """Refuse a package that would be written into what it seals."""
    for text in paths:
        path = Path(os.path.abspath(text))
        if path.is_dir() and path in out.parents:
            raise Refusal(
                EXIT_USAGE,
                f"--out 指向的位置在被存证的文件夹 {shown(text)} 之内；请写到别处。",
                f"--out lies inside the folder {shown(text)} that is being sealed; write the "
                "package elsewhere.",
            )


def check_no_secret(found: Sequence[Input], secrets: Sequence[Path]) -> None:
    """Refuse to seal the person's own keys: a package is made to be shown one day."""
    for secret in secrets:
        for each in found:
            if secret.exists() and each.path.samefile(secret):
                raise Refusal(
                    EXIT_USAGE,
                    f"{shown(each.path)} 是密钥文件，不应放入证据包；请将其移出所选文件夹。",
                    f"{shown(each.path)} is a key and does not belong into a package; move it "
                    "out of what is being sealed.",
                )


def check_no_annex(found: Sequence[Input]) -> None:
    """Refuse to seal an annex, whatever its name: it holds what the record only commits to."""
    for each in found:
        if _is_annex(each.path):
            raise Refusal(EXIT_USAGE, *_annex_words(each.path))


def without_annexes(paths: Sequence[Path]) -> list[Path]:
    """Return the other files; say on standard error which were left out."""
    kept: list[Path] = []
    for path in paths:
        if _is_annex(path):
            tell(*_annex_words(path))
        else:
            kept.append(path)
    return kept


def _is_annex(path: Path) -> bool:
    with reading(path), path.open("rb") as file:
        return _ANNEX.match(file.read(_HEAD)) is not None


def _annex_words(path: Path) -> tuple[str, str]:
    zh = f"{shown(path)} 是封存附件，内含号码原值，不应放入证据包；请将其移出所选文件夹。"
    en = (
        f"{shown(path)} is a sealed annex: it holds the numbers themselves and does not belong "
        "into a package; move it out of what is being sealed."
    )
    return zh, en


def has_digest(path: Path, sha256: bytes, meter: Meter) -> bool:
    """Return whether a file can be read and still has this SHA-256."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                meter.add(len(chunk))
    except OSError:
        return False
    return digest.digest() == sha256
