"""`beilin serve --tsa`: a real authority in a process of its own, from SIGUSR1 to a better receipt."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

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
from verifier.evidence.receipt import parse_receipt
from verifier.policy import Tsa, parse_policy
from verifier.timestamp.stamped_note import stamped_note
from verifier.timestamp.verify import verify_token
from verifier.tlog.keys import parse_vkey
from verifier.tlog.note import parse_note


@contextmanager
def authority(place: Path) -> Iterator[tuple[str, str]]:
    """A running development authority: its address, its policy line."""
    line = beilin("tsa", "init", "--data", place).strip()
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "tsa", "serve", "--data", str(place),
         "--listen", "127.0.0.1:0"],
        cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        match = re.match(rb"listening on (http://\S+)", process.stdout.readline())
        assert match is not None
        yield match[1].decode(), line
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


def metric(server: Server, name: str) -> float:
    with server.client() as client:
        text = client.get("/metrics").text
    match = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert match is not None, name
    return float(match[1])


def put(client: httpx.Client) -> int:
    answer = post(client, entry(os.urandom(12)), os.urandom(16))
    assert answer.status_code == 201
    return int(answer.json()["index"])


def latest(client: httpx.Client, index: int) -> bytes:
    answer = client.get(f"/v1/entries/{index}/receipt/latest")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


def test_on_a_signal_the_newest_head_is_stamped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "one")
    with (
        authority(tmp_path / "tsa") as (url, line),
        running(data, "--tsa", url, batch_interval_ms=10) as server,
        server.client(key) as client,
    ):
        before = put(client)
        assert parse_receipt(latest(client, before)).tokens == ()
        assert metric(server, "beilin_tsa_stamped_size_entries") == 0
        assert metric(server, "beilin_tsa_token_age_seconds") == -1
        server.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: metric(server, "beilin_log_size_entries") == 2)
        after = put(client)
        server.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: metric(server, "beilin_tsa_stamped_size_entries") == 3)
        assert metric(server, "beilin_tsa_tokens_total") == 2
        assert metric(server, "beilin_tsa_failures_total") == 0
        assert metric(server, "beilin_tsa_alarm") == 0
        found = parse_receipt(latest(client, after))
        assert client.get(f"/v1/entries/{before}/receipt").content != latest(client, before)
        # What a court does with it, on the policy line that the authority printed.
        vkey = re.search(r'^log = "(.*)"$', (data / "beilin.toml").read_text(), re.MULTILINE)
        assert vkey is not None
        tsas = tsa_of(line)
        own = stamped_note(parse_note(found.proof.note), parse_vkey(vkey[1]))
        (token,), (proof,) = found.tokens, found.anchor_proofs
        last = verify_token(token.token, own, tsas).seconds
        first = verify_token(proof.token.token, proof.note, tsas).seconds
        assert first <= found.entry.received <= last
        assert '"event":"entry 1 anchors 1 tokens of size 1"' in server.errors()
    assert beilin("fsck", "--data", data)


def tsa_of(line: str) -> tuple[Tsa, ...]:
    text = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n{line}\ntlog-policy\nquorum none\n"
    return parse_policy(text.encode()).tsas


def test_without_an_authority_a_signal_does_no_harm(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "one")
    with running(data, batch_interval_ms=10) as server, server.client(key) as client:
        put(client)
        server.process.send_signal(signal.SIGUSR1)
        assert put(client) == 1


@pytest.mark.parametrize("url", ["tsa.example.org", "http://user:geheim@tsa.example.org/"])
def test_an_address_that_cannot_be_one_is_refused(tmp_path: Path, url: str) -> None:
    new_log(tmp_path / "data")
    said = beilin("serve", "--data", tmp_path / "data", "--tsa", url, code=64)
    assert "--tsa: must be an http:// or https:// address" in said
    assert "geheim" not in said
