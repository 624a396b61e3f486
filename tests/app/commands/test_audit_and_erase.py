"""``beilin audit-log``, ``erase`` and ``hold`` as an operator runs them, beside a running service."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from ledger.log import Log
from ledger.receipts import check_receipt
from tests.app.server.harness import (
    ORIGIN,
    b64,
    check_problem,
    entry,
    post,
    repeat,
    running,
    wait_until,
)
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.checkpoint import parse_checkpoint
from verifier.tlog.note import parse_note


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setattr("sys.stdin", None)  # nobody is there to confirm


def said(*words: object, code: int = 0) -> tuple[str, str]:
    """Run a command in this process; return what it says on both streams."""
    out, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            got: object = main([str(word) for word in words])
        except SystemExit as end:
            got = end.code
    out.seek(0)
    text = out.read()
    assert got == code, (got, text, errors.getvalue())
    return text, errors.getvalue()


def beilin(*words: object, code: int = 0) -> str:
    """Return standard output, with the sentence of a refusal where it is one."""
    out, errors = said(*words, code=code)
    return out + errors if code else out


def log(data: Path) -> None:
    beilin("init", "--data", data, "--origin", ORIGIN)


def account(data: Path, name: str) -> str:
    return beilin("account", "new", name, "--data", data).strip()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    log(tmp_path / "data")
    return tmp_path / "data"


def shown(data: Path) -> list[str]:
    """Return the records as they are printed."""
    return beilin("audit-log", "show", "--data", data).splitlines()


def head_of(data: Path) -> str:
    match = re.search(
        r"head (\S+)\. Keep it elsewhere", said("audit-log", "show", "--data", data)[1]
    )
    assert match is not None
    return match[1]


def actions(data: Path) -> list[tuple[str, str, str]]:
    """Return decision, action and subject of each record."""
    return [
        (match[1], match[2], match[3])
        for line in shown(data)
        if (match := re.match(r'\d+ \S+ (\w+) (\S+) ("(?:[^"\\]|\\.)*")', line))
    ]


def test_every_action_of_an_operator_stands_there(data: Path, tmp_path: Path) -> None:
    key = account(data, "律所\u202e")
    beilin("account", "new", "律所\u202e", "--data", data, code=77)
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        assert post(client, entry(b"one")).status_code == 201
        assert server.stop() == 0
    beilin("erase", "--data", data, "--entry", "0", "--yes")
    beilin("erase", "--data", data, "--entry", "9", "--yes", code=65)
    beilin("backup", "--data", data, "--out", tmp_path / "b.tar")
    beilin("policy", "--data", data)
    beilin("hold", "--data", data, "--account", "律所\u202e")
    beilin("hold", "--data", data, "--account", "律所\u202e", "--release")
    beilin("account", "revoke", "律所\u202e", "--data", data)
    with Log.open(data, read_only=True) as opened:  # as beilin declaration publish does
        opened.publish_declaration({"plat.clean": "yes"})
    beilin("freeze", "--data", data, "--yes")
    label = '"\\u5f8b\\u6240\\u202e"'
    assert actions(data) == [
        ("done", "init", '"log.example.org/test"'),
        ("begun", "account-new", label), ("done", "account-new", label),
        ("begun", "account-new", label), ("refused", "account-new", label),
        ("begun", "serve", '""'), ("done", "serve", '""'),
        ("done", "erase", '"entry 0"'), ("refused", "erase", '"entry 9"'),
        ("begun", "backup", f'"{tmp_path / "b.tar"}"'), ("done", "backup", f'"{tmp_path / "b.tar"}"'),
        ("done", "policy", '""'),
        ("begun", "hold", label), ("done", "hold", label),
        ("begun", "hold-release", label), ("done", "hold-release", label),
        ("begun", "account-revoke", label), ("done", "account-revoke", label),
        ("done", "declaration-publish", '"declaration 1"'),
        ("begun", "freeze", '"log.example.org/test"'), ("done", "freeze", '"log.example.org/test"'),
    ]  # fmt: skip
    text = "\n".join(shown(data))
    assert text.isascii()
    assert key not in text
    assert f'"operator, uid {os.getuid()}"' in text
    assert "each follows the one before" in beilin("audit-log", "verify", "--data", data)
    assert shown(data)[3:] == beilin("audit-log", "show", "--from", 4, "--data", data).splitlines()


def test_verify_names_what_was_changed_and_knows_a_head_that_was_kept(data: Path) -> None:
    account(data, "first")
    kept = head_of(data)
    assert kept.startswith("3:")
    account(data, "second")
    beilin("audit-log", "verify", "--data", data, "--head", kept)
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        for name in ("audit_log_no_update", "audit_log_no_delete"):
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM audit_log WHERE number > 2")
        database.commit()
    beilin("audit-log", "verify", "--data", data)
    text = beilin("audit-log", "verify", "--data", data, "--head", kept, code=65)
    assert "the head that was kept" in text
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        database.execute("UPDATE audit_log SET record = replace(record, 'first', 'other')")
        database.commit()
    assert "record 2: was changed" in beilin("audit-log", "verify", "--data", data, code=65)
    for wrong in ("x", "3", "3:x", "0:none", "-1:" + b64(bytes(32)), ":" + b64(bytes(32))):
        assert "NUMBER:HASH" in beilin(
            "audit-log", "verify", "--data", data, "--head", wrong, code=64
        )
    beilin("audit-log", "show", "--data", data, "--from", "x", code=64)


def test_denied_attempts_are_counted_and_a_flood_is_one_record(data: Path) -> None:
    key = account(data, "one")
    with (
        running(data, batch_interval_ms=0, audit_interval_seconds=1) as server,
        server.client(key) as client,
        server.client("beilin_0123456789abcdef_" + "x" * 43) as stranger,
    ):
        assert post(client, entry(b"one")).status_code == 201
        first = check_problem(stranger.get("/v1/accounts/me"), 401, "unauthorized")
        for _ in range(299):
            assert stranger.get("/v1/entries/0/receipt").status_code == 401
        assert client.get("/v1/entries/7/receipt").status_code == 404
        assert client.get("/v1/nothing").status_code == 404  # no attempt at anything
        assert post(client, b"{").status_code == 400
        wait_until(lambda: any(a == "denied" for _, a, _ in actions(data)))
        assert server.stop() == 0
    lines = [line for line in shown(data) if " denied " in line]
    assert len(lines) < 8
    counted = sum(int(n) for line in lines for n in re.findall(r"unauthorized \w+ (\d+)", line))
    assert counted == 300
    assert sum(int(n) for line in lines for n in re.findall(r"not-found \w+ (\d+)", line)) == 1
    assert f"trace {first['trace_id']}" in lines[0]
    assert '"service"' in lines[0]
    beilin("audit-log", "verify", "--data", data)


def test_the_head_is_anchored_in_the_log_itself(data: Path) -> None:
    key = account(data, "one")
    with (
        running(data, batch_interval_ms=0, audit_anchor_seconds=1) as server,
        server.client(key) as client,
    ):
        assert post(client, entry(b"one")).json()["index"] == "0"
        wait_until(lambda: post(client, entry(os.urandom(8))).json()["index"] != "1")
        wait_until(lambda: "not anchored yet" not in beilin("audit-log", "verify", "--data", data))
        assert server.stop() == 0
    assert "whole and consistent" in beilin("fsck", "--data", data)


def test_erasing_beside_a_running_service(data: Path, tmp_path: Path) -> None:
    key, other = account(data, "one"), account(data, "two")
    with (
        running(data, batch_interval_ms=0) as server,
        server.client(key) as client,
        server.client(other) as stranger,
    ):
        nonce, body = os.urandom(16), entry(b"to be erased")
        first = post(client, body, nonce).json()
        kept = post(client, entry(b"to be kept")).json()
        receipt = tmp_path / "receipt.txt"
        receipt.write_text(first["receipt"])
        assert client.get("/v1/entries/0/receipt").status_code == 200
        text = beilin("erase", "--data", data, "--receipt", receipt, "--yes")
        assert "entry 0" in text
        for address in ("/v1/entries/0/receipt", "/v1/entries/0/receipt/latest"):
            problem = check_problem(client.get(address), 410, "erased")
            assert "stays valid" in problem["action"]
            check_problem(stranger.get(address), 404, "not-found")
        check_problem(repeat(client, body, nonce), 410, "erased")
        assert client.get("/v1/entries/1/receipt").text == kept["receipt"]
        # The same content may be anchored anew: nobody knows any more that it was.
        assert post(client, body).status_code == 201
        assert server.stop() == 0
        assert b64(nonce) not in server.errors()
    read = parse_receipt(receipt.read_bytes())
    check_receipt(
        receipt.read_bytes(), 0, read.proof.note, parse_checkpoint(parse_note(read.proof.note).text)
    )


def test_erase_refuses_what_it_must(data: Path, tmp_path: Path) -> None:
    key = account(data, "one")
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        made = post(client, entry(b"one")).json()
        assert server.stop() == 0
    erase = ["erase", "--data", data]
    for wrong in ("x", "-1", "01", "1e3", " 0"):
        beilin(*erase, "--entry", wrong, "--yes", code=64)
    beilin(*erase, code=64)
    beilin(*erase, "--entry", "0", code=77)  # nobody confirms
    for index in (1, 2**63 - 1):
        beilin(*erase, "--entry", index, "--yes", code=65)
    bad = tmp_path / "bad"
    bad.write_text("nonsense")
    beilin(*erase, "--receipt", bad, "--yes", code=65)
    log(tmp_path / "other")
    good = tmp_path / "good"
    good.write_text(made["receipt"])
    beilin("erase", "--data", tmp_path / "other", "--receipt", good, "--yes", code=65)
    beilin("hold", "--data", data, "--account", "one", "--dossier", b64(bytes(16)))
    text = beilin(*erase, "--entry", "0", "--yes", code=77)
    assert "on hold" in text
    beilin("hold", "--data", data, "--account", "one", "--dossier", "x", code=64)
    beilin("hold", "--data", data, "--account", "nobody", code=65)
    beilin("hold", "--data", data, "--account", "one", "--dossier", b64(bytes(16)), "--release")
    beilin(*erase, "--entry", "0", "--yes")
    assert "written anew" in said(*erase, "--entry", "0")[1]
