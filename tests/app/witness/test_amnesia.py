"""T-ROLL: a witness whose memory may be older than what it has signed does not sign."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.witness import marker, opening, store
from app.witness.errors import AlreadyThere, Amnesia, Held, Unusable
from app.witness.opening import DATABASE
from tests.app.witness.support import (
    NAME,
    WatchedLog,
    grow,
    new_witness,
    opened,
)
from tests.worked import Key

LOG = WatchedLog()


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A witness at size 9; ``old.db`` is its database at size 5, ``old`` its whole folder then."""
    data = tmp_path / "w"
    new_witness(data, LOG)
    with opened(data) as witness:
        grow(witness, LOG, 5)
    shutil.copytree(data, tmp_path / "old")
    with opened(data) as witness:
        grow(witness, LOG, 9, old=5)
    return data


def put_back_database(data: Path) -> None:
    for path in data.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy2(data.parent / "old" / DATABASE, data / DATABASE)


def remove_database(data: Path) -> None:
    for path in data.glob(f"{DATABASE}*"):
        path.unlink()


def put_back_folder(data: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(data.parent / "old", data)


def another_database(data: Path) -> None:
    remove_database(data)
    store.create(data / DATABASE, Key(NAME, "another", 4).vkey)


def emptied_database(data: Path) -> None:
    vkey = opening.read_vkey(data / "signer")
    remove_database(data)
    store.create(data / DATABASE, vkey)


def remove_marker(data: Path) -> None:
    for path in (data / "signer/heads").iterdir():
        path.unlink()


def flip_marker(data: Path) -> None:
    path = next((data / "signer/heads").iterdir())
    path.write_bytes(path.read_bytes().replace(b"\n9\n", b"\n8\n"))


def remove_seal(data: Path) -> None:
    (data / "signer/seal").unlink()


def remove_key(data: Path) -> None:
    (data / "signer/witness.key").unlink()


def open_key(data: Path) -> None:
    (data / "signer/witness.key").chmod(0o644)


def remove_signer(data: Path) -> None:
    shutil.rmtree(data / "signer")


def damage_database(data: Path) -> None:
    (data / DATABASE).write_bytes(b"not a database, and long enough to be read as one" * 100)


ROLLED: dict[Callable[[Path], None], tuple[type[Exception], str]] = {
    put_back_database: (Amnesia, "old database"),
    remove_database: (Amnesia, "is missing"),
    put_back_folder: (Amnesia, "was copied, put back"),
    emptied_database: (Amnesia, "old database"),
    another_database: (Unusable, "belongs to another witness"),
    remove_marker: (Amnesia, "no marker"),
    flip_marker: (Unusable, "cannot be read"),
    remove_seal: (Unusable, "cannot be read"),
    remove_key: (Unusable, "no usable key"),
    open_key: (Unusable, "others may read it"),
    remove_signer: (Unusable, "no folder"),
    damage_database: (Unusable, "database cannot be read"),
}


@pytest.mark.parametrize("roll", ROLLED, ids=lambda roll: roll.__name__)
def test_a_memory_that_was_put_back_refuses(grown: Path, roll: Callable[[Path], None]) -> None:
    roll(grown)
    kind, words = ROLLED[roll]
    for _ in range(2):  # trying changes nothing
        with pytest.raises(kind, match=words) as refused, opened(grown):
            pass
        assert str(refused.value) == refused.value.en  # type: ignore[attr-defined]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.value.zh)  # type: ignore[attr-defined]
        with pytest.raises(kind, match=words):
            opening.add_log(grown, grown / "signer", LOG.vkey)


def test_control_without_marker_and_seal_a_fork_would_be_cosigned(
    grown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back_folder(grown)
    monkeypatch.setattr(opening, "_check_place", lambda *_: None)
    fork = WatchedLog("b")
    fork.entries[:5] = LOG.entries[:5]
    with opened(grown) as witness:
        grow(witness, fork, 9, old=5)


def test_control_a_database_put_back_is_seen_by_the_marker_alone(
    grown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back_database(grown)
    monkeypatch.setattr(opening, "_compare", lambda *_: None)
    fork = WatchedLog("b")
    fork.entries[:5] = LOG.entries[:5]
    with opened(grown) as witness:
        assert witness.add_checkpoint(fork.request(5, 8)).status == 503  # the marker, once more
        assert witness.failed
    monkeypatch.setattr(marker.Marker, "write", lambda *_: None)
    put_back_database(grown)
    with opened(grown) as witness:
        grow(witness, fork, 8, old=5)


def test_an_untouched_folder_goes_on_also_where_it_was_moved(grown: Path) -> None:
    moved = grown.with_name("moved")
    grown.rename(moved)
    with opened(moved) as witness:
        grow(witness, LOG, 10, old=9)


@pytest.mark.parametrize("roll", [put_back_database, remove_database, emptied_database])
def test_recovery_from_the_marker(grown: Path, roll: Callable[[Path], None]) -> None:
    roll(grown)
    done = opening.recover(grown, grown / "signer")
    assert [log.after for log in done] == [9]
    opening.add_log(grown, grown / "signer", LOG.vkey)
    with opened(grown) as witness:
        assert witness.add_checkpoint(LOG.request(5, 9)).body == b"9\n"
        grow(witness, LOG, 10, old=9)


def test_recovery_of_a_copy_needs_a_person_s_word_and_notes_raise_it(grown: Path) -> None:
    with opened(grown) as witness:
        cosigned = LOG.note(9) + witness.add_checkpoint(LOG.request(9, 9)).body
    put_back_folder(grown)
    with pytest.raises(Amnesia, match="was copied"):
        opening.recover(grown, grown / "signer")
    with pytest.raises(Unusable, match="without a cosignature"):
        opening.recover(grown, grown / "signer", this_copy_is_current=True, notes=[LOG.note(9)])
    with pytest.raises(Unusable, match="not a checkpoint signed by a log"):
        opening.recover(grown, grown / "signer", this_copy_is_current=True, notes=[b"x"])
    done = opening.recover(grown, grown / "signer", this_copy_is_current=True, notes=[cosigned])
    assert [(log.before, log.after) for log in done] == [(5, 9)]
    with opened(grown) as witness:
        assert witness.add_checkpoint(LOG.request(5, 9)).body == b"9\n"


def test_recovery_never_lowers_and_never_chooses_between_two_roots(grown: Path) -> None:
    (note,) = [LOG.note(5)]
    with opened(grown) as witness:
        older = note + witness._key.cosign(LOG.text(5), 1)
        fork = WatchedLog("b")
        other = fork.note(9) + witness._key.cosign(fork.text(9), 1)
    done = opening.recover(grown, grown / "signer", notes=[older])
    assert [(log.before, log.after) for log in done] == [(9, 9)]
    with pytest.raises(Amnesia, match="two roots of size 9"):
        opening.recover(grown, grown / "signer", notes=[other])


def test_a_marker_that_is_behind_is_raised(grown: Path) -> None:
    """As a crash between the two writes leaves it, or a marker put back alone: harmless."""
    heads = grown / "signer/heads"
    shutil.rmtree(heads)
    shutil.copytree(grown.parent / "old/signer/heads", heads)
    with opened(grown) as witness:
        assert witness._marker.heads[LOG.origin].size == 9


def test_init_never_overwrites_and_one_process_works(grown: Path) -> None:
    for gone in ("", "signer/seal", "signer/witness.key", DATABASE):
        if gone:
            os.rename(grown / gone, grown / "away")
        with pytest.raises(AlreadyThere):
            opening.create(grown, grown / "signer", NAME)
        if gone:
            os.rename(grown / "away", grown / gone)
    other = grown.with_name("other")
    with opened_after_rename(grown), pytest.raises(Held), opened(grown):
        pass
    # the same signer beside another database
    with opened(grown):
        other.mkdir()
        with pytest.raises(Held), opening.open_witness(other, grown / "signer", alarm=print):
            pass


def opened_after_rename(data: Path):
    # A file that was renamed away and back has another ctime: the key is sealed anew.
    opening.recover(data, data / "signer", this_copy_is_current=True)
    return opened(data)


def test_the_files_are_their_owner_s_alone(grown: Path) -> None:
    for path in [grown, *grown.rglob("*")]:
        assert not path.stat().st_mode & 0o077, path
    assert (grown / "signer/witness.key").stat().st_mode & 0o777 == 0o600
