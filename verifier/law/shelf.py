"""Putting bound files into a ``Material``, one at a time: their kind, their messages, the record."""

from __future__ import annotations

from typing import Final

from ..errors import Malformed, VerifierError
from ..evidence.provenance.annex import Annex, check_annex, parse_annex
from ..evidence.provenance.record import MAX_BYTES as MAX_RECORD_BYTES
from ..evidence.provenance.record import RecordError, parse_record
from ..exports.inspection.gaps.linked_media import Beside
from ..exports.inspection.source_pass import report_on
from ..exports.reader import Reading
from ..exports.registry import read, reader_named
from ..exports.tools import any_file
from .bound import HELD_BYTES, Bound
from .material import Material, SealedFile
from .media_facts import MESSAGES, facts_of

RECORD_ROLE: Final = "provenance"
ATTESTATION_ROLE: Final = "attestation"
MAX_ANNEX_BYTES: Final = MAX_RECORD_BYTES
MAX_ATTESTATION_BYTES: Final = 1 << 16
_ANNEX_MARK: Final = b'"beilin/annex/v1"'


class Shelf:
    """Puts bound files into a material, one at a time.

    ``names`` are those of all files of a package, where they are all known:
    then it can be told which media a chat names and the package does not hold.
    """

    def __init__(self, material: Material, names: frozenset[bytes] = frozenset()) -> None:
        self.material = material
        self._names = names
        self._annexes: list[Annex] = []

    def add(self, source: Bound, position: int, role: str) -> None:
        """Add one file; raises Malformed, and adds nothing, if its bytes are not the bound ones."""
        source = source.held()
        facts = facts_of(source)
        report = None
        if facts.kind in MESSAGES:
            report = report_on(source, self._reading(source, position), self._beside(source))
        attested = None
        if role == ATTESTATION_ROLE and source.size <= MAX_ATTESTATION_BYTES:
            attested = source.read_all()
        if facts.kind == "text" and source.size <= MAX_ANNEX_BYTES:
            self._keep_annex(source)
        if source.size > HELD_BYTES:
            source.check()  # after the last look: a part is compared with nothing
        self.material.files.append(
            SealedFile(position, source.file_name, role, source.size, source.sha256, *facts)
        )
        if report is not None:
            self.material.reports[position] = report
            self.material.summaries[position] = report.summary
        if attested is not None:
            self.material.attestations[position] = attested

    def _beside(self, chat: Bound) -> Beside | None:
        """Return what tells whether a name in the chat is a sealed file (SPEC §8.4)."""
        if not self._names:
            return None
        folder = chat.file_name.rpartition(b"/")[0]
        prefix = folder + b"/" if folder else b""
        return lambda name: prefix + name in self._names and prefix + name != chat.file_name

    def _reading(self, source: Bound, position: int) -> Reading:
        """Read with the reader that the seal names, if it is one of ours and cuts messages."""
        result = self.material.result
        named = str(result.facts.get(f"file.{position}.reader", "")) if result else ""
        if named and named != any_file.NAME:
            try:
                return reader_named(named).read(source)
            except Malformed:
                pass  # an unknown one; the first of ours that knows the file reads it
        return read(source)

    def read_record(self, data: bytes) -> None:
        """Read the record into the material; raises Malformed for a newer or too long one."""
        if len(data) > MAX_RECORD_BYTES:
            raise Malformed(f"provenance record: more than {MAX_RECORD_BYTES} bytes")
        try:
            self.material.record = parse_record(data)
        except RecordError as error:
            self.material.record_problems = error.problems

    def _keep_annex(self, source: Bound) -> None:
        if _ANNEX_MARK not in source.head(200):
            return
        try:
            self._annexes.append(parse_annex(source.read_all()))
        except VerifierError:
            return  # a damaged annex opens nothing

    def open_annexes(self) -> None:
        """Open the record's commitments by the annexes found."""
        record = self.material.record
        for annex in self._annexes:
            if record is not None:
                try:
                    self.material.annex += check_annex(record, annex)
                except VerifierError:
                    continue
