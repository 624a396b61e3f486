"""What lies in a copy of a log beside its files, or in their places: named, never followed."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifier import logs
from tests.verifier.audits import audit, fault, status, values
from verifier.result import INDETERMINATE, NOT_DONE, PASSED, TOTAL_FAILED
from verifier.tlog.checkpoint import Checkpoint


@pytest.fixture
def log(tmp_path) -> Path:
    D = logs.entries(600)
    logs.build(tmp_path / "log", D, older=(44, 300, 513))
    return tmp_path / "log"


def test_files_that_belong_to_no_log_are_listed(log):
    for name in ["notes.txt", "tile/0/001.bak", "tile/0/0001", "tile/entries/000.p/007", "tile/9"]:
        (log / name).parent.mkdir(parents=True, exist_ok=True)
        (log / name).write_bytes(b"x")
    (log / "a\u202eb").write_bytes(b"x")
    (log / "tile/0/900").write_bytes(b"x")
    (log / "checkpoint.pending").write_bytes(b"x")
    result = audit(log)
    assert result.verdict == PASSED
    names = [f.values["name"] for f in result.findings if f.code == "UNKNOWN_FILE"]
    assert names == [
        "a\u202eb", "notes.txt", "tile/9", "tile/0/0001", "tile/0/001.bak", "tile/entries/000.p/007",
    ]  # fmt: skip
    assert {f.code for f in result.findings} == {
        "UNKNOWN_FILE", "AHEAD_OF_CHECKPOINT", "PENDING_CHECKPOINT",
    }  # fmt: skip


def test_many_unknown_files_are_counted(log):
    for number in range(60):
        (log / f"x{number}").write_bytes(b"")
    result = audit(log)
    assert len([f for f in result.findings if f.code == "UNKNOWN_FILE"]) == 50
    assert result.findings[-1].values == {"count": 10}


def test_a_pipe_in_the_place_of_a_tile_does_not_hang(log):
    (log / "tile/0/001").unlink()
    os.mkfifo(log / "tile/0/001")
    assert audit(log).sub_indication == "SIGNED_DATA_NOT_FOUND"


# ------------------------------------------------------------------- what is no file


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def link(path: Path) -> None:
    kept = path.with_name("kept")
    kept.write_bytes(b"")
    path.symlink_to(kept)


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket has at most 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


ODD = {"loop": loop, "link": link, "pipe": os.mkfifo, "socket": unix_socket, "folder": os.mkdir}
PLACES = {
    "tile/0/001": "tiles",
    "tile/0/001.p/44": "tiles",
    "tile/1/000.p/2": "tiles",
    "tile/entries/002": "bundles",
    "tile/entries/001.p/44": "bundles",
    "tile/entries/001": "bundles",
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_a_fault_of_that_place_and_hides_no_other(place, odd, tmp_path):
    log = tmp_path / "log"
    D = logs.entries(600)
    D[9] = logs.entry(9, link="link 3")
    logs.build(log, D, older=(300,))
    path = log / place
    path.unlink(missing_ok=True)
    ODD[odd](path)
    result = audit(log)
    assert result.verdict == TOTAL_FAILED
    assert fault(result, "links")["index"] == 9
    found = values(result, PLACES[place])
    assert status(result, PLACES[place]) == (NOT_DONE, "SIGNED_DATA_NOT_FOUND")
    assert (found["path"], found["reason"]) == (place, "FILE_UNUSABLE")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("place", ["tile/0/001", "tile/1", "tile/entries/001.p"])
def test_what_may_not_be_read_is_named(place, log):
    (log / place).chmod(0)
    result = audit(log)
    (log / place).chmod(0o700)
    assert result.sub_indication == "SIGNED_DATA_NOT_FOUND"


@pytest.mark.parametrize("error", [PermissionError, OSError])
def test_an_error_of_the_disk_is_named(error, log, monkeypatch):
    real = os.open

    def fail(path, *arguments, **more):
        if str(path).endswith("tile/1/000.p/2"):
            raise error(5, "no")
        return real(path, *arguments, **more)

    monkeypatch.setattr("verifier.checks.log_copy.os.open", fail)
    result = audit(log)
    assert result.verdict == INDETERMINATE
    assert values(result, "tiles")["reason"] == "FILE_UNUSABLE"


@pytest.mark.parametrize("folder", ["tile", "tile/0", "tile/entries", "tile/0/001.p"])
def test_a_folder_that_is_a_link_is_not_entered(folder, log, tmp_path):
    (log / folder).rename(tmp_path / "elsewhere")
    (log / folder).symlink_to(tmp_path / "elsewhere")
    result = audit(log)
    assert result.verdict == INDETERMINATE
    check = "bundles" if folder in {"tile", "tile/entries"} else "tiles"
    assert values(result, check)["path"] == folder


def test_the_folder_itself_may_be_a_link(log, tmp_path):
    (tmp_path / "here").symlink_to(log)
    assert audit(tmp_path / "here").verdict == PASSED


def test_links_make_no_short_log_endless(tmp_path):
    folder = tmp_path / "tile/entries"
    folder.mkdir(parents=True)
    for number in range(10):
        (folder / f"{number:03}").write_bytes(bytes(512))
    for number in range(1000):
        (folder / f"x{number:03}").symlink_to(".")
    for number in range(10, 1000):
        (folder / f"{number:03}").symlink_to("000")
    head = Checkpoint(logs.ORIGIN, 2**62, b"\1" * 32)
    (tmp_path / "checkpoint").write_bytes(logs.note(head, logs.ORIGIN))
    assert values(audit(tmp_path), "bundles")["path"] == "tile/entries/010"


def test_a_checkpoint_that_is_a_link_cannot_be_read_at_all(log):
    (log / "checkpoint").rename(log / "other")
    (log / "checkpoint").symlink_to("other")
    with pytest.raises(FileNotFoundError):
        audit(log)


@pytest.fixture
def deep(log) -> Iterator[Path]:
    """A log beside which folders lie 1,200 deep, taken away again one by one."""
    here = Path.cwd()
    os.chdir(log)
    for _ in range(1200):
        os.mkdir("d")
        os.chdir("d")
    Path("x").write_bytes(b"")
    os.chdir(here)
    yield log
    os.chdir(log)
    for _ in range(1200):
        os.chdir("d")
    os.unlink("x")
    for _ in range(1200):
        os.chdir("..")
        os.rmdir("d")
    os.chdir(here)


def test_no_depth_of_folders_is_too_much(deep):
    result = audit(deep)
    assert result.verdict == PASSED
    assert [f.code for f in result.findings] == ["UNKNOWN_FILE"]


def test_control_a_copy_that_follows_links_is_noticed(log, tmp_path, monkeypatch):
    (log / "tile/0/001").rename(tmp_path / "elsewhere")
    (log / "tile/0/001").symlink_to(tmp_path / "elsewhere")
    assert audit(log).verdict == INDETERMINATE
    monkeypatch.setattr(
        "verifier.checks.log_copy.LogCopy._refuse_link", lambda self, path: os.stat(log / path)
    )
    monkeypatch.setattr("verifier.checks.log_copy._FLAGS", 0)
    assert audit(log).verdict == PASSED
