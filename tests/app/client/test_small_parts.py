"""Strict JSON, addresses, key files, locks, and the meter on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from app.client.address import check_url
from app.client.api import parse_key
from app.client.durable import locked, replace, write_new
from app.client.strict import parse_object
from app.client.words import shown
from app.commands.common import Refusal
from tests.app.client.support import environment
from verifier.errors import Malformed


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"1", b'{"a":1,"a":1}', b'{"a":{"b":1,"b":2}}', b'{"a":1.0}', b'{"a":1e3}',
     b'{"a":NaN}', b'{"a":Infinity}', b"\xef\xbb\xbf{}", '{"a":1}'.encode("utf-16"),
     b'{"a":"\\udc00"}', b'{"\\ud800":1}', b'{"a":"\xff"}', b"{}x", b'{"a":' * 5000,
     b'{"a":' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_json_with_two_readings_is_refused(data: bytes):
    with pytest.raises(Malformed):
        parse_object(data, "text")


def test_json_with_one_reading_is_taken():
    assert parse_object(b'{"a":"\\ud83d\\ude00","b":[1,null]}', "text") == {
        "a": "\U0001f600",
        "b": [1, None],
    }


def test_http_to_another_machine_is_refused_unless_it_is_meant(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    assert check_url("https://log.example/base/") == "https://log.example/base"
    for here in ("127.0.0.1:80", "127.3.2.1", "[::1]:8080", "localhost:80", "LOCALHOST"):
        assert check_url(f"http://{here}") == f"http://{here}"
    assert capsys.readouterr().err == ""
    for host in ("log.example", "192.0.2.1:80", "[2001:db8::1]", "127.0.0.1.example", "0.0.0.0"):
        for lang in ("en", "zh"):
            monkeypatch.setenv("LANG", lang)
            with pytest.raises(Refusal) as caught:
                check_url(f"http://{host}")
            assert caught.value.exit_code == 64
            assert all(word in str(caught.value) for word in ("https://", "--insecure-http"))
        assert capsys.readouterr().err == ""
        assert check_url(f"http://{host}", insecure_http=True) == f"http://{host}"
        assert "https" in capsys.readouterr().err  # knowingly is not silently


@pytest.mark.parametrize("data", [b"", b"\n", b"a b\n", b"a\nb\n", b"\xff\n", b"a" * 513, b"\ta"])
def test_other_key_files_are_refused(data: bytes):
    with pytest.raises(Refusal):
        parse_key(data)


def test_a_key_file_with_any_line_end():
    assert parse_key(b"key") == parse_key(b"key\n") == parse_key(b"key\r\n") == "key"


def test_files_are_replaced_whole_and_created_once(tmp_path: Path):
    path = tmp_path / "file"
    (tmp_path / "file.new").write_bytes(b"of a run that was killed")
    replace(path, b"one")
    replace(path, b"two")
    assert path.read_bytes() == b"two"
    with pytest.raises(FileExistsError):
        write_new(path, b"three")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_where_there_are_no_hard_links_a_file_is_new_and_whole_too(tmp_path: Path, monkeypatch):
    """A memory stick has none. What fails leaves neither an empty file nor a draft."""

    def none(*_: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", none)
    path = tmp_path / "file"
    write_new(path, b"one")
    with pytest.raises(FileExistsError):
        write_new(path, b"two")
    assert path.read_bytes() == b"one"
    monkeypatch.setattr(Path, "replace", none)
    with pytest.raises(PermissionError):
        write_new(tmp_path / "other", b"three")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_lock_is_held_by_one_and_removed_with_its_holder(tmp_path: Path):
    path = tmp_path / "lock"
    for _ in range(2):
        with locked(path, wait=False, transient=True):
            with pytest.raises(Refusal) as caught, locked(path, wait=False):
                pass
            assert caught.value.exit_code == 75
        assert not path.exists()


def test_names_are_shown_as_one_line():
    assert shown(os.fsdecode(b"a\xff\n\x1b[1m\xe7\x94\xb2")) == "a\\xff\\n\\x1b[1m甲"


def test_the_meter_draws_on_a_terminal_and_leaves_it_clean(tmp_path: Path):
    code = (
        "from app.client.progress import Meter\n"
        "with Meter() as meter:\n"
        "    meter.begin('读取', 'reading', 100 << 20, '[a]')\n"
        "    for _ in range(20): meter.add(5 << 20)\n"
    )
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=follower,
        env=environment(TERM="xterm"),
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # Linux says EIO at the end of a terminal
            break
        if not piece:
            break
        seen += piece
    os.close(leader)
    assert process.communicate(timeout=60)[0] == b""
    assert process.returncode == 0
    assert b"reading [a]" in seen
