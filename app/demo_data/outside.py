"""What stands beside the log of the demonstration: two witnesses and a time-stamping authority.

All of it is run by whoever runs the demonstration, so none of it is independent, and
the policy names one operator for the lot. A second policy says what the same receipts
would show if others ran it; its operators are invented, and its name says so.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import httpx

from app.commands.common import say
from app.commands.tsa import NAME

from .programs import START_SECONDS, Program, beilin, serving
from .words import failed

POLICY: Final = "policy.txt"
AS_IF: Final = "policy-as-if-independent.txt"
ORIGIN: Final = "demo.example/beilin"
WITNESSES: Final = ("w1", "w2")
TSA: Final = NAME
_ANCHOR_SECONDS: Final = "3600"
"""Time-stamps are asked for by a signal here, at moments that the story names."""


def create(scratch: Path, data: Path, new: Path) -> None:
    """Create both witnesses, which know the log at once, and the authority; write both policies."""
    log = beilin(scratch, "policy", "--data", str(data), "--plain").split()[1]
    lines = ""
    for name in WITNESSES:
        folder = str(scratch / name)
        key = beilin(scratch, "witness", "init", "--data", folder, "--name", f"demo.example/{name}")
        beilin(scratch, "witness", "add-log", log, "--data", folder)
        lines += f"witness {name} {key}"
    beilin(scratch, "tsa", "init", "--data", str(scratch / "tsa"))
    lines += f"group both all {' '.join(WITNESSES)}\nquorum both\n"
    (scratch / "witnesses.txt").write_text(lines)
    own = say("演示运行者（日志、见证与时间戳均由其一人运行，并非独立）",
              "whoever runs this demonstration (log, witnesses and time-stamps: not independent)")  # fmt: skip
    everyone = (ORIGIN, *WITNESSES, TSA)
    _policy(scratch, data, new / POLICY, dict.fromkeys(everyone, own))
    invented = {
        name: say(f"虚构的运营者{letter}", f"invented operator {letter}")
        for name, letter in zip(everyone, "ABCD", strict=True)
    }
    _policy(scratch, data, new / AS_IF, invented)


def _policy(scratch: Path, data: Path, out: Path, operators: dict[str, str]) -> None:
    named = [word for name, text in operators.items() for word in ("--operator", f"{name}={text}")]
    text = beilin(
        scratch, "policy", "--data", str(data), "--witness-policy", str(scratch / "witnesses.txt"),
        "--tsa", f"{TSA}={scratch / 'tsa' / 'root.crt'}", *named,
    )  # fmt: skip
    out.write_text(text, encoding="utf-8")


def outside(scratch: Path) -> list[AbstractContextManager[Program]]:
    """Return the programs to start: the witnesses, then the authority."""
    witnesses = [
        serving(scratch, "witness", "serve", "--data", str(scratch / name)) for name in WITNESSES
    ]
    return [*witnesses, serving(scratch, "tsa", "serve", "--data", str(scratch / "tsa"))]


def serve(scratch: Path, data: Path, beside: list[Program]) -> AbstractContextManager[Program]:
    """Return the service, which asks these witnesses and this authority."""
    *witnesses, tsa = beside
    text = (scratch / "witnesses.txt").read_text()
    lines = text.split("\n")
    for n, witness in enumerate(witnesses):
        lines[n] += f" {witness.url}"
    addresses = scratch / "addresses.txt"
    addresses.write_text("\n".join(lines))
    return serving(
        scratch, "serve", "--data", str(data), "--witness-policy", str(addresses),
        "--tsa", tsa.url, BEILIN_ANCHOR_INTERVAL_SECONDS=_ANCHOR_SECONDS,
    )  # fmt: skip


def stamp(service: Program) -> None:
    """Have the newest checkpoint time-stamped, and wait until the log has recorded it."""
    before = _size(service)
    os.kill(service.process.pid, signal.SIGUSR1)
    end = time.monotonic() + START_SECONDS
    while _size(service) == before:
        if time.monotonic() > end:
            raise failed(service.name, 0, service.errors.read_text("utf-8", "replace"))
        time.sleep(0.05)


def _size(service: Program) -> int:
    answer = httpx.get(f"{service.url}/checkpoint", timeout=START_SECONDS)
    return int(answer.text.split("\n")[1])


def copy_log(log: Path, out: Path) -> None:
    """Copy the static log while it is served: the checkpoint first, then what it needs is there."""
    out.mkdir()
    shutil.copyfile(log / "checkpoint", out / "checkpoint")
    shutil.copytree(log / "tile", out / "tile")
