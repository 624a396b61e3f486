"""What a disclosure shows of each file, read back from the facts of a result.

SPEC §13.4 lists the facts, §13.12 says how they come about. Nothing is said of
a disclosure that failed: a fact noted before the failure is no statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..encoding import unescape_bytes
from ..errors import VerifierError
from ..evidence import package
from ..result import TOTAL_FAILED, Result

WHOLE: Final = "whole"
PERIOD: Final = "period"
RANGE: Final = "range"
NOT_SHOWN: Final = "not_shown"


@dataclass(frozen=True)
class ShownFile:
    """One file that is shown, whole or in part; ``facts`` are its own, without ``file.N.``."""

    position: int
    facts: dict[str, str | int]

    @property
    def completeness(self) -> str:
        """``whole``, ``period``, ``range`` or ``not_shown``."""
        return str(self.facts["completeness"])

    def text(self, name: str) -> str:
        """Return a fact as text, empty where there is none."""
        return str(self.facts.get(name, ""))

    def count(self, name: str) -> int:
        """Return a fact that is a number, 0 where there is none."""
        found = self.facts.get(name, 0)
        return found if isinstance(found, int) else 0

    @property
    def is_numbered(self) -> bool:
        """Whether every segment is a record, so that record n is segment n - 1."""
        return self.count("segments") == self.count("records") > 0

    @property
    def record_numbers(self) -> str:
        """Return the ranges as record numbers from 1; empty where that cannot be said."""
        ranges = self.text("ranges")
        if not self.is_numbered or not ranges:
            return ""
        return ", ".join(_plus_one(each) for each in ranges.split(", "))

    @property
    def member(self) -> str:
        """Return the member of the package in which its bytes, or those shown of it, stand."""
        if self.completeness != WHOLE:
            return package.BASE + package.shown_member(self.position)
        try:
            name = unescape_bytes(self.text("name"), "name")
        except VerifierError:
            name = b""
        return package.BASE + package.file_member(self.position, name)


def _plus_one(each: str) -> str:
    return "-".join(str(int(end) + 1) if end.isascii() and end.isdigit() else end
                    for end in each.split("-"))  # fmt: skip


def is_disclosure(result: Result) -> bool:
    """Whether a disclosure was verified."""
    return result.scope == "disclosure" and result.facts.get("kind") == "disclosure"


def shown_files(result: Result) -> list[ShownFile]:
    """Return the files that are shown, in the order of the manifest; none where the whole failed."""
    if not is_disclosure(result) or result.verdict == TOTAL_FAILED:
        return []
    found: dict[int, dict[str, str | int]] = {}
    for name, value in result.facts.items():
        first, _, rest = name.partition(".")
        number, _, last = rest.partition(".")
        if first == "file" and last and number.isascii() and number.isdigit():
            found.setdefault(int(number), {})[last] = value
    return [ShownFile(n, found[n]) for n in sorted(found) if "completeness" in found[n]]


def files_not_shown(result: Result) -> int | None:
    """Return how many files of the manifest are not shown at all; None where that is not known."""
    files, shown = result.facts.get("files"), result.facts.get("files_shown")
    if not isinstance(files, int) or not isinstance(shown, int) or result.verdict == TOTAL_FAILED:
        return None
    return files - shown
