"""The remembered checkpoint: a log that was set back, or shows two faces, is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.client.support import Client, Service, write
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note

pytestmark = pytest.mark.fault


def size_of(note: Path) -> int:
    return parse_checkpoint(parse_note(note.read_bytes()).text).size


@pytest.fixture
def set_back(own_service: Callable[[], Service], tmp_path: Path) -> Client:
    """A person who saw three entries, and a log that has gone back to one (T-ROLL)."""
    service = own_service()
    client = Client(service, tmp_path)
    x = write(tmp_path / "x", b"x")
    assert client.seal(x, out=tmp_path / "1.zip").returncode == 0
    service.stop()
    service.save("old")
    service.start()
    for n in (2, 3):
        assert client.seal(x, out=tmp_path / f"{n}.zip").returncode == 0
    service.stop()
    service.set_back("old")
    service.start()
    assert service.size() == 1
    return client


def test_a_log_that_was_set_back_is_refused_before_anything_is_sent(
    set_back: Client, tmp_path: Path
):
    x = tmp_path / "x"
    done = set_back.seal(x)
    assert done.returncode == 77, done.stderr
    assert "Do not rely on this server" in done.stderr
    assert set_back.service.size() == 1
    kept = [tmp_path / f"package.zip.checkpoint-{word}.txt" for word in ("remembered", "received")]
    assert [size_of(note) for note in kept] == [3, 1]
    assert not set_back.out.exists()
    assert not set_back.part.exists()


def test_control_without_the_memory_nobody_notices(set_back: Client, tmp_path: Path):
    stranger = Client(set_back.service, tmp_path, home="stranger")
    assert stranger.seal(tmp_path / "x").returncode == 0
    assert stranger.verify().verdict == "TOTAL-PASSED"


def test_a_log_that_grew_again_on_another_branch_is_refused(set_back: Client, tmp_path: Path):
    stranger = Client(set_back.service, tmp_path, home="stranger")
    for n in range(4):
        out = tmp_path / f"s{n}.zip"
        assert stranger.seal(tmp_path / "x", out=out).returncode == 0
    assert set_back.service.size() == 5
    done = set_back.seal(tmp_path / "x")
    assert done.returncode == 77
    assert "Do not rely on this server" in done.stderr
    assert set_back.service.size() == 5
    # The memory is not replaced by what was refused.
    (head,) = (set_back.home / "heads").iterdir()
    assert size_of(head) == 3


def test_an_honest_log_is_followed_through_many_sizes(
    own_service: Callable[[], Service], tmp_path: Path
):
    service = own_service()
    client, other = Client(service, tmp_path), Client(service, tmp_path, home="other")
    x = write(tmp_path / "x", b"x")
    for n in range(9):
        who = client if n % 3 == 0 else other
        assert who.seal(x, out=tmp_path / f"{n}.zip").returncode == 0
    sizes = [size_of(next((who.home / "heads").iterdir())) for who in (client, other)]
    assert sizes == [7, 9]


def test_a_log_created_anew_under_its_name_is_another_key_and_no_contradiction(
    own_service: Callable[..., Service], tmp_path: Path
):
    old, new = own_service("old"), own_service("new")
    x = write(tmp_path / "x", b"x")
    client = Client(old, tmp_path)
    assert client.seal(x, out=tmp_path / "1.zip").returncode == 0
    client = Client(new, tmp_path)
    for _ in range(2):  # it is said again: the new key is not taken on by itself
        done = client.seal(x, out=tmp_path / "2.zip")
        assert done.returncode == 77, done.stderr
        assert "Another key" in done.stderr
        assert "Do not rely on this server" not in done.stderr
        assert not list(tmp_path.glob("*.checkpoint-*"))
    assert new.size() == 0
    done = client.seal(x, out=tmp_path / "3.zip")
    (head,) = (client.home / "heads").iterdir()
    assert str(head) in done.stderr
    head.rename(tmp_path / "kept")
    assert client.seal(x, out=tmp_path / "4.zip").returncode == 0
