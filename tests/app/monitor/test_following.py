"""Following a log that does nothing wrong: what is fetched, kept and mirrored."""

from __future__ import annotations

from tests.app.monitor.serving import Served, Watch
from tests.verifier import logs
from verifier.tlog.tiles import parse_tile_path

SIZES = (0, 1, 2, 255, 256, 257, 511, 512, 700)


def grow(served: Served, size: int, **options) -> None:
    logs.build(served.folder, logs.entries(size), **options)


def test_growing_by_steps_is_followed_and_the_mirror_passes_the_audit(served, tmp_path):
    watch = Watch(tmp_path / "m", served.url)
    before = 0
    for size in SIZES:
        grow(served, size)
        came = watch.once()
        assert came[:5] == (0, size, size - before, None, 0)
        assert watch.told == []
        watch.check_mirror()
        assert (watch.folder / "log/checkpoint").read_bytes() == (
            served.folder / "checkpoint"
        ).read_bytes()
        before = size


def test_a_first_look_at_every_size_is_followed(served, tmp_path):
    for size in SIZES:
        grow(served, size)
        watch = Watch(tmp_path / f"m{size}", served.url)
        assert watch.once()[:5] == (0, size, size, None, 0)
        watch.check_mirror()


def test_three_levels_of_tiles_are_followed(served, tmp_path):
    D = logs.entries(65_900)  # level 1 is full from 65,536 on
    logs.build(served.folder, D[:65_300])
    watch = Watch(tmp_path / "m", served.url)
    assert watch.once()[:5] == (0, 65_300, 65_300, None, 0)
    logs.build(served.folder, D)
    assert watch.once()[:5] == (0, 65_900, 600, None, 0)
    watch.check_mirror()


def test_only_what_is_new_is_fetched_but_for_a_bounded_number_of_old_files(served, tmp_path):
    grow(served, 20_000)
    watch = Watch(tmp_path / "m", served.url)
    watch.once()
    grow(served, 20_300)
    served.asked.clear()
    assert watch.once().fresh == 300
    bundles = [parse_tile_path(p) for p in served.asked if p.startswith("tile/entries")]
    new = {(20_000 // 256 + at) for at in range(3)}
    again = [tile.index for tile in bundles if tile.index not in new]
    assert len(served.asked) < 60
    assert len(again) <= 12  # half of the 24 files that are read again are bundles


def test_a_partial_file_that_gave_way_to_the_full_one_is_no_fault(served, tmp_path):
    grow(served, 300)
    watch = Watch(tmp_path / "m", served.url)
    watch.once()
    checkpoint = (served.folder / "checkpoint").read_bytes()
    grow(served, 600)
    (served.folder / "checkpoint").write_bytes(checkpoint)
    for path in served.folder.rglob("*.p/44"):
        path.unlink()
    assert watch.once()[:5] == (0, 300, 0, None, 0)
    fresh = Watch(tmp_path / "m2", served.url)
    assert fresh.once()[:5] == (0, 300, 300, None, 0)
    fresh.check_mirror()


def test_more_cosignatures_on_the_same_head_are_mirrored_and_fewer_are_not(served, tmp_path):
    policy = logs.parsed_policy(witness=True)
    grow(served, 5)
    watch = Watch(tmp_path / "m", served.url, policy)
    came = watch.once()
    assert (came.code, came.size) == (10, 0)
    assert "WITNESS_QUORUM_NOT_MET" in (came.reason or ("", ""))[1]
    grow(served, 5, cosigners=["witness.example/w"])
    assert watch.once()[:5] == (0, 5, 5, None, 0)
    watch.check_mirror()
    grow(served, 5, cosigners=["witness.example/w", "witness.example/x"])
    watch.once()
    more = (served.folder / "checkpoint").read_bytes()
    assert (watch.folder / "log/checkpoint").read_bytes() == more
    grow(served, 5, cosigners=["witness.example/w"])
    assert watch.once().code == 0
    assert (watch.folder / "log/checkpoint").read_bytes() == more


def test_where_the_memory_is_lost_the_mirrored_checkpoint_still_counts(served, tmp_path):
    grow(served, 300)
    watch = Watch(tmp_path / "m", served.url)
    watch.once()
    for path in watch.folder.glob("monitor.sqlite3*"):
        path.unlink()
    other = logs.entries(299)
    other[7] = logs.entry(7, link="another")
    logs.build(tmp_path / "other", other)
    served.folder = tmp_path / "other"
    assert watch.once().code == 20
    assert watch.kinds == ["rewrite"]
