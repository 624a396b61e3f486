"""Running the real service and the real command, and looking at what they left."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from verifier.evidence.receipt import Receipt, parse_receipt
from verifier.evidence.zip_container import Container
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import Result
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note
from verifier.verify import verify_package

ROOT = Path(__file__).resolve().parents[3]
ORIGIN = "test.example/client"


def environment(**more: str) -> dict[str, str]:
    """Return an environment for a child: ours, found from anywhere, English."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", **more}


def beilin(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command ``beilin``."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        env=env or environment(),
    )


def must(*arguments: str) -> str:
    """Run ``beilin`` and return what it printed; it must succeed."""
    done = beilin(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Service:
    """A service on a folder: it can be stopped, set back and started again."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.policy = folder / "policy.txt"
        self.url = ""
        self.more: list[str] = []
        """Further arguments of ``beilin serve``; they count from the next start."""
        self._process: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        must("init", "--data", str(self.data), "--origin", origin)
        self.key = self.new_account("one")
        self.policy.write_text(must("policy", "--data", str(self.data)), encoding="utf-8")

    def new_account(self, name: str) -> Path:
        """Create an account; return the file with its key."""
        path = self.folder / f"{name}.key"
        path.write_text(must("account", "new", name, "--data", str(self.data)))
        return path

    def start(self) -> None:
        """Start serving on a free port."""
        command = [sys.executable, "-m", "app.cli", "serve", "--data", str(self.data)]
        errors = (self.folder / "serve.log").open("ab")
        with errors:
            self._process = subprocess.Popen(
                [*command, "--listen", "127.0.0.1:0", *self.more],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=environment(),
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        match = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert match, (self.folder / "serve.log").read_text()
        self.url = match[1]

    def stop(self) -> None:
        """Stop in order."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            assert self._process.wait(60) == 0
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def size(self) -> int:
        """Return how many entries the log has published."""
        answer = httpx.get(f"{self.url}/checkpoint", trust_env=False, timeout=60)
        return 0 if answer.status_code == 404 else parse_checkpoint(
            parse_note(answer.content).text
        ).size  # fmt: skip

    def stamp(self) -> None:
        """Have the time-stamping authorities asked now, and wait until a token is there."""

        def tokens() -> str:
            text = httpx.get(f"{self.url}/metrics", trust_env=False, timeout=60).text
            match = re.search(r"^beilin_tsa_tokens_total (\d+)$", text, re.MULTILINE)
            assert match is not None
            return match[1]

        before, size = tokens(), self.size()
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)
        while tokens() == before or self.size() == size:  # the entry follows its token
            time.sleep(0.05)

    def save(self, name: str) -> None:
        """Copy the whole data folder, as a backup of the machine would."""
        shutil.copytree(self.data, self.folder / name)

    def set_back(self, name: str) -> None:
        """Put a copy in place of the data folder."""
        shutil.rmtree(self.data)
        shutil.copytree(self.folder / name, self.data)


@contextmanager
def new_service(folder: Path, origin: str = ORIGIN) -> Iterator[Service]:
    """A new log, served."""
    service = Service(folder, origin)
    service.start()
    try:
        yield service
    finally:
        service.stop()


class Client:
    """A person's machine: a state folder, and where things lie."""

    def __init__(self, service: Service, folder: Path, home: str = "home") -> None:
        self.service = service
        self.folder = folder
        self.home = folder / home
        self.out = folder / "package.zip"
        self.part = folder / "package.zip.part"

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of this person's commands."""
        return environment(BEILIN_HOME=str(self.home), **more)

    def arguments(
        self, *paths: Path | str, server: str | None = None, key: Path | None = None,
        policy: Path | None = None, dossier: str = "matter", out: Path | None = None,
        more: Sequence[str] = (),
    ) -> list[str]:  # fmt: skip
        """Return the arguments of ``beilin seal``, each with its usual value."""
        return [
            "seal", *(str(path) for path in paths),
            "--server", self.service.url if server is None else server,
            "--key-file", str(key or self.service.key),
            "--policy", str(policy or self.service.policy),
            "--dossier", dossier, "--out", str(out or self.out), *more,
        ]  # fmt: skip

    def seal(self, *paths: Path | str, **named: object) -> subprocess.CompletedProcess[str]:
        """Run ``beilin seal``."""
        return beilin(*self.arguments(*paths, **named), env=self.environment())  # type: ignore[arg-type]

    def receipt(self, out: Path | None = None) -> bytes:
        """Return the receipt in the package."""
        with Container(out or self.out) as box:
            return box.read("package/data/receipt.txt", 1 << 20)

    def parsed(self, out: Path | None = None) -> Receipt:
        """Return the receipt in the package, read."""
        return parse_receipt(self.receipt(out))

    def verify(self, out: Path | None = None) -> Result:
        """Verify the package with the person's own policy."""
        policy = parse_policy(self.service.policy.read_bytes())
        return verify_package(out or self.out, policy, Options())

    def leftovers(self) -> set[str]:
        """Return the names beside the package that a seal in progress leaves."""
        return {path.name for path in self.folder.glob("package.zip*")}


def write(path: Path, data: bytes) -> Path:
    """Write a file, its folders too, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


CHAT = (
    b"1/1/24, 10:00 - Messages and calls are end-to-end encrypted. No one outside of this chat, "
    b"not even WhatsApp, can read or listen to them.\n"
    b"1/1/24, 10:01 - Ann: hello\n"
    b"1/1/24, 10:02 - Bo: IMG-20240101-WA0001.jpg (file attached)\n"
    b"1/2/24, 10:03 - Ann: a second\nline\n"
)
