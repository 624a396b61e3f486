"""Files that were changed, and heads whose tree is not shown; controls without the guard."""

from __future__ import annotations

import pytest

from app.monitor import following, rereading, trees
from tests.app.monitor.serving import POLICY, another, show
from tests.verifier import logs
from verifier.audit import audit_log

# -- files


def test_a_published_file_that_was_changed(served, watch):
    show(served, "one", logs.entries(600))
    assert watch.once().code == 0
    for path in ("tile/0/001", "tile/entries/000", "tile/1/000.p/2", "tile/entries/002.p/88"):
        file = served.folder / path
        good = file.read_bytes()
        file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        assert (watch.once().code, watch.kinds) == (20, ["changed"]), path
        file.write_bytes(good)
        assert watch.once().code == 0
    assert len(list((watch.folder / "evidence").iterdir())) == 4
    watch.check_mirror()


def test_without_reading_again_a_changed_file_goes_unnoticed(served, watch, monkeypatch):
    show(served, "one", logs.entries(600))
    watch.once()
    (served.folder / "tile/0/001").write_bytes(bytes(8192))
    monkeypatch.setattr(following, "reread", lambda *_: None)
    assert watch.once().code == 0


def test_the_files_of_a_large_log_are_read_again_in_turn(served, watch):
    show(served, "one", logs.entries(20_000))
    watch.once()
    (served.folder / "tile/0/070").write_bytes(bytes(8192))
    rounds = 1
    while watch.once().code == 0:
        rounds += 1
        assert rounds <= 2 * 20_000 // 256 // rereading.FILES + 2
    assert watch.kinds == ["changed"]


@pytest.mark.parametrize(
    "path", ["tile/entries/000", "tile/entries/001", "tile/0/002.p/88", "tile/1/000.p/2"]
)
@pytest.mark.parametrize("how", ["missing", "short", "long", "wrong"])
def test_a_head_whose_tree_is_not_shown_is_not_determined(served, watch, path, how):
    show(served, "one", logs.entries(600))
    file = served.folder / path
    good = file.read_bytes()
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes({"short": good[:-1], "long": good + b"\0", "wrong": bytes(len(good))}[how])
    came = watch.once()
    assert came.code == 10
    assert came.reason
    assert not (watch.folder / "log/checkpoint").exists()
    file.write_bytes(good)
    assert watch.once().code == 0
    watch.check_mirror()


def test_without_leading_entries_to_the_root_wrong_ones_are_mirrored(served, watch, monkeypatch):
    show(served, "one", logs.entries(600))
    logs.build(served.folder.parent / "other", another(600, 7))
    other = served.folder.parent / "other/tile/entries/000"
    (served.folder / "tile/entries/000").write_bytes(other.read_bytes())
    monkeypatch.setattr(trees.SignedTree, "check", lambda *_: None)
    monkeypatch.setattr(following, "reread", lambda *_: None)
    assert watch.once().code == 0
    assert audit_log(watch.folder / "log", POLICY).exit_code == 20
