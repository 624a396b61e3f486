"""``beilin demo``: the whole path for real, from a chat export to an offline verdict.

In a scratch folder: create a log, two witnesses and a time-stamping authority, publish
a platform declaration, start all of it, seal a chat export with a picture and a
provenance record, fetch its better receipt, seal a later item of the same dossier, stop
the witnesses and seal one more. Then verify offline, by a process that has no network
and only the verifier, and write the examination of the first package. All of it has one
operator, so witnesses and time-stamps count for nothing, and the record leaves much out;
the report says so.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from app.demo_data.material import resource, samples
from app.demo_data.offline import UNWITNESSED, verify
from app.demo_data.outside import (
    AS_IF,
    ORIGIN,
    POLICY,
    copy_log,
    create,
    outside,
    serve,
    stamp,
)
from app.demo_data.programs import START_SECONDS, beilin
from app.demo_data.record import write_record
from app.demo_data.words import failed as _failed
from app.demo_data.words import tell as _say
from verifier.encoding import to_base64

from .common import EXIT_CANNOT_WRITE, Refusal, say

OURS: Final = frozenset(
    {"package.zip", UNWITNESSED, POLICY, AS_IF, "report.html", "report.txt", "report.json", "log"}
)


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
    data, key = scratch / "service", scratch / "key.txt"
    _say("1. 新建日志、账号、两个见证者和一个时间戳服务，发布平台声明",
         "1. creating a log, an account, two witnesses and a time-stamping authority; "
         "publishing a platform declaration")  # fmt: skip
    beilin(scratch, "init", "--data", str(data), "--origin", ORIGIN)
    key.touch(mode=0o600)
    key.write_text(beilin(scratch, "account", "new", "demo", "--data", str(data)))
    declaration = scratch / "declaration.toml"
    declaration.write_bytes(resource("declaration.toml"))
    beilin(scratch, "declaration", "publish", str(declaration), "--data", str(data))
    others = beilin(scratch, "account", "new", "others", "--data", str(data)).strip()
    chat, picture, later, last = samples(scratch)
    record = scratch / say("来源声明.toml", "provenance.toml")
    write_record(record, [chat, picture], time.time())
    create(scratch, data, new)
    with ExitStack() as running:
        names = [running.enter_context(each) for each in outside(scratch)]
        service = running.enter_context(serve(scratch, data, names))
        _others(service.url, others)
        stamp(service)  # what is sealed next came into the log after this
        common = ("--server", service.url, "--key-file", str(key),
                  "--dossier", say("押金争议", "deposit dispute"))  # fmt: skip
        policy = ("--policy", str(new / POLICY))
        _say("2. 存证：聊天记录、照片与来源声明",
             "2. sealing a chat export, a picture and a provenance record")  # fmt: skip
        package = new / "package.zip"
        done = beilin(scratch, "seal", str(chat), str(picture), *common, *policy,
                      "--out", str(package), "--provenance", str(record))  # fmt: skip
        print(done.replace(f"{new}/", shown_folder(out)))
        stamp(service)
        beilin(scratch, "upgrade", str(package), *common[:4], *policy)
        _say("3. 同一案卷的后续存证", "3. sealing a later item of the same dossier")
        beilin(scratch, "seal", str(later), *common, *policy, "--out", str(scratch / "later.zip"))
        copy_log(data / "log", new / "log")
        _say("4. 停止两个见证者后再存证一项；服务照常受理",
             "4. stopping both witnesses and sealing one more item; the service goes on")  # fmt: skip
        for witness in names[:2]:
            witness.stop()
        beilin(scratch, "seal", str(last), *common, *policy, "--out", str(new / UNWITNESSED))
    _say("5. 服务已停止", "5. the service is stopped")


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
        f"{url}/v1/batches", json={"entries": entries}, headers=headers, timeout=START_SECONDS
    )
    if answer.status_code != httpx.codes.CREATED:
        raise _failed("POST /v1/batches", answer.status_code, "")


def shown_folder(out: Path) -> str:
    """Return the folder as a person would type it from where they are."""
    here = Path.cwd()
    return f"{out.relative_to(here) if out.is_relative_to(here) else out}/"
