"""Files said to be out of an archive: they are its members, or it is said that they are not."""

from __future__ import annotations

import hashlib
import io
from typing import Any, BinaryIO, NamedTuple

import pytest

from tests.fixtures.exports.archives import Entry, archive
from verifier.checks.unpacked import check_unpacked
from verifier.evidence import package
from verifier.evidence.manifest import open_file
from verifier.result import Check, Result

ZIP = archive(
    [Entry(b"d/chat.txt", b"hello", 8), Entry(b"photo.jpg", b"a photo"), Entry(b"bad", b"x", crc=1)]
)
DOUBLED = archive([Entry(b"d/chat.txt", b"hello"), Entry(b"d/chat.txt", b"HELLO")])
FILES = [(b"a.zip", "original", ZIP), (b"a.zip/d/chat.txt", "unpacked", b"hello")]


class Size(NamedTuple):
    size: int


class Box:
    """The part of a package that the check looks at."""

    def __init__(self, files: list[tuple[bytes, str, bytes]]) -> None:
        self.data = {
            package.BASE + package.file_member(n, name): data
            for n, (name, _, data) in enumerate(files)
        }
        self.members = {name: Size(len(data)) for name, data in self.data.items()}

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self.data[name])


def checked(*files: tuple[bytes, str, bytes]) -> tuple[Check | None, list[str]]:
    result, box = Result("package"), Box(list(files))
    openings = [
        open_file(name, role, len(data), (), bytes(32), bytes(32)) for name, role, data in files
    ]
    hashes = {
        name.removeprefix(package.BASE): (hashlib.sha256(data).digest(), len(data))
        for name, data in box.data.items()
    }
    given: Any = box
    check_unpacked(result, given, openings, hashes)
    return result.check("unpacked"), [finding.code for finding in result.findings]


def test_members_are_compared():
    check, findings = checked(*FILES, (b"a.zip/photo.jpg", "media", b"a photo"))
    assert check == Check("unpacked", "done", None, {"count": 2})
    assert findings == []


@pytest.mark.parametrize(
    "file", [(b"a.zip/d/chat.txt", "unpacked", b"Hello"), (b"a.zip/photo.jpg", "media", b"another")]
)
def test_other_bytes_fail(file: tuple[bytes, str, bytes]):
    files = [each for each in FILES if each[0] != file[0]]
    check, _ = checked(*files, file)
    assert check is not None
    assert (check.status, check.sub_indication) == ("failed", "BINDING_FAILURE")


@pytest.mark.parametrize(
    "files",
    [
        [FILES[0], (b"a.zip/gone.txt", "unpacked", b"hello")],
        [FILES[0], (b"a.zip/bad", "unpacked", b"x")],
        [(b"a.zip", "original", DOUBLED), FILES[1]],
        [(b"a.zip", "original", b"no archive"), FILES[1]],
        [FILES[1]],
        [FILES[0], (b"d/chat.txt", "unpacked", b"hello")],
    ],
)
def test_without_a_member_nothing_is_claimed(files: list[tuple[bytes, str, bytes]]):
    check, findings = checked(*files)
    assert check == Check("unpacked", "not_done", "SIGNED_DATA_NOT_FOUND")
    assert findings == ["UNPACKED_WITHOUT_MEMBER"]


def test_some_with_and_some_without():
    check, findings = checked(*FILES, (b"a.zip/gone.txt", "unpacked", b"x"))
    assert check == Check("unpacked", "done", None, {"count": 1})
    assert findings == ["UNPACKED_WITHOUT_MEMBER"]


@pytest.mark.parametrize(
    "files",
    [
        [
            (b"a.zip", "original", ZIP),
            (b"a.zip/photo.jpg", "media", b"of a folder that is named so"),
        ],
        [
            (b"a.zip", "original", ZIP),
            (b"a.zip/photo.jpg", "original", b"of a folder that is named so"),
        ],
        [(b"export/chat.txt", "original", b"hello")],
        [],
    ],
)
def test_files_that_were_not_unpacked_are_not_asked(files: list[tuple[bytes, str, bytes]]):
    assert checked(*files) == (None, [])


def test_the_shortest_name_is_the_archive():
    inner = archive([Entry(b"c", b"inner")])
    outer = archive([Entry(b"b.zip/c", b"outer"), Entry(b"b.zip", inner)])
    files = [(b"a.zip", "original", outer), (b"a.zip/b.zip", "unpacked", inner)]
    check, _ = checked(*files, (b"a.zip/b.zip/c", "unpacked", b"outer"))
    assert check == Check("unpacked", "done", None, {"count": 2})
