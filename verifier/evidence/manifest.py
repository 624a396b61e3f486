"""A manifest: one salted line per sealed file, and nothing readable.

    beilin/manifest/v1
    files 1
    file 0 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0= -
    supplements none
    provenance none

SPEC §7. Its digest is what is anchored. A line tells nothing until its owner
opens it: the opening holds the salt and the file's name, role and size, and,
where its bytes are shown too, a second salt and the digests.

    beilin/opening/v1
    salt AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    beilin/file/v1
    name 聊天记录.txt
    role original
    size 4711
    content lcgqDMV5nCqWJVxkYbXYvFJ9mY2Vw4bE0sBcnZ0pN2o=
    beilin/content/v1
    salt AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=
    digest sha-256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from ..encoding import (
    escape_bytes,
    parse_base64,
    parse_decimal,
    to_base64,
    unescape_bytes,
)
from ..errors import BindingFailure, Malformed
from .digests import Digest, parse_digests, to_lines
from .lines import Lines

MAX_FILES: Final = 10000
MAX_BYTES: Final = 2 << 20
"""10,000 lines of 105 bytes fit twice."""
MAX_OPENING_BYTES: Final = 16384
MAX_NAME_BYTES: Final = 4096
"""Linux's longest path."""
_ROLE: Final = re.compile(r"[a-z]+(?:-[a-z]+)*", re.ASCII)


class FileLine(NamedTuple):
    """One line: the commitment to the opening, and the message tree's root if there is one."""

    commitment: bytes
    root: bytes | None


class Manifest(NamedTuple):
    """The values of a ``beilin/manifest/v1`` text.

    ``supplements`` is the leaf hash of an earlier entry that this one adds to;
    ``provenance`` the position of the file that holds the provenance record.
    """

    files: tuple[FileLine, ...]
    supplements: bytes | None
    provenance: int | None

    def to_bytes(self) -> bytes:
        """Return the text; its digests are what a submission of a manifest carries."""
        lines = "".join(
            f"file {n} {to_base64(c)} {'-' if root is None else to_base64(root)}\n"
            for n, (c, root) in enumerate(self.files)
        )
        supplements = "none" if self.supplements is None else to_base64(self.supplements)
        provenance = "none" if self.provenance is None else str(self.provenance)
        return (
            f"beilin/manifest/v1\nfiles {len(self.files)}\n{lines}"
            f"supplements {supplements}\nprovenance {provenance}\n"
        ).encode()


class Content(NamedTuple):
    """A file's digests behind a salt of their own: ``beilin/content/v1``.

    Apart from the name, so that a disclosure can say what a file is called
    without handing out the digest of its bytes: whoever has that can confirm
    guesses of what was withheld.
    """

    salt: bytes
    digests: tuple[Digest, ...]

    def to_bytes(self) -> bytes:
        """Return the text."""
        return f"beilin/content/v1\nsalt {to_base64(self.salt)}\n{to_lines(self.digests)}".encode()

    def commitment(self) -> bytes:
        """Return SHA-256("beilin/content/v1" ‖ 0x00 ‖ salt ‖ digest lines) (SPEC §7.3)."""
        data = b"beilin/content/v1\x00" + self.salt + to_lines(self.digests).encode()
        return hashlib.sha256(data).digest()


class File(NamedTuple):
    """What a manifest line commits to: ``beilin/file/v1``.

    ``name`` is the name as given to the sealing program, any bytes; ``size`` in
    bytes; ``content`` the commitment to its digests.
    """

    name: bytes
    role: str
    size: int
    content: bytes

    def to_bytes(self) -> bytes:
        """Return the text."""
        return (
            f"beilin/file/v1\nname {escape_bytes(self.name)}\nrole {self.role}\n"
            f"size {self.size}\ncontent {to_base64(self.content)}\n"
        ).encode()


class Opening(NamedTuple):
    """A file, the salt that opens its line, and its content where that is shown."""

    salt: bytes
    file: File
    content: Content | None

    def to_bytes(self) -> bytes:
        """Return the ``beilin/opening/v1`` text: the salt, then file and content verbatim."""
        head = f"beilin/opening/v1\nsalt {to_base64(self.salt)}\n".encode()
        content = b"" if self.content is None else self.content.to_bytes()
        return head + self.file.to_bytes() + content

    def commitment(self) -> bytes:
        """Return SHA-256("beilin/file/v1" ‖ 0x00 ‖ salt ‖ file text) (SPEC §7.2)."""
        data = b"beilin/file/v1\x00" + self.salt + self.file.to_bytes()
        return hashlib.sha256(data).digest()


def open_file(
    name: bytes, role: str, size: int, digests: tuple[Digest, ...], salt: bytes, content_salt: bytes
) -> Opening:
    """Return the full opening of a file for two salts of 32 random bytes."""
    content = Content(content_salt, digests)
    return Opening(salt, File(name, role, size, content.commitment()), content)


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest; raises Malformed or NewerFormat."""
    lines = Lines.of(data, "manifest", maximum_bytes=MAX_BYTES)
    count = parse_decimal(lines.take("files"), "manifest: files", maximum=MAX_FILES)
    files: list[FileLine] = []
    for n in range(count):
        fields = lines.take("file").split(" ")
        if len(fields) != 3 or parse_decimal(fields[0], "manifest: position") != n:
            raise Malformed(f"manifest: file {n}: position, commitment and root are expected")
        files.append(
            FileLine(
                parse_base64(fields[1], f"manifest: file {n}", length=32),
                None
                if fields[2] == "-"
                else parse_base64(fields[2], f"manifest: file {n}: root", length=32),
            )
        )
    supplements = lines.take("supplements")
    provenance = lines.take("provenance")
    lines.done()
    if not files:
        raise Malformed("manifest: holds no file")
    position = None if provenance == "none" else parse_decimal(provenance, "manifest: provenance")
    if position is not None and position >= len(files):
        raise Malformed("manifest: provenance names a position that is not there")
    return Manifest(
        tuple(files),
        None
        if supplements == "none"
        else parse_base64(supplements, "manifest: supplements", length=32),
        position,
    )


def parse_opening(data: bytes) -> Opening:
    """Return the opening; raises Malformed or NewerFormat.

    Where the content is there, its commitment is checked: BindingFailure.
    """
    lines = Lines.of(data, "opening", maximum_bytes=MAX_OPENING_BYTES)
    salt = parse_base64(lines.take("salt"), "opening: salt", length=32)
    lines.header("file")
    name = unescape_bytes(lines.take("name"), "opening: name")
    role = lines.take("role")
    size = parse_decimal(lines.take("size"), "opening: size")
    file = File(
        name, role, size, parse_base64(lines.take("content"), "opening: content", length=32)
    )
    check_file(file)
    content: Content | None = None
    if not lines.at_end():
        lines.header("content")
        content_salt = parse_base64(lines.take("salt"), "opening: content: salt", length=32)
        content = Content(
            content_salt, parse_digests(lines.take_all("digest", maximum=3), "opening")
        )
        lines.done()
        if content.commitment() != file.content:
            raise BindingFailure("opening: the digests are not those the file line commits to")
    return Opening(salt, file, content)


def check_file(file: File) -> None:
    """Raise Malformed unless every value can stand in a ``beilin/file/v1`` text."""
    if not 1 <= len(file.name) <= MAX_NAME_BYTES or b"\x00" in file.name:
        raise Malformed(f"file: the name must have 1 to {MAX_NAME_BYTES} bytes and no NUL")
    parts = file.name.split(b"/")
    if b"" in parts or b"." in parts or b".." in parts:
        raise Malformed("file: the name must be a relative path without empty, . and .. parts")
    if not _ROLE.fullmatch(file.role) or len(file.role) > 32:
        raise Malformed("file: the role must be a lower-case word")
