"""Creating a witness, opening one, and going on after a person has looked.

Opening compares three memories: the database, the marker beside the key, and
where the key file says that it lies. The safe head of a log is the larger of
the first two, because a head is in both before it is signed; yet a database
behind its marker was put back by somebody, and that somebody has to say so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from verifier.errors import Malformed, VerifierError
from verifier.tlog.checkpoint import check_origin, parse_checkpoint
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import ED25519, VKey, check_name, parse_vkey
from verifier.tlog.note import MAXIMUM_BYTES, Note, parse_note, verify_note

from . import key as key_file
from . import store as database
from .errors import AlreadyThere, Amnesia, Unusable
from .files import locked, make_folder
from .key import CosigningKey, create_key, read_key
from .marker import FRESH, Head, Marker
from .store import Store
from .witness import Alarm, Witness

DATABASE: Final = "witness.db"
_RECOVER: Final = "beilin witness recover"


class _Parts(NamedTuple):
    key: CosigningKey
    store: Store
    marker: Marker


def create(data: Path, signer: Path, name: str) -> VKey:
    """Create a witness: key, marker, database. Raises AlreadyThere, Malformed."""
    check_name(name)
    for there in (signer / key_file.FILE, signer / "seal", data / DATABASE):
        if there.exists():
            raise AlreadyThere(
                f"{there} 已存在，不会覆盖；请换一个目录",
                f"{there} is there already and is never overwritten; choose another folder",
            )
    make_folder(data)
    make_folder(signer)
    with locked(data):
        key = create_key(signer, name)
        Marker(signer).create(key.vkey)
        database.create(data / DATABASE, key.vkey)
    return key.vkey


def read_vkey(signer: Path) -> VKey:
    """Return the witness's vkey. Raises Unusable."""
    return Marker(signer).read()[0]


@contextlib.contextmanager
def open_witness(data: Path, signer: Path, *, alarm: Alarm, **more: Any) -> Iterator[Witness]:
    """Open a witness and hold its lock. Raises Held, Unusable, Amnesia."""
    with _opened(data, signer) as parts:
        yield Witness(parts.key, parts.store, parts.marker, alarm=alarm, **more)


def add_log(data: Path, signer: Path, text: str) -> tuple[VKey, bool]:
    """Add a key of a log; return it and whether it is new. Raises Malformed and as open_witness.

    A log bears the name of its keys (c2sp.org/tlog-checkpoint); there may be several.
    """
    vkey = parse_vkey(text)
    check_origin(vkey.name)
    if vkey.type != ED25519:
        raise Malformed("vkey: not the Ed25519 key (type 01) with which a log signs checkpoints")
    with _opened(data, signer) as parts:
        if vkey.name not in parts.marker.heads:
            parts.marker.write(vkey.name, FRESH)  # first: a log without a marker is an alarm
        return vkey, parts.store.add_key(vkey)


@contextlib.contextmanager
def _opened(data: Path, signer: Path) -> Iterator[_Parts]:
    if not data.is_dir() or not signer.is_dir():
        missing = signer if data.is_dir() else data
        raise Unusable(f"没有目录 {missing}；新建见证者请运行 beilin witness init",
                       f"there is no folder {missing}; beilin witness init creates a witness",
                       )  # fmt: skip
    with locked(data), locked(signer):  # both: each of them may have been named with another one
        marker = Marker(signer)
        vkey, in_place = marker.read()
        key = read_key(signer, vkey)
        _check_place(in_place, signer)
        with _store(data, vkey) as store:
            _compare(marker, store)
            yield _Parts(key, store, marker)


def _check_place(in_place: bool, signer: Path) -> None:
    if not in_place:
        raise Amnesia(
            f"{signer} 是复制、恢复而来，或其权限被改动过，可能旧于已签名的状态，因此不签名。"
            f"确认复制之后没有别处再签过名的，运行 {_RECOVER} --this-copy-is-current",
            f"{signer} was copied, put back or had its owner or mode changed. It may be older than "
            f"what was signed, so nothing is signed. If you know that nothing was cosigned after "
            f"it was copied: {_RECOVER} --this-copy-is-current",
        )


@contextlib.contextmanager
def _store(data: Path, vkey: VKey) -> Iterator[Store]:
    path = data / DATABASE
    if not path.exists():
        raise Amnesia(
            f"{path} 不存在，因此不签名。最新的库找不回时，运行 {_RECOVER}："
            "它从签名目录的标记恢复各日志的高度，之后须重新 add-log",
            f"{path} is missing, so nothing is signed. If the newest one cannot be found, "
            f"{_RECOVER} takes the heads of all logs from the marker; then add the logs again",
        )
    store = Store(path)
    try:
        if store.vkey != vkey:
            raise Unusable(
                f"{path} 属于另一个见证者；请放回原来的数据库",
                f"{path} belongs to another witness; put its own database back",
            )
        yield store
    finally:
        store.close()


def _compare(marker: Marker, store: Store) -> None:
    """Raise the marker where the database is ahead of it (a crash in between); refuse the reverse."""
    heads, marked = store.heads(), marker.heads
    for origin, head in marked.items():
        ours = heads.get(origin, FRESH)
        if ours.size < head.size:
            raise Amnesia(
                f"数据库中 {origin} 只到 {ours.size}，而签名前的标记已到 {head.size}："
                f"数据库是旧的，因此不签名。请放回最新的数据库，或运行 {_RECOVER} 以标记为准",
                f"the database knows {origin} up to size {ours.size}, the marker up to {head.size}: "
                f"this is an old database, so nothing is signed. Put the newest one back, or let "
                f"{_RECOVER} go on from the marker",
            )
        _agree(origin, ours, head)
    for origin, head in heads.items():
        if origin not in marked:
            raise Amnesia(
                f"签名目录中没有 {origin} 的标记，因此不签名。确认数据库是最新的，运行 {_RECOVER}",
                f"the signer's folder has no marker of {origin}, so nothing is signed. If the "
                f"database is the newest one, run {_RECOVER}",
            )
        marker.write(origin, head)


def _agree(origin: str, ours: Head, marked: Head) -> None:
    if ours.size == marked.size and ours.root != marked.root:
        raise Amnesia(
            f"{origin} 在 {ours.size} 处，数据库与标记的根不同：两者之一是伪造的，"
            "或两个见证者混用了。请弃用此见证者，另建一个，并保存两个目录以备查",
            f"{origin} has two roots of size {ours.size} in database and marker: one of them is "
            "made up, or two witnesses were mixed. End this witness, create another, and keep both "
            "folders as they are",
        )


class Recovered(NamedTuple):
    """One log after ``recover``: the head it goes on from, and what that was before."""

    origin: str
    before: int
    after: int


def recover(
    data: Path,
    signer: Path,
    *,
    this_copy_is_current: bool = False,
    clock_was_wrong: bool = False,
    notes: Sequence[bytes] = (),
) -> list[Recovered]:
    """Go on from the largest head that database, marker and notes know; nothing is ever lowered.

    ``notes`` are checkpoints with the log's signature and this witness's own
    cosignature: what they say was signed, whatever was forgotten. So does the
    evidence that stopped a log. Raises Amnesia where two of them contradict
    each other.
    """
    if not signer.is_dir():
        raise Unusable(f"没有目录 {signer}；私钥丢失则此见证者终止，请另建一个",
                       f"there is no folder {signer}; without its key a witness has ended; "
                       "create another")  # fmt: skip
    make_folder(data)
    with locked(data), locked(signer):
        marker = Marker(signer)
        vkey, in_place = marker.read()
        read_key(signer, vkey)
        if not this_copy_is_current:
            _check_place(in_place, signer)
        if not (data / DATABASE).exists():
            database.create(data / DATABASE, vkey)
        with _store(data, vkey) as store:
            done = _raise_all(marker, store, vkey, notes)
            if clock_was_wrong:
                store.forget_time()
        if not in_place:
            marker.seal(vkey)
    return done


def _raise_all(marker: Marker, store: Store, vkey: VKey, notes: Sequence[bytes]) -> list[Recovered]:
    before, marked = store.heads(), marker.heads
    known = dict.fromkeys((*before, *marked), FRESH)
    for origin in known:
        ours, theirs = before.get(origin, FRESH), marked.get(origin, FRESH)
        _agree(origin, ours, theirs)
        known[origin] = max(ours, theirs, key=lambda head: head.size)
        if known[origin] != before.get(origin):
            store.raise_head(origin, known[origin], None, 0)
    kept = [each.theirs for each in store.evidence() if each.kind == "forgotten"]
    for data in (*notes, *kept):
        origin, head, note, time = _own_note(data, store, vkey)
        _agree(origin, known[origin], head)
        if head.size >= known[origin].size:
            known[origin] = head
            store.raise_head(origin, head, note, time)
    for origin, head in known.items():
        marker.write(origin, head)
    return [
        Recovered(origin, before.get(origin, FRESH).size, head.size)
        for origin, head in sorted(known.items())
    ]


def _own_note(data: bytes, store: Store, vkey: VKey) -> tuple[str, Head, bytes, int]:
    try:
        note = parse_note(data, MAXIMUM_BYTES)
        checkpoint = parse_checkpoint(note.text)
        keys = store.keys().get(checkpoint.origin, [])
        signed = {(key.name, key.key_id) for key in verify_note(note, keys)}
        times = [
            check_cosignature(note.text, line, vkey)
            for line in note.signatures
            if (line.name, line.key_id) == (vkey.name, vkey.key_id)
        ]
    except VerifierError as error:
        raise Unusable(
            f"--note：不是已知日志签名的检查点（{error}）；请先 add-log",
            f"--note: not a checkpoint signed by a log that is known here ({error}); add it first",
        ) from None
    if not times:
        raise Unusable(
            "--note：没有本见证者的联署，不能说明曾签过什么",
            "--note: without a cosignature of this witness it does not say what was signed",
        )
    lines = tuple(line for line in note.signatures if (line.name, line.key_id) in signed)
    only = Note(note.text, lines).to_bytes()
    return checkpoint.origin, Head(checkpoint.size, checkpoint.root), only, max(times)
