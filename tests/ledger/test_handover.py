"""Going on in another log: what entry 0 says, what is refused, and what a crash leaves."""

from __future__ import annotations

import shutil

import pytest

from ledger.closing import HANDOVER_FILE as FILE
from ledger.config import read_config
from ledger.errors import AlreadyExists, Config, Held, Unacceptable, Unavailable
from ledger.fsck import fsck
from ledger.handover import Closed, _signed, hand_over, read_closed
from ledger.log import Log, create
from ledger.service_key import ServiceKey
from tests.ledger.support import ORIGIN, PATIENCE, open_log, request, submit
from tests.ledger.test_closing import audited
from tests.ledger.test_recovery import CrashAt
from verifier.evidence.handover import verify_handover
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note

NEXT = "log2.example.org/beilin"


@pytest.fixture
def closed(made):
    with open_log(made.data) as log:
        submit(log, made.account, "a", 3)
        log.freeze("full")
    return made.data


@pytest.fixture
def to(tmp_path):
    create(tmp_path / "next", NEXT)
    return tmp_path / "next"


def test_entry_0_of_the_new_log_goes_on_from_the_closed_one(closed, to):
    note = hand_over(closed, to)
    said = verify_handover(note)
    assert (said.old.origin, said.new.origin, said.size) == (ORIGIN, NEXT, 4)
    last = parse_checkpoint(parse_note((closed / "log/checkpoint").read_bytes()).text)
    assert said.root == last.root
    assert (closed / FILE).read_bytes() == (to / FILE).read_bytes() == note
    with open_log(to) as log:
        policy = log.policy()
        assert log.state().size == 1
    result = audited(to, policy)
    assert [finding.code for finding in result.findings] == ["HANDOVER_OWN_KEY"]
    with Log.open(closed, read_only=True) as log:
        former = log.policy()
    both = former.replace(
        b"quorum none", b"log " + said.new.log.to_text().encode() + b"\nquorum none"
    )
    assert [f.code for f in audited(to, both).findings] == ["HANDOVER_FORMER_KEY"]
    assert list(fsck(to)) == []


def test_done_again_it_gives_the_same_text_also_when_the_new_log_has_grown(closed, to):
    note = hand_over(closed, to)
    (closed / FILE).unlink()
    with open_log(to) as log:
        account, _ = log.accounts.new("litigant")
        with pytest.raises(Held):
            hand_over(closed, to)
        batch, asked = request(account.id, "x")
        batch = [each._replace(submission=each.submission._replace(origin=NEXT)) for each in batch]
        log.submit(batch, asked).result(PATIENCE)
    assert hand_over(closed, to) == note
    assert (closed / FILE).read_bytes() == note


def test_a_log_that_is_not_closed_cannot_be_handed_over(made, to):
    with open_log(made.data) as log:
        submit(log, made.account, "a")
    with pytest.raises(Config, match="not closed"):
        hand_over(made.data, to)
    with open_log(to) as log:
        assert log.state().size == 0


def test_a_log_with_entries_cannot_go_on_from_another(closed, to):
    with open_log(to) as log:
        log.freeze()
    with pytest.raises(AlreadyExists):
        hand_over(closed, to)


def test_a_named_successor_is_the_only_one(made, to, tmp_path):
    create(tmp_path / "third", "log3.example.org/beilin")
    successor = read_config(to).log
    with open_log(made.data) as log:
        log.freeze(None, successor)
    with pytest.raises(Unacceptable):
        hand_over(made.data, tmp_path / "third")
    assert verify_handover(hand_over(made.data, to)).new.log == successor


def test_a_log_cannot_go_on_under_its_own_name(closed, tmp_path):
    create(tmp_path / "same", ORIGIN)
    with pytest.raises(Unacceptable):
        hand_over(closed, tmp_path / "same")


def test_the_service_key_signs_no_other_handover(closed, to):
    old, config = read_closed(closed), read_config(to)
    former = ServiceKey(closed / "signer", ORIGIN)
    own = ServiceKey(to / "signer", NEXT)
    wrong = [
        Closed(old.config, old.freeze, old.head._replace(root=bytes(32)), old.signature),
        Closed(old.config, old.freeze, old.head._replace(size=3), old.signature),
    ]
    for each in wrong:
        with pytest.raises(Config):
            _signed(each, config, former, own, 0)
    (closed.parent / "stranger").mkdir()
    stranger = ServiceKey.create(closed.parent / "stranger", "log3.example.org/beilin")
    with pytest.raises(Config):
        _signed(old, config, stranger, own, 0)
    with pytest.raises(Config, match="handover"):
        own.sign(b"beilin/key/v1\norigin " + NEXT.encode() + b"\n")


def test_a_crash_before_or_after_w1_is_finished_by_doing_it_again(closed, to, monkeypatch):
    opened = Log.open
    for step in ("w1-before", "w1-after"):
        monkeypatch.setattr(
            Log, "open", lambda *a, step=step, **k: opened(*a, hooks=CrashAt(step), **k)
        )
        with pytest.raises(Unavailable):
            hand_over(closed, to)
        monkeypatch.setattr(Log, "open", opened)
    note = hand_over(closed, to)
    assert verify_handover(note).size == 4
    with open_log(to) as log:
        assert log.state().size == 1


# -- a log that lost what it had signed


def test_what_cannot_be_recovered_ends_by_the_handover(rolled, to):
    made, old, _ = rolled
    state = made.data / "signer"
    with pytest.raises(Config, match="not closed"):
        hand_over(old, to, signer_state=state)
    note = hand_over(old, to, signer_state=state, lost=True)
    said = verify_handover(note)
    assert said.size == 10
    with open_log(to) as log:
        policy = log.policy()
    assert [f.code for f in audited(to, policy).findings] == ["HANDOVER_OWN_KEY"]
    assert hand_over(old, to, signer_state=state, lost=True) == note


def test_entries_that_are_found_again_do_not_let_it_grow(rolled, to):
    made, old, _ = rolled
    hand_over(old, to, signer_state=made.data / "signer", lost=True)
    shutil.copy(old / FILE, made.data / FILE)
    with pytest.raises(Config, match="handed over"):
        open_log(made.data)
    (made.data / FILE).unlink()  # the control: it is this file that stops it
    open_log(made.data).close()


def test_a_log_that_lost_nothing_is_closed_and_not_given_up(made, to):
    with open_log(made.data) as log:
        submit(log, made.account, "a")
    with pytest.raises(Config, match="no signed entry is lost"):
        hand_over(made.data, to, lost=True)
