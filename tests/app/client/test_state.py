"""The client's memory: dossier ids and newest checkpoints."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.client.state import State, home
from app.commands.common import Refusal
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.note import Note, SignatureLine

ORIGIN = "log.example/one"
ACCOUNT = bytes(16)


def note(size: int, origin: str = ORIGIN) -> bytes:
    root = hashlib.sha256(b"%d" % size if size else b"").digest()
    text = Checkpoint(origin, size, root).to_text()
    return Note(text, (SignatureLine(origin, b"1234", b"s" * 64),)).to_bytes()


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "home")


def test_where_it_lies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert home() == Path("/x/beilin")
    monkeypatch.setenv("BEILIN_HOME", "/own")
    assert home() == Path("/own")
    monkeypatch.delenv("BEILIN_HOME")
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/h")
    assert home() == Path("/h/.local/state/beilin")


def test_it_is_private(state: State):
    state.dossier(ORIGIN, ACCOUNT, "a")
    assert state.folder.stat().st_mode & 0o777 == 0o700
    assert (state.folder / "dossiers.json").stat().st_mode & 0o777 == 0o600


def test_a_name_keeps_its_id_per_log_and_account(state: State):
    first = state.dossier(ORIGIN, ACCOUNT, "案卷")
    assert len(first) == 16
    others = [
        state.dossier("log.example/two", ACCOUNT, "案卷"),
        state.dossier(ORIGIN, b"1" * 16, "案卷"),
        state.dossier(ORIGIN, ACCOUNT, "案卷 2"),
    ]
    assert len({first, *others}) == 4
    assert State(state.folder).dossier(ORIGIN, ACCOUNT, "案卷") == first


def test_only_a_larger_checkpoint_replaces(state: State):
    assert state.head(ORIGIN) is None
    assert state.remember(ORIGIN, note(5), seen=None)
    assert state.head(ORIGIN) == note(5)
    assert state.remember(ORIGIN, note(3), seen=note(5))
    assert state.head(ORIGIN) == note(5)
    assert state.remember(ORIGIN, note(9), seen=note(5))
    assert state.head(ORIGIN) == note(9)
    assert state.head("log.example/two") is None


def test_what_was_not_checked_against_the_newest_is_not_kept(state: State):
    assert state.remember(ORIGIN, note(5), seen=None)
    assert not state.remember(ORIGIN, note(9), seen=None)
    assert not state.remember(ORIGIN, note(9), seen=note(4))
    assert state.head(ORIGIN) == note(5)


@pytest.mark.parametrize("data", [b"", b"{", b'{"format":"beilin/dossiers/v2","dossiers":[]}',
                                  b'{"format":"beilin/dossiers/v1","dossiers":{}}',
                                  b'{"format":"beilin/dossiers/v1","dossiers":[1]}'])  # fmt: skip
def test_a_damaged_memory_is_said_and_not_overwritten(state: State, data: bytes):
    path = state.folder / "dossiers.json"
    path.write_bytes(data)
    with pytest.raises(Refusal) as caught:
        state.dossier(ORIGIN, ACCOUNT, "a")
    assert caught.value.exit_code == 65
    assert path.read_bytes() == data


def test_a_damaged_or_swapped_head_is_refused(state: State):
    state.remember(ORIGIN, note(5), seen=None)
    (path,) = (state.folder / "heads").iterdir()
    for data in (b"", note(5)[:-9], note(5, "log.example/two")):
        path.write_bytes(data)
        with pytest.raises(Refusal):
            state.head(ORIGIN)
