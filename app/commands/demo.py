"""``beilin demo``: the whole path for real, from a chat export to an offline verdict.

In a scratch folder: create a log, publish a platform declaration, start the
service, seal a chat export with a picture and a provenance record, seal a later
item of the same dossier, stop the service. Then verify the first package
offline, by a process that has no network and only the verifier, and write the
examination. The log is a fresh one with one operator, no witness and no outside
proof of time, and the record leaves much out; the report says so.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.demo_data.material import resource, samples
from app.demo_data.offline import verify
from app.demo_data.record import write_record
from app.demo_data.words import failed as _failed
from app.demo_data.words import tell as _say
from verifier.encoding import to_base64

from .common import EXIT_CANNOT_WRITE, Refusal, say

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN: Final = "demo.example/beilin"
OURS: Final = frozenset(
    {"package.zip", "policy.txt", "report.html", "report.txt", "report.json", "log"}
)
_START_SECONDS: Final = 60
_STEP_SECONDS: Final = 300
_LISTENING: Final = re.compile(r"listening on (http://127\.0\.0\.1:[0-9]+)\n")


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "demo", help=say("演示：存证到离线核验", "the whole path, from sealing to verifying")
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demonstration and leave its results in DIR."""
    out = Path(os.path.abspath(args.out))
    _check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        with tempfile.TemporaryDirectory(prefix="beilin-demo-") as scratch:
            _seal(Path(scratch), new, out)
        verify(new, shown_folder(out))
        _swap(new, out)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return 0


# -- the folder


def _check_replaceable(out: Path) -> None:
    """Refuse to replace anything but an empty folder or a former demonstration."""
    if not out.exists() and not out.is_symlink():
        return
    if out.is_dir() and not out.is_symlink():
        names = {each.name for each in out.iterdir()}
        if not names or (names <= OURS and (out / "package.zip").is_file()):
            return
    raise Refusal(
        EXIT_CANNOT_WRITE,
        f"{out} 中有并非本演示生成的内容，未作任何改动；请换一个 --out",
        f"{out} holds what no demonstration made and was not changed; choose another --out",
    )


def _swap(new: Path, out: Path) -> None:
    new.chmod(0o755)
    if out.exists():
        former = new.with_name(new.name + "-former")
        out.rename(former)
        new.rename(out)
        shutil.rmtree(former)
    else:
        new.rename(out)


# -- sealing


def _seal(scratch: Path, new: Path, out: Path) -> None:
    data, key, policy = scratch / "service", scratch / "key.txt", new / "policy.txt"
    _say("1. 新建日志与账号，发布平台声明",
         "1. creating a log and an account, publishing a platform declaration")  # fmt: skip
    _beilin(scratch, "init", "--data", str(data), "--origin", ORIGIN)
    key.touch(mode=0o600)
    key.write_text(_beilin(scratch, "account", "new", "demo", "--data", str(data)))
    policy.write_text(_beilin(scratch, "policy", "--data", str(data)), encoding="utf-8")
    declaration = scratch / "declaration.toml"
    declaration.write_bytes(resource("declaration.toml"))
    _beilin(scratch, "declaration", "publish", str(declaration), "--data", str(data))
    chat, picture, later = samples(scratch)
    record = scratch / say("来源声明.toml", "provenance.toml")
    write_record(record, [chat, picture], time.time())
    others = _beilin(scratch, "account", "new", "others", "--data", str(data)).strip()
    with _service(scratch, data) as url:
        _others(url, others)
        common = ("--server", url, "--key-file", str(key), "--policy", str(policy),
                  "--dossier", say("押金争议", "deposit dispute"))  # fmt: skip
        _say("2. 存证：聊天记录、照片与来源声明",
             "2. sealing a chat export, a picture and a provenance record")  # fmt: skip
        package = new / "package.zip"
        done = _beilin(scratch, "seal", str(chat), str(picture), *common, "--out", str(package),
                       "--provenance", str(record))  # fmt: skip
        print(done.replace(f"{new}/", shown_folder(out)))
        _say("3. 同一案卷的后续存证", "3. sealing a later item of the same dossier")
        _beilin(scratch, "seal", str(later), *common, "--out", str(scratch / "later.zip"))
    _say("4. 服务已停止；复制静态日志", "4. the service is stopped; copying its static log")
    shutil.copytree(data / "log", new / "log")


def _others(url: str, key: str) -> None:
    """Anchor digests of another account, so that the receipt's proof has a path to check."""
    import httpx

    dossier = to_base64(os.urandom(16))
    entries = [
        {
            "what": "file",
            "dossier": dossier,
            "digests": [{"alg": "sha-256", "value": to_base64(os.urandom(32))}],
        }
        for _ in range(5)
    ]
    headers = {"authorization": f"Bearer {key}", "idempotency-key": to_base64(os.urandom(16))}
    answer = httpx.post(
        f"{url}/v1/batches", json={"entries": entries}, headers=headers, timeout=_START_SECONDS
    )
    if answer.status_code != httpx.codes.CREATED:
        raise _failed("POST /v1/batches", answer.status_code, "")


def _environment(scratch: Path) -> dict[str, str]:
    """Return our own environment without settings of a service or a client at home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BEILIN_")}
    code = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(each for each in (code, kept.get("PYTHONPATH", "")) if each)
    return kept | {"BEILIN_HOME": str(scratch / "home"), "PYTHONPATH": path, "PYTHONUTF8": "1"}


def _beilin(scratch: Path, *arguments: str) -> str:
    """Run a command of ours and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=_STEP_SECONDS, check=False,
        env=_environment(scratch),
    )  # fmt: skip
    if done.returncode != 0:
        raise _failed(f"beilin {arguments[0]}", done.returncode, done.stderr)
    return done.stdout


@contextmanager
def _service(scratch: Path, data: Path) -> Iterator[str]:
    """Run the service on a free port; yields its address, and ends it in order."""
    errors = scratch / "serve.log"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--data", str(data),
             "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, stderr=log, text=True, env=_environment(scratch),
        )  # fmt: skip
    assert process.stdout is not None
    alarm = _Alarm(process, _START_SECONDS)
    try:
        with alarm:
            match = _LISTENING.fullmatch(process.stdout.readline())
        if match is None:
            process.wait(_START_SECONDS)
            raise _failed("beilin serve", process.returncode, errors.read_text("utf-8", "replace"))
        yield match[1]
        process.send_signal(signal.SIGTERM)
        if process.wait(_START_SECONDS) != 0:
            raise _failed("beilin serve", process.returncode, errors.read_text("utf-8", "replace"))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


class _Alarm:
    """Kills a process that does not say in time what it should."""

    def __init__(self, process: subprocess.Popen[str], seconds: float) -> None:
        import threading

        self._timer = threading.Timer(seconds, process.kill)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def shown_folder(out: Path) -> str:
    """Return the folder as a person would type it from where they are."""
    here = Path.cwd()
    return f"{out.relative_to(here) if out.is_relative_to(here) else out}/"
