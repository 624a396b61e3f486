"""Become what the unit promises, then run a command: ``unshare -m python confined.py FOLDER… -- …``.

Read-only root but for the folders, no privilege, no new one, no memory that can be written
and then run, no core dump, files for the owner alone. It needs root to give all of it away.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys

USER = 10001
PR_SET_MDWE = 65


def main() -> None:
    at = sys.argv.index("--")
    for folder in sys.argv[1:at]:
        subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", "/"], check=True)
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_MDWE, 1, 0, 0, 0):
        sys.exit("no PR_SET_MDWE")
    os.execvp("setpriv", [
        "setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--no-new-privs",
        "--inh-caps=-all", "--bounding-set=-all", *sys.argv[at + 1 :],
    ])  # fmt: skip


if __name__ == "__main__":
    main()
