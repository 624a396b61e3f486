"""What the client remembers between runs, in a folder that only its owner may read.

    identity.key        the submitter's signing key, made on first use
    dossiers.json       which random id a dossier's name stands for, per log and account
    heads/<hash>.txt    the newest checkpoint seen of each log, as its signed note
    receipts/<hash>/<item>.txt   the receipts of each dossier, for disclosing its whole chain

Names of dossiers never leave this machine. The remembered checkpoint is what
catches a log that was set back or shows two faces: each new one must extend it
(``consistency``). It is replaced only by a larger one.

The folder is $BEILIN_HOME, or $XDG_STATE_HOME/beilin, or ~/.local/state/beilin.
Whoever deletes it loses the memory, not any evidence.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from app.commands.common import EXIT_BAD_INPUT, Refusal
from verifier.encoding import parse_base64, to_base64
from verifier.errors import Malformed, VerifierError
from verifier.evidence.receipt import MAX_BYTES as MAX_RECEIPT
from verifier.evidence.receipt import Receipt
from verifier.evidence.submission import ID_BYTES
from verifier.tlog.checkpoint import Checkpoint, parse_checkpoint
from verifier.tlog.note import MAXIMUM_BYTES, parse_note

from .durable import locked, read_small, replace, write_new, writing
from .strict import parse_object, text_of
from .words import shown

_FORMAT: Final = "beilin/dossiers/v1"
_MAX_BYTES: Final = 16 << 20
MAX_NAME_BYTES: Final = 400


def home() -> Path:
    """Return the state folder's path; it need not exist."""
    own = os.environ.get("BEILIN_HOME")
    if own:
        return Path(own)
    base = os.environ.get("XDG_STATE_HOME")
    return Path(base) / "beilin" if base else Path.home() / ".local" / "state" / "beilin"


def checkpoint_of(note: bytes) -> Checkpoint:
    """Return the checkpoint that a signed note holds; raises Malformed. Checks no signature."""
    return parse_checkpoint(parse_note(note).text)


class State:
    """The state folder, made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._heads = folder / "heads"
        with writing(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._heads.mkdir(mode=0o700, exist_ok=True)

    @property
    def identity_path(self) -> Path:
        """Where the submitter's key lies unless the person names another."""
        return self.folder / "identity.key"

    # -- dossiers

    def dossier(self, origin: str, account: bytes, name: str) -> bytes:
        """Return the id of a dossier, drawing and keeping a new one for a new name."""
        path = self.folder / "dossiers.json"
        key = {"origin": origin, "account": to_base64(account), "name": name}
        with locked(self.folder / "lock", wait=True):
            known = self._dossiers(path)
            for row in known:
                if all(row.get(field) == value for field, value in key.items()):
                    return _id(row, path)
            drawn = os.urandom(ID_BYTES)
            known.append({**key, "id": to_base64(drawn)})
            text = json.dumps({"format": _FORMAT, "dossiers": known}, ensure_ascii=False, indent=1)
            with writing(path):
                replace(path, text.encode() + b"\n")
            return drawn

    @staticmethod
    def _dossiers(path: Path) -> list[dict[str, Any]]:
        if not path.exists():
            return []
        try:
            values = parse_object(read_small(path, _MAX_BYTES), "dossiers")
            rows = values.get("dossiers")
            good = text_of(values, "format", "dossiers") == _FORMAT and isinstance(rows, list)
            if not good or not all(isinstance(row, dict) for row in rows or []):
                raise Malformed("dossiers: not in the form of version 1")
        except VerifierError:
            raise _damaged(path) from None
        return list(rows or [])

    # -- receipts of dossiers

    def _chain(self, origin: str, account: bytes, dossier: bytes) -> Path:
        digest = hashlib.sha256(b"\0".join((origin.encode(), account, dossier))).hexdigest()
        return self.folder / "receipts" / digest[:32]

    def keep_receipt(self, receipt: Receipt, data: bytes) -> None:
        """Keep a verified receipt; the first one kept of an item stays."""
        statement = receipt.statement
        own = statement.submission
        folder = self._chain(own.origin, own.account, own.dossier)
        path = folder / f"{statement.epoch}-{statement.item:09d}.txt"
        with writing(path):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):
                write_new(path, data)

    def receipts(self, origin: str, account: bytes, dossier: bytes) -> list[bytes]:
        """Return the receipts kept of a dossier, by epoch and item."""
        folder = self._chain(origin, account, dossier)
        if not folder.is_dir():
            return []
        return [read_small(path, MAX_RECEIPT) for path in sorted(folder.glob("*-*.txt"))]

    # -- remembered checkpoints

    def head_path(self, origin: str) -> Path:
        """Return where the newest checkpoint seen of a log is kept."""
        return self._heads / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.txt"

    def head(self, origin: str) -> bytes | None:
        """Return the signed note of the newest checkpoint seen of this log, if any."""
        path = self.head_path(origin)
        if not path.exists():
            return None
        note = read_small(path, MAXIMUM_BYTES)
        try:
            if checkpoint_of(note).origin != origin:
                raise Malformed("head: of another log")
        except VerifierError:
            raise _damaged(path) from None
        return note

    def remember(self, origin: str, note: bytes, *, seen: bytes | None) -> bool:
        """Keep a note as the newest; ``seen`` is the one that it was checked against.

        Returns False, changing nothing, if another run has remembered a
        different one meanwhile: check again. A note that is not larger than
        the remembered one is not kept, and that is no failure.
        """
        with locked(self.folder / "lock", wait=True):
            known = self.head(origin)
            if known != seen:
                return False
            if known is None or checkpoint_of(note).size > checkpoint_of(known).size:
                path = self.head_path(origin)
                with writing(path):
                    replace(path, note)
            return True


def _id(row: dict[str, Any], path: Path) -> bytes:
    try:
        return parse_base64(text_of(row, "id", "dossiers"), "dossiers: id", length=ID_BYTES)
    except Malformed:
        raise _damaged(path) from None


def _damaged(path: Path) -> Refusal:
    return Refusal(
        EXIT_BAD_INPUT,
        f"{shown(path)} 已损坏。请从备份恢复；若无备份，可将其移走后重试"
        "（此后同名案卷会成为新的案卷，已记住的检查点会丢失）。",
        f"{shown(path)} is damaged. Restore it from a backup; without one, move it away and try "
        "again (a dossier of that name then starts anew, and remembered checkpoints are lost).",
    )
