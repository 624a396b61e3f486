"""The service key: it signs what the service says beside its checkpoints.

One key, one purpose: its name is ``<origin>/service``, and what it signs cannot
be taken for a checkpoint. The text starts with ``beilin/<kind>/v1`` and its
second line is ``origin <origin>``, where a checkpoint has its size.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from verifier.encoding import split_lines
from verifier.errors import Malformed, VerifierError
from verifier.evidence.handover import check_last_head, parse_handover_text
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.keys import VKey
from verifier.tlog.note import signature_line

from .errors import Config
from .signer import read_key, vkey_of, write_key

MAXIMUM_BYTES: Final = 1 << 26
"""A dossier of half a million items still has its statement."""

_HANDOVER: Final = "beilin/key/v1"
_FIRST: Final = re.compile(r"beilin/[a-z]+(-[a-z]+)*/v1", re.ASCII)


class ServiceKey:
    """Signs notes in the service's own name."""

    def __init__(self, folder: Path, origin: str, known: VKey | None = None) -> None:
        """Open the key in the signer's folder. Raises Config, also if it is not the ``known`` one."""
        self.origin = origin
        self._key = read_key(folder / "service.key")
        self.vkey = vkey_of(self._key, f"{origin}/service")
        if known not in (None, self.vkey):
            raise Config("signer: the service key is not the one of beilin.toml")

    @classmethod
    def create(cls, folder: Path, origin: str) -> ServiceKey:
        """Draw a key. Raises AlreadyExists."""
        write_key(folder / "service.key")
        return cls(folder, origin)

    def sign(self, text: bytes) -> bytes:
        """Return the signed note over a text of ours. Raises Config for any other text."""
        try:
            lines = split_lines(text, "service note", maximum_bytes=MAXIMUM_BYTES)
        except Malformed as error:
            raise Config(f"the service key signs texts only ({error})") from None
        if not _FIRST.fullmatch(lines[0]) or lines[1:2] != [f"origin {self.origin}"]:
            raise Config("the service key signs beilin/<kind>/v1 texts of its own origin only")
        if lines[0] == _HANDOVER:
            raise Config("a handover is signed by two services, and by itself alone")
        try:
            parse_checkpoint(text)
        except Malformed:
            line = signature_line(self.vkey.name, self.vkey.key_id, self._key.sign(text))
            return text + b"\n" + line
        raise Config("the service key does not sign checkpoints")

    def sign_handover(self, text: bytes) -> bytes:
        """Return the signature line over a handover from or to its own log. Raises Config."""
        try:
            handover = parse_handover_text(text)
            check_last_head(handover)
        except VerifierError as error:
            raise Config(f"the service key signs no such handover ({error})") from None
        if self.vkey not in (handover.old.service, handover.new.service):
            raise Config("the service key signs handovers of its own log only")
        return signature_line(self.vkey.name, self.vkey.key_id, self._key.sign(text))
