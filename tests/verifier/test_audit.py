"""A whole log is checked: a sound one passes, and every fault is named with its place."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.verifier import logs
from tests.verifier.audits import OLDER, audit, fault, status, values
from verifier.result import DONE, FAILED, INDETERMINATE, NOT_DONE, PASSED, TOTAL_FAILED
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.tiles import to_bundle


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """A log of 600 entries with partial files of older sizes, an anchor entry among them."""
    folder = tmp_path_factory.mktemp("log") / "600"
    D = logs.entries(600)
    D[300] = logs.anchor(300, 299)
    logs.build(folder, D, older=OLDER)
    return folder


@pytest.fixture
def log(sound, tmp_path) -> Path:
    return shutil.copytree(sound, tmp_path / "log")


# ------------------------------------------------------------------- what passes


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 600])
def test_a_sound_log_passes(size, tmp_path):
    checkpoint = logs.build(tmp_path, logs.entries(size), older=[s for s in OLDER if s < size])
    result = audit(tmp_path)
    assert result.verdict == PASSED, result.checks
    assert result.findings == []
    assert result.facts["size"] == size
    assert result.facts["entries.evidence"] == size
    assert values(result, "root")["size"] == checkpoint.size


def test_a_log_with_three_levels_passes_and_counts_its_entries(tmp_path):
    D = logs.entries(70_000)
    logs.build(tmp_path, D)
    calls = []
    result = audit(tmp_path, progress=lambda done, size: calls.append((done, size)))
    assert result.verdict == PASSED, result.checks
    assert values(result, "tiles")["count"] == 274 + 2 + 1
    assert calls[-1][1] == 70_000
    assert result.facts["received_first"] == "2026-11-21T13:07:00Z"
    # One bit of the one tile of level 2.
    tile = tmp_path / "tile/2/000.p/1"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    found = fault(audit(tmp_path), "tiles")
    assert (found["path"], found["index"], found["offset"]) == ("tile/2/000.p/1", 0, 0)


def test_all_kinds_of_entries_pass(tmp_path):
    D = logs.entries(270)
    D[0] = logs.key_entry(logs.handover())
    D[7] = logs.anchor(7, 6)
    D[269] = logs.freeze(269)
    logs.build(tmp_path, D)
    result = audit(tmp_path)
    assert result.verdict == PASSED, result.checks
    assert [result.facts[f"entries.{kind}"] for kind in ("evidence", "anchor", "key", "freeze")] == [
        267, 1, 1, 1,
    ]  # fmt: skip


def test_a_partial_file_may_be_gone_once_the_full_one_is_there(sound, tmp_path):
    folder = shutil.copytree(sound, tmp_path / "log")
    D = logs.entries(1024)
    D[300] = logs.anchor(300, 299)
    logs.write_files(folder, D, 1024)  # the copy was taken while the log grew
    shutil.rmtree(folder / "tile/0/002.p")
    shutil.rmtree(folder / "tile/entries/002.p")
    result = audit(folder)
    assert result.verdict == PASSED, result.checks
    assert [(f.code, f.values["count"]) for f in result.findings] == [("AHEAD_OF_CHECKPOINT", 5)]


def test_what_lies_ahead_of_the_checkpoint_must_begin_as_it_does(log):
    D = [logs.entry(n, link=f"other {n}") for n in range(601)]
    logs.write_files(log, D, 601)
    result = audit(log)
    assert fault(result, "bundles")["path"] == "tile/entries/002.p/89"
    assert fault(result, "tiles")["path"] == "tile/0/002.p/89"


# ------------------------------------------------------------------- one bit


def test_one_flipped_bit_in_any_file_is_found_and_named(log, soak):
    names = [name for name in logs.files(log) if name.startswith("tile/")]
    assert len(names) == 22, names
    choose = random.Random(1)
    for name in names:
        path = log / name
        data = path.read_bytes()
        spread = range(len(data) * 8) if soak and len(data) < 2000 else range(12)
        for bit in {0, len(data) * 8 - 1, *(choose.randrange(len(data) * 8) for _ in spread)}:
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            path.write_bytes(changed)
            result = audit(log)
            assert result.verdict == TOTAL_FAILED, (name, bit)
            check = "bundles" if name.startswith("tile/entries") else "tiles"
            found = fault(result, check)
            assert found["path"] == name, (name, bit, found)
            assert abs(int(found["offset"]) - bit // 8) <= 168 or check == "bundles"
            if check == "tiles":
                assert found["offset"] == bit // 8
                assert status(result, "bundles") == (DONE, None)
        path.write_bytes(data)
    assert audit(log).verdict == PASSED


def test_a_changed_entry_is_named_by_index_and_offset(log):
    path = log / "tile/entries/001"
    data = bytearray(path.read_bytes())
    data[5 * 168 + 2 + 100] ^= 1
    path.write_bytes(data)
    result = audit(log)
    found = fault(result, "bundles")
    assert found == {
        "path": "tile/entries/001", "index": 261, "offset": 5 * 168 + 2, "reason": "ENTRY_DIFFERS",
    }  # fmt: skip
    assert status(result, "tiles") == (DONE, None)
    assert status(result, "root") == (FAILED, "HASH_FAILURE")
    assert result.sub_indication == "HASH_FAILURE"


def test_entry_and_tile_changed_alike_differ_from_the_tile_above(log):
    D = logs.entries(600)
    D[300] = logs.anchor(300, 299)
    D[3] = logs.entry(3, link="exchanged")
    (log / "tile/entries/000").unlink()
    (log / "tile/0/000").unlink()
    shutil.rmtree(log / "tile/entries/000.p")
    shutil.rmtree(log / "tile/0/000.p")
    logs.write_files(log, D, 600)
    result = audit(log)
    found = fault(result, "tiles")
    assert (found["path"], found["index"]) == ("tile/1/000.p/1", 0) or found["path"].startswith(
        "tile/1"
    )
    assert status(result, "root") == (FAILED, "HASH_FAILURE")


def test_a_log_rebuilt_throughout_has_another_root(log):
    D = logs.entries(600)
    shutil.rmtree(log / "tile")
    logs.write_files(log, D, 600)
    result = audit(log)
    assert status(result, "bundles") == status(result, "tiles") == (DONE, None)
    assert status(result, "root") == (FAILED, "HASH_FAILURE")


def test_every_bit_of_the_checkpoint_counts(log):
    path = log / "checkpoint"
    data = path.read_bytes()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        result = audit(log)
        origin_bits = len(logs.ORIGIN) * 8
        if bit < origin_bits:
            assert result.verdict != PASSED
        else:
            assert result.verdict == TOTAL_FAILED, bit


# ------------------------------------------------------------------- files


@pytest.mark.parametrize("name", ["tile/0/001", "tile/entries/001", "tile/1/000.p/2"])
def test_a_missing_file_is_named_and_leaves_the_verdict_open(log, name):
    (log / name).unlink()
    result = audit(log)
    assert result.verdict == INDETERMINATE
    assert result.sub_indication == "SIGNED_DATA_NOT_FOUND"
    check = "bundles" if "entries" in name else "tiles"
    found = next(c for c in result.checks if c.id == check)
    assert (found.status, found.values["path"], found.values["reason"]) == (
        NOT_DONE, name, "FILE_MISSING",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["tile/0/001", "tile/entries/001", "tile/entries/002.p/88"])
@pytest.mark.parametrize(
    "change", [lambda d: d[:-1], lambda d: d + b"\0", lambda d: b"", lambda d: d[:40]]
)
def test_a_cut_or_padded_file_fails(log, name, change):
    (log / name).write_bytes(change((log / name).read_bytes()))
    result = audit(log)
    assert result.verdict == TOTAL_FAILED
    check = "bundles" if "entries" in name else "tiles"
    assert fault(result, check)["path"] == name
    assert result.sub_indication == "FORMAT_FAILURE"


@pytest.mark.parametrize("kind", ["0", "entries"])
def test_a_partial_under_a_full_name_fails(log, kind):
    shutil.copy(log / f"tile/{kind}/001.p/44", log / f"tile/{kind}/001")
    result = audit(log)
    assert result.verdict == TOTAL_FAILED
    assert fault(result, "bundles" if kind == "entries" else "tiles")["path"] == f"tile/{kind}/001"


@pytest.mark.parametrize("kind", ["0", "entries"])
def test_an_older_partial_that_is_not_the_beginning_fails(log, kind):
    width = 44
    path = log / f"tile/{kind}/001.p/{width}"
    size = len(path.read_bytes()) // width
    D = logs.entries(600)
    other = to_bundle(D[:44]) if kind == "entries" else b"\x01" * size * width
    path.write_bytes(other)
    result = audit(log)
    assert fault(result, "bundles" if kind == "entries" else "tiles") == {
        "path": f"tile/{kind}/001.p/44", "index": 256, "reason": "NOT_THE_BEGINNING",
        "offset": fault(result, "bundles" if kind == "entries" else "tiles")["offset"],
    }  # fmt: skip


def test_no_checkpoint_cannot_be_read_at_all(tmp_path):
    with pytest.raises(FileNotFoundError):
        audit(tmp_path)


def test_a_checkpoint_of_a_huge_size_ends_at_the_first_missing_file(log):
    head = Checkpoint(logs.ORIGIN, 2**62, b"\1" * 32)
    (log / "checkpoint").write_bytes(logs.note(head, logs.ORIGIN))
    result = audit(log)
    assert result.verdict == INDETERMINATE
    assert values(result, "bundles")["path"] == "tile/entries/002"
