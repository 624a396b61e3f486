"""The opponent's verifier, in a process of its own: only the folder it is given, and no socket.

    python -m tests.evil.opponent FOLDER DEFENCE|- ARGUMENTS…

DEFENCE names a guard to take out (``controls``); ``-`` leaves all in. What the
operator holds (keys, database, the module that forges) is never imported here.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def watch(folder: Path) -> None:
    """Let any socket, and any file beside the folder and the program's own, end the process."""
    allowed = (str(folder), str(ROOT), sys.prefix, sys.base_prefix, "/usr", "/lib", "/etc/ssl")

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith("socket."):
            os.write(2, b"a socket was used\n")
            os._exit(99)
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if not path.startswith((*allowed, os.devnull)):
                os.write(2, f"a file that was not given: {path}\n".encode())
                os._exit(98)

    sys.addaudithook(hook)


def main() -> int:
    """Take out the guard named, then run ``beilin-verify``."""
    folder, defence, *arguments = sys.argv[1:]
    from tests.evil import controls
    from verifier import cli

    if defence != "-":
        controls.CONTROLS[defence]()
    os.chdir(folder)
    tempfile.tempdir = folder
    watch(Path(folder))
    code = cli.main(arguments)
    forging = [name for name in sys.modules if name.startswith("tests.") and "evil" not in name]
    assert not forging, forging
    assert "tests.evil.frauds" not in sys.modules
    return code


if __name__ == "__main__":
    sys.exit(main())
