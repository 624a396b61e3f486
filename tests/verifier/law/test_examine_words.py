"""Values in words, whose words they are, and the digest by which anyone can name this program."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

import verifier
from tests.verifier.law.examined import row, unsealed
from verifier.law import logged, saying, words

ROOT = Path(verifier.__file__).parent


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0秒", "0 seconds"),
        (1, "1秒", "1 second"),
        (61, "1分1秒", "1 minute 1 second"),
        (3600, "1小时", "1 hour"),
        (90061, "1天1小时", "1 day 1 hour"),
        (86400 * 30 + 59, "30天", "30 days"),
        (-7200, "2小时", "2 hours"),
    ],
)
def test_a_length_of_time(seconds, zh, en):
    found = saying.duration(seconds)
    assert (found.zh, found.en) == (zh, en)


def test_pieces_keep_whose_words_they_are():
    mixed = saying.run(saying.theirs("甲"), saying.COMMA, saying.same(3), saying.theirs("乙"))
    assert mixed.own
    assert mixed.zh == "甲，3乙"
    assert [(part.zh, part.own) for part in mixed.parts] == [
        ("甲", True), ("，3", False), ("乙", True),
    ]  # fmt: skip
    assert not saying.run(saying.same(1), saying.COMMA, saying.same(2)).parts


def test_a_long_list_is_cut_and_counted():
    found = saying.listed([saying.same(n) for n in range(8)], saying.ENUMERATION)
    assert found.zh == "0、1、2、3、4等8项"
    assert found.en == "0, 1, 2, 3, 4 and more, 8 in all"


def test_an_empty_text_is_not_stated():
    assert saying.theirs("  ") == saying.NOT_STATED


def test_words_of_enumerations_and_names_of_members_are_ours():
    assert row(unsealed(), "M106-09").values["owner"] == saying.ours(
        "本人", "the declarant's party"
    )
    own = row(unsealed(), "M18-01").values["own"]
    assert [part.zh for part in own.parts if part.own] == ["wxid_ming", "小明"]


def test_absent_unknown_and_other_kinds_are_told_apart():
    def device(changes):
        return row(unsealed(changes), "M93-01").values.get("src")

    assert device({"app.integrity": None}) == saying.NOT_STATED
    assert device({"app.integrity": '{ unknown = "x" }'}) == saying.UNKNOWN
    assert device({"app.integrity": '{ not_applicable = "x" }'}) == saying.NOT_APPLICABLE
    document = unsealed({"app.name": None, "app.version": None}, "document")
    assert row(document, "M93-01").values["app"] == saying.OTHER_KIND


def test_values_stand_in_their_places():
    assert words.text("file_number", number=3).zh == "第3号文件"
    assert words.text("file_number", number=3).en == "file 3"


def test_the_programs_digest_is_what_sha256sum_gives():
    logged.program_sha256.cache_clear()
    files = sorted(
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*")
        if path.suffix in {".py", ".json", ".html", ".css", ".toml"}
        and "__pycache__" not in path.parts
    )
    listed = subprocess.run(["sha256sum", *files], cwd=ROOT, capture_output=True, check=True).stdout
    assert hashlib.sha256(listed).hexdigest() == logged.program_sha256()
