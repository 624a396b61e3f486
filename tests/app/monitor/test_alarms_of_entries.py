"""Faults of entries: each is told with proofs, and none where the check is taken away."""

from __future__ import annotations

import pytest

from app.monitor.alarms import MOST
from tests.app.monitor.serving import POLICY, Watch, check_about, check_proof, show, signed
from tests.verifier import logs
from verifier.audit import audit_log
from verifier.checks.log_entries import Entries
from verifier.policy import parse_policy
from verifier.tlog.merkle import check_inclusion, leaf_hash
from verifier.tlog.proof import parse_tlog_proof

# -- entries

FREEZE = logs.freeze(100)


def with_entry(index: int, entry: bytes, size: int = 600) -> list[bytes]:
    D = logs.entries(size)
    D[index] = entry
    return D


LATE = logs.START + 10_000
ENTRIES = [
    ("link", with_entry(500, logs.entry(500, link="link 7")), 500, 7),
    ("link", with_entry(7, logs.entry(7, link="link 6")), 7, 6),
    ("time", with_entry(400, logs.entry(400, time=logs.START)), 400, 399),
    ("time", with_entry(20, logs.entry(20, time=LATE), 22), 21, 20),
    ("freeze", with_entry(100, FREEZE, 102), 101, 100),
    ("entry", with_entry(300, b"no entry"), 300, None),
    ("entry", with_entry(300, logs.anchor(300, 301)), 300, None),
]


@pytest.mark.parametrize(("kind", "D", "index", "first"), ENTRIES)
def test_faults_of_entries(served, watch, kind, D, index, first):
    checkpoint = show(served, "one", D)
    came = watch.once()
    assert (came.code, watch.kinds, came.size) == (20, [kind], len(D))
    place = watch.evidence(kind)
    check_about(place)
    faulty = [at for at in (first, index) if at is not None]
    for at in faulty:
        entry = (place / f"entry-{at}.txt").read_bytes()
        assert entry == D[at]
        proof = parse_tlog_proof((place / f"entry-{at}.tlog-proof").read_bytes())
        assert signed(proof.note) == checkpoint
        check_inclusion(leaf_hash(entry), at, checkpoint.size, proof.hashes, checkpoint.root)
    proven = kind in ("link", "time", "freeze")
    assert len(list(place.iterdir())) == 2 + 2 * len(faulty) + proven
    if proven:
        check_proof(place, kind)
    assert audit_log(watch.folder / "log", POLICY).exit_code == 20  # mirrored as it was signed


@pytest.mark.parametrize("kind", ["link", "time", "freeze", "entry"])
def test_without_the_check_of_entries_none_of_them_is_noticed(served, watch, monkeypatch, kind):
    D = next(D for each, D, _, _ in ENTRIES if each == kind)
    show(served, "one", D)

    def blind(self, path, data, starts, first):
        del path, data, starts, first

    monkeypatch.setattr(Entries, "read", blind)
    assert watch.once().code == 0


def test_a_link_is_remembered_between_runs(served, watch):
    D = with_entry(500, logs.entry(500, link="link 7"))
    show(served, "one", D[:300])
    assert watch.once().code == 0
    show(served, "two", D)
    assert (watch.once().code, watch.kinds) == (20, ["link"])


def test_every_fault_of_a_bundle_is_told_and_following_goes_on(served, watch):
    D = logs.entries(300)
    for index in (50, 60, 299):
        D[index] = logs.entry(index, link=f"link {index - 1}")
    show(served, "one", D)
    assert watch.once().code == 20
    assert watch.kinds == ["link", "link", "link"]
    show(served, "two", D + [logs.entry(300)])
    came = watch.once()
    assert (came.code, came.size, came.fresh, came.standing) == (20, 301, 1, 3)


def test_a_newer_version_leaves_it_undecided(served, watch):
    newer = logs.entry(30).replace(b"entry/v1", b"entry/v2")
    show(served, "one", with_entry(30, newer, 60))
    assert (watch.once().code, watch.kinds) == (10, ["newer"])
    came = watch.once()  # nothing is new, and that entry is as unchecked as before
    assert (came.code, came.fresh) == (10, 0)


def test_one_time_far_ahead_does_not_keep_a_monitor_from_following(served, watch):
    """Every later entry contradicts it: a bounded number is kept, each read back by bundles."""
    D = with_entry(0, logs.entry(0, time=LATE), 600)
    show(served, "one", D)
    came = watch.once()
    assert (came.code, came.size, came.standing) == (20, 600, MOST)
    assert watch.kinds == ["time"] * MOST


def test_a_freeze_that_the_policys_service_did_not_sign(served, watch):
    service = logs.vkey(f"{logs.ORIGIN}/service", seed="another")
    lines = (
        f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nservice {service.to_text()}\ntlog-policy\n"
    )
    show(served, "one", with_entry(100, FREEZE, 101))
    assert watch.once().code == 0  # the policy has no service key: nobody can say
    strict = Watch(
        watch.folder.parent / "strict", served.url, parse_policy(lines.encode() + logs.policy())
    )
    assert (strict.once().code, strict.kinds) == (20, ["entry"])
