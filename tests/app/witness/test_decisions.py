"""What a witness answers beyond the vectors: keys, repeats, evidence, time, pace, forgetting."""

from __future__ import annotations

import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from app.witness import opening
from app.witness.errors import Amnesia
from app.witness.evidence import write_evidence
from app.witness.opening import DATABASE, create
from app.witness.pace import Pace
from app.witness.store import MAXIMUM_EVIDENCE, Store
from tests.app.witness.support import (
    NAME,
    NOON,
    ORIGIN,
    Alarms,
    Clock,
    WatchedLog,
    cosigned_at,
    grow,
    new_witness,
    opened,
)
from tests.worked import Key
from verifier.errors import Malformed
from verifier.tlog.keys import ED25519_COSIGNATURE
from verifier.tlog.note import parse_note, verify_note

LOG = WatchedLog()


def test_a_log_grows_and_each_answer_is_its_cosignature(tmp_path: Path) -> None:
    new_witness(tmp_path, LOG)
    with opened(tmp_path) as witness:
        grow(witness, LOG, *range(1, 40), 63, 64, 65, 128, 200)
    with opened(tmp_path) as witness:
        assert witness.add_checkpoint(LOG.request(128, 200)).body == b"200\n"


def test_every_pair_of_small_sizes(tmp_path: Path) -> None:
    """A witness at ``have`` cosigns exactly what extends it, whatever else is asked."""
    for have in range(6):
        folder = tmp_path / str(have)
        new_witness(folder, LOG)
        with opened(folder) as witness:
            grow(witness, LOG, have)
            for old in range(8):
                for size in range(8):
                    want = 400 if old > size else 409 if old != have else 200
                    if want == 200 and size > have:
                        continue  # it would move the witness; the line above has shown those
                    reply = witness.add_checkpoint(LOG.request(old, size))
                    assert reply.status == want, (have, old, size, reply)
                    assert want != 409 or reply.body == b"%d\n" % have


def test_a_repeat_gets_a_new_time_and_in_one_second_the_same_line(tmp_path: Path) -> None:
    vkey = new_witness(tmp_path, LOG)
    clock = Clock()
    with opened(tmp_path, clock=clock) as witness:
        grow(witness, LOG, 5)
        first = witness.add_checkpoint(LOG.request(5, 5)).body
        assert witness.add_checkpoint(LOG.request(5, 5)).body == first
        clock.now += 60
        later = witness.add_checkpoint(LOG.request(5, 5)).body
        assert cosigned_at(first, LOG.text(5), vkey) == NOON
        assert cosigned_at(later, LOG.text(5), vkey) == NOON + 60


def test_several_keys_of_one_log(tmp_path: Path) -> None:
    log = WatchedLog()
    old_key, new_key = log.keys[0], Key(ORIGIN, "second")
    stranger = Key(ORIGIN, "stranger")
    log.keys = [old_key, new_key]
    new_witness(tmp_path, log)
    with opened(tmp_path) as witness:
        for size, keys, status in (
            (1, [old_key], 200), (2, [new_key], 200), (3, [old_key, new_key], 200),
            (4, [stranger], 403), (4, [stranger, old_key, Key("other.example", "o")], 200),
        ):  # fmt: skip
            old = size - 1
            assert witness.add_checkpoint(log.request(old, size, log.note(size, keys))).status == (
                status
            )
        # a good line does not make up for a bad one of a key that is known
        bad = log.note(5, [old_key]) + new_key.line(log.text(6))
        assert witness.add_checkpoint(log.request(4, 5, bad)).status == 403
        place = sha256(ORIGIN.encode()).hexdigest()
        kept = witness.checkpoint(place)
        assert kept.status == 200
        # what is kept and shown holds verified lines only: the log's, and ours
        assert len(parse_note(kept.body).signatures) == 2


def test_adding_a_log(tmp_path: Path) -> None:
    data, signer = tmp_path / "w", tmp_path / "w/signer"
    create(data, signer, NAME)
    assert opening.add_log(data, signer, LOG.vkey)[1]
    assert not opening.add_log(data, signer, LOG.vkey)[1]
    for wrong in (
        "", "x", LOG.vkey + " ", LOG.vkey[:-2] + "A=",
        Key(ORIGIN, "watched", ED25519_COSIGNATURE).vkey.to_text(),  # a witness is no log
        Key("名.example", "watched").vkey.to_text(),  # no checkpoint can bear this origin
    ):  # fmt: skip
        with pytest.raises(Malformed):
            opening.add_log(data, signer, wrong)
    for name in ("", "two words", "a+b", "x" * 256):
        with pytest.raises(Malformed):
            create(tmp_path / "x", tmp_path / "x/signer", name)
    assert not (tmp_path / "x").exists()


def test_a_fork_is_kept_with_both_notes(tmp_path: Path) -> None:
    fork = WatchedLog("b", fork_at=3)
    honest = WatchedLog("a", fork_at=3)
    new_witness(tmp_path, honest)
    alarms = Alarms()
    with opened(tmp_path, alarms) as witness:
        grow(witness, honest, 3, 8)
        assert witness.add_checkpoint(fork.request(8, 8)).status == 422
        assert witness.add_checkpoint(fork.request(8, 8)).status == 422  # kept once, said once
        assert alarms == [("fork", {"origin": ORIGIN, "size": 8, "known_size": 8})]
        assert (
            witness.add_checkpoint(fork.request(3, 8)).body == b"8\n"
        )  # 409, evidence all the same
        grow(witness, honest, 9, old=8)
        assert witness.add_checkpoint(fork.request(3, 9)).status == 409
        assert alarms.events == ["fork", "fork"]
        # larger, but nothing leads there
        assert witness.add_checkpoint(fork.request(9, 12)).status == 422
        assert alarms.events == ["fork", "fork", "unproven"]
    assert write_evidence(tmp_path, tmp_path / "out") == 3
    for size in ("0001", "0002"):
        two = [
            (tmp_path / "out" / f"{size}-fork-{who}.note").read_bytes()
            for who in ("ours", "theirs")
        ]
        notes = [parse_note(note) for note in two]
        assert all(verify_note(note, [honest.keys[0].vkey]) for note in notes)
        lines = [note.text.split(b"\n") for note in notes]
        assert lines[0][:2] == lines[1][:2]
        assert lines[0][2] != lines[1][2]


def test_what_is_no_evidence_is_not_kept(tmp_path: Path) -> None:
    new_witness(tmp_path, LOG)
    alarms = Alarms()
    with opened(tmp_path, alarms) as witness:
        grow(witness, LOG, 8)
        stranger = Key(ORIGIN, "stranger")
        other = WatchedLog("b")
        for body in (
            other.request(8, 8, other.note(8, [stranger])),  # the log did not sign it
            other.request(5, 5),  # smaller: nobody can say
            LOG.request(8, 8, proof=[bytes(32)]),  # the right head with a wrong proof
            LOG.request(7, 8),
            b"nonsense",
        ):
            assert witness.add_checkpoint(body).status in (400, 403, 409, 422)
    assert alarms == []
    assert write_evidence(tmp_path, tmp_path / "out") == 0


def test_evidence_is_bounded_and_a_fork_has_room_of_its_own(tmp_path: Path) -> None:
    new_witness(tmp_path, LOG)
    store = Store(tmp_path / DATABASE)
    try:
        for n in range(MAXIMUM_EVIDENCE + 5):
            store.keep(ORIGIN, "unproven", n, b"x", b"%d" % n)
        assert len(store.evidence()) == MAXIMUM_EVIDENCE
        assert store.keep(ORIGIN, "fork", 1, b"x", b"y")
        assert not store.keep(ORIGIN, "fork", 2, b"z", b"y")
        for sql in ("DELETE FROM evidence", "UPDATE evidence SET kind = 'x'",
                    "DELETE FROM heads", "UPDATE heads SET size = size - 1",
                    f"UPDATE heads SET root = x'{'00' * 32}'"):  # fmt: skip
            with pytest.raises(sqlite3.IntegrityError):
                store._connection.execute(sql)
    finally:
        store.close()


def test_the_time_never_goes_back(tmp_path: Path) -> None:
    vkey = new_witness(tmp_path, LOG)
    clock, alarms = Clock(), Alarms()
    with opened(tmp_path, alarms, clock=clock) as witness:
        grow(witness, LOG, 5)
        clock.now -= 3  # a clock that is set right by a little: the last time again
        line = witness.add_checkpoint(LOG.request(5, 6)).body
        assert cosigned_at(line, LOG.text(6), vkey) == NOON
        clock.now -= 3600
        assert witness.add_checkpoint(LOG.request(6, 7)).status == 503
        assert alarms.events == ["clock went back"]
    with opened(tmp_path, alarms, clock=clock) as witness:  # remembered
        assert witness.add_checkpoint(LOG.request(6, 7)).status == 503
    opening.recover(tmp_path, tmp_path / "signer", clock_was_wrong=True)
    with opened(tmp_path, clock=clock) as witness:
        line = witness.add_checkpoint(LOG.request(6, 7)).body
        assert cosigned_at(line, LOG.text(7), vkey) == NOON - 3600 - 3


def test_a_log_is_held_to_a_pace_and_repeats_are_free(tmp_path: Path) -> None:
    other = WatchedLog(origin="log.example.org/other")
    new_witness(tmp_path, LOG, other)
    ticks = Clock(0)
    with opened(tmp_path, pace=Pace(1, 3, ticks)) as witness:
        grow(witness, LOG, 1, 2, 3)
        assert witness.add_checkpoint(LOG.request(3, 4)).status == 429
        assert witness.add_checkpoint(LOG.request(3, 3)).status == 200
        grow(witness, other, 1, 2, 3)
        ticks.now += 2
        grow(witness, LOG, 4, 5, old=3)
        assert witness.add_checkpoint(LOG.request(5, 6)).status == 429


def test_our_own_cosignature_over_what_we_do_not_know_stops_that_log(tmp_path: Path) -> None:
    other = WatchedLog(origin="log.example.org/other")
    vkey = new_witness(tmp_path, LOG, other)
    alarms = Alarms()
    with opened(tmp_path, alarms) as witness:
        grow(witness, LOG, 5)
        grow(witness, other, 5)
        ours = witness._key.cosign(LOG.text(9), NOON + 7)  # as before a whole folder was put back
        damaged = witness._key.cosign(LOG.text(8), NOON)
        # a line that does not verify says nothing, nor does one over what is known
        note = LOG.note(5) + damaged
        assert witness.add_checkpoint(LOG.request(5, 5, note)).status == 200
        known = LOG.note(5) + witness._key.cosign(LOG.text(5), NOON - 100)
        assert witness.add_checkpoint(LOG.request(5, 5, known)).status == 200
        assert alarms == []
        assert witness.add_checkpoint(LOG.request(5, 9, LOG.note(9) + ours)).status == 503
        assert alarms.events == ["own cosignature over a head that is not known here"]
        assert witness.add_checkpoint(LOG.request(5, 6)).status == 503
        grow(witness, other, 6, old=5)
    with opened(tmp_path) as witness:  # remembered
        assert witness.add_checkpoint(LOG.request(5, 9)).status == 503
    done = opening.recover(tmp_path, tmp_path / "signer")
    assert [(log.before, log.after) for log in done] == [(6, 6), (5, 9)]
    with opened(tmp_path, clock=Clock(NOON + 60)) as witness:
        assert witness.add_checkpoint(LOG.request(5, 9)).body == b"9\n"
        line = witness.add_checkpoint(LOG.request(9, 10)).body
        assert cosigned_at(line, LOG.text(10), vkey) == NOON + 60


def test_a_key_that_was_used_elsewhere_ends_the_witness(tmp_path: Path) -> None:
    fork = WatchedLog("b")
    new_witness(tmp_path, LOG)
    with opened(tmp_path) as witness:
        grow(witness, LOG, 5)
        note = fork.note(5) + witness._key.cosign(fork.text(5), NOON)
        assert witness.add_checkpoint(fork.request(5, 5, note)).status == 503
    with pytest.raises(Amnesia, match="two roots of size 5"):
        opening.recover(tmp_path, tmp_path / "signer")
    with opened(tmp_path) as witness:
        assert witness.add_checkpoint(LOG.request(5, 6)).status == 503


def test_the_newest_checkpoint_can_be_read(tmp_path: Path) -> None:
    vkey = new_witness(tmp_path, LOG)
    place = sha256(ORIGIN.encode()).hexdigest()
    with opened(tmp_path) as witness:
        assert witness.checkpoint(place).status == 404
        left = witness.add_checkpoint(LOG.request(0, 5)).body
        assert witness.checkpoint(place).body == LOG.note(5) + left
        assert witness.checkpoint("0" * 64).status == 404
    with opened(tmp_path, clock=Clock(NOON + 99)) as witness:
        shown = witness.checkpoint(place).body
        assert shown == LOG.note(5) + left  # the bytes that left, not a new statement
        assert cosigned_at(left, LOG.text(5), vkey) == NOON
