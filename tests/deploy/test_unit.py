"""The systemd unit: well-formed, as closed as it says, and the service runs under it."""

# long because: each promise of the unit, with its control

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.commands import common
from app.server.settings import Settings
from tests.app.server.harness import ORIGIN, PATIENCE, beilin, entry, environment, new_log, post
from tests.deploy import confined, unit
from tests.project import ROOT, read

YES = (
    *(
        "NoNewPrivileges",
        "PrivateDevices",
        "PrivateTmp",
        "PrivateUsers",
        "ProtectHome",
        "RemoveIPC",
    ),
    *("ProtectClock", "ProtectControlGroups", "ProtectHostname", "ProtectKernelLogs"),
    *("ProtectKernelModules", "ProtectKernelTunables", "LockPersonality", "RestrictNamespaces"),
    *("RestrictRealtime", "RestrictSUIDSGID", "MemoryDenyWriteExecute"),
)
EXPOSURE_MOST = 15
"""Of 100, by `systemd-analyze security`: what is left is the network that a service needs."""


def test_it_says_what_must_not_be_left_out() -> None:
    service = unit.service()
    for name in YES:
        assert service[name] == ["yes"], name
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == service["AmbientCapabilities"] == [""]
    assert service["LimitCORE"] == ["0"]
    assert service["UMask"] == ["0077"]
    assert service["User"] == service["Group"] == ["beilin"]
    assert read("deploy/beilin.sysusers").splitlines()[-1].split()[:2] == ["u", "beilin"]
    doubled = [name for name, values in service.items()
               if len(values) > 1 and name != "SystemCallFilter"]  # fmt: skip
    assert doubled == []


def test_it_is_read_as_it_is_meant() -> None:
    assert unit.parse("[A]\n# b\nC=d=e\nC=\n") == {"A": {"C": ["d=e", ""]}}
    for wrong in ("A=b", "[A]\nno assignment", "[A]\n B=c"):
        with pytest.raises(ValueError, match=r".+"):
            unit.parse(wrong)


def test_the_signer_lies_apart_and_both_places_are_written() -> None:
    service = unit.service()
    words = shlex.split(service["ExecStart"][0])
    assert words[1] == "serve"
    data, signer = words[words.index("--data") + 1], words[words.index("--signer-state") + 1]
    written = {f"/var/lib/{name}" for name in service["StateDirectory"][0].split()}
    assert {str(Path(data).parent), str(Path(signer).parent)} == written
    needed = unit.parse(read("deploy/beilin.service"))["Unit"]["RequiresMountsFor"]
    assert set(needed[0].split()) == written


def test_the_nightly_check_is_of_the_same_log_as_the_same_user() -> None:
    check, service = unit.parse(read("deploy/beilin-fsck.service"))["Service"], unit.service()
    for name in ("User", "StateDirectory", "NoNewPrivileges", "ProtectSystem", "LimitCORE"):
        assert check[name] == service[name]
    words = shlex.split(check["ExecStart"][0])
    serving = shlex.split(service["ExecStart"][0])
    assert words == [serving[0], "fsck", *serving[2:6]]


def test_it_waits_for_the_stop_that_the_settings_allow() -> None:
    settings = Settings()
    longest = settings.shutdown_timeout_seconds + settings.shutdown_delay_ms / 1000
    assert int(unit.service()["TimeoutStopSec"][0]) > 2 * longest


def test_each_exit_code_is_started_again_or_said_not_to_be() -> None:
    service = unit.service()
    assert service["Restart"] == ["on-failure"]
    stays = set(map(int, service["RestartPreventExitStatus"][0].split()))
    codes = {value for name, value in vars(common).items() if name.startswith("EXIT_")}
    assert stays == {common.EXIT_USAGE, common.EXIT_BAD_INPUT, common.EXIT_REFUSED}
    text = read("deploy/beilin.service")
    for code in codes:
        assert re.search(rf"^#.*\b{code}\b", text, re.MULTILINE), code


def test_the_codes_that_stay_down_are_those_of_such_a_start(tmp_path: Path) -> None:
    beilin("serve", "--data", tmp_path / "none", code=65)
    new_log(tmp_path / "data")
    beilin("serve", "--data", tmp_path / "data", batch_interval_ms="x", code=64)
    (tmp_path / "data/signer/journal").unlink()
    said = beilin("serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", code=77)
    assert "--accept-existing-head" in said


# --------------------------------------------------------------------------- systemd's own word


@pytest.fixture
def analysed(tmp_path: Path) -> Path:
    """Return the unit where systemd-analyze reads it, with a program that exists here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here: what systemd says of the unit is not checked")
    text = read("deploy/beilin.service")
    program = shlex.split(unit.service()["ExecStart"][0])[0]
    copy = tmp_path / "beilin.service"
    copy.write_text(text.replace(f"ExecStart={program}", f"ExecStart={shutil.which('true')}"))
    return copy


def analyse(*words: object) -> tuple[int, str]:
    done = subprocess.run(
        ["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False,
        env=os.environ | {"LC_ALL": "C.UTF-8", "SYSTEMD_PAGER": "cat"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_systemd_has_no_complaint(analysed: Path) -> None:
    others = [analysed.with_name(name) for name in ("beilin-fsck.service", "beilin-fsck.timer")]
    for other in others:
        text = read(f"deploy/{other.name}")
        other.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", text,
                                flags=re.MULTILINE))  # fmt: skip
    assert analyse("verify", "--man=no", analysed, *others) == (0, "")
    analysed.write_text(analysed.read_text().replace("ProtectClock=yes", "ProtectClocks=yes"))
    assert "ProtectClocks" in analyse("verify", "--man=no", analysed)[1], "control"


def test_systemd_finds_little_that_is_open(analysed: Path) -> None:
    ask = ("security", "--no-pager", "--offline=true", f"--threshold={EXPOSURE_MOST}", analysed)
    code, said = analyse(*ask)
    assert code == 0, said
    for line in ("ProtectSystem=strict\n", "NoNewPrivileges=yes\n", "CapabilityBoundingSet=\n"):
        text = analysed.read_text()
        assert line in text
        analysed.write_text(text.replace(line, ""))
    assert analyse(*ask)[0] != 0, "control: three lines less and it is above"


# --------------------------------------------------------------------------- the service under it


@pytest.fixture
def place() -> Iterator[Path]:
    """Return a folder that another user can reach, with `data` and `signer` of that user."""
    for program in ("unshare", "mount", "setpriv"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} here: the service is not run under the unit's rules")
    if os.geteuid() != 0:
        pytest.skip("not root: privileges cannot be given away that are not there")
    folder = Path(tempfile.mkdtemp(prefix="beilin-unit-"))
    try:
        folder.chmod(0o755)
        for name in ("data", "signer"):
            (folder / name).mkdir(mode=0o700)
            os.chown(folder / name, confined.USER, confined.USER)
        code, said = run(folder, "-c", "import app.cli")
        if code:
            pytest.skip(f"the rules cannot be had here: {said.strip().splitlines()[-1][:80]}")
        yield folder
    finally:
        shutil.rmtree(folder)


def command(folder: Path, *words: object) -> list[str]:
    return ["unshare", "-m", sys.executable, str(ROOT / "tests/deploy/confined.py"),
            str(folder / "data"), str(folder / "signer"), "--",
            sys.executable, *map(str, words)]  # fmt: skip


def run(folder: Path, *words: object) -> tuple[int, str]:
    done = subprocess.run(
        command(folder, *words), cwd=ROOT, capture_output=True, text=True, check=False,
        env=environment() | {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)}, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_service_works_under_what_the_unit_promises(place: Path) -> None:
    data, signer = place / "data/log", place / "signer/signer"
    code, said = run(place, "-m", "app.cli", "init", "--data", data, "--signer-state", signer,
                     "--origin", ORIGIN)  # fmt: skip
    assert code == 0, said
    key = run(place, "-m", "app.cli", "account", "new", "x", "--data", data)[1].split()[0]
    words = shlex.split(unit.service()["ExecStart"][0].replace("$SERVE_OPTIONS", ""))
    told = dict(zip(words[2::2], words[3::2], strict=True))
    told |= {"--data": str(data), "--signer-state": str(signer), "--listen": "127.0.0.1:0"}
    options = [word for pair in told.items() for word in pair]
    process = subprocess.Popen(
        command(place, "-m", "app.cli", "serve", *options), cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env=environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        url = process.stdout.readline().decode().split()[-1]
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"},
                          trust_env=False) as client:  # fmt: skip
            assert post(client, entry(b"under the unit")).status_code == 201
            assert client.get("/readyz").status_code == 200
        status = Path(f"/proc/{process.pid}/status").read_text()
        for line in ("NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000",
                     f"Uid:\t{confined.USER}\t{confined.USER}"):  # fmt: skip
            assert line in status
        assert re.search(
            r"Max core file size +0 +0 ", Path(f"/proc/{process.pid}/limits").read_text()
        )
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()
    assert code == 0
    for path in (place / "data").rglob("*"):
        # What anyone may read of a log is in log/; nothing is for others but by the proxy.
        assert path.stat().st_uid == confined.USER
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize(
    "what",
    ["open('/usr/local/x', 'w')", "import mmap; mmap.mmap(-1, 4096, prot=7)",
     "import os; os.setuid(0)"],
)  # fmt: skip
def test_control_the_rules_are_in_force(place: Path, what: str) -> None:
    code, said = run(place, "-c", what)
    assert code == 1
    assert re.search(r"PermissionError|Read-only file system", said), said


def test_the_service_makes_no_system_call_that_the_unit_forbids(place: Path) -> None:
    for program in ("strace", "systemd-analyze"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} here: the system calls are not compared")
    # As another user than root: SQLite gives files to their folder's owner where it is root.
    data, log = place / "data/log", place / "calls"
    assert run(place, "-m", "app.cli", "init", "--data", data, "--origin", ORIGIN)[0] == 0
    key = run(place, "-m", "app.cli", "account", "new", "x", "--data", data)[1].split()[0]
    argv = command(place, "-m", "app.cli", "serve", "--data", data, "--listen", "127.0.0.1:0")
    argv[:0] = ["strace", "-f", "-qq", "-s", "300", "-e", "signal=none", "-o", str(log)]
    process = subprocess.Popen(
        argv, cwd=ROOT, env=environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline().decode()
        if not line:
            process.wait(PATIENCE)
            pytest.skip("strace may not follow a process here")
        with httpx.Client(base_url=line.split()[-1], headers={"Authorization": f"Bearer {key}"},
                          trust_env=False, timeout=PATIENCE) as client:  # fmt: skip
            assert post(client, entry(b"traced")).status_code == 201
            assert client.get("/metrics").status_code == 200
        os.kill(int((data / "lock").read_text().split()[1]), signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    # From where it is the service: the last program that was started with this word.
    own = re.split(r"^.*execve\(.*\"serve\".* = 0$", log.read_text(), flags=re.MULTILINE)
    assert len(own) >= 4  # unshare, confined.py, setpriv, and it
    used = set(re.findall(r"^[0-9]+ +([a-z][a-z0-9_]+)\(", own[-1], re.MULTILINE)) | {"execve"}
    assert {"openat", "sendto", "execve"} & used
    through = unit.allowed(unit.service()["SystemCallFilter"])
    assert sorted(used - through) == []
    # Controls: what is taken away shows, and the groups are not simply everything.
    assert used - unit.allowed(["@system-service", "~@file-system"])
    assert {"ptrace", "mount", "chroot", "setuid", "sched_setaffinity"}.isdisjoint(through)


# --------------------------------------------------------------------------- the image's likeness


def test_the_compose_file_leaves_as_little(tmp_path: Path) -> None:
    import yaml

    service = yaml.safe_load(read("deploy/compose.yaml"))["services"]["beilin"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["ulimits"] == {"core": 0}
    assert service["image"].startswith("${BEILIN_IMAGE:?")
    assert service["ports"] == ["127.0.0.1:8080:8080"]
    dockerfile = read("Dockerfile")
    assert f"USER {service['user']}" in dockerfile
    command_line = json.loads(re.findall(r"^CMD (.*)$", dockerfile, re.MULTILINE)[-1])
    assert service["command"] == command_line
    mounted = [volume.split(":")[1] for volume in service["volumes"]]
    assert mounted == json.loads(re.findall(r"^VOLUME (.*)$", dockerfile, re.MULTILINE)[0])
    grace = int(service["stop_grace_period"].removesuffix("s"))
    assert grace == int(unit.service()["TimeoutStopSec"][0])
