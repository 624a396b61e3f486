"""The command as a process over a live service, and killed anywhere: it goes on, and ends the same."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys

import pytest

from tests.app.monitor.serving import Watch, serving
from tests.app.server.harness import (
    PATIENCE,
    ROOT,
    beilin,
    entry,
    environment,
    new_account,
    new_log,
    post,
    running,
    wait_until,
)
from tests.verifier import logs
from verifier.policy import parse_policy

SOAK = bool(os.environ.get("BEILIN_SOAK"))


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "monitor", *map(str, arguments)],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_a_live_service_is_followed_by_a_process_until_it_is_told_to_stop(tmp_path):
    data, mirror = tmp_path / "data", tmp_path / "mirror"
    new_log(data)
    key = new_account(data, "first")
    policy = tmp_path / "policy.txt"
    policy.write_text(beilin("policy", "--data", data))
    with running(data, batch_interval_ms=5) as server, server.client(key) as client:
        follow = start(server.url, "--policy", policy, "--mirror", mirror, "--interval", "1")
        assert follow.stdout is not None
        try:
            assert "Followed to 0 entries" in follow.stdout.readline()
            for number in range(20):
                assert post(client, entry(b"%d" % number)).status_code == 201
            wait_until((mirror / "log/tile/entries/000.p/20").exists)
            held = beilin(
                "monitor", server.url, "--policy", policy, "--mirror", mirror, "--once", code=75
            )
            assert "another process" in held
            follow.send_signal(signal.SIGTERM)
            assert follow.wait(PATIENCE) == 0
        finally:
            follow.kill()
            said, errors = follow.communicate()
        assert errors == ""
        assert "Followed to 20 entries" in said
        out = beilin("monitor", server.url, "--policy", policy, "--mirror", mirror, "--once")
        assert "Followed to 20 entries, 0 of them new" in out
    Watch(mirror, "").check_mirror(parse_policy(policy.read_bytes()))
    out = beilin("monitor", server.url, "--policy", policy, "--mirror", mirror, "--once", code=10)
    assert "Not determined" in out


@pytest.mark.fault
def test_killed_anywhere_it_goes_on_where_it_was(tmp_path):
    """Killed after random times while it reads a log that has a fault, until it gets through."""
    size, seed = 12_000, random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    D = logs.entries(size)
    D[9_000] = logs.entry(9_000, link="link 5")
    policy = tmp_path / "policy.txt"
    policy.write_bytes(logs.policy())
    mirror = tmp_path / "m"
    kills = 0
    with serving(tmp_path / "served") as served:
        logs.build(served.folder, D[:5000])
        logs.build(served.folder, D)
        options = (served.url, "--policy", policy, "--mirror", mirror, "--once")
        while True:
            process = start(*options)
            try:
                process.wait(chance.uniform(0.2, 1.4) if kills < (60 if SOAK else 8) else PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            process.communicate()
            if process.returncode != -signal.SIGKILL:
                break
        assert process.returncode == 20, seed
        served.folder = tmp_path / "nothing"
        assert beilin("monitor", *options, code=20)  # the alarm stands
    assert [path.name.split("-")[0] for path in (mirror / "evidence").iterdir()] == ["link"]
    assert len(list((mirror / "log").rglob("tile/entries/0??"))) == size // 256
    assert not list((mirror / "unfinished").iterdir())
    assert (mirror / "log/checkpoint").read_bytes() == (tmp_path / "served/checkpoint").read_bytes()


def test_a_process_that_dies_between_any_two_writes_loses_nothing(tmp_path, monkeypatch):
    """Every write in turn is the last: what is durable then is what the next run begins with."""
    D = logs.entries(2_600)
    D[2_500] = logs.entry(2_500, link="link 5")

    class Died(BaseException):
        pass

    steps = 0
    with serving(tmp_path / "served") as served:
        logs.build(served.folder, D)
        for allowed in range(1000):
            left = allowed

            def count(real, *arguments, **more):
                nonlocal left
                if left == 0:
                    raise Died
                left -= 1
                return real(*arguments, **more)

            watch = Watch(tmp_path / f"m{allowed}", served.url)
            first = 0
            with monkeypatch.context() as patch:
                for name in ("fsync", "replace", "rename"):
                    real = getattr(os, name)
                    patch.setattr(os, name, lambda *a, real=real, **k: count(real, *a, **k))
                try:
                    first = watch.once().code
                    died = False
                except Died:
                    died = True
            if not died:
                assert first == 20
                break
            steps += 1
            if allowed % (1 if SOAK else 7) == 0:
                assert watch.once().code == 20
                assert watch.folder.joinpath("log/checkpoint").exists()
                assert len(list((watch.folder / "evidence").iterdir())) == 1
                assert watch.once().code == 20
        assert steps > 30


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ftp://x"], 64),
        (["http://x?y=1"], 64),
        (["http://u:p@x"], 64),
        (["http://127.0.0.1:9", "--interval", "0"], 64),
        (["http://127.0.0.1:9", "--stall-seconds", "x"], 64),
        (["http://127.0.0.1:9"], 10),
    ],
)
def test_codes_of_use(tmp_path, arguments, code):
    policy = tmp_path / "p"
    policy.write_bytes(logs.policy())
    beilin(
        "monitor", *arguments, "--policy", policy, "--mirror", tmp_path / "m", "--once", code=code
    )


def test_codes_of_files(tmp_path):
    policy = tmp_path / "p"
    rest = ("--policy", policy, "--mirror", tmp_path / "m", "--once")
    beilin("monitor", "http://127.0.0.1:9", *rest, code=65)
    policy.write_bytes(b"quorum none\n")
    beilin("monitor", "http://127.0.0.1:9", *rest, code=64)
    policy.write_bytes(b"nonsense\n")
    beilin("monitor", "http://127.0.0.1:9", *rest, code=65)
    policy.write_bytes(logs.policy())
    (tmp_path / "m").mkdir()
    (tmp_path / "m/monitor.sqlite3").write_bytes(b"no database at all" * 100)
    assert "damaged" in beilin("monitor", "http://127.0.0.1:9", *rest, code=65)
    (tmp_path / "other/monitor.sqlite3").mkdir(parents=True)  # a database cannot be written there
    rest = ("--policy", policy, "--mirror", tmp_path / "other", "--once")
    beilin("monitor", "http://127.0.0.1:9", *rest, code=73)


def test_a_folder_of_something_else_is_left_as_it_is(tmp_path):
    policy = tmp_path / "p"
    policy.write_bytes(logs.policy())
    folder = tmp_path / "data"
    (folder / "unfinished").mkdir(parents=True)
    kept = [folder / "beilin.toml", folder / "unfinished/work.txt"]
    for path in kept:
        path.write_text("mine")
    rest = ("--policy", policy, "--mirror", folder, "--once")
    assert "not a monitor's" in beilin("monitor", "http://127.0.0.1:9", *rest, code=65)
    assert sorted(folder.rglob("*")) == sorted([*kept, folder / "unfinished"])
    kept[0].unlink()  # control: what is named like a monitor's own is taken for its own
    beilin("monitor", "http://127.0.0.1:9", *rest, code=10)
    assert not kept[1].exists()
