"""What a row is given: how often, how large, and where to work."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Scale = Literal["toy", "quick", "normal", "full"]


@dataclass(frozen=True)
class Setting:
    """``folder`` is on the disk that is measured; ``toy`` only shows that the code runs."""

    folder: Path
    rounds: int = 5
    scale: Scale = "normal"

    def pick(self, normal: int, *, quick: int, toy: int, full: int | None = None) -> int:
        """Return the size for this scale."""
        if self.scale == "full":
            return normal if full is None else full
        return {"toy": toy, "quick": quick, "normal": normal}[self.scale]

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Say on standard error what takes its time now."""
        if self.scale == "toy":
            yield
            return
        print(f"  … {what}", end="", file=sys.stderr, flush=True)
        started = time.perf_counter()
        yield
        print(f" ({time.perf_counter() - started:.1f} s)", file=sys.stderr)

    def each_round(self, what: str) -> Iterator[int]:
        """Count the rounds, saying where we are."""
        for number in range(self.rounds):
            with self.step(f"{what}, round {number + 1} of {self.rounds}"):
                yield number
