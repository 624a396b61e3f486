"""Declarations of the platform: which one a statement names, whoever published it and whenever."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from hashlib import sha256

import pytest

from ledger import declarations, numbering
from ledger.create import create_log
from ledger.errors import Config, Conflict, NotFound, Unacceptable, Unavailable
from ledger.fsck import fsck
from ledger.log import Log
from ledger.queries import in_force
from tests.ledger.support import (
    ORIGIN,
    PATIENCE,
    ROOT,
    check_everything,
    child,
    load,
    open_log,
    submit,
)
from tests.ledger.test_recovery import acks
from verifier.evidence.declaration import Declaration, parse_declaration
from verifier.evidence.receipt import parse_receipt


def values(text: str) -> dict[str, str]:
    return {"plat.clean": text}


def named(log: Log, index: int) -> bytes | None:
    """The digest in a statement."""
    return parse_receipt(log.receipt(index)).statement.declaration


def read(log: Log, note: bytes) -> Declaration:
    return parse_declaration(note, log.config.service)


def digest(note: bytes) -> bytes:
    return sha256(note).digest()


# -- in force


def test_a_statement_names_the_one_in_force_and_the_earlier_keep_theirs(log, made):
    with pytest.raises(NotFound):
        log.declaration()
    submit(log, made.account, "before", 2)
    first = log.publish_declaration(values("one"))
    submit(log, made.account, "with the first", 2)
    second = log.publish_declaration(values("two"))
    submit(log, made.account, "with the second", 2)
    wanted = [None, None, digest(first), digest(first), digest(second), digest(second)]
    assert [named(log, index) for index in range(6)] == wanted
    assert log.declaration() == second
    assert (log.declaration(digest(first)), log.declaration(digest(second))) == (first, second)
    with pytest.raises(NotFound):
        log.declaration(bytes(32))
    told = [(index, log.receipt(index)) for index in range(6)]
    log.close()
    assert check_everything(made.data, told) == 6


def test_each_names_the_one_that_it_replaces(log):
    notes = [log.publish_declaration(values(str(n))) for n in range(3)]
    found = [read(log, note) for note in notes]
    assert [each.replaces for each in found] == [None, digest(notes[0]), digest(notes[1])]
    assert [each.values for each in found] == [values(str(n)) for n in range(3)]
    assert {each.origin for each in found} == {ORIGIN}


def test_the_same_values_again_are_a_new_declaration(log):
    one, two = log.publish_declaration(values("x")), log.publish_declaration(values("x"))
    assert one != two
    assert read(log, two).replaces == digest(one)


def test_a_clock_that_is_set_back_makes_no_older_one(made):
    times = [2_000_000_000, 1_900_000_000, 2_000_000_001]
    found = []
    for time in times:
        with open_log(made.data, clock=lambda time=time: time) as log:
            found.append(read(log, log.publish_declaration(values("x"))).made)
    assert found == [2_000_000_000, 2_000_000_000, 2_000_000_001]
    assert list(fsck(made.data)) == []


def test_a_declaration_in_a_batch_under_way_waits_for_the_next(made):
    """W1 has begun and holds the write lock: what is published meanwhile comes after it."""
    published: list[bytes] = []
    other = Log.open(made.data, read_only=True)

    def publish() -> None:
        published.append(other.publish_declaration(values("late")))

    threads: list[threading.Thread] = []

    def at(point: str) -> None:
        if point == "w1-commit" and not threads:
            threads.append(threading.Thread(target=publish))
            threads[0].start()

    with open_log(made.data, hooks=at) as log:
        submit(log, made.account, "under way", 2)
        threads[0].join(PATIENCE)
        submit(log, made.account, "next", 2)
        assert [named(log, n) for n in range(4)] == [None, None, *[digest(published[0])] * 2]
    other.close()
    assert list(fsck(made.data)) == []


def test_one_published_between_w1_and_the_answer_changes_nothing(made):
    other = Log.open(made.data, read_only=True)
    done: list[bytes] = []

    def at(point: str) -> None:
        if point in ("w1-after", "signed", "w2-after", "w3") and len(done) < 4:
            done.append(other.publish_declaration(values(point)))

    with open_log(made.data, hooks=at) as log:
        submit(log, made.account, "first")
        submit(log, made.account, "second")
        assert [named(log, n) for n in range(2)] == [None, digest(done[3])]
    other.close()
    check_everything(made.data)


# -- other processes

_PUBLISH = """
import os, signal, sys
from pathlib import Path
from ledger import declarations
from ledger.log import Log

insert, (data, what, count) = declarations.insert, sys.argv[1:]

def dying(*given):
    insert(*given)
    os.kill(os.getpid(), signal.SIGKILL)

if what == "die":
    declarations.insert = dying
log = Log.open(Path(data), read_only=True)
for n in range(int(count)):
    log.publish_declaration({"plat.clean": f"{what} {n}"})
if what == "die-after":
    os.kill(os.getpid(), signal.SIGKILL)
log.close()
"""


def publisher(data, what: str, count: int = 1) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _PUBLISH, str(data), what, str(count)]
    return subprocess.Popen(command, cwd=ROOT)


def test_two_processes_publish_while_a_third_numbers(made):
    with open_log(made.data) as log:
        with load(log, made.account, 3) as grown:
            grown()
            processes = [publisher(made.data, name, 10) for name in ("left", "right")]
            for process in processes:
                assert process.wait(PATIENCE) == 0
            grown()
        newest = log.declaration()
        last = log.state().size - 1
        names = [named(log, index) for index in range(last + 1)]
        assert names[0] is None
        assert names[last] == digest(newest)
        with log._engine.connect() as connection:
            sql = "SELECT digest FROM declarations ORDER BY number"
            order = [None, *(bytes(row[0]) for row in connection.exec_driver_sql(sql))]
        assert len(order) == 21
        places = [order.index(name) for name in names]
        assert places == sorted(places)
    assert list(fsck(made.data)) == []
    check_everything(made.data)


@pytest.mark.fault
def test_a_publisher_that_dies_before_the_commit_published_nothing(made):
    assert publisher(made.data, "die").wait(PATIENCE) == -signal.SIGKILL
    with open_log(made.data) as log:
        submit(log, made.account, "a")
        assert named(log, 0) is None
        with pytest.raises(NotFound):
            log.declaration()
        note = log.publish_declaration(values("again"))
        assert read(log, note).replaces is None
    assert check_everything(made.data) == 1


@pytest.mark.fault
def test_one_whose_publisher_died_before_it_could_tell_is_in_force(made):
    assert publisher(made.data, "die-after").wait(PATIENCE) == -signal.SIGKILL
    with open_log(made.data) as log:
        submit(log, made.account, "a")
        assert named(log, 0) == digest(log.declaration())
        again = log.publish_declaration(values("again"))
        assert read(log, again).replaces == named(log, 0)


@pytest.mark.fault
@pytest.mark.parametrize("point", ["w1-commit", "w1-after", "signed", "w2-after", "w3"])
def test_a_service_that_dies_gives_the_same_receipt_whatever_was_published_since(made, point):
    with open_log(made.data) as log:
        first = log.publish_declaration(values("one"))
    process = child(made.data, made.account.id.hex(), f"{point}:1:kill", "first:3")
    assert process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == -signal.SIGKILL
    assert publisher(made.data, "since").wait(PATIENCE) == 0
    process = child(made.data, made.account.id.hex(), "none:1:none", "first:3,second:1")
    told = acks(process.communicate(timeout=PATIENCE)[0])
    with open_log(made.data) as log:
        second = log.declaration()
        # Numbered before the crash: as it was then. Not numbered: as it is now.
        kept = second if point == "w1-commit" else first
        assert [named(log, n) for n in range(4)] == [digest(kept)] * 3 + [digest(second)]
    check_everything(made.data, [*told["first"], *told["second"]])


def test_control_remembering_it_between_batches_is_seen(made, monkeypatch):
    kept: list[object] = []

    def remembering(connection):
        kept.append(in_force(connection))
        return kept[0]

    monkeypatch.setattr(numbering, "in_force", remembering)
    other = Log.open(made.data, read_only=True)
    with open_log(made.data) as log:
        submit(log, made.account, "before")
        note = other.publish_declaration(values("x"))
        submit(log, made.account, "after")
        assert named(log, 1) is None
        assert digest(note) != named(log, 1)
    other.close()


# -- refusals


@pytest.mark.parametrize(
    "wrong",
    [
        {"decl.id": "x"},
        {"plat.more": "x"},
        {"plat.clean": ""},
        {"plat.clean": 1},
        {"plat.clean": "a\x07"},
        {"plat.clean": "x" * 17_000},
        {"plat.mlps": {"level": "3"}},
        {"plat.mlps": {"levels": 3}},
        {"plat.incidents": {}},
    ],
    ids=repr,
)
def test_what_no_declaration_can_hold_is_refused_and_nothing_stored(log, made, wrong):
    with pytest.raises(Unacceptable):
        log.publish_declaration(wrong)
    with pytest.raises(NotFound):
        log.declaration()
    submit(log, made.account, "a")
    assert named(log, 0) is None


def test_without_the_key_nothing_is_published(made, tmp_path):
    (made.data / "signer").rename(tmp_path / "elsewhere")
    with Log.open(made.data, read_only=True) as log, pytest.raises(Unavailable, match="key"):
        log.publish_declaration(values("x"))
    with Log.open(made.data, read_only=True, signer_state=tmp_path / "elsewhere") as log:
        assert log.publish_declaration(values("x"))


def test_another_services_key_signs_nothing_here(made, tmp_path):
    other = tmp_path / "other"
    create_log(other, ORIGIN)
    with pytest.raises(Config, match="service key"):
        Log.open(made.data, read_only=True, signer_state=other / "signer")


def test_two_at_the_same_place_are_a_conflict(made, monkeypatch):
    monkeypatch.setattr(declarations, "_NEWEST", declarations._NEWEST + " OFFSET 1")
    with Log.open(made.data, read_only=True) as log:
        log.publish_declaration(values("one"))
        with pytest.raises(Conflict):
            log.publish_declaration(values("two"))
