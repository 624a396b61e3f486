"""The alert rules: each is brought about on a running service, and none rings where all is well."""

# long because: each alert is made true for real, in its own way

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.app.server.harness import (
    PATIENCE,
    ROOT,
    Server,
    beilin,
    entry,
    environment,
    new_account,
    new_log,
    post,
    running,
    wait_until,
)
from tests.app.server.test_tsa_over_http import authority
from tests.deploy.promql import Scrape, fires, names, read_metrics
from tests.ledger.witness.support import (
    Cosigner,
    Named,
    answering,
    http,
    log_vkey,
    peer,
    policy_text,
    real_witnesses,
)
from tests.project import read

RULES = {
    rule["alert"]: rule
    for group in yaml.safe_load(read("deploy/alerts.yaml"))["groups"]
    for rule in group["rules"]
}
JOB = {"job": "beilin", "instance": "log"}
LESS_PATIENT = {"BeilinHeadStuck": ("> 30", "> 1"), "BeilinUnavailable": ("> 10", "> 2")}
"""Where a rule waits for long or for many, the test asks for less: the same rule, another number."""


def scrape(server: Server) -> Scrape:
    """Ask as Prometheus does; a service that does not answer is a sample as well."""
    up = {frozenset(JOB.items()): 1.0}
    try:
        with server.client() as client:
            text = client.get("/metrics").text
    except httpx.TransportError:
        return {"up": {frozenset(JOB.items()): 0.0}}
    return read_metrics(text, **JOB) | {"up": up}


def rule_of(alert: str) -> str:
    return str(RULES[alert]["expr"]).replace(*LESS_PATIENT.get(alert, ("", "")))


def ringing(*scrapes: Scrape) -> set[str]:
    """Return the alerts that ring after these scrapes, by our reading and by promtool's."""
    found = {alert for alert in RULES if fires(rule_of(alert), scrapes)}
    if shutil.which("promtool"):
        assert found == asked_of_promtool(scrapes)
    return found


def asked_of_promtool(scrapes: tuple[Scrape, ...]) -> set[str]:
    """Let Prometheus's own tool evaluate the rules on the same samples, a minute apart."""
    series = [
        {"series": name + "{" + ",".join(f"{key}={json.dumps(value)}" for key, value in sorted(labels)) + "}",
         "values": " ".join(str(each.get(name, {}).get(labels, "_")) for each in scrapes)}
        for name in {name for each in scrapes for name in each}
        for labels in {labels for each in scrapes for labels in each.get(name, {})}
    ]  # fmt: skip
    end = f"{len(scrapes) - 1}m"
    # A rule rings where the number of its series is not none.
    asked = {f"count({rule_of(alert)})": alert for alert in RULES}
    test = {"evaluation_interval": "1m", "tests": [{
        "interval": "1m", "input_series": series,
        "promql_expr_test": [{"expr": expr, "eval_time": end, "exp_samples": []}
                             for expr in asked]}]}  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "test.yaml"
        path.write_text(yaml.safe_dump(test, width=10_000))
        done = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True,
                              check=False)  # fmt: skip
    said = done.stdout + done.stderr
    found = {alert for expr, alert in asked.items() if f"expr: {json.dumps(expr)}" in said}
    assert bool(found) == bool(done.returncode), said
    return found


@contextmanager
def witnessed(folder: Path) -> Iterator[Server]:
    """A service with two witnesses and a time-stamping authority, and one entry in it."""
    data = folder / "data"
    new_log(data)
    key = new_account(data, "one")
    with ExitStack() as stack:
        witnesses = stack.enter_context(real_witnesses(folder, log_vkey(data), "w1", "w2"))
        url, _ = stack.enter_context(authority(folder / "tsa"))
        policy = folder / "policy"
        policy.write_bytes(policy_text(witnesses))
        server = stack.enter_context(running(
            data, "--witness-policy", str(policy), "--tsa", url, batch_interval_ms=5,
            witness_deadline_ms=30_000,
        ))  # fmt: skip
        client = stack.enter_context(server.client(key))
        assert post(client, entry(b"one")).json()["state"] == "witnessed"
        yield server


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scrape, Scrape]:
    """Two scrapes of a service where all is well."""
    with witnessed(tmp_path_factory.mktemp("well")) as server:
        first = scrape(server)
        server.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: next(iter(scrape(server)["beilin_tsa_tokens_total"].values())) > 0)
        return first, scrape(server)


def test_where_all_is_well_nothing_rings(well: tuple[Scrape, Scrape]) -> None:
    assert ringing(*well) == set()


def test_every_rule_reads_what_the_service_says(well: tuple[Scrape, Scrape]) -> None:
    there = set(well[1])
    for alert, rule in RULES.items():
        assert names(rule["expr"]) <= there, alert
    assert not names("beilin_no_such_metric > 1") <= there, "control"
    assert names('increase(a_b{kind="c"}[1h]) > 0 unless d_e == 1') == {"a_b", "d_e"}


def test_every_rule_says_what_and_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", read("deploy/HANDBOOK.md"), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}
    for alert, rule in RULES.items():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        told = rule["annotations"]
        assert told["runbook"] == f"HANDBOOK.md#{alert.lower()}"
        assert alert.lower() in anchors
        assert re.search(r"[一-鿿]", told["summary_zh"])
        assert not re.search(r"[一-鿿]", told["summary"])
    rung = {heading for heading in headings if heading.startswith("Beilin") and " " not in heading}
    assert rung == set(RULES), "and no section is about an alarm that does not exist"


# --------------------------------------------------------------------------- each brought about


@contextmanager
def service(folder: Path, *arguments: str, **options: Any) -> Iterator[tuple[Server, str]]:
    """A new log, its service, and an API key."""
    data = folder / "data"
    if not data.exists():
        new_log(data)
    key = new_account(data, "party")
    with running(data, *arguments, batch_interval_ms=5, **options) as server:
        yield server, key


def test_no_space_not_ready_and_unavailable(tmp_path: Path) -> None:
    with service(tmp_path, disk_floor_bytes=1 << 50) as (server, key), server.client(key) as client:
        before = scrape(server)
        for number in range(3):
            assert post(client, entry(b"%d" % number)).status_code == 507
        assert client.get("/readyz").status_code == 503
        assert ringing(before, scrape(server)) == {
            "BeilinDiskFull", "BeilinDiskLow", "BeilinNotReady", "BeilinUnavailable",
        }  # fmt: skip


@pytest.mark.soak
def test_little_space(tmp_path: Path) -> None:
    state = os.statvfs(tmp_path)
    with service(tmp_path, disk_floor_bytes=state.f_bavail * state.f_frsize // 10) as (server, _):
        assert ringing(scrape(server)) == {"BeilinDiskLow"}


def test_closed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    beilin("freeze", "--data", data, "--reason", "test", "--yes")
    with service(tmp_path) as (server, _):
        assert ringing(scrape(server)) == {"BeilinClosed"}


def test_stuck(tmp_path: Path) -> None:
    with (
        service(tmp_path, fault="slow") as (server, key),
        server.client(key) as client,
    ):
        before = scrape(server)
        assert post(client, entry(b"waits"), prefer="respond-async").status_code == 202
        server.wait_until_resting()
        # The one that has its place waits no more; the one behind it does.
        with server.client(key) as second, pytest.raises(httpx.ReadTimeout):
            second.timeout = httpx.Timeout(0.2)
            post(second, entry(b"waits behind it"))
        wait_until(lambda: next(iter(scrape(server)["beilin_head_age_seconds"].values())) > 1)
        assert ringing(before, scrape(server)) == {"BeilinHeadStuck"}
        server.go_on()
        wait_until(lambda: not ringing(scrape(server)))


def test_fault_and_down(tmp_path: Path) -> None:
    with service(tmp_path, fault="internal") as (server, key), server.client(key) as client:
        before = scrape(server)
        assert post(client, entry(b"x")).status_code == 500
        after = scrape(server)
        assert ringing(before, after) == {"BeilinFault"}
        server.kill()
        assert ringing(before, scrape(server)) == {"BeilinDown"}


def test_a_witness_disagrees(tmp_path: Path) -> None:
    liar = Cosigner("w1")
    policy = tmp_path / "policy"
    with peer(lambda _, connection, server: server.send(connection, http(422))) as two:
        policy.write_bytes(policy_text([Named("w1", liar.vkey, two.url)]))
        with (
            service(tmp_path, "--witness-policy", str(policy)) as (server, key),
            server.client(key) as client,
        ):
            assert post(client, entry(b"one")).json()["state"] == "published"
            assert {"BeilinWitnessDisagrees", "BeilinQuorumMissed"} <= ringing(scrape(server))


def test_a_witness_is_late_and_the_quorum_missed(tmp_path: Path) -> None:
    honest, gone = Cosigner("w1"), Cosigner("w2")
    policy = tmp_path / "policy"
    with peer(answering(honest)) as here, peer(answering(gone)) as away:
        policy.write_bytes(
            policy_text([Named("w1", honest.vkey, here.url), Named("w2", gone.vkey, away.url)])
        )
        away.behave = lambda _, connection, server: server.send(connection, http(503))
        with (
            service(tmp_path, "--witness-policy", str(policy), witness_deadline_ms=200)
            as (server, key),
            server.client(key) as client,
        ):  # fmt: skip
            assert post(client, entry(b"one")).json()["state"] == "published"
            assert ringing(scrape(server)) == {"BeilinWitnessLate", "BeilinQuorumMissed"}
            late = fires(rule_of("BeilinWitnessLate"), [scrape(server)])
            assert [dict(labels)["witness"] for labels in late] == ["w2"]


@pytest.mark.soak
def test_no_time_stamp(tmp_path: Path) -> None:
    with (
        peer(lambda _, connection, server: server.send(connection, http(503))) as dead,
        service(tmp_path, "--tsa", dead.url + "/", anchor_interval_seconds=1) as (server, key),
        server.client(key) as client,
    ):
        assert post(client, entry(b"one")).status_code == 201
        wait_until(lambda: bool(fires(rule_of("BeilinNoTimestamp"), [scrape(server)])))
        assert ringing(scrape(server)) == {"BeilinNoTimestamp"}


LATE_AUTHORITY = """
import sys, time
now = time.time
time.time = lambda: now() - 3600
from app.cli import main
sys.exit(main())
"""


@pytest.mark.soak
def test_the_clock_is_wrong(tmp_path: Path) -> None:
    beilin("tsa", "init", "--data", tmp_path / "tsa")
    process = subprocess.Popen(
        [sys.executable, "-c", LATE_AUTHORITY, "tsa", "serve", "--data", str(tmp_path / "tsa"),
         "--listen", "127.0.0.1:0"],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = re.match(r"listening on (http://\S+)", process.stdout.readline().decode())
        assert said is not None
        with service(tmp_path, "--tsa", said[1]) as (server, key), server.client(key) as client:
            before = scrape(server)
            assert post(client, entry(b"one")).status_code == 201
            server.process.send_signal(signal.SIGUSR1)
            wait_until(lambda: bool(fires(rule_of("BeilinClockWrong"), [before, scrape(server)])))
            assert ringing(before, scrape(server)) == {"BeilinClockWrong"}
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


def test_promtool_has_no_complaint() -> None:
    if shutil.which("promtool") is None:
        pytest.skip("no promtool here: Prometheus's own reading of the rules is not compared")
    done = subprocess.run(["promtool", "check", "rules", ROOT / "deploy/alerts.yaml"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(RULES)} rules found" in done.stdout


@pytest.mark.parametrize("rule", ["a_b", "a_b > c_d / 2", "rate(a_b[5m]) > 0", 'a_b{c!="d"} > 0'])
def test_control_what_our_reading_does_not_know_is_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        fires(rule, [{"a_b": {frozenset(): 1.0}, "c_d": {frozenset(): 1.0}}])
