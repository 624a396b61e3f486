"""Bugs that are planted: each takes one guard away, and the simulation must find it.

A plant is what somebody might write who has not read why it is as it is. Where a second line of
defence would hide the first one's loss, the plant takes both, and says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, text

from ledger import durable, schema, store
from ledger.accept import Outcome
from ledger.engine import writing
from ledger.jobs import Job
from ledger.numbering import Numbering
from ledger.publish import Publisher
from ledger.signer import Head, Signer, _to_line
from ledger.writer import Writer

from .world import World

Plant = Callable[[pytest.MonkeyPatch, World], None]


def answers_before_the_commit(patch: pytest.MonkeyPatch, _world: World) -> None:
    number = Numbering.number

    def hasty(self: Numbering, connection: Connection, jobs: Sequence[Job], *more: Any) -> Any:
        numbered = number(self, connection, jobs, *more)
        for job, answer in zip(jobs, numbered.answers, strict=True):
            if job.on_numbered is not None and isinstance(answer, Outcome):
                job.on_numbered(answer)
        return numbered

    patch.setattr(Numbering, "number", hasty)


def journal_written_after_the_signature(patch: pytest.MonkeyPatch, _world: World) -> None:
    """The line is kept until the next one comes, so a crash loses what was signed last."""
    kept: dict[int, bytes] = {}

    def later(self: Signer, head: Head, _whole: int) -> None:
        with self._journal.open("ab") as journal:
            journal.write(kept.pop(id(self), b""))
        kept[id(self)] = _to_line(head)
        self._last, self._length = head, self._journal.stat().st_size

    patch.setattr(Signer, "_append", later)


def journal_not_synced(patch: pytest.MonkeyPatch, _world: World) -> None:
    """Found by the simulation in our own code: the line of a process that died before its fsync."""
    patch.setattr(Signer, "_sync", lambda self, whole: None)

    def unsynced(self: Signer, head: Head, whole: int) -> None:
        handle = os.open(self._journal, os.O_RDWR)
        os.ftruncate(handle, whole)
        line = _to_line(head)
        os.pwrite(handle, line, whole)
        os.close(handle)
        self._last, self._length, self._synced = head, whole + len(line), True

    patch.setattr(Signer, "_append", unsynced)


def chains_kept_after_a_failure(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(Numbering, "forget", lambda self: None)


def head_moved_without_compare_and_swap(patch: pytest.MonkeyPatch, world: World) -> None:
    """With its second lines: the trigger against shrinking, and one row for each size."""
    insert = store.insert

    def move(connection: Connection, _old: Head, new: Head) -> None:
        trigger = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = :n"),
                                    {"n": "head_no_shrink"})  # fmt: skip
        connection.execute(text("DROP TRIGGER head_no_shrink"))
        connection.execute(
            text("UPDATE head SET size = :size, root = :root"),
            {"size": new.size, "root": new.root},
        )
        connection.exec_driver_sql(trigger)

    def again(connection: Connection, table: Any, rows: Any, tail: str = "") -> None:
        insert(connection, table, rows, tail or " ON CONFLICT DO NOTHING")

    patch.setattr(store, "move_head", move)
    patch.setattr(store, "insert", again)


def checkpoint_before_its_tiles(patch: pytest.MonkeyPatch, _world: World) -> None:
    write, publish = Publisher.write, Publisher.publish
    kept: list[tuple[Any, Any]] = []

    def later(self: Publisher, *arguments: Any, **more: Any) -> None:
        old, new, content = arguments
        # The contents are taken now; they go to their files once the checkpoint is there.
        from ledger.publish import resources

        ready = {resource: content(resource) for resource in resources(old, new)}
        kept.append(((old, new, ready.__getitem__), more))

    def first(self: Publisher, *arguments: Any, **more: Any) -> None:
        publish(self, *arguments, **more)
        while kept:
            late, options = kept.pop(0)
            write(self, *late, **options)

    patch.setattr(Publisher, "write", later)
    patch.setattr(Publisher, "publish", first)


def tiles_named_before_they_are_durable(patch: pytest.MonkeyPatch, _world: World) -> None:
    """Contents are not fsynced (folders still are)."""
    sync_all = durable._sync_all

    def only_folders(handles: list[int]) -> None:
        sync_all([each for each in handles if os.path.isdir(f"/proc/self/fd/{each}")])

    patch.setattr(durable, "_sync_all", only_folders)


def folders_not_synced_again(patch: pytest.MonkeyPatch, _world: World) -> None:
    """Found by the simulation in our own code: a folder that a killed process made, unsynced."""
    write_once = durable.write_once

    def forgetful(files: Any, *, rewrite_torn: bool = False, named: Any = None) -> None:
        write_once(files, rewrite_torn=rewrite_torn)

    patch.setattr("ledger.publish.write_once", forgetful)


def received_goes_back(patch: pytest.MonkeyPatch, _world: World) -> None:
    number = Writer.number

    def blind(self: Writer, jobs: Sequence[Job]) -> Any:
        self._received = 0
        return number(self, jobs)

    patch.setattr(Writer, "number", blind)


def idempotency_in_another_transaction(patch: pytest.MonkeyPatch, _world: World) -> None:
    """With its second line: the submissions, by which a repeat is known too."""
    insert_rows, number = store.insert_rows, Writer.number
    kept: list[store.Rows] = []

    def entries_only(connection: Connection, rows: store.Rows) -> None:
        kept.append(rows)
        insert_rows(connection, rows._replace(submissions=[], requests=[]))

    def then_the_rest(self: Writer, jobs: Sequence[Job]) -> Any:
        kept.clear()
        numbered = number(self, jobs)
        for rows in kept:
            with writing(self._engine) as connection:
                store.insert(connection, schema.submissions, rows.submissions)
                store.insert(connection, schema.requests, rows.requests)
        return numbered

    patch.setattr(store, "insert_rows", entries_only)
    patch.setattr(Writer, "number", then_the_rest)


PLANTS: tuple[Plant, ...] = (
    answers_before_the_commit,
    journal_written_after_the_signature,
    chains_kept_after_a_failure,
    head_moved_without_compare_and_swap,
    checkpoint_before_its_tiles,
    tiles_named_before_they_are_durable,
    received_goes_back,
    idempotency_in_another_transaction,
    folders_not_synced_again,
    journal_not_synced,
)
