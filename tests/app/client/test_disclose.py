"""``beilin disclose`` by the command: what it shows, what it refuses, and that nothing is half done."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.app.client.support import CHAT, Client, beilin, environment, write
from tests.worked import seal as seal_in_memory
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import PASSED, Result
from verifier.verify import verify_package

TOKEN = "2/2/24, 10:00 - Ann: xoxb-123456789012-abcdefABCDEF\n"
NAME = "chat.txt"


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a private package and the policy of its log."""
    folder = tmp_path_factory.mktemp("packed")
    chat = CHAT + b"1/13/24, 10:04 - Bo: five\n" + TOKEN.encode()
    sealed = seal_in_memory(
        [
            (NAME, chat),
            ("IMG-20240101-WA0001.jpg", b"\xff\xd8"),
            ("a.bin", b"\0\1"),
            ("x/b.bin", b"2"),
            ("y/b.bin", b"3"),
        ]
    )
    (folder / "p.zip").write_bytes(sealed.zip())
    (folder / "policy.txt").write_bytes(sealed.log.policy())
    return folder


class Run:
    """The command over that package, writing to a folder of its own."""

    def __init__(self, packed: Path, folder: Path) -> None:
        self.packed, self.out = packed, folder / "o.zip"

    def __call__(
        self, *arguments: str, package: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return beilin(
            "disclose", str(package or self.packed / "p.zip"), *arguments, "--out", str(self.out),
            env=environment(BEILIN_HOME=str(self.out.parent / "home")),
        )  # fmt: skip

    def verified(self) -> Result:
        policy = parse_policy((self.packed / "policy.txt").read_bytes())
        result = verify_package(self.out, policy, Options())
        assert result.verdict == PASSED, result.checks
        return result


@pytest.fixture
def run(packed: Path, tmp_path: Path) -> Run:
    return Run(packed, tmp_path)


def test_records_by_the_numbers_that_inspect_prints(run: Run):
    done = run("--file", NAME, "--records", "2-3", "--redact", "3")
    assert done.returncode == 0, done.stderr
    result = run.verified()
    assert (result.facts["file.0.shown_records"], result.facts["file.0.redacted_records"]) == (1, 1)
    assert "Records shown: 1; redacted: 1; in the file: 6" in done.stdout
    assert run.out.stat().st_mode & 0o777 == 0o600


def test_a_period_says_what_is_shown_beside_it(run: Run):
    done = run("--file", NAME, "--period", "2024-01-02..2024-01-02")
    assert done.returncode == 0, done.stderr
    assert "from just outside the period: 3, 5." in done.stdout
    assert run.verified().facts["file.0.completeness"] == "period"


def test_a_period_says_how_many_records_are_shown_that_may_lie_outside(run: Run, tmp_path: Path):
    """Without a day past the twelfth the order of day and month is open: all may be in the period."""
    chat = b"".join(b"01/0%d/24, 10:00 - Ann: %d\n" % (n, n) for n in range(2, 8))
    (tmp_path / "open.zip").write_bytes(seal_in_memory([("open.txt", chat)]).zip())
    done = run(
        "--file", "open.txt", "--period", "2024-03-01..2024-03-31", package=tmp_path / "open.zip"
    )
    assert done.returncode == 0, done.stderr
    assert "not certainly within the period by their own times: " in done.stdout
    run.out.unlink()
    done = run("--file", NAME, "--period", "2024-01-02..2024-01-02")
    assert "not certainly" not in done.stdout  # control


def test_media_go_along_when_asked(run: Run):
    done = run("--file", NAME, "--records", "3", "--with-media")
    assert done.returncode == 0, done.stderr
    assert run.verified().facts["file.1.completeness"] == "whole"


def test_tokens_stop_it_before_anything_is_written(run: Run):
    done = run("--file", NAME, "--records", "5-6")
    assert done.returncode == 77
    assert "Slack tokens (records: 6)" in done.stderr
    assert "xoxb" not in done.stderr + done.stdout
    assert not list(run.out.parent.glob("o.zip*"))
    assert run("--file", NAME, "--records", "5-6", "--redact", "6").returncode == 0
    run.out.unlink()
    assert run("--file", NAME, "--all").returncode == 77
    assert run("--file", NAME, "--all", "--keep-secrets").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--file", NAME), 64, "exactly one of"),
        (("--file", NAME, "--all", "--records", "1"), 64, "exactly one of"),
        (("--file", NAME, "--records", "0"), 64, "from 1"),
        (("--file", NAME, "--records", "3-2"), 64, "ends before it begins"),
        (("--file", NAME, "--records", "1,,2"), 64, "from 1"),
        (("--file", NAME, "--records", "7"), 65, "has 6 records"),
        (("--file", NAME, "--records", "1-2", "--redact", "3"), 65, "not among those shown"),
        (("--file", NAME, "--records", "1", "--redact", "1"), 64, "nothing would be left"),
        (("--file", NAME, "--records", "1", "--redact-field", "raw:1"), 64, "FIELD"),
        (("--file", NAME, "--all", "--redact", "1"), 64, "cannot be redacted"),
        (("--file", NAME, "--period", "yesterday"), 65, "one spelling"),
        (("--file", NAME, "--period", "2024-01-01..2024-01-02+08:00"), 65, "leave the offset out"),
        (("--file", "other.txt", "--all"), 65, "No file of the package"),
        (("--file", "a.bin", "--records", "1"), 65, "not cut into records"),
        (("--file", "x/a.bin", "--all"), 65, "No file"),
        (("--file", NAME, "--records", "1", "--chain", "--receipt", "/dev/null"), 65, "receipt"),
    ],
)
def test_refusals_say_what_to_do_and_leave_nothing(
    run: Run, arguments: tuple[str, ...], code: int, words: str
):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert not list(run.out.parent.glob("o.zip*"))


def test_a_name_that_two_files_have_needs_its_path(run: Run):
    done = run("--file", "b.bin", "--all")
    assert done.returncode == 65
    assert "Several files" in done.stderr
    assert run("--file", "y/b.bin", "--all").returncode == 0


def test_nothing_is_overwritten(run: Run):
    write(run.out, b"mine")
    done = run("--file", NAME, "--records", "1")
    assert done.returncode == 73
    assert run.out.read_bytes() == b"mine"


def test_what_is_no_private_package(run: Run, packed: Path, tmp_path: Path):
    assert run("--file", NAME, "--records", "2").returncode == 0
    disclosure = tmp_path / "d.zip"
    os.replace(run.out, disclosure)
    assert "not a private package" in run("--file", NAME, "--all", package=disclosure).stderr
    damaged = tmp_path / "damaged.zip"
    data = bytearray((packed / "p.zip").read_bytes())
    data[data.index(b"hello")] ^= 1
    damaged.write_bytes(data)
    done = run("--file", NAME, "--records", "2", package=damaged)
    assert done.returncode == 65
    assert "does not hold" in done.stderr
    assert run("--file", NAME, "--all", package=tmp_path / "none.zip").returncode == 65
    assert not run.out.exists()


def test_chinese(packed: Path, tmp_path: Path):
    out = tmp_path / "o.zip"
    done = beilin(
        "disclose", str(packed / "p.zip"), "--file", NAME, "--period", "2024", "--out", str(out),
        env=environment(LANG="zh_CN.UTF-8"),
    )  # fmt: skip
    assert (done.returncode, done.stderr.isascii()) == (65, False)
    assert "--period：应写作 2024-03-01T00:00..2024-03-31T23:59" in done.stderr
    done = beilin(
        "disclose", str(packed / "p.zip"), "--file", NAME, "--records", "2", "--out", str(out),
        env=environment(LANG="zh_CN.UTF-8"),
    )  # fmt: skip
    assert done.returncode == 0
    assert "出示 1 条记录" in done.stdout


def test_the_whole_chain_from_what_sealing_kept(client: Client, tmp_path: Path):
    outs = [tmp_path / f"{n}.zip" for n in range(3)]
    for n, out in enumerate(outs):
        chat = write(tmp_path / f"{n}.txt", CHAT + f"2/1/24, 10:00 - Ann: {n}\n".encode())
        done = client.seal(chat, out=out, dossier="chained")
        assert done.returncode == 0, done.stderr
    disclosed = tmp_path / "o.zip"
    arguments = (
        "disclose", str(outs[1]), "--file", "1.txt", "--records", "2", "--chain", "--out", str(disclosed),
    )  # fmt: skip
    done = beilin(*arguments, env=client.environment())
    assert done.returncode == 0, done.stderr
    assert "items 1 to 3" in done.stdout
    policy = parse_policy(client.service.policy.read_bytes())
    result = verify_package(disclosed, policy, Options())
    check = result.check("chain")
    assert check is not None
    assert (result.verdict, check.status, check.values["items"]) == (PASSED, "done", 3)
    disclosed.unlink()
    forgetful = environment(BEILIN_HOME=str(tmp_path / "other home"))
    done = beilin(*arguments, env=forgetful)
    assert done.returncode == 65
    assert "lacks the receipt of item 1" in done.stderr
    kept = sorted((client.home / "receipts").rglob("*.txt"))
    given = [word for path in kept for word in ("--receipt", str(path))]
    assert beilin(*arguments, *given, env=forgetful).returncode == 0
