"""Stands for systemctl in the handbook's test: it really runs the unit, as who we are, in a folder.

``PLACE`` is that folder, ``PORT`` where the service listens. What the unit's hardening does
is tested in test_unit.py; here it is what an operator types.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

PLACE = Path(os.environ["PLACE"])
UNIT = PLACE / "etc/systemd/system/beilin.service"
ENVIRONMENT = PLACE / "etc/beilin/serve.env"
JOURNAL, PID, STATUS = PLACE / "journal", PLACE / "pid", PLACE / "status"
SECONDS = 60


def placed(text: str) -> str:
    """Move absolute paths of the unit under the folder, and the service to its port."""
    for name in ("/var/lib/", "/etc/", "/usr/local/"):
        text = text.replace(f" {name}", f" {PLACE}{name}")
    return text.replace("127.0.0.1:8080", f"127.0.0.1:{os.environ['PORT']}")


def start() -> None:
    settings = dict(os.environ)
    options = ""
    if ENVIRONMENT.exists():
        for line in ENVIRONMENT.read_text().splitlines():
            name, _, value = line.partition("=")
            (value,) = shlex.split(value) or [""]
            if name == "SERVE_OPTIONS":
                options = value
            else:
                settings[name] = value
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)
    argv = shlex.split(placed(" " + line).replace("$SERVE_OPTIONS", options))
    with JOURNAL.open("ab") as journal:
        at = journal.tell()
        process = subprocess.Popen(argv, stdout=journal, stderr=journal, env=settings,
                                   start_new_session=True)  # fmt: skip
    PID.write_text(str(process.pid))
    STATUS.write_text("0")
    end = time.monotonic() + SECONDS
    while b"listening on" not in JOURNAL.read_bytes()[at:]:
        code = process.poll()
        if code is not None:
            STATUS.write_text(str(code))
            PID.unlink()
            sys.exit("Job for beilin.service failed because the control process exited.")
        assert time.monotonic() < end, "it neither listens nor ends"
        time.sleep(0.02)


def stop() -> None:
    if not PID.exists():
        return
    pid = int(PID.read_text())
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + SECONDS
    while Path(f"/proc/{pid}").exists() and _runs(pid):
        assert time.monotonic() < end, "it does not stop"
        time.sleep(0.02)
    PID.unlink()


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def main(action: str, words: list[str]) -> None:
    if action in ("stop", "restart"):
        stop()
    if action in ("start", "restart", "enable") and not PID.exists():
        start()
    if action == "is-active":
        print("active" if PID.exists() else "inactive")
    if action == "show":
        assert words == ["-p", "ExecMainStatus", "--value", "beilin"]
        print(STATUS.read_text())
    assert action in {"start", "stop", "restart", "enable", "is-active", "show", "daemon-reload"}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
