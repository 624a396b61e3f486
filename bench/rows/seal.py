"""Sealing a chat: the whole command against a real server, and reading with the tree alone."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ..chats import write_chat
from ..line import Line
from ..logs import Fresh, make_log
from ..serving import beilin, environment, serve
from ..setting import Setting


def seal_command(fresh: Fresh, url: str, chat: Path, out: Path) -> list[str]:
    """Return the command; key and policy are written beside the log when they are not there."""
    key, policy = fresh.data.with_suffix(".key"), fresh.data.with_suffix(".policy")
    if not policy.exists():
        key.write_text(fresh.key + "\n", encoding="utf-8")
        key.chmod(0o600)
        done = subprocess.run(
            beilin("policy", "--data", str(fresh.data)),
            env=environment(),
            capture_output=True,
            check=True,
        )
        policy.write_bytes(done.stdout)
    return beilin(
        *("seal", str(chat), "--server", url, "--key-file", str(key), "--policy", str(policy)),
        *("--dossier", out.stem, "--out", str(out)),
    )


def run(setting: Setting) -> Iterator[Line]:
    """Yield the row, and the part that is reading and tree, which is only told."""
    messages = setting.pick(200_000, quick=40_000, toy=200)
    chat = setting.folder / "chat.txt"
    write_chat(chat, messages)
    fresh = make_log(setting.folder / "seal")
    home = setting.folder / "seal-home"
    whole, part = [], []
    with serve(fresh.data) as server:
        for number in setting.each_round("seal"):
            out = setting.folder / f"seal-{number}.zip"
            started = time.perf_counter()
            done = subprocess.run(
                seal_command(fresh, server.url, chat, out),
                env=environment(BEILIN_HOME=str(home)),
                capture_output=True,
                check=False,
            )
            whole.append(messages / (time.perf_counter() - started))
            if done.returncode:
                raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
            out.unlink()
            part.append(messages / _scan(chat))
    size = chat.stat().st_size
    yield Line(
        f"seal a WhatsApp text of {messages:,} messages",
        "messages/s",
        whole,
        25_000,
        notes=(
            (
                f"{size / 1e6:.1f} MB; the whole command `beilin seal`, from its start to its end, "
                "against beilin serve: read, tree, plan, submit, check, package"
            ),
            "each message is a leaf with fifteen salted commitments: no ceiling but the floor",
        ),
    )
    yield Line(
        "  of which reading and tree, in process",
        "messages/s",
        part,
        notes=("two passes over the text, the tree, the segment table",),
    )


def _scan(chat: Path) -> float:
    from app.client.inputs import find_inputs
    from app.client.progress import Meter
    from app.client.scan import Secrets, scan

    with tempfile.TemporaryFile() as spool, Meter() as meter:
        inputs = find_inputs([str(chat)])
        started = time.perf_counter()
        scan(inputs, lambda _: Secrets(*(os.urandom(32) for _ in range(3))), spool, meter)
        return time.perf_counter() - started
