"""What the checks read of a record and of the files it speaks of.

``Look`` gives a check the values, the reason where there is none, and the
declared clock. What is on the other side of the comparison, the files and what
was counted in them, comes from the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

from ...evidence.provenance.fields import MATERIAL_OF
from ...evidence.provenance.record import Moment, Record
from ...exports.inspection.summary import Summary
from ..material import Material, SealedFile
from .outcome import CheckOutcome
from .sheet import Sheet
from .values import EAST, is_date, zone_of

Check = Callable[[Material], CheckOutcome]

OTHER_ROLES: Final = frozenset(
    ("derived", "transcript", "log", "attestation", "recording", "screenshot", "provenance")
)
"""Roles of files that are not the exported material itself."""
_MESSAGES: Final = ("chat", "mail", "sms", "payment")
"""Kinds of material that consist of messages or entries."""
_WEST: Final = 12 * 3600


def usable_record(material: Material) -> Record | None:
    """Return the record if it may be used: bound, or not yet anchored."""
    if material.result is not None and not material.record_bound:
        return None
    return material.record


class Look:
    """A record as the checks see it; without one everything is absent."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.record = usable_record(material)

    def get(self, field: str) -> Any | None:
        """Return the value, or None if it is absent, unknown or not applicable."""
        return self.record.get(field) if self.record is not None else None

    def items(self, field: str) -> list[Any]:
        """Return the items of a list, none where it is not given."""
        value = self.get(field)
        return value if isinstance(value, list) else []

    def member(self, field: str, name: str) -> Any | None:
        """Return a member of an object, None where it is not given."""
        value = self.get(field)
        return value.get(name) if isinstance(value, dict) else None

    def why_not(self, *fields: str) -> tuple[str, dict[str, str | int]]:
        """Return the code and values for a check that lacks these fields.

        Of several, the first that is lacking decides the code and all that are
        lacking are named; a code of ``""`` means that none is.
        """
        if self.record is None:
            if self.material.record_problems:
                return "RECORD_UNREADABLE", {"problems": len(self.material.record_problems)}
            return "NO_RECORD", {}
        lacking = [field for field in fields if self.record.get(field) is None]
        if not lacking:
            return "", {}
        state = self.record.state(lacking[0])
        code = {
            "unknown": "DECLARED_UNKNOWN",
            "not_applicable": "DECLARED_NOT_APPLICABLE",
        }.get(state, "FIELD_ABSENT")
        return code, {"fields": " ".join(lacking)}

    def lacks(self, sheet: Sheet, *fields: str) -> CheckOutcome:
        """Return the outcome of a check that cannot be made without these fields."""
        why, values = self.why_not(*fields)
        if why == "DECLARED_NOT_APPLICABLE":
            return sheet.nothing(why, **values)
        if not why:  # given, and empty
            why, values = "FIELD_ABSENT", {"fields": " ".join(fields)}
        return sheet.outcome(why, **values)

    @cached_property
    def files(self) -> list[SealedFile]:
        """The files that a record speaks of: all but itself and the annex that opens it."""
        record, own = self.material.record, self.material.record_position
        return [
            file
            for file in self.material.files
            if file.position != own
            and file.role != "annex"
            and (record is None or file.sha256 != record.sha256)
        ]

    def file_with(self, digest: bytes | None) -> SealedFile | None:
        """Return the first file with that digest."""
        return None if digest is None else self._by_digest.get(digest)

    def evidence_with(self, digest: bytes | None) -> SealedFile | None:
        """Return a file with that digest that is the evidence itself, not something beside it.

        That is what was sealed as an original or as media of the export, and
        what the record lists as an original export.
        """
        listed = {
            item.get("sha256")
            for item in self.items("item.files")
            if item.get("role") == "original_export"
        }
        return next(
            (
                file
                for file in self.files
                if file.sha256 == digest
                and (file.role in ("original", "media") or file.sha256.hex() in listed)
            ),
            None,
        )

    @cached_property
    def _by_digest(self) -> dict[bytes, SealedFile]:
        return {file.sha256: file for file in reversed(self.files)}

    @property
    def no_files(self) -> str:
        """The code that says why there is nothing to compare a digest with; "" if there is."""
        if self.files:
            return ""
        return "NO_FILES" if self.material.result is None else "NOT_BOUND"

    @property
    def kind(self) -> str | None:
        """The kind of material declared."""
        kind = self.get("item.kind")
        return MATERIAL_OF.get(kind) if isinstance(kind, str) else None

    def chats(self) -> list[tuple[SealedFile, Summary]]:
        """Return the exported chats with what was counted in them."""
        summaries = self.material.summaries
        return [
            (file, summaries[file.position])
            for file in self.material.files
            if file.position in summaries and file.role not in OTHER_ROLES
        ]

    def no_chats(self, sheet: Sheet) -> CheckOutcome:
        """Return the outcome of a check of messages where no file holds any."""
        if self.no_messages_expected:
            return sheet.nothing("OTHER_MATERIAL")
        return sheet.outcome("NO_MESSAGES_READ")

    @property
    def no_messages_expected(self) -> bool:
        """Is the material declared to be of a kind that has no messages?"""
        return self.kind is not None and self.kind not in _MESSAGES

    # -- time ------------------------------------------------------------------

    @property
    def zone(self) -> int | None:
        """The device's declared offset from UTC in seconds; None if not said or not understood."""
        return zone_of(self.member("src.device.clock_offset", "timezone"))

    @property
    def tolerance(self) -> int:
        """Seconds by which two different clocks may differ: the declared offset and 2 minutes."""
        offset = self.member("src.device.clock_offset", "offset_ms")
        return 120 + (-(-abs(offset) // 1000) if isinstance(offset, int) else 0)

    def earliest(self, moment: Moment) -> int:
        """Return the first second that a written time or date can mean, as Unix time.

        A date is a whole day in the device's declared zone, and without one
        in any zone there is.
        """
        if not is_date(moment):
            return moment.seconds
        midnight = moment.seconds - moment.seconds % 86400
        return midnight - (EAST if self.zone is None else self.zone)

    def latest(self, moment: Moment) -> int:
        """Return the last second that a written time or date can mean, as Unix time."""
        if not is_date(moment):
            return moment.seconds
        midnight = moment.seconds - moment.seconds % 86400
        return midnight + 86399 + (_WEST if self.zone is None else -self.zone)
