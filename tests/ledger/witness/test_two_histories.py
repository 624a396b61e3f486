"""T-FORK and T-ROLL with witnesses: a second signer, and a whole machine put back to an older day.

A witness that shows a checkpoint of ours which the database cannot reproduce stops
writing, and both signed notes are kept. One that merely says so leaves the quorum:
no receipt is ``witnessed``, and the log goes on.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.witness import opening
from ledger.errors import Conflict, Unavailable
from ledger.witness import witnessing
from tests.app.server.harness import wait_until
from tests.app.witness.support import Process
from tests.ledger.rolled import keep, put_back
from tests.ledger.support import ORIGIN, last_error, submit
from tests.ledger.witness.support import (
    ANY,
    CALM,
    Cosigner,
    Named,
    answering,
    checkpoint_size,
    cosigners,
    http,
    log_vkey,
    new_witness,
    note_of,
    open_witnessed,
    peer,
    real_witnesses,
    state_of,
    witness_here,
)
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note, verify_note


def check_evidence(data: Path, log: VKey, theirs: int, ours: int) -> None:
    """Two notes lie there, both signed by the log; with its key alone anyone can compare them."""
    found = sorted((data / "evidence").iterdir())
    assert [path.name.rpartition("-")[2] for path in found] == ["ours.note", "theirs.note"]
    heads = []
    for path in found:
        note = parse_note(path.read_bytes())
        assert verify_note(note, [log]) == [log]
        heads.append(parse_checkpoint(note.text))
    assert [head.size for head in heads] == [ours, theirs]
    if ours == theirs:
        assert heads[0].root != heads[1].root


@pytest.mark.fault
def test_t_roll_the_whole_machine_put_back_the_service_does_not_start(rolled, tmp_path):
    """Database, log folder and signer are those of another day; a real witness is not."""
    made, old, _ = rolled
    vkey = log_vkey(made.data)
    with real_witnesses(tmp_path, vkey, "w1") as witnesses:
        with open_witnessed(made.data, witnesses) as log:
            wait_until(lambda: state_of(log, "w1").size == 10)
        put_back(made.data, old, "database", "log", "signer")
        before = {p: p.read_bytes() for p in made.data.rglob("*") if p.is_file()}
        for _ in range(2):
            with pytest.raises(
                Conflict, match=r"witness w1 has cosigned size 10 .* has 4 entries .*/evidence"
            ):
                open_witnessed(made.data, witnesses)
        after = {p: p.read_bytes() for p in before if not p.name.startswith("beilin.db-")}
        assert all(before[p] == data for p, data in after.items() if p.name != "lock")
        check_evidence(made.data, vkey, theirs=10, ours=4)


@pytest.mark.fault
def test_t_roll_a_witness_that_only_refuses_no_receipt_is_witnessed(rolled, tmp_path):
    """It shows nothing, so its word stops nothing; but nobody gets a stronger receipt than is true."""
    made, old, _ = rolled
    vkey = log_vkey(made.data)
    with witness_here(tmp_path / "w1", "w1", vkey, shows=False) as (named, alarms):
        with open_witnessed(made.data, [named]) as log:
            wait_until(lambda: state_of(log, "w1").size == 10)
        put_back(made.data, old, "database", "log", "signer")
        with open_witnessed(made.data, [named]) as log:
            assert "409: it has cosigned size 10" in state_of(log, "w1").out
            for number in range(4):  # to 5, 7, 9: less than it has seen; 11: more, without a proof
                outcome = submit(log, made.account, ("other", number), 1 + bool(number))
                assert log.anchored(outcome.indices)[0].state == "published"
                assert cosigners(note_of(log.receipt(outcome.indices[0]))) == []
                assert log.state().healthy
            wait_until(lambda: "422" in state_of(log, "w1").out)
            assert checkpoint_size(made.data) == 4
            assert checkpoint_size(made.data, "checkpoint.pending") == 11
        assert "unproven" in alarms.events, "the witness keeps what it was shown"
        assert not (made.data / "evidence").exists()


@pytest.mark.fault
def test_t_fork_a_second_signer_with_the_same_key_is_refused_and_stops(made, tmp_path):
    vkey = log_vkey(made.data)
    with real_witnesses(tmp_path, vkey, "w1", "w2") as witnesses:
        with open_witnessed(made.data, witnesses) as log:
            submit(log, made.account, "common", 3)
        twin = tmp_path / "twin"
        keep(made.data, twin)
        with open_witnessed(made.data, witnesses) as log, open_witnessed(twin, witnesses) as second:
            assert log.anchored(submit(log, made.account, "a", 2).indices)[0].state == "witnessed"
            with pytest.raises(Unavailable):
                submit(second, made.account, "b", 2)
            assert "has cosigned size 5" in last_error(second)
            assert not second.state().healthy
            assert log.anchored(submit(log, made.account, "c", 2).indices)[0].state == "witnessed"
        check_twins(twin, vkey)
        assert checkpoint_size(twin) == 3, "nothing of the second history was published"
        with pytest.raises(Conflict, match="the witness w1 has cosigned size 7"):
            open_witnessed(twin, witnesses)


def check_twins(twin: Path, vkey: VKey) -> None:
    """One pair at least has one size and two roots: the proof is complete in itself."""
    forks = 0
    for path in (twin / "evidence").iterdir():
        if path.name.endswith("theirs.note"):
            ours = path.with_name(path.name.replace("theirs", "ours"))
            notes = [parse_note(each.read_bytes()) for each in (path, ours)]
            assert all(verify_note(note, [vkey]) == [vkey] for note in notes)
            one, other = (parse_checkpoint(note.text) for note in notes)
            forks += one.size == other.size == 5 and one.root != other.root
    assert forks


@pytest.mark.fault
def test_t_fork_an_idle_second_signer_stops_too(made, tmp_path):
    """Behind the first in size: the witness only says 409, and shows why when it is asked."""
    vkey = log_vkey(made.data)
    stopped: list[BaseException] = []
    with witness_here(tmp_path / "w1", "w1", vkey) as (named, _):
        with open_witnessed(made.data, [named]) as log:
            submit(log, made.account, "common", 3)
        twin = tmp_path / "twin"
        keep(made.data, twin)
        with (
            open_witnessed(made.data, [named]) as log,
            open_witnessed(twin, [named], on_stopped=stopped.append) as second,
        ):
            submit(log, made.account, "a", 9)
            with pytest.raises(Unavailable):
                submit(second, made.account, "b")
            assert "size 12" in last_error(second)
            wait_until(lambda: bool(stopped))
            assert isinstance(stopped[0], Conflict)
        check_evidence(twin, vkey, theirs=12, ours=4)


@pytest.mark.fault
def test_what_comes_to_light_in_the_background_stops_an_idle_log(made, tmp_path):
    """The witness was away, and comes back with another history of ours while nothing is written."""
    vkey = log_vkey(made.data)
    twin = tmp_path / "twin"
    stopped: list[BaseException] = []
    with witness_here(tmp_path / "w1", "w1", vkey) as (named, _):
        keep(made.data, twin)
        with open_witnessed(twin, [named]) as second:
            submit(second, made.account, "theirs", 4)
        gate = peer(lambda asked, connection, server: server.send(connection, http(503)))
        with gate as server:
            through = named._replace(url=server.url)
            with open_witnessed(made.data, [through], on_stopped=stopped.append) as log:
                outcome = submit(log, made.account, "ours", 2)
                assert log.anchored(outcome.indices)[0].state == "published"
                server.behave = forward_to(named.url)
                wait_until(lambda: bool(stopped))
                assert isinstance(stopped[0], Conflict)
                with pytest.raises(Unavailable):
                    submit(log, made.account, "more")
        check_evidence(made.data, vkey, theirs=4, ours=2)


def forward_to(url: str):
    from tests.ledger.witness.test_witnessed_recovery import _forward

    return _forward(url)


@pytest.mark.fault
def test_a_disagreeing_witness_leaves_the_quorum_and_comes_back_when_it_agrees(made):
    honest, other = Cosigner("w1"), Cosigner("w2")
    with peer(answering(honest)) as one, peer(answering(other)) as two:
        named = [Named("w1", honest.vkey, one.url), Named("w2", other.vkey, two.url)]
        with open_witnessed(made.data, named, ANY) as log:
            two.behave = lambda asked, connection, server: server.send(connection, http(422))
            outcome = submit(log, made.account, "a")
            assert log.anchored(outcome.indices)[0].state == "witnessed"
            wait_until(lambda: bool(state_of(log, "w2").out))
            two.behave = answering(other)
            wait_until(lambda: not state_of(log, "w2").out)
            wait_until(lambda: state_of(log, "w2").prompt)


@pytest.mark.fault
@pytest.mark.parametrize(
    "shown",
    ["garbage", "unsigned", "another log's", "too long"],
)
def test_what_our_key_did_not_sign_proves_nothing(made, shown):
    """A witness cannot stop the log by showing something that we never signed."""
    liar = Cosigner("w1")
    text = f"{ORIGIN}\n77\n{'A' * 43}=\n".encode()
    note = {
        "garbage": b"\xff" * 99,
        "unsigned": text + b"\n" + liar.line(text),
        "another log's": b"other.example.org/x\n"
        + text[text.index(b"\n") + 1 :]
        + b"\n"
        + liar.line(text),
        "too long": b"x" * (1 << 20),
    }[shown]

    def behave(asked, connection, server) -> None:
        answer = http(200, note) if asked.method == "GET" else http(422)
        server.send(connection, answer)

    with (
        peer(behave) as server,
        open_witnessed(made.data, [Named("w1", liar.vkey, server.url)]) as log,
    ):
        assert submit(log, made.account, "a").indices == (0,)
        wait_until(lambda: bool(state_of(log, "w1").out))
        assert log.state().healthy
    assert not (made.data / "evidence").exists()


# -- controls


@pytest.mark.fault
def test_control_without_the_look_and_the_judge_the_restored_log_forks(
    rolled, tmp_path, monkeypatch
):
    made, old, _ = rolled
    vkey = log_vkey(made.data)
    monkeypatch.setattr(witnessing.Witnessing, "_judge", lambda *_: None)
    with witness_here(tmp_path / "w1", "w1", vkey) as (named, alarms):
        with open_witnessed(made.data, [named]) as log:
            wait_until(lambda: state_of(log, "w1").size == 10)
        put_back(made.data, old, "database", "log", "signer")
        with open_witnessed(made.data, [named]) as log:
            outcome = submit(log, made.account, "fork", 6)
            assert outcome.indices[-1] == 9, "a second history of the same size is signed"
            assert log.anchored(outcome.indices)[0].state == "published", "the second guard"
            wait_until(lambda: "fork" in alarms.events)


def test_control_a_witness_that_forgot_signs_the_second_history(made, tmp_path):
    """What T-FORK rests on is the witness's memory: without it both histories are cosigned."""
    vkey = log_vkey(made.data)
    new_witness(tmp_path / "w1", "w1", vkey)
    twin = tmp_path / "twin"
    keep(made.data, twin)
    for data, story in ((made.data, "a"), (twin, "b")):
        copy = tmp_path / f"witness-{story}"
        shutil.copytree(tmp_path / "w1", copy)
        opening.recover(copy, copy / "signer", this_copy_is_current=True)
        process = Process(copy)
        try:
            named = Named("w1", opening.read_vkey(copy / "signer"), process.url)
            with open_witnessed(data, [named], patience=CALM) as log:
                outcome = submit(log, made.account, story, 2)
                assert log.anchored(outcome.indices)[0].state == "witnessed"
        finally:
            process.close()
