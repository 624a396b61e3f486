"""The audit log: its chain, what an edit of it is called, and what only an anchored head can show."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import audit_log
from ledger.audit_anchor import account_of, head_text
from ledger.audit_log import AuditHead, Event, append, audited, members, record
from ledger.engine import reading, writing
from ledger.errors import NotFound, Unavailable
from ledger.fsck import fsck
from ledger.fsck_audit import check_audit_log
from ledger.log import Log
from tests.ledger.conftest import Made
from tests.ledger.support import ORIGIN, open_log, submit
from tests.ledger.test_fsck import triggers_off
from verifier.encoding import to_base64
from verifier.evidence.receipt import parse_receipt

EVENTS = [Event(f"action-{number}", f"subject {number}") for number in range(6)]


def fill(data: Path) -> None:
    with open_log(data) as log:
        for event in EVENTS:
            record(log.engine, event)


def findings(data: Path, known: AuditHead | None = None) -> list[str]:
    with Log.open(data, read_only=True) as log, reading(log.engine) as connection:
        return [str(each) for each in check_audit_log(connection, ORIGIN, known)]


def head_of(data: Path) -> AuditHead:
    with Log.open(data, read_only=True) as log, reading(log.engine) as connection:
        return audit_log.head(connection)


def tamper(data: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Do what only somebody with the database file can do."""
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        kept = triggers_off(database)
        for sql, values in statements:
            database.execute(sql, values)
        for sql in kept:
            database.execute(sql)
        database.commit()


def rows_of(data: Path) -> list[tuple[int, bytes, bytes]]:
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        return database.execute("SELECT number, record, hash FROM audit_log ORDER BY 1").fetchall()


def rewritten(rows: list[tuple[int, bytes, bytes]]) -> list[tuple[int, bytes, bytes]]:
    """Return rows with numbers and hashes made anew, as a clever forger would."""
    made: list[tuple[int, bytes, bytes]] = []
    for number, (_, text, _) in enumerate(rows, 1):
        lines = text.decode().split("\n")
        lines[1] = f"number {number}"
        lines[2] = f"previous {to_base64(made[-1][2]) if made else 'none'}"
        data = "\n".join(lines).encode()
        made.append((number, data, sha256(data).digest()))
    return made


def replace(data: Path, rows: list[tuple[int, bytes, bytes]]) -> None:
    insert = "INSERT INTO audit_log VALUES (?, ?, ?)"
    tamper(data, ("DELETE FROM audit_log", ()), *((insert, row) for row in rows))


def test_records_follow_each_other(made: Made):
    fill(made.data)
    assert findings(made.data) == []
    rows = rows_of(made.data)
    assert [row[0] for row in rows] == list(range(1, len(EVENTS) + 1))
    read = members(rows[3][1])
    assert read is not None
    assert read["action"] == "action-3"
    assert read["who"].startswith("operator, uid ")
    assert read["previous"] == to_base64(rows[2][2])
    assert read["decision"] == "done"


def test_an_edited_record_is_named(made: Made):
    fill(made.data)
    number, text, _ = rows_of(made.data)[2]
    changed = text.replace(b"subject 2", b"subject 9")
    tamper(made.data, ("UPDATE audit_log SET record = ? WHERE number = ?", (changed, number)))
    found = findings(made.data)
    assert found[0].startswith("audit_log, record 3: was changed")
    # With its hash made to fit, the one behind it does not follow.
    digest = sha256(changed).digest()
    tamper(made.data, ("UPDATE audit_log SET hash = ? WHERE number = ?", (digest, number)))
    assert findings(made.data) == ["audit_log, record 4: does not follow the record before it"]
    assert [str(each) for each in fsck(made.data)] == findings(made.data)


def test_a_deleted_record_is_named(made: Made):
    fill(made.data)
    tamper(made.data, ("DELETE FROM audit_log WHERE number = 3", ()))
    assert findings(made.data) == ["audit_log, record 3: is missing"]


def test_records_in_another_order_are_named(made: Made):
    fill(made.data)
    rows = rows_of(made.data)
    rows[1], rows[2] = (2, *rows[2][1:]), (3, *rows[1][1:])
    replace(made.data, rows)
    found = findings(made.data)
    assert "audit_log, record 2: says that it is record 3" in found
    assert "audit_log, record 3: says that it is record 2" in found


def test_every_flip_is_found(made: Made):
    fill(made.data)
    for number, text, hashed in rows_of(made.data):
        for at in range(0, len(text), 31):
            flipped = bytearray(text)
            flipped[at] ^= 4
            tamper(made.data, ("UPDATE audit_log SET record = ? WHERE number = ?",
                               (bytes(flipped), number)))  # fmt: skip
            assert findings(made.data), (number, at)
        tamper(made.data, ("UPDATE audit_log SET record = ? WHERE number = ?", (text, number)))
        other = bytes([hashed[0] ^ 1]) + hashed[1:]
        tamper(made.data, ("UPDATE audit_log SET hash = ? WHERE number = ?", (other, number)))
        assert findings(made.data)
        tamper(made.data, ("UPDATE audit_log SET hash = ? WHERE number = ?", (hashed, number)))
    assert findings(made.data) == []


def anchor(log: Log) -> int:
    future = log.anchor_audit_log(0)
    assert future is not None
    return future.result(60).indices[0]


def test_a_rewritten_or_cut_audit_log_contradicts_the_head_that_the_log_anchored(made: Made):
    fill(made.data)
    with open_log(made.data) as log:
        assert log.anchor_audit_log(0) is None, "an empty log is left empty, for a handover"
        submit(log, made.account, "one")
        index = anchor(log)
        # It is the digest of a text that anyone can write down.
        statement = parse_receipt(log.receipt(index)).statement
        with reading(log.engine) as connection:
            head = audit_log.head(connection)
        assert statement.submission.digests[0].value == sha256(head_text(ORIGIN, head)).digest()
        assert statement.submission.account == account_of(ORIGIN)
        assert log.anchor_audit_log(0) is None, "nothing new"
        record(log.engine, Event("later"))
        assert log.anchor_audit_log(86_400) is None, "not yet"
    assert findings(made.data) == []
    rows = rows_of(made.data)
    # The end cut off behind the anchor: nothing shows it but a head that somebody kept.
    kept = head_of(made.data)
    replace(made.data, rows[:-1])
    assert findings(made.data) == []
    assert "the head that was kept" in findings(made.data, kept)[0]
    # Cut off before it, or an edit with everything behind it made anew: the log says so.
    for forged in (rows[:-2], rewritten([*rows[:1], *rows[2:]])):
        replace(made.data, forged)
        assert findings(made.data) == [
            f"audit_log: entry {index} anchors a head that is not there: records were changed or cut off"
        ]
        assert [str(each) for each in fsck(made.data)] == findings(made.data)
    replace(made.data, rows)
    assert findings(made.data, kept) == []


def test_control_without_an_anchor_a_rewritten_audit_log_looks_sound(made: Made):
    fill(made.data)
    rows = rows_of(made.data)
    replace(made.data, rewritten([*rows[:1], *rows[2:]]))
    assert findings(made.data) == []


def test_the_same_head_is_anchored_once(made: Made):
    fill(made.data)
    with open_log(made.data) as log:
        submit(log, made.account, "one")
        first = anchor(log)
        with writing(log.engine) as connection:
            append(connection, Event("more"), 0)
        assert anchor(log) == first + 1
    with open_log(made.data) as log:
        assert log.anchor_audit_log(0) is None
        assert log.state().size == 3


def test_an_action_stands_there_before_it_is_done(made: Made):
    with open_log(made.data) as log:
        with audited(log.engine, "act", "x") as doing:
            assert rows_of(made.data)[-1][1].count(b"decision begun") == 1
            doing.detail = "all of it"
        for error, decision in (
            (NotFound, "refused"),
            (Unavailable, "failed"),
            (OSError, "failed"),
        ):
            with pytest.raises(error), audited(log.engine, "act"):
                raise error("SECRET")
            read = members(rows_of(made.data)[-1][1])
            assert read is not None
            assert (read["decision"], read["detail"]) == (decision, error.__name__)
    assert findings(made.data) == []


def test_what_was_done_is_not_said_to_have_failed(made: Made, monkeypatch, caplog):
    """A new key is shown once: an end that cannot be recorded must not take it away."""
    with open_log(made.data) as log:
        kept = []
        with audited(log.engine, "act", "x"):
            kept.append("key")
            monkeypatch.setattr(audit_log, "record", raising(Unavailable("full")))
        assert kept == ["key"]
        assert "the audit log lacks the end of act" in caplog.text
        # Control: what could not be begun is not done.
        with pytest.raises(Unavailable), audited(log.engine, "act", "y"):
            kept.append("never")
        assert kept == ["key"]


def raising(error: Exception) -> Any:
    def record(*_: object) -> None:
        raise error

    return record


@given(st.text(max_size=600))
def test_any_name_is_one_line_of_ascii_that_reads_back(name):
    quoted = audit_log._quoted(name)
    assert quoted.isascii()
    assert quoted.isprintable()
    assert json.loads(quoted) == name[:400]
    line = f'beilin/audit/v1\nnumber 1\nprevious none\ntime 2026-12-01T05:00:00Z\nwho {quoted}\naction "x"\n'
    text = line + f'subject {quoted}\ndecision done\ntrace none\ndetail ""\n'
    read = members(text.encode())
    assert read is not None
    assert read["subject"] == name[:400]


@pytest.mark.parametrize("text", [
    b"", b"beilin/audit/v1\n", b"\xff", b"beilin/audit/v1\nnumber 01\nprevious none\n", b"x" * 20_000,
    b'beilin/audit/v1\nnumber 1\nprevious none\ntime 2026-12-01T05:00:00Z\nwho "a\nb"\n',
])  # fmt: skip
def test_another_spelling_is_none(text):
    assert members(text) is None
