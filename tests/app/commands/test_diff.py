"""``beilin diff`` as the shell sees it, on files and on a package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.client.comparing import face_json, face_text
from tests.verifier.report.denylist import forbidden_words
from tests.worked import WorkedLog, seal
from verifier.exports.inspection.two_exports import sides

LINES = [
    f"13/05/24, 10:{n:02} - {'Ann' if n % 2 else 'Bob'}: line {n}\n".encode() for n in range(30)
]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    here, there = tmp_path / "here.txt", tmp_path / "there.txt"
    here.write_bytes(b"".join(LINES))
    there.write_bytes(
        b"".join([*LINES[:3], *LINES[4:7], LINES[7].replace(b"line", b"no"), *LINES[8:]])
    )
    return here, there


def compared(capsys: pytest.CaptureFixture[str], here: Path, there: Path) -> dict[str, Any]:
    assert main(["diff", str(here), str(there), "--json"]) == 0
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["format"] == "beilin/diff/v1"
    return said


def test_json_lists_what_is_missing_and_what_differs(files, capsys):
    said = compared(capsys, *files)
    assert said["same"] == 28
    assert said["only_here"] == {"count": 1, "places": [{"file": 0, "record": 4}]}
    assert said["only_there"]["count"] == 0
    assert said["different"]["places"] == [
        {"here": {"file": 0, "record": 8}, "there": {"file": 0, "record": 7}, "what": ["words"]}
    ]
    assert (said["same_bytes"], said["compared_by"]) == (False, ["times"])
    assert compared(capsys, files[0], files[0])["same_bytes"] is True


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_says_no_more_than_that_it_is_not_there(files, capsys, lang: str):
    assert main(["diff", *map(str, files), "--lang", lang]) == 0
    out = capsys.readouterr().out
    assert ("仅甲有：1 条，第 4 条" if lang == "zh" else "only in A: 1, records 4") in out
    assert ("甲第 8 条，乙第 7 条：文字" if lang == "zh" else "A 8, B 7: words") in out
    assert forbidden_words(out) == []
    assert not {"deleted", "删除", "tamper", "篡改", "forged"} & set(out.split())


def test_a_package_gives_its_chats_and_it_is_said_what_was_not_checked(files, tmp_path, capsys):
    packed = tmp_path / "p.zip"
    packed.write_bytes(
        seal([("chat.txt", files[0].read_bytes()), ("a.jpg", b"\xff\xd8")], WorkedLog()).zip()
    )
    said = compared(capsys, packed, files[1])
    assert (said["here"]["package"], said["here"]["files"]) == (
        True, [{"name": "chat.txt", "kind": "whatsapp-text/1"}],
    )  # fmt: skip
    assert (said["same"], said["only_here"]["count"]) == (28, 1)
    assert main(["diff", str(packed), str(files[1]), "--lang", "en"]) == 0
    assert "its log was not checked" in capsys.readouterr().out
    # Control: a package whose bytes do not hold is not compared.
    data = bytearray(packed.read_bytes())
    data[data.index(b"line 5")] ^= 1
    packed.write_bytes(data)
    assert main(["diff", str(packed), str(files[1])]) == 65


def test_what_is_not_cut_is_refused_with_what_to_do(files, tmp_path, capsys):
    picture = tmp_path / "a.jpg"
    picture.write_bytes(b"\xff\xd8\xff")
    assert main(["diff", str(picture), str(files[0])]) == 65
    assert "beilin inspect" in capsys.readouterr().err
    assert compared(capsys, picture, picture)["same_bytes"] is True
    assert main(["diff", str(tmp_path / "none"), str(files[0])]) == 65


def test_too_many_records_are_refused(files, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sides, "MAX_RECORDS", 5)
    assert main(["diff", *map(str, files)]) == 65


def test_places_are_bounded_and_counts_are_not(tmp_path: Path, capsys):
    assert face_json.MOST == face_text.MOST == 200
    here, there = tmp_path / "a.txt", tmp_path / "b.txt"
    lines = [f"13/05/24, {n // 60:02}:{n % 60:02} - Ann: line {n}\n" for n in range(300)]
    here.write_text("".join(lines))
    there.write_text("".join(lines[:40]))
    said = compared(capsys, here, there)
    assert (said["only_here"]["count"], len(said["only_here"]["places"])) == (260, 200)
    assert main(["diff", str(here), str(there), "--lang", "en"]) == 0
    assert "only in A: 260, records 41 " in capsys.readouterr().out
