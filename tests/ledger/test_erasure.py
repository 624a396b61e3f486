"""Erasing: what is grepped for afterwards, in every file there is."""

from __future__ import annotations

import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from ledger import engine, erasure
from ledger.backup import backup
from ledger.engine import reading
from ledger.errors import Erased, NotFound, NotPublished, OnHold, Unavailable
from ledger.fsck import fsck
from ledger.holds import release, set_hold
from ledger.log import Log
from tests.ledger.conftest import Made
from tests.ledger.support import DOSSIER, open_log, seeded, send, submit
from verifier.encoding import to_base64
from verifier.evidence.receipt import parse_receipt


def secrets_of(receipt: bytes) -> list[bytes]:
    """Return what must not be found: salt, digest both ways, and lines of the statement."""
    read = parse_receipt(receipt)
    digest = read.statement.submission.digests[0].value
    return [read.salt, to_base64(read.salt).encode(), digest, to_base64(digest).encode(),
            read.statement_bytes, read.statement_bytes[:200]]  # fmt: skip


def places(data: Path, secrets: list[bytes]) -> list[str]:
    """Return the files of the folder in which one of them stands."""
    return [
        path.relative_to(data).as_posix()
        for path in sorted(data.rglob("*"))
        if path.is_file() and any(secret in path.read_bytes() for secret in secrets)
    ]


def busy(log: Log, made: Made, rounds: int = 6) -> list[int]:
    """Anchor so much that pages split and the write-ahead log is used; return some indices."""
    return [submit(log, made.account, f"busy-{n}", 60).indices[n] for n in range(rounds)]


def test_nothing_is_left_in_any_file(made: Made, tmp_path: Path):
    with open_log(made.data) as log:
        indices = busy(log, made)
        kept = {index: log.receipt(index) for index in indices}
        wanted = [secret for index in indices[:3] for secret in secrets_of(kept[index])]
        stays = secrets_of(kept[indices[4]])
        assert places(made.data, wanted), "the search finds what is there"
        for index in indices[:3]:
            assert log.erase(index).searched
            assert log.is_erased(index)
            assert places(made.data, secrets_of(kept[index])) == []
        assert places(made.data, stays), "and nothing else went"
        backup(made.data, tmp_path / "after.tar")
        submit(log, made.account, "after", 60)
        assert places(made.data, wanted) == []
    assert places(made.data, wanted) == []
    with tarfile.open(tmp_path / "after.tar") as tar:
        for member in tar.getmembers():
            stream = tar.extractfile(member)
            content = b"" if stream is None else stream.read()
            assert not [secret for secret in wanted if secret in content], member.name
    assert list(fsck(made.data)) == []


def test_a_copy_in_the_unused_part_of_a_page_is_found_and_written_over(made: Made):
    with open_log(made.data) as log:
        index = busy(log, made)[2]
        secrets = secrets_of(log.receipt(index))
    # As a page split or a connection without secure_delete leaves one: in a free page.
    with closing(sqlite3.connect(made.data / "beilin.db")) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE stray (x)")
        database.execute(
            "INSERT INTO stray SELECT salt FROM openings WHERE entry_index = ?", (index,)
        )
        database.commit()
        database.execute("DROP TABLE stray")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with open_log(made.data) as log:
        assert log.erase(index).rewritten
        assert places(made.data, secrets) == []
    assert list(fsck(made.data)) == []


def test_control_without_secure_delete_and_search_it_is_found(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(erasure, "_SECURE_DELETE", "PRAGMA secure_delete = OFF")
    monkeypatch.setattr(erasure, "found_in", lambda *_: False)
    with open_log(made.data) as log:
        index = busy(log, made)[2]
        secrets = secrets_of(log.receipt(index))
        log.erase(index)
        assert places(made.data, secrets) == ["beilin.db"]


def test_control_without_emptying_the_write_ahead_log_it_is_found_there(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(erasure, "_empty_log", lambda _: None)
    monkeypatch.setattr(erasure, "found_in", lambda *_: False)
    with open_log(made.data) as log:
        index = submit(log, made.account, "one").indices[0]
        secrets = secrets_of(log.receipt(index))
        log.erase(index)
        assert "beilin.db-wal" in places(made.data, secrets)


def test_what_an_interruption_left_is_finished_by_asking_again(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    def die(*_: object) -> None:
        raise Unavailable("busy")

    with open_log(made.data) as log:
        index = busy(log, made)[2]
        secrets = secrets_of(log.receipt(index))
        with monkeypatch.context() as patched:
            patched.setattr("ledger.log.scrub", die)
            with pytest.raises(Unavailable):
                log.erase(index)
        assert log.is_erased(index)
        assert places(made.data, secrets)
        done = log.scrub()
        assert (done.searched, done.rewritten) == (False, True)
        assert places(made.data, secrets) == []


def test_while_somebody_reads_an_old_state_it_is_not_called_done(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(engine.PRAGMAS, "busy_timeout", (50, 50))
    with open_log(made.data) as log:
        index = submit(log, made.account, "one").indices[0]
        secrets = secrets_of(log.receipt(index))
    with open_log(made.data) as log, closing(sqlite3.connect(made.data / "beilin.db")) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM openings").fetchone()
        with pytest.raises(Unavailable):
            log.erase(index)
        other.rollback()
        log.scrub()
        assert places(made.data, secrets) == []


def test_the_fingerprint_of_the_request_goes_too(made: Made):
    # Made of the digest: whoever guesses the content could test the guess with it.
    with open_log(made.data) as log:
        batch = submit(log, made.account, "batch", 3)
        other = submit(log, made.account, "other")
        for name, count in (("batch", 3), ("other", 1)):
            assert places(made.data, [seeded("fingerprint", name, count)])
        log.erase(batch.indices[1])
        assert places(made.data, [seeded("fingerprint", "batch", 3)]) == []
        assert places(made.data, [seeded("fingerprint", "other", 1)])
        assert not other.fresh or log.receipt(other.indices[0])


def test_a_repeat_of_an_erased_request_says_so(made: Made):
    with open_log(made.data) as log:
        first = submit(log, made.account, "batch", 3)
        assert submit(log, made.account, "batch", 3).indices == first.indices
        log.erase(first.indices[1])
        with pytest.raises(Erased):
            send(log, made.account, "batch", 3).result(60)
        assert log.receipt(first.indices[0])
    with open_log(made.data) as log, pytest.raises(Erased):
        send(log, made.account, "batch", 3).result(60)


@pytest.mark.parametrize("dossier", [b"", DOSSIER])
def test_a_hold_beats_an_erasure(made: Made, dossier: bytes):
    with open_log(made.data) as log:
        index = submit(log, made.account, "held").indices[0]
        foreign, _ = log.accounts.new("somebody else")
        assert set_hold(log.engine, foreign.id, b"")
        assert set_hold(log.engine, made.account.id, os.urandom(16))
        assert set_hold(log.engine, made.account.id, dossier)
        assert not set_hold(log.engine, made.account.id, dossier)
        with pytest.raises(OnHold):
            log.erase(index)
        assert log.receipt(index)
        with reading(log.engine) as connection:
            last = connection.exec_driver_sql(
                "SELECT record FROM audit_log ORDER BY number DESC LIMIT 1"
            ).scalar_one()
        assert b'subject "entry 0"\ndecision refused\n' in last
        assert release(log.engine, made.account.id, dossier)
        assert not release(log.engine, made.account.id, dossier)
        log.erase(index)
        with pytest.raises(NotFound):
            log.receipt(index)


def erasing_under_way(made: Made) -> tuple[list[Exception], bytes | Exception]:
    """Erase an entry between W1 and the reading back of its batch; return what came of both."""
    met: list[Exception] = []

    def at(point: str) -> None:
        if point == "w1-after":
            try:
                log.erase(made_so_far)
            except NotFound as error:
                met.append(error)

    with open_log(made.data) as log:
        made_so_far = log.state().size
    with open_log(made.data, hooks=at) as log:
        try:
            index = submit(log, made.account, "under way").indices[0]
            return met, log.receipt(index)
        except Unavailable as error:
            return met, error


def test_an_entry_whose_batch_is_under_way_is_not_erased(made: Made):
    met, came = erasing_under_way(made)
    assert [type(each) for each in met] == [NotPublished]
    assert isinstance(came, bytes)


def test_control_erased_under_way_it_stops_the_log(made: Made, monkeypatch):
    monkeypatch.setattr(erasure, "last_published", lambda _: (1 << 40, b""))
    met, came = erasing_under_way(made)
    assert met == []
    assert isinstance(came, Unavailable)
