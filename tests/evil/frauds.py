"""The whole table, in the order of the docs."""

from __future__ import annotations

from tests.evil.dossiers import DOSSIERS
from tests.evil.fraud import Fraud
from tests.evil.histories import HISTORIES
from tests.evil.times import TIMES

FRAUDS: tuple[Fraud, ...] = (*HISTORIES, *DOSSIERS, *TIMES)
