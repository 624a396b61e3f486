"""fsck: derives everything from the entries again and compares it with what is stored.

    rows        each entry with its columns, opening, submission and chain   (fsck_rows)
    own         who closed the log, and from which one it goes on            (fsck_own)
    anchored    each token and each anchor entry                             (fsck_anchors)
    declared    each declaration's signature, digest and predecessor         (fsck_declarations)
    witnessed   each stored cosignature; the checkpoints that stand there    (fsck_cosignatures)
    tree        every tile row, every root that was ever signed              (fsck_tree)
    files       every published tile, partial and bundle                     (fsck_tree)
    signer      every head of its journal
    database    its own integrity check, and that the triggers are there

SQLite does not notice a flipped bit in its data; the tree does. Reads one
snapshot, so it can run beside the service. What it cannot judge, because it is
derived from nothing: ``requests.fingerprint``, ``accounts`` and ``api_keys``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from verifier.encoding import to_base64
from verifier.errors import VerifierError
from verifier.tlog.note import parse_note

from . import queries
from .config import LogConfig, open_database, read_config
from .errors import LedgerError
from .fsck_anchors import check_anchors
from .fsck_audit import check_audit_log
from .fsck_cosignatures import check_checkpoints, check_cosignatures
from .fsck_declarations import check_declarations, known_declarations
from .fsck_own import check_own
from .fsck_rows import Finding, Rows
from .fsck_tree import Files, Tree
from .lease import is_led
from .publish import Publisher, open_note
from .schema import APPEND_ONLY
from .signer import Head, read_journal

__all__ = ["Finding", "fsck"]

CHUNK: Final = 4096
Progress = Callable[[int, int], None]


def fsck(
    data: Path, *, signer_state: Path | None = None, progress: Progress | None = None
) -> Iterator[Finding]:
    """Yield everything that is not as it must be. Raises Config if it cannot begin.

    ``progress`` is called with the entries done and all of them.
    """
    config = read_config(data)
    engine = open_database(data, config)
    try:
        # The database's own check runs beside ours: it takes no interpreter.
        with ThreadPoolExecutor(1) as beside, engine.connect() as connection:
            own = beside.submit(_integrity, engine)
            check = _Check(connection, data, config, signer_state or data / "signer")
            yield from check.run(progress)
            yield from own.result()
    except (SQLAlchemyError, UnicodeError, LedgerError) as error:
        yield Finding("database", f"reading stopped: {error}")
    finally:
        engine.dispose()


class _Check:
    def __init__(
        self, connection: Connection, data: Path, config: LogConfig, signer_state: Path
    ) -> None:
        self._connection = connection
        self._data = data
        self._config = config
        self._state = signer_state
        self._publisher = Publisher(data / "log", data / "publish.lock", config.log)

    def run(self, progress: Progress | None) -> Iterator[Finding]:
        connection = self._connection
        # Read before the snapshot and after it: a service may be signing meanwhile.
        earlier = self._journal([])
        yield from _triggers(connection)
        count = queries.entry_count(connection)
        heads = {
            row[0]: (bytes(row[1]), bytes(row[2]))
            for row in queries.fetch(connection, "SELECT size, root, note FROM heads")
        }
        published = {
            row[0]: bytes(row[1])
            for row in queries.fetch(connection, "SELECT size, note FROM published")
        }
        problems: list[Finding] = []
        journal = self._journal(problems)
        yield from problems
        claims = [Head(size, root) for size, (root, _) in heads.items()]
        yield from self._ahead(count, [*claims, *earlier])
        files = Files(self._data / "log", sorted(published))
        tree = Tree(connection, files, {*heads, *(head.size for head in journal)})
        rows = Rows(connection, self._config.origin, known_declarations(connection))
        for start in range(0, count, CHUNK):
            end = min(start + CHUNK, count)
            leaves: list[bytes] = []
            entries: list[bytes] = []
            hints = tree.stored_leaves(start, end)
            yield from rows.check(start, end, hints, leaves, entries)
            yield from tree.extend(leaves, entries)
            if progress is not None:
                progress(end, count)
        yield from rows.finish(count)
        yield from check_declarations(connection, self._config.service)
        yield from check_cosignatures(connection, published, self._config.log)
        yield from check_anchors(connection, self._config.log, published, rows.anchors)
        yield from check_own(rows.own, self._config, count)
        yield from check_audit_log(connection, self._config.origin)
        yield from tree.finish()
        yield from self._notes(heads, published)
        yield from self._roots(tree, heads, journal)
        yield from self._moving(heads, published, files)

    def _journal(self, problems: list[Finding]) -> list[Head]:
        try:
            heads, _ = read_journal((self._state / "journal").read_bytes())
        except (OSError, LedgerError) as error:
            problems.append(Finding("signer journal", str(error)))
            return []
        return heads

    def _ahead(self, count: int, claims: list[Head]) -> Iterator[Finding]:
        for claim in claims:
            if claim.size > count:
                yield Finding("entries", f"end at {count}; a head was signed of {claim}")

    def _notes(
        self, heads: dict[int, tuple[bytes, bytes]], published: dict[int, bytes]
    ) -> Iterator[Finding]:
        """Every stored note is signed by the log, and says what its row says."""
        for size, (root, note) in heads.items():
            yield from self._note("heads", size, root, note)
        for size, note in published.items():
            if size not in heads:
                yield Finding(f"published, size {size}", "a size that is not in heads")
                continue
            yield from self._note("published", size, heads[size][0], note)
            if not note.startswith(heads[size][1]):
                yield Finding(f"published.note, size {size}", "does not begin with the signed note")

    def _note(self, table: str, size: int, root: bytes, note: bytes) -> Iterator[Finding]:
        where = f"{table}.note, size {size}"
        try:
            checkpoint = open_note(note, self._config.log)
            parse_note(note)
        except (VerifierError, LedgerError) as error:
            yield Finding(where, str(error))
            return
        if (checkpoint.size, checkpoint.root) != (size, root):
            yield Finding(where, f"says {Head(checkpoint.size, checkpoint.root)}")

    def _roots(
        self, tree: Tree, heads: dict[int, tuple[bytes, bytes]], journal: list[Head]
    ) -> Iterator[Finding]:
        """Every root that was ever signed is the one that the entries lead to."""
        for size, (root, _) in heads.items():
            derived = tree.roots.get(size)
            if derived is not None and derived != root:
                yield Finding(f"heads.root, size {size}", f"entries lead to {to_base64(derived)}")
        signed = {head.size: head.root for head in journal}
        for size, root in signed.items():
            derived = tree.roots.get(size)
            if derived is not None and derived != root:
                yield Finding(
                    f"signer journal, size {size}", f"entries lead to {to_base64(derived)}"
                )
        first = min(signed, default=0)
        for size in heads:
            if signed and size >= first and size not in signed:
                yield Finding(f"heads, size {size}", "is not in the signer's journal")

    def _moving(
        self,
        heads: dict[int, tuple[bytes, bytes]],
        published: dict[int, bytes],
        files: Files,
    ) -> Iterator[Finding]:
        """The head row is the newest head; the checkpoint is the newest published note."""
        head = queries.head(self._connection)
        newest = max(heads, default=0)
        if head != (newest, heads.get(newest, (b"",))[0]):
            yield Finding("head", f"says {head}; the newest signed head has size {newest}")
        live = is_led(self._data, self._connection.engine)
        yield from check_checkpoints(self._connection, self._publisher, published, live=live)
        # Files are listed before the newest head is read: one that is listed belongs to it.
        names = files.names()
        with self._connection.engine.connect() as now:  # files may be newer than our snapshot
            size = queries.head(now).size
        yield from files.strangers(names, size, live=live)


def _integrity(engine: Engine) -> list[Finding]:
    """Let the database check itself; indexes against tables above all."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        lines = queries.fetch(connection, "PRAGMA integrity_check(100)")
        found = [Finding("database", str(line)) for (line,) in lines if line != "ok"]
        strays = queries.fetch(connection, "PRAGMA foreign_key_check")
    found += [Finding(f"{row[0]}, row {row[1]}", f"refers to no row of {row[2]}") for row in strays]
    return found


def _triggers(connection: Connection) -> Iterator[Finding]:
    wanted = {
        "entries_gapless",
        "declarations_gapless",
        "audit_log_gapless",
        "head_no_shrink",
        "head_no_delete",
    }
    if connection.dialect.name == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        wanted |= {f"{table}_no_{act}" for table in APPEND_ONLY for act in ("update", "delete")}
    else:
        sql = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        wanted |= {f"{table}_append_only" for table in APPEND_ONLY}
    there = {row[0] for row in queries.fetch(connection, sql)}
    for name in sorted(wanted - there):
        yield Finding("database", f"the trigger {name} is missing")
