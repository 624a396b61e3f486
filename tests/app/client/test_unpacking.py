"""A ZIP is sealed as it is, and beside it the chats in it, so that single messages can be shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.client import unpacking
from app.client.inputs import ORIGINAL, Input
from app.client.unpacking import UNPACKED, scratch, with_unpacked
from app.commands.common import Refusal
from tests.app.client.support import CHAT, Client, beilin, write
from tests.fixtures.exports.archives import Entry, archive
from verifier.evidence.manifest import Opening, parse_opening
from verifier.evidence.zip_container import Container

PICTURE = b"\xff\xd8 a picture"
ZIP = archive(
    [
        Entry(b"WhatsApp/chat.txt", CHAT, 8), Entry(b"WhatsApp/IMG-20240101-WA0001.jpg", PICTURE),
        Entry(b"WhatsApp/unused.jpg", b"\xff\xd8 another"), Entry(b"../escape.txt", CHAT),
    ]
)  # fmt: skip


def openings(client: Client) -> list[Opening]:
    with Container(client.out) as box:
        names = sorted(n for n in box.members if n.startswith("package/data/openings/"))
        return [parse_opening(box.read(name, 1 << 16)) for name in names]


def test_a_zip_is_sealed_with_its_chat_and_what_the_chat_names(client: Client, tmp_path: Path):
    done = client.seal(write(tmp_path / "chat.zip", ZIP), write(tmp_path / "other.bin", b"x"))
    assert done.returncode == 0, done.stderr
    assert [(each.file.name, each.file.role) for each in openings(client)] == [
        (b"chat.zip", "original"),
        (b"chat.zip/WhatsApp/chat.txt", "unpacked"),
        (b"chat.zip/WhatsApp/IMG-20240101-WA0001.jpg", "media"),
        (b"other.bin", "original"),
    ]
    result = client.verify()
    assert result.verdict == "TOTAL-PASSED"
    check = result.check("unpacked")
    assert check is not None
    assert (check.status, check.values) == ("done", {"count": 2})
    assert client.leftovers() == {"package.zip"}
    assert not (tmp_path / "escape.txt").exists()


def test_single_messages_of_a_zip_can_be_disclosed(client: Client, tmp_path: Path):
    assert client.seal(write(tmp_path / "chat.zip", ZIP)).returncode == 0
    out = tmp_path / "shown.zip"
    done = beilin(
        "disclose", str(client.out), "--file", "chat.zip/WhatsApp/chat.txt", "--records", "2-3",
        "--out", str(out), env=client.environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert client.verify(out).verdict == "TOTAL-PASSED"


@pytest.mark.fault
@pytest.mark.parametrize("point", ["asked", "scanned", "planned", "submitted", "packed"])
def test_killed_and_run_again(client: Client, tmp_path: Path, point: str):
    arguments = client.arguments(write(tmp_path / "chat.zip", ZIP))
    before = client.service.size()

    def run(where: str) -> int:
        journal = str(client.folder / "journal")
        return subprocess.run(
            [sys.executable, "-m", "tests.app.client.killed", where, journal, *arguments],
            env=client.environment(), capture_output=True, timeout=120, check=False,
        ).returncode  # fmt: skip

    assert run(point) == -9
    assert "package.zip.part.unpacked" in client.leftovers()
    assert run("none") == 0
    assert client.service.size() == before + 1
    assert client.verify().verdict == "TOTAL-PASSED"
    assert client.leftovers() == {"package.zip"}


# -- the list ---------------------------------------------------------------------


def listed(tmp_path: Path, data: bytes, name: bytes = b"a.zip") -> list[tuple[bytes, str]]:
    path = write(tmp_path / "in.zip", data)
    with scratch(tmp_path / "scratch") as folder:
        found = with_unpacked([Input(path, name)], folder)
        for each in found[1:]:
            assert each.path.parent.parent == folder
            assert each.path.stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "scratch").exists()
    return [(each.name, each.role) for each in found]


def test_an_archive_that_speaks_against_itself_is_sealed_alone(tmp_path: Path):
    doubled = archive(
        [Entry(b"chat.txt", CHAT), Entry(b"chat.txt", CHAT + b"1/2/24, 10:04 - Bo: no\n")]
    )
    differs = archive([Entry(b"chat.txt", CHAT, local=b"other.txt")])
    damaged = archive([Entry(b"chat.txt", CHAT, crc=1)])
    for data in (doubled, differs, damaged, ZIP[:-30], b"PK\x03\x04"):
        assert listed(tmp_path, data) == [(b"a.zip", "original")]


def test_what_an_archive_holds_beside_chats_stays_in_it(tmp_path: Path):
    data = archive([
        Entry(b"photo.jpg", PICTURE), Entry(b"inner.zip", ZIP), Entry(b"m.db", b"SQLite format 3\x00" + bytes(90)),
        Entry(b"locked.txt", CHAT, flags=1), Entry(b"C:chat.txt", CHAT),
    ])  # fmt: skip
    assert listed(tmp_path, data) == [(b"a.zip", "original")]


def test_only_originals_are_looked_into(tmp_path: Path):
    path = write(tmp_path / "in.zip", ZIP)
    with scratch(tmp_path / "scratch") as folder:
        given = [Input(path, b"a.zip", "attestation")]
        assert with_unpacked(given, folder) == given


def test_a_name_that_is_there_already_is_not_given_twice(tmp_path: Path):
    path = write(tmp_path / "in.zip", ZIP)
    other = Input(write(tmp_path / "x", CHAT), b"a.zip/WhatsApp/chat.txt")
    with scratch(tmp_path / "scratch") as folder:
        assert [each.name for each in with_unpacked([Input(path, b"a.zip"), other], folder)] == [
            b"a.zip", other.name,
        ]  # fmt: skip


def test_what_is_too_much_is_told_and_stays_in_the_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", len(CHAT) + 5)
    assert listed(tmp_path, ZIP) == [(b"a.zip", ORIGINAL), (b"a.zip/WhatsApp/chat.txt", UNPACKED)]
    assert "a.zip" in capsys.readouterr().err
    monkeypatch.setattr(unpacking, "MAX_FILES", 2)
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", 1 << 20)
    assert len(listed(tmp_path, ZIP)) == 2
    assert "a.zip" in capsys.readouterr().err


def test_a_folder_of_another_is_not_removed(tmp_path: Path):
    write(tmp_path / "scratch/mine.txt", b"x")
    with pytest.raises(Refusal), scratch(tmp_path / "scratch"):
        pass
    assert (tmp_path / "scratch/mine.txt").exists()
    write(tmp_path / "left/0000/00001", b"x")
    with scratch(tmp_path / "left") as folder:
        assert not folder.exists()
