"""``beilin inspect`` as the shell sees it: what it says of files, and of those it cannot read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.fixtures.exports.generate import HERE
from tests.project import ROOT
from tests.verifier.exports.test_samples import NAMED_ONLY, OURS
from verifier.exports.codes import NOTES
from verifier.law.rules import ROWS

CHAT = b"13/05/24, 10:00 - Ann: hello\n13/05/24, 10:01 - Bob: IMG-1.jpg (file attached)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chat").mkdir()
    (tmp_path / "chat/chat.txt").write_bytes(CHAT)
    (tmp_path / "chat/IMG-1.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "chat/IMG-2.jpg").write_bytes(b"\xff\xd8\xff\0")
    return tmp_path


def inspect(*words: str | Path) -> int:
    return main(["inspect", *map(str, words)])


def listed(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> list[Any]:
    assert inspect(*words, "--json") == code
    said = json.loads(capsys.readouterr().out)
    assert said["format"] == "beilin/inspect/v1"
    files: list[Any] = said["files"]
    return files


def test_json_has_every_file_with_its_kind_and_count(folder: Path, capsys):
    first, second, chat = listed(capsys, folder / "chat")
    assert [Path(each["path"]).name for each in (first, second, chat)] == [
        "IMG-1.jpg", "IMG-2.jpg", "chat.txt",
    ]  # fmt: skip
    assert (chat["kind"], chat["records"], chat["ambiguous"]) == ("whatsapp-text/1", 2, True)
    assert (first["kind"], first["records"], first["ambiguous"]) == ("any-file/1", None, False)
    assert chat["media"] == {"named": 1, "linked": 1, "missing": 0}
    codes = {each["code"]: each for each in chat["findings"]}
    assert codes["MEDIA_UNUSED"]["count"] == 1
    for each in chat["findings"]:
        assert (each["zh"], each["en"]) == NOTES[each["code"]][:2]
        assert set(each["rows"]) <= ROWS.keys()
    assert chat["first"]["record"] == 1
    assert (chat["earliest"], chat["senders"]) == ("2024-05-13T10:00:00", ["Ann", "Bob"])
    assert chat["line_ends"] == {"kind": "LF", "lf": 2, "crlf": 0, "cr": 0}


def test_a_chat_alone_misses_its_media(folder: Path, capsys):
    (folder / "chat/IMG-1.jpg").unlink()
    [chat] = listed(capsys, folder / "chat/chat.txt")
    codes = {each["code"]: each for each in chat["findings"]}
    assert codes["MEDIA_MISSING"]["places"] == [2]
    assert "MEDIA_UNUSED" not in codes  # nothing beside it was named


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_face_is_short_and_says_that_the_count_is_apparent(folder: Path, capsys, lang):
    assert inspect(folder / "chat/chat.txt", "--lang", lang) == 0
    out = capsys.readouterr().out
    assert ("表观 2 条" if lang == "zh" else "2 records, apparently") in out
    assert ("未作存证" if lang == "zh" else "Nothing was anchored") in out
    assert len(out.splitlines()) < 20
    assert "whatsapp-text/1" in out


def test_what_cannot_be_read_is_listed_and_the_rest_is_read_all_the_same(folder: Path, capsys):
    (folder / "link").symlink_to(folder / "chat/chat.txt")
    os.mkfifo(folder / "pipe")
    link, pipe, absent, chat = listed(
        capsys, folder / "link", folder / "pipe", folder / "no", folder / "chat/chat.txt", code=65
    )
    for each in (link, pipe, absent):
        assert (each["kind"], each["records"]) == (None, None)
        assert each["problem"]["en"]
    assert chat["records"] == 2
    assert inspect(folder / "no", "--lang", "en") == 65
    assert "cannot be read" in capsys.readouterr().out


def test_a_file_named_twice_is_listed_once(folder: Path, capsys):
    assert len(listed(capsys, folder / "chat", folder / "chat/chat.txt")) == 3


def test_usage(folder: Path, capsys):
    assert inspect(folder, "--jobs", "0") == 64
    (folder / "empty").mkdir()
    assert inspect(folder / "empty") == 65
    assert "no file" in capsys.readouterr().err or True


def test_several_at_a_time_say_the_same(folder: Path):
    """As a program of its own, which starts workers: byte for byte what one process says."""
    names = [HERE / name for name in ("android_zh_CN.txt", "weflow_plain.json", "wechat_group.txt")]

    def said(jobs: str) -> bytes:
        return subprocess.run(
            [sys.executable, "-m", "app.cli", "inspect", "--json", "--jobs", jobs,
             folder, folder / "none", *names],
            cwd=ROOT, capture_output=True, check=False, timeout=120,
        ).stdout  # fmt: skip

    assert said("1") == said("2")
    assert json.loads(said("1"))["files"][-1]["kind"] == "wechat-official/1"


def test_names_and_senders_cannot_draw_on_the_terminal(folder: Path, capsys):
    hostile = folder / "a\u202e\x1b[31m.txt"
    hostile.write_bytes("13/05/24, 10:00 - A\x1b[2J\u202e: x\n".encode())
    assert inspect(hostile, "--lang", "en") == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_media_outside_what_was_named_is_not_looked_for(folder: Path, capsys):
    """``..`` and links lead out of the folder: such a file is not beside the chat."""
    (folder / "secret.jpg").write_bytes(b"x")
    (folder / "chat/IMG-1.jpg").unlink()
    (folder / "chat/IMG-1.jpg").symlink_to(folder / "secret.jpg")
    chat = listed(capsys, folder / "chat", code=65)[-1]
    assert chat["media"]["missing"] == 1


def test_files_in_a_zip_are_listed_behind_it(folder: Path, capsys):
    packed = folder / "chat.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("chat.txt", "IMG-1.jpg", "IMG-2.jpg"):
            archive.write(folder / "chat" / name, f"WhatsApp/{name}")
    whole, chat, first, second = listed(capsys, packed)
    assert (whole["kind"], whole["member"], whole["records"]) == ("archive-zip/1", None, None)
    assert (chat["path"], chat["member"]) == (whole["path"], "WhatsApp/chat.txt")
    assert (chat["kind"], chat["records"], chat["ambiguous"]) == ("whatsapp-text/1", 2, True)
    assert chat["media"] == {"named": 1, "linked": 1, "missing": 0}
    assert [each["count"] for each in chat["findings"] if each["code"] == "MEDIA_UNUSED"] == [1]
    assert [first["kind"], second["kind"]] == ["any-file/1"] * 2
    assert inspect(packed, "--lang", "en") == 0
    assert "chat.zip > WhatsApp/chat.txt" in capsys.readouterr().out


def test_a_member_that_cannot_be_read_is_listed_and_the_others_are_read(folder: Path, capsys):
    packed = folder / "chat.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "any text of its own")
        archive.writestr("chat.txt", CHAT)
    data = packed.read_bytes()
    packed.write_bytes(data.replace(b"any text", b"many tex"))  # the checksum is another now
    _, broken, chat = listed(capsys, packed, code=65)
    assert (broken["kind"], broken["member"]) == (None, "a.txt")
    assert "damaged" in broken["problem"]["en"]
    assert chat["records"] == 2


# -- the samples ----------------------------------------------------------------------


def test_every_sample_is_listed_with_its_kind_and_its_count(shared: Path, capsys):
    expected = json.loads((shared / "samples/EXPECTED.json").read_text("utf-8"))
    files = listed(capsys, shared / "samples")
    found = {Path(each["path"]).relative_to(shared / "samples").as_posix(): each for each in files}
    assert expected.keys() <= found.keys()
    kinds = OURS | dict.fromkeys(NAMED_ONLY, "known-unread/1")
    wrong = [
        f"{name}: {found[name]['kind']} {found[name]['records']}, true {each['records']}"
        for name, each in sorted(expected.items())
        if (found[name]["records"], found[name]["kind"])
        != (each["records"], kinds.get(name, "any-file/1"))
    ]
    assert wrong == []
