"""Structured logs: one JSON object per line on stderr.

No line holds a header, a body, a key, a digest or an exception's message: a
database error repeats its parameters. For a fault of ours the line has the
type of the exception and the places in the code; the trace id joins it to the
problem document that the client got.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from functools import cache, lru_cache
from typing import Any, Final

import msgspec

_LOGGER: Final = logging.getLogger("beilin")


class _JSONLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.gmtime(record.created)
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", stamp) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= getattr(record, "members", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = places(record.exc_info[1])
        return msgspec.json.encode(line).decode("utf-8")


def places(error: BaseException) -> dict[str, Any]:
    """Return the type of an exception and where it passed, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": type(error).__name__,
        "at": [f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in frames[-12:]],
    }


def set_up() -> None:
    """Send our log and uvicorn's to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JSONLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # One line for each exchange with a witness, with its address.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # uvicorn's "Invalid HTTP request received." and its start and stop are ours to say.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


_lines: list[bytes] = []
_encode: Final = msgspec.json.Encoder().encode


@lru_cache(maxsize=2)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


@cache
def _level_name(level: int) -> str:
    return logging.getLevelName(level).lower()


def request(*, level: int, **members: Any) -> None:
    """Keep one access line; ``flush`` writes them. The logging machinery would cost ten times."""
    now = time.time()
    stamp = f"{_second(int(now))}.{int(now % 1 * 1000):03}Z"
    name = _level_name(level)
    line = {"time": stamp, "level": name, "logger": "beilin", "event": "request", **members}
    _lines.append(_encode(line) + b"\n")
    if level >= logging.WARNING or len(_lines) > 500:
        flush()


def flush() -> None:
    """Write the access lines that were kept; called ten times a second."""
    if _lines:
        data = b"".join(_lines).decode()
        _lines.clear()
        sys.stderr.write(data)
        sys.stderr.flush()


def event(name: str, *, level: int = logging.INFO, **members: Any) -> None:
    """Write one line. ``members`` must hold nothing that a client chose freely."""
    flush()
    _LOGGER.log(level, name, extra={"members": members})


def fault(name: str, error: BaseException, **members: Any) -> None:
    """Write one line at level error for a fault of ours."""
    flush()
    members["error"] = places(error)
    _LOGGER.error(name, extra={"members": members})
