"""What ``fsck`` asks of a log's own entries: who closed it, and from which log it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from verifier.errors import VerifierError
from verifier.evidence.entry import Entry
from verifier.evidence.freeze import verify_freeze
from verifier.evidence.handover import verify_handover

from .config import LogConfig
from .fsck_rows import Finding


def check_own(own: Mapping[int, Entry], config: LogConfig, count: int) -> Iterator[Finding]:
    """Check the entries of kinds ``freeze`` and ``key`` by their index (SPEC §18.3)."""
    for index, entry in own.items():
        where = f"entries.entry, index {index}"
        try:
            if entry.kind == "freeze":
                verify_freeze(entry.body or b"", config.service, index)
                if index != count - 1:
                    yield Finding(where, "closes the log, and entries follow")
            else:
                new = verify_handover(entry.body or b"").new
                if index or (new.log, new.service) != (config.log, config.service):
                    yield Finding(where, "a handover that is not of this log, or not entry 0")
        except VerifierError as error:
            yield Finding(where, str(error))
