"""Build both wheels so that anyone who builds the same commit gets the same bytes (``make wheel``).

What a build would otherwise take from the machine is fixed here: the files (those that
git knows, copied into an empty folder), their modes (umask), their times
(``SOURCE_DATE_EPOCH``, by default the time of the last commit; see
reproducible-builds.org/specs/source-date-epoch), time zone, language and the order of
sets. What is left: the commit, the locked versions of requirements/build.txt, and the
compression library of the Python that builds.

Beside the wheels lies ``SHA256SUMS``, which ``sha256sum -c`` reads.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKED = ("verifier", "ledger", "app", "pyproject.toml", "README.md")
"""What a build reads."""
UMASK = 0o022
FIXED = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0",
         "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip


def commit_time(source: Path) -> int:
    """Return SOURCE_DATE_EPOCH, or the time of the last commit in seconds since 1970."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None:
        return int(given)
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=source, capture_output=True, check=False
    )
    if done.returncode:
        sys.exit("wheels: not a git checkout; say SOURCE_DATE_EPOCH, the time of the release")
    return int(done.stdout)


def files_of(source: Path) -> list[str]:
    """Return the files that belong to the project; without git all that lie there."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *PACKED],
        cwd=source, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        names = done.stdout.decode("utf-8").split("\0")
    else:
        names = [path.relative_to(source).as_posix() for part in PACKED
                 for path in (source / part, *(source / part).rglob("*"))
                 if "__pycache__" not in path.parts]  # fmt: skip
    return sorted({name for name in names if name and (source / name).is_file()})


def build(source: Path, out: Path, epoch: int) -> dict[str, str]:
    """Build both wheels of ``source`` into ``out``; return file name → SHA-256 in hex."""
    with tempfile.TemporaryDirectory(prefix="wheels-") as name:
        scratch = Path(name)
        mask = os.umask(UMASK)
        for file in files_of(source):
            (scratch / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / file, scratch / file)  # with the mode of the umask
        os.umask(mask)
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
                *("--no-index", "--no-deps", "--no-build-isolation"),
                *("--wheel-dir", "wheels", "./verifier", "."),
            ],
            cwd=scratch,
            env=os.environ | FIXED | {"SOURCE_DATE_EPOCH": str(epoch)},
            umask=UMASK,
            check=True,
        )
        out.mkdir(parents=True, exist_ok=True)
        sums = {}
        for wheel in sorted((scratch / "wheels").glob("*.whl")):
            shutil.copyfile(wheel, out / wheel.name)
            sums[wheel.name] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lines = [f"{digest}  {file}\n" for file, digest in sums.items()]
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    return sums


def is_the_commit(source: Path) -> bool:
    """Whether what is packed is exactly what was committed."""
    done = subprocess.run(["git", "status", "--porcelain", *PACKED],
                          cwd=source, capture_output=True, check=False)  # fmt: skip
    return done.returncode == 0 and not done.stdout


def main() -> None:
    out = Path(sys.argv[1])
    if not is_the_commit(ROOT):
        print("wheels: not a clean checkout; others will not get these bytes", file=sys.stderr)
    for file, digest in build(ROOT, out, commit_time(ROOT)).items():
        print(f"{digest}  {out / file}")


if __name__ == "__main__":
    main()
