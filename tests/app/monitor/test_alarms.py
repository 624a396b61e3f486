"""Two histories, going back, standing still: every alarm, and its control without the guard.

A control takes one guard away and shows that nothing else would have noticed.
"""

from __future__ import annotations

import hashlib

import pytest

from app.monitor import following, judging, mirror, reading
from app.monitor.memory import Memory
from tests.app.monitor.serving import (
    Served,
    Watch,
    another,
    check_about,
    check_proof,
    give,
    show,
    signed,
)
from tests.verifier import logs
from verifier.encoding import parse_base64
from verifier.policy import parse_policy
from verifier.tlog.merkle import check_consistency
from verifier.tlog.note import parse_note

# -- two histories


def fork(served: Served) -> None:
    show(served, "other", another(300, 7))


def test_fork(served, watch):
    show(served, "one", logs.entries(300))
    assert watch.once().code == 0
    fork(served)
    assert (watch.once().code, watch.kinds) == (20, ["fork"])
    place = watch.evidence("fork")
    check_about(place)
    check_proof(place, "fork")
    one, two = (signed((place / f"note-{n}.txt").read_bytes()) for n in (1, 2))
    assert (one.size, one.origin) == (two.size, two.origin)
    assert one.root != two.root
    watch.check_mirror()


def test_without_the_comparison_of_roots_a_fork_goes_unnoticed(served, watch, monkeypatch):
    show(served, "one", logs.entries(300))
    watch.once()
    fork(served)
    monkeypatch.setattr(judging, "_fork", lambda *_: None)
    monkeypatch.setattr(following, "reread", lambda *_: None)
    assert watch.once().code == 0


@pytest.mark.parametrize(
    ("old", "new", "at"), [(300, 301, 7), (300, 800, 299), (256, 512, 0), (1, 2, 0)]
)
def test_rewrite_behind_a_larger_head(served, watch, old, new, at):
    show(served, "one", logs.entries(old))
    assert watch.once().code == 0
    show(served, "other", another(new, at))
    assert (watch.once().code, watch.kinds) == (20, ["rewrite"])
    check_rewrite(watch.evidence("rewrite"), old, new)
    assert watch.once().size == old
    watch.check_mirror()


def test_rewrite_behind_a_smaller_head(served, watch):
    show(served, "one", logs.entries(800))
    watch.once()
    show(served, "other", another(300, 7))
    assert (watch.once().code, watch.kinds) == (20, ["rewrite"])
    check_rewrite(watch.evidence("rewrite"), 300, 800)


def check_rewrite(place, old: int, new: int) -> None:
    """What a third party computes from the folder and the log's key alone."""
    check_about(place)
    check_proof(place, "rewrite")
    older, newer = (signed((place / f"note-{n}.txt").read_bytes()) for n in (1, 2))
    assert (older.size, newer.size) == (old, new)
    lines = (place / "consistency.txt").read_text().splitlines()
    now, *proof = (parse_base64(line, "hash", length=32) for line in lines)
    check_consistency(old, now, new, newer.root, proof)
    assert now != older.root


def test_without_the_comparison_of_prefixes_a_rewrite_goes_unnoticed(served, watch, monkeypatch):
    show(served, "one", logs.entries(256))
    watch.once()
    show(served, "other", another(512, 7))
    monkeypatch.setattr(
        judging, "judge", lambda head, *_: judging.Judged(judging.tree_of(head, _[2]), None)
    )
    monkeypatch.setattr(following, "judge", judging.judge)
    monkeypatch.setattr(following, "reread", lambda *_: None)
    monkeypatch.setattr(reading.Reading, "_finish", lambda *_: None)
    monkeypatch.setattr(following.Follower, "_near", following.Follower._far)
    assert watch.once().code == 0


def test_the_pending_head_is_judged_too(served, watch):
    show(served, "one", logs.entries(300))
    watch.once()
    other = logs.build(served.folder.parent / "other", another(300, 7))
    (served.folder / "checkpoint.pending").write_bytes(logs.note(other, logs.ORIGIN))
    assert (watch.once().code, watch.kinds) == (20, ["fork"])


def test_an_alarm_that_was_signed_for_good_stands(served, watch):
    show(served, "one", logs.entries(300))
    watch.once()
    fork(served)
    watch.once()
    place = watch.evidence("fork")
    before = {path: path.read_bytes() for path in place.iterdir()}
    served.folder = served.folder.parent / "one"
    watch.now += 60
    came = watch.once()
    assert (came.code, came.standing, watch.kinds) == (20, 1, [])
    fork(served)
    assert (watch.once().code, watch.kinds) == (20, [])  # told once, written once
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def die_before_the_entries(watch: Watch, monkeypatch: pytest.MonkeyPatch, **forget) -> None:
    """Look once and die between the head and its first file."""

    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(mirror.Mirror, "add", die)
        with pytest.raises(Died):
            watch.once()
    if forget:
        memory = Memory(watch.folder)
        memory.put(**forget)
        memory.close()


def test_a_head_counts_from_the_moment_it_is_accepted(served, watch, monkeypatch):
    show(served, "one", logs.entries(300))
    die_before_the_entries(watch, monkeypatch)
    fork(served)
    assert (watch.once().code, watch.kinds) == (20, ["fork"])


def test_without_the_durable_head_that_fork_is_taken_for_the_log(served, watch, monkeypatch):
    show(served, "one", logs.entries(300))
    die_before_the_entries(watch, monkeypatch, head=None)
    fork(served)
    assert watch.once().code == 0


# -- going back


def test_rollback_is_an_alarm_and_is_not_followed(served, watch):
    show(served, "one", logs.entries(300))
    watch.once()
    show(served, "old", logs.entries(257))
    served.asked.clear()
    came = watch.once()
    assert (came.code, came.size, watch.kinds) == (20, 300, ["rollback"])
    assert served.asked.count("checkpoint") == 3  # an old copy on the way gets two more chances
    check_about(watch.evidence("rollback"))
    served.folder = served.folder.parent / "one"
    assert watch.once()[:5] == (0, 300, 0, None, 0)


def test_without_the_alarm_a_rollback_looks_fine(served, watch, monkeypatch):
    show(served, "one", logs.entries(300))
    watch.once()
    show(served, "old", logs.entries(257))
    monkeypatch.setattr(judging, "_rollback", lambda *_: None)
    monkeypatch.setattr(following, "reread", lambda *_: None)
    assert watch.once().code == 0


def test_an_old_copy_on_the_way_is_no_alarm(served, watch):
    show(served, "one", logs.entries(300))
    watch.once()
    old = logs.note(logs.build(served.folder.parent / "old", logs.entries(257)), logs.ORIGIN)
    left = [old, old]

    def answer(handler, path):
        if path == "checkpoint" and left:
            give(handler, left.pop())
            return True
        return False

    served.answer = answer
    assert watch.once()[:5] == (0, 300, 0, None, 0)


# -- standing still


def test_stall_when_it_cannot_be_reached(served, watch):
    show(served, "one", logs.entries(3))
    watch.once()
    url, watch.url = watch.url, "http://127.0.0.1:9"
    watch.now += 3599
    assert (watch.once().code, watch.kinds) == (10, [])
    watch.now += 1
    assert (watch.once().code, watch.kinds) == (10, ["stall"])
    watch.now += 10
    assert (watch.once().code, watch.kinds) == (10, [])
    check_about(watch.evidence("stall"))
    watch.url = url
    assert watch.once().code == 0


def test_without_its_clock_nothing_is_ever_stalled(served, watch, monkeypatch):
    show(served, "one", logs.entries(3))
    watch.once()
    watch.url = "http://127.0.0.1:9"
    watch.now += 1_000_000
    monkeypatch.setattr(following.Follower, "_stalled", lambda _self, _now, reason: reason)
    assert (watch.once().code, watch.kinds) == (10, [])


def test_a_log_that_rests_is_not_stalled(served, watch):
    show(served, "one", logs.entries(3))
    for _ in range(3):
        assert (watch.once().code, watch.kinds) == (0, [])
        watch.now += 100_000


def test_stall_when_what_is_signed_is_not_published(served, watch):
    show(served, "one", logs.entries(3))
    pending = logs.build(served.folder.parent / "more", logs.entries(9))
    note = logs.note(pending, logs.ORIGIN)
    (served.folder / "checkpoint.pending").write_bytes(note)
    assert watch.once().code == 0
    watch.now += 3599
    assert watch.once().code == 0
    watch.now += 1
    assert (watch.once().code, watch.kinds) == (10, ["stall"])
    (served.folder / "checkpoint.pending").unlink()
    assert (watch.once().code, watch.kinds) == (0, [])


# -- whose checkpoint


def test_a_checkpoint_that_the_log_did_not_sign_is_nobodys_misconduct(served, watch):
    show(served, "one", logs.entries(300))
    watch.once()
    show(served, "other", another(300, 7), signer=f"{logs.ORIGIN}|stranger")
    came = watch.once()
    assert (came.code, watch.kinds, came.size) == (10, [], 300)
    assert came.reason


def test_another_log_of_the_policy_is_not_taken_for_this_one(served, tmp_path):
    policy = logs.policy().replace(
        b"quorum", b"log " + logs.vkey("two").to_text().encode() + b"\nquorum"
    )
    watch = Watch(tmp_path / "m", served.url, parse_policy(policy))
    show(served, "one", logs.entries(3))
    assert watch.once().code == 0
    show(served, "two", logs.entries(9), origin="two")
    came = watch.once()
    assert (came.code, came.size) == (10, 3)


def test_names_of_evidence_are_hashes_of_what_was_found(served, watch):
    show(served, "one", logs.entries(300))
    watch.once()
    fork(served)
    watch.once()
    place = watch.evidence("fork")
    texts = b"".join(parse_note((place / f"note-{n}.txt").read_bytes()).text for n in (1, 2))
    assert place.name == f"fork-{hashlib.sha256(texts).hexdigest()[:16]}"
