"""Metrics in the Prometheus text format, base units, few labels.

No label holds an account, a dossier, a digest or a path that a client chose:
``route`` is the name of the handler, ``method`` one of ours or ``other``.
All of it is written by the event loop's thread only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from ledger.log import Log
from ledger.witness.member import WitnessState

MEDIA_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FAILURES: Final = {500: "internal", 503: "unavailable", 507: "unavailable"}
_METHODS: Final = frozenset(["GET", "HEAD", "POST"])
_OF_A_WITNESS: Final[tuple[tuple[str, str, str, Callable[[WitnessState], int]], ...]] = (
    ("beilin_witness_prompt", "1 where the witness cosigns in time.", "gauge",
     lambda each: int(each.prompt)),
    ("beilin_witness_disagrees", "1 where it says that our head does not extend what it has seen.",
     "gauge", lambda each: int(bool(each.out))),
    ("beilin_witness_size_entries", "Size that it cosigned last.", "gauge", lambda each: each.size),
    ("beilin_witness_failures_total", "Requests to it without a cosignature.", "counter",
     lambda each: each.failures),
    ("beilin_witness_cosignatures_total", "Cosignatures of it that verified.", "counter",
     lambda each: each.lines),
)  # fmt: skip


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


class Metrics:
    """Counters and histograms of this process, and gauges that are read when asked."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], int] = defaultdict(int)
        self._buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(_BUCKETS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)
        self._entries: dict[str, int] = defaultdict(int)
        # There from the start: of a counter that begins to exist at 1 nobody sees an increase.
        self._failures = {"internal": 0, "unavailable": 0}
        self._gauges: list[tuple[str, str, str, Callable[[], float]]] = []
        self._log: Log | None = None

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests[method if method in _METHODS else "other", route, status] += 1
        self._buckets[route][bisect_left(_BUCKETS, seconds)] += 1
        self._seconds[route] += seconds
        if status in _FAILURES:
            self._failures[_FAILURES[status]] += 1

    def entries(self, outcome: str, count: int) -> None:
        """Count entries that were answered: ``anchored`` or ``repeated``."""
        self._entries[outcome] += count

    def gauge(self, name: str, about: str, read: Callable[[], float], kind: str = "gauge") -> None:
        """Have a value read at every scrape."""
        self._gauges.append((name, about, kind, read))

    def witnesses(self, log: Log) -> None:
        """Have the witnesses' states read at every scrape; their names are the operator's own."""
        self._log = log

    def _of_witnesses(self) -> list[str]:
        state = None if self._log is None else self._log.state()
        if state is None or state.quorum_size is None:
            return []
        states = state.witnesses
        lines = [
            "# HELP beilin_quorum_size_entries Size of the newest head that met its quorum.",
            "# TYPE beilin_quorum_size_entries gauge",
            f"beilin_quorum_size_entries {state.quorum_size}",
        ]
        for name, about, kind, value in _OF_A_WITNESS:
            lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
            lines += [f'{name}{{witness="{_label(each.name)}"}} {value(each)}' for each in states]
        return lines

    def to_text(self) -> bytes:
        """Return everything in the text format."""
        lines = [
            "# HELP beilin_http_requests_total Requests answered.",
            "# TYPE beilin_http_requests_total counter",
        ]
        lines += [
            f'beilin_http_requests_total{{method="{method}",route="{route}",status="{status}"}} {n}'
            for (method, route, status), n in sorted(self._requests.items())
        ]
        name = "beilin_http_request_duration_seconds"
        lines += [
            f"# HELP {name} Time from the headers to the end of the answer.",
            f"# TYPE {name} histogram",
        ]
        for route, counts in sorted(self._buckets.items()):
            total = 0
            for bound, count in zip((*map(str, _BUCKETS), "+Inf"), counts, strict=True):
                total += count
                lines.append(f'{name}_bucket{{route="{route}",le="{bound}"}} {total}')
            lines.append(f'{name}_sum{{route="{route}"}} {self._seconds[route]:.6f}')
            lines.append(f'{name}_count{{route="{route}"}} {total}')
        lines += [
            "# HELP beilin_http_failures_total Answers 500 (internal), and 503 or 507 (unavailable).",
            "# TYPE beilin_http_failures_total counter",
        ]
        lines += [
            f'beilin_http_failures_total{{kind="{kind}"}} {n}' for kind, n in self._failures.items()
        ]
        lines += [
            "# HELP beilin_entries_total Entries answered with a receipt.",
            "# TYPE beilin_entries_total counter",
        ]
        lines += [
            f'beilin_entries_total{{outcome="{outcome}"}} {n}'
            for outcome, n in sorted(self._entries.items())
        ]
        for gauge, about, kind, read in self._gauges:
            value = read()
            lines += [f"# HELP {gauge} {about}", f"# TYPE {gauge} {kind}", f"{gauge} {value:g}"
                      if value != int(value) else f"{gauge} {int(value)}"]  # fmt: skip
        return "\n".join([*lines, *self._of_witnesses(), ""]).encode()
