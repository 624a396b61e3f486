"""A cosignature that was damaged in the database counts for nothing, and stops nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from ledger import queries
from ledger.fsck import fsck
from tests.ledger.support import submit
from tests.ledger.witness.support import (
    ANY,
    Cosigner,
    Named,
    answering,
    cosigners,
    note_of,
    open_witnessed,
    peer,
)
from verifier.errors import Malformed

DAMAGES = {
    "no line any more": lambda line: line.replace(b" ", b"*"),
    "a note in the line": lambda line: b"x\n\n" + line,
    "two lines": lambda line: line + line,
    "a flipped signature": lambda line: line[:-9] + bytes([line[-9] ^ 1]) + line[-8:],
}


def damage(data, how) -> None:
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        database.execute("DROP TRIGGER cosignatures_no_update")
        sql = "SELECT size, line FROM cosignatures WHERE key_name LIKE '%w2'"
        for size, line in database.execute(sql).fetchall():
            sql = "UPDATE cosignatures SET line = ? WHERE size = ? AND key_name LIKE '%w2'"
            database.execute(sql, (DAMAGES[how](bytes(line)), size))
        database.commit()


@pytest.fixture
def two(made):
    """A log with a cosigned entry; ``both`` are its witnesses, one of which is enough."""
    one, other = Cosigner("w1"), Cosigner("w2")
    with peer(answering(one)) as first, peer(answering(other)) as second:
        both = [Named("w1", one.vkey, first.url), Named("w2", other.vkey, second.url)]
        with open_witnessed(made.data, both) as log:  # with both lines
            submit(log, made.account, "a")
        yield both


@pytest.mark.fault
@pytest.mark.parametrize("how", DAMAGES)
def test_the_log_opens_and_answers(made, two, how):
    damage(made.data, how)
    with open_witnessed(made.data, two, ANY) as log:
        assert len(cosigners(note_of(log.receipt(0)))) == 2, "the first receipt stays"
        assert log.latest_receipt(0)
        submit(log, made.account, "b")
        assert log.state().size == 2
    found = {each.where for each in fsck(made.data)} - {"database"}  # the trigger is gone
    assert found & {"cosignatures, size 1", "published.note, size 1"}


@pytest.mark.fault
def test_control_with_every_line_that_is_stored_it_does_not_open(made, two, monkeypatch):
    monkeypatch.setattr(queries, "_is_line", lambda _: True)
    damage(made.data, "no line any more")
    with pytest.raises(Malformed), open_witnessed(made.data, two, ANY):
        pass
