"""Was a later item anchored? A copy of the log answers, and only one that is sound and later."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from tests.reference import MTH
from tests.verifier import logs
from verifier.checks.log_copy import BrokenBundle, cut_bundle, entries_of
from verifier.checks.siblings import Hit, Hits, UnusableCopy, find_link
from verifier.errors import ConsistencyFailure
from verifier.levels import Levels, hash_leaves
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.merkle import leaf_hash
from verifier.tlog.tiles import to_bundle

POLICY = logs.parsed_policy()
D = logs.entries(600)


def link(number: int) -> bytes:
    return sha256(f"link {number}".encode()).digest()


def find(folder: Path, name: bytes, size: int, *, root: bytes | None = None, policy=POLICY):
    head = Checkpoint(logs.ORIGIN, size, MTH(D[:size]) if root is None else root)
    return find_link(folder, policy, name, head)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("log") / "600"
    logs.build(folder, D)
    return folder


@pytest.fixture
def log(sound, tmp_path) -> Path:
    return shutil.copytree(sound, tmp_path / "log")


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, 599])
@pytest.mark.parametrize("size", [0, 1, 200, 256, 257, 512, 599, 600])
def test_a_link_is_found_at_its_index(sound, index, size):
    assert find(sound, link(index), size) == Hits(600, (Hit(index, True),))


def test_a_link_that_is_not_there_is_not_found(sound):
    assert find(sound, link(600), 300) == Hits(600, ())


def test_a_link_in_a_body_or_a_commitment_is_not_an_entrys_link(tmp_path):
    wanted = logs.value("link 900")
    entries = logs.entries(5)
    entries[1] = logs.other_entry("key", 1, f"link {wanted}\n")
    entries[3] = logs.entry(3).replace(logs.value("commitment 3").encode(), wanted.encode())
    logs.build(tmp_path, entries)
    assert find(tmp_path, link(900), 2, root=MTH(entries[:2])) == Hits(5, ())


@pytest.mark.parametrize("size", [1, 200, 256, 512, 600])
def test_a_copy_without_the_receipts_checkpoint_is_a_fork(sound, size):
    with pytest.raises(ConsistencyFailure):
        find(sound, link(1), size, root=b"\1" * 32)


def test_an_older_copy_cannot_answer(sound):
    with pytest.raises(UnusableCopy, match="older"):
        find(sound, link(1), 601, root=b"\1" * 32)


def test_a_copy_of_another_log_cannot_answer(tmp_path):
    logs.build(tmp_path, D[:10], origin="other.example/log")
    with pytest.raises(UnusableCopy, match="another log"):
        find(tmp_path, link(1), 5)


def test_a_copy_that_our_key_did_not_sign_cannot_answer(tmp_path):
    logs.build(tmp_path, D[:10], signer=f"{logs.ORIGIN}|another seed")
    with pytest.raises(UnusableCopy):
        find(tmp_path, link(1), 5)


def test_an_entry_left_out_of_a_copy_does_not_stay_hidden(log):
    entries = list(D)
    entries[500] = logs.entry(500, link="innocent")
    (log / "tile/entries/001").unlink()
    logs.write_files(log, entries, 600)
    with pytest.raises(UnusableCopy, match="do not lead"):
        find(log, link(500), 300)


def test_control_without_the_root_the_entry_would_stay_hidden(log, monkeypatch):
    entries = list(D)
    entries[500] = logs.entry(500, link="innocent")
    (log / "tile/entries/001").unlink()
    logs.write_files(log, entries, 600)
    real = Levels.root
    root = MTH(D)
    monkeypatch.setattr(Levels, "root", lambda self, more=None: real(self, more) if more else root)
    assert find(log, link(500), 200).hits == ()


@pytest.mark.parametrize("change", ["missing", "cut", "no checkpoint"])
def test_a_damaged_copy_cannot_answer(log, change):
    name = "checkpoint" if change == "no checkpoint" else "tile/entries/001"
    data = (log / name).read_bytes()
    (log / name).unlink()
    if change == "cut":
        (log / name).write_bytes(data[:-1])
    with pytest.raises(UnusableCopy):
        find(log, link(1), 5)


# ------------------------------------------------------------------- the tree and the cut


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 300, 512, 513, 600])
def test_the_root_of_levels_is_that_of_the_recursion(size):
    levels = Levels()
    hashes = [leaf_hash(entry) for entry in D[:size]]
    for start in range(0, size, 256):
        part = hashes[start : start + 256]
        for more in range(len(part) + 1):
            if more % 50 == 0:
                assert levels.root(part[:more]) == MTH(D[: start + more])
        for _ in levels.push(part):
            pass
    assert levels.root() == MTH(D[:size])


def test_a_bundle_is_cut_as_it_was_made():
    for parts in (D[:256], D[:3], [b"", b"x", b"y" * 70], [*D[:4], b"z" * 166], [b"a" * 65535]):
        data = to_bundle(parts)
        starts = cut_bundle(data, len(parts))
        assert entries_of(data, starts) == list(parts)
        assert hash_leaves(data, starts) == [leaf_hash(part) for part in parts]


def test_a_broken_bundle_is_refused_with_its_place():
    data = to_bundle(D[:3])
    for cut in range(len(data)):
        with pytest.raises(BrokenBundle) as caught:
            cut_bundle(data[:cut], 3)
        assert caught.value.index == cut // 168
    with pytest.raises(BrokenBundle) as caught:
        cut_bundle(data + b"\0", 3)
    assert (caught.value.index, caught.value.offset) == (3, 3 * 168)
