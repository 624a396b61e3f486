"""What an examination has in its hands: the verification's outcome and the bytes it bound.

Nothing here is a judgment. ``gather`` fills it from a verified package,
``before_anchoring`` from files on disk; the checks and the examination only
read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..evidence.declaration import Declaration
    from ..evidence.manifest import Manifest
    from ..evidence.provenance.annex import Opened
    from ..evidence.provenance.record import Problem, Record
    from ..evidence.receipt import Receipt
    from ..exports.inspection.source_report import SourceReport
    from ..exports.inspection.summary import Summary
    from ..policy import Policy
    from ..result import Result
    from .withheld import Withheld


@dataclass(frozen=True)
class SealedFile:
    """One file of the material, its bytes read once and equal to its digest.

    ``position`` is its place in the manifest (before anchoring: its place in
    the list of files given). ``kind`` says what the *content* is: ``chat``,
    ``mail``, ``image``, ``audio``, ``video``, ``pdf``, ``archive``, ``text``
    or ``other``; the name is never asked. ``duration_seconds`` is what an
    MP4, MOV, M4A or WAV says of itself, ``pixels`` width and height of a PNG
    or JPEG; None where the file does not say it in the one form we read.
    """

    position: int
    name: bytes
    role: str
    size: int
    sha256: bytes
    kind: str
    duration_seconds: float | None = None
    pixels: tuple[int, int] | None = None


@dataclass
class Material:
    """Everything that the checks and the examination may look at.

    ``result`` is None before anchoring. ``record`` is None where there is
    none, where it cannot be read (``record_problems``), or where it is not
    reached from the anchored manifest; ``record_bound`` tells whether it is
    reached (before anchoring always False), ``record_misnamed`` that the
    manifest names as the record a file of another role. ``receipt_supplied``
    tells whether the package has a receipt, read or not; None where it could
    not be opened. ``at`` is the time the
    verification was told, in Unix seconds, 0 if none. ``declaration`` is the
    platform's, its signature and digest checked. ``annex`` are commitments of
    the record that a sealed annex opens. ``attestations`` are the bytes of
    small files sealed in that role, by position. ``summaries`` and ``reports``
    are of the files that are chats, by position. ``audit`` is that of the whole
    log, where a usable copy of it was given. ``withheld`` is what a disclosure
    does not show of the anchored manifest, None where that is nothing.
    """

    result: Result | None = None
    receipt: Receipt | None = None
    receipt_supplied: bool | None = None
    manifest: Manifest | None = None
    files: list[SealedFile] = field(default_factory=list)
    summaries: dict[int, Summary] = field(default_factory=dict)
    reports: dict[int, SourceReport] = field(default_factory=dict)
    record: Record | None = None
    record_position: int | None = None
    record_problems: list[Problem] = field(default_factory=list)
    record_bound: bool = False
    record_misnamed: bool = False
    declaration: Declaration | None = None
    at: int = 0
    policy: Policy | None = None
    annex: list[Opened] = field(default_factory=list)
    attestations: dict[int, bytes] = field(default_factory=dict)
    audit: Result | None = None
    withheld: Withheld | None = None

    def file_with(self, sha256: bytes) -> SealedFile | None:
        """Return the first sealed file with that digest."""
        return next((each for each in self.files if each.sha256 == sha256), None)

    def with_role(self, role: str) -> list[SealedFile]:
        """Return the files sealed in ``role``, in manifest order."""
        return [each for each in self.files if each.role == role]
