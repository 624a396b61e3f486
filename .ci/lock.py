"""Write the lock files in requirements/ from their .in files (``make lock``).

One resolution for every platform and for Python 3.11 upwards, each file with the
hashes of all distributions. dev.txt is resolved first and constrains the others,
so that the image runs exactly the versions that were tested. Lines that name a
package index are never written: where packages come from is the reader's choice.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

UV = "uv==0.13.9"  # resolves for all platforms at once, which pip-compile cannot
ROOT = Path(__file__).resolve().parent.parent / "requirements"
ORDER = ("dev", "verifier", "server", "build")

HEADER = """\
# Locked with hashes from {name}.in by `make lock`; do not edit.
# `make lock UPGRADE=--upgrade` takes newer versions. Python 3.11 and later, all platforms.
"""


def main(options: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="lock-") as scratch:
        venv.create(scratch, with_pip=True)
        programs = Path(scratch) / ("Scripts" if sys.platform == "win32" else "bin")
        subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", UV], check=True)
        for name in ORDER:
            constraint = [] if name == "dev" else ["--constraint", "dev.txt"]
            out = f"{name}.txt"
            subprocess.run(
                [
                    *(programs / "uv", "pip", "compile", "--quiet", "--no-header"),
                    *("--universal", "--python-version", "3.11", "--generate-hashes"),
                    *("--annotation-style", "line", "--no-emit-index-url", "--no-emit-find-links"),
                    *options,
                    *constraint,
                    *("--output-file", out, f"{name}.in"),
                ],
                cwd=ROOT,
                check=True,
            )
            text = (ROOT / out).read_text(encoding="utf-8")
            (ROOT / out).write_text(HEADER.format(name=name) + text, encoding="utf-8")
            print(f"requirements/{out}: {text.count('==')} packages")


if __name__ == "__main__":
    main(sys.argv[1:])
