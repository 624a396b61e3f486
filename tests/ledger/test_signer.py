"""The signer on its own: it never signs two roots for one size, nor a smaller tree."""

from __future__ import annotations

import os

import pytest

from ledger.durable import locked
from ledger.errors import (
    AlreadyExists,
    Behind,
    Config,
    Conflict,
    Corruption,
    Held,
    Stateless,
)
from ledger.prove import prove_consistency
from ledger.service_key import ServiceKey
from ledger.signer import Head, Signer, read_journal
from tests.ledger.support import ORIGIN
from tests.ledger.test_tree import Tiles
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.merkle import EMPTY_ROOT
from verifier.tlog.note import parse_note, verify_note


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "signer"


class Grower:
    """A tree beside a signer: offers it one head after the other."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.tiles = Tiles()
        self.heads = [Head(0, EMPTY_ROOT)]

    def grow(self, count: int = 1) -> tuple[Head, list[bytes]]:
        old = self.heads[-1].size
        root = self.tiles.extend([os.urandom(32) for _ in range(count)])
        self.heads.append(Head(self.tiles.size, root))
        return self.heads[-1], prove_consistency(self.tiles.read, old, self.tiles.size)

    def sign(self, count: int = 1) -> bytes:
        return self.signer.sign(*self.grow(count))


@pytest.fixture
def grower(folder):
    return Grower(Signer.create(folder, ORIGIN))


def test_what_it_signs_is_a_checkpoint_of_its_log(grower):
    note = grower.sign(5)
    parsed = parse_note(note)
    assert verify_note(parsed, [grower.signer.vkey]) == [grower.signer.vkey]
    assert parse_checkpoint(parsed.text) == Checkpoint(ORIGIN, *grower.heads[-1])


def test_the_same_head_gets_the_same_bytes_also_after_a_restart(grower, folder):
    note = grower.sign(3)
    assert grower.signer.sign(grower.heads[-1], []) == note
    assert Signer(folder, ORIGIN).sign(grower.heads[-1], [b"ignored"]) == note


def test_a_smaller_head_is_behind_even_if_it_was_signed_once(grower):
    grower.sign(3)
    grower.sign(2)
    with pytest.raises(Behind, match=r"size 3 .* signed size 5 "):
        grower.signer.sign(grower.heads[1], [])
    assert grower.signer.signed(3) == grower.heads[1]
    assert grower.signer.signed(4) is None


def test_another_root_of_the_same_size_is_refused(grower):
    grower.sign(3)
    with pytest.raises(Conflict, match="size 3"):
        grower.signer.sign(Head(3, os.urandom(32)), [])


def test_growth_needs_a_proof_of_consistency(grower):
    grower.sign(3)
    head, proof = grower.grow(4)
    for wrong in ([], proof[:-1], [*proof, bytes(32)], proof[::-1]):
        with pytest.raises(Conflict, match="does not extend"):
            grower.signer.sign(head, wrong)
    with pytest.raises(Conflict, match="does not extend"):
        grower.signer.sign(Head(7, os.urandom(32)), proof)
    assert grower.signer.last() == grower.heads[1]
    grower.signer.sign(head, proof)


def test_a_forked_tree_is_refused(grower, folder):
    grower.sign(3)
    other = Grower(Signer(folder, ORIGIN))
    other.tiles.extend([os.urandom(32) for _ in range(3)])
    other.heads.append(Head(3, other.tiles.edge.root()))
    with pytest.raises(Conflict, match="does not extend"):
        other.sign(5)


def test_the_journal_is_durable_before_the_signature(grower, folder, monkeypatch):
    calls = []
    fsync, key = os.fsync, grower.signer._key

    class Key:
        def sign(self, text):
            calls.append(("sign", (folder / "journal").read_bytes().count(b"\n")))
            return key.sign(text)

    def record(handle):
        calls.append(("fsync", 0))
        return fsync(handle)

    monkeypatch.setattr(os, "fsync", record)
    grower.signer._key = Key()
    grower.sign(2)
    assert calls[0] == ("fsync", 0)
    assert calls[-1] == ("sign", 2)


def test_an_fsync_that_fails_leaves_no_signature(grower, monkeypatch):
    head, proof = grower.grow(2)

    def fail(_handle):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="Input/output"):
            grower.signer.sign(head, proof)


@pytest.mark.parametrize("cut", [2, 10, 40, 54])
def test_a_torn_last_line_is_dropped(grower, folder, cut):
    grower.sign(3)
    grower.sign(1)
    journal = folder / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-cut])
    again = Signer(folder, ORIGIN)
    assert again.last() == grower.heads[1]
    again.sign(grower.heads[2], prove_consistency(grower.tiles.read, 3, 4))
    assert journal.read_bytes() == whole


def test_zeros_of_a_torn_write_are_dropped(grower, folder):
    grower.sign(3)
    journal = folder / "journal"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b"4 " + bytes(50))
    assert Signer(folder, ORIGIN).last() == grower.heads[1]


def test_a_last_line_that_lacks_only_its_line_feed_counts(grower, folder):
    grower.sign(3)
    grower.sign(1)
    journal = folder / "journal"
    journal.write_bytes(journal.read_bytes()[:-1])
    again = Signer(folder, ORIGIN)
    assert again.last() == grower.heads[2]
    other = Grower(again)
    other.tiles, other.heads = grower.tiles, grower.heads
    other.sign(6)
    assert [head.size for head in read_journal(journal.read_bytes())[0]] == [0, 3, 4, 10]


def test_every_flipped_bit_of_the_journal_is_corruption_or_no_smaller_state(grower, folder):
    grower.sign(3)
    grower.sign(1)
    journal = folder / "journal"
    whole = journal.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << bit
            journal.write_bytes(damaged)
            with pytest.raises(Corruption):
                Signer(folder, ORIGIN)


def test_a_journal_that_went_back_is_noticed_while_running(grower, folder):
    grower.sign(3)
    before = (folder / "journal").read_bytes()
    grower.sign(4)
    (folder / "journal").write_bytes(before)
    with pytest.raises(Corruption, match="went back"):
        grower.sign(1)


def test_two_signers_on_one_folder_are_as_one(grower, folder):
    other = Signer(folder, ORIGIN)
    grower.sign(3)
    assert other.last() == grower.heads[1]
    with pytest.raises(Conflict):
        other.sign(Head(3, os.urandom(32)), [])


def test_the_lock_is_held_while_signing(grower, folder, monkeypatch):
    monkeypatch.setattr("ledger.signer.locked", lambda path: locked(path, wait_seconds=0))
    with locked(folder / "lock"), pytest.raises(Held):
        grower.sign(1)


def test_without_state_it_refuses_and_opening_creates_none(grower, folder):
    (folder / "journal").unlink()
    with pytest.raises(Stateless):
        Signer(folder, ORIGIN)
    assert not (folder / "journal").exists()


def test_create_replaces_nothing(grower, folder):
    for gone in ("journal", None):
        with pytest.raises(AlreadyExists):
            Signer.create(folder, ORIGIN)
        if gone:
            (folder / gone).unlink()


def test_accept_gives_a_first_state_once(grower, folder):
    grower.sign(3)
    with pytest.raises(AlreadyExists):
        Signer.accept(folder, ORIGIN, grower.heads[1])
    (folder / "journal").unlink()
    accepted = Signer.accept(folder, ORIGIN, grower.heads[1])
    assert accepted.last() == grower.heads[1]
    with pytest.raises(AlreadyExists):
        Signer.accept(folder, ORIGIN, grower.heads[1])


def test_a_key_that_others_can_read_is_refused(grower, folder):
    assert (folder / "log.key").stat().st_mode & 0o777 == 0o600
    assert (folder / "journal").stat().st_mode & 0o777 == 0o600
    (folder / "log.key").chmod(0o640)
    with pytest.raises(Config, match="0600"):
        Signer(folder, ORIGIN)


@pytest.mark.parametrize("text", [b"", b"no key", None])
def test_a_key_that_is_none_is_refused(grower, folder, text):
    (folder / "log.key").unlink()
    if text is not None:
        (folder / "log.key").write_bytes(text)
        (folder / "log.key").chmod(0o600)
    with pytest.raises(Config):
        Signer(folder, ORIGIN)


# -- the service key -----------------------------------------------------------


def test_the_service_key_signs_our_texts(folder):
    folder.mkdir()
    service = ServiceKey.create(folder, ORIGIN)
    note = parse_note(service.sign(f"beilin/dossier/v1\norigin {ORIGIN}\nx 1\n".encode()))
    assert verify_note(note, [service.vkey]) == [service.vkey]
    assert service.vkey.name == f"{ORIGIN}/service"


@pytest.mark.parametrize(
    "text",
    [
        Checkpoint(ORIGIN, 7, bytes(32)).to_text(),
        Checkpoint("beilin/dossier/v1", 7, bytes(32)).to_text(),
        b"beilin/dossier/v1\n",
        b"beilin/dossier/v1\norigin another.example\n",
        b"beilin/dossier/v2\norigin log.example.org/beilin\n",
        b"beilin/dossier/v1\n12\norigin log.example.org/beilin\n",
        b"hello\norigin log.example.org/beilin\n",
        b"beilin/dossier/v1\norigin log.example.org/beilin",
        b"beilin/dossier/v1\norigin log.example.org/beilin\r\n",
        b"\xff\norigin\n",
    ],
)
def test_the_service_key_signs_nothing_else(folder, text):
    folder.mkdir()
    service = ServiceKey.create(folder, ORIGIN)
    with pytest.raises(Config):
        service.sign(text)


# -- control -------------------------------------------------------------------


def test_control_without_the_journal_check_two_roots_are_signed(grower, monkeypatch):
    """Shows that the refusals above come from the journal: without it the fork is signed."""
    grower.sign(3)
    monkeypatch.setattr(Signer, "last", lambda _self: Head(0, EMPTY_ROOT))
    note = grower.signer.sign(Head(3, bytes(range(32))), [])
    assert parse_checkpoint(parse_note(note).text).root != grower.heads[1].root
