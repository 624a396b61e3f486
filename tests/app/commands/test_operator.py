"""The operator's commands as the shell sees them: output, exit codes, and both languages."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from app.cli import COMMANDS, MODULES
from app.client.identity import load_identity
from tests.app.server.harness import (
    ORIGIN,
    ROOT,
    b64,
    beilin,
    check_problem,
    entry,
    environment,
    new_account,
    new_log,
    post,
    running,
    signed_entry,
    wait_until,
)
from verifier.encoding import parse_base64
from verifier.tlog.policy import parse_log_policy


@pytest.fixture
def data(tmp_path: Path) -> Path:
    new_log(tmp_path / "data")
    return tmp_path / "data"


def fill(data: Path, count: int) -> str:
    key = new_account(data, f"filler {os.urandom(4).hex()}")
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        entries = [entry(os.urandom(12)) for _ in range(count)]
        assert post(client, {"entries": entries}, path="/v1/batches").status_code == 201
        assert server.stop() == 0
    return key


def test_every_command_has_a_file_with_its_help() -> None:
    for name in COMMANDS:
        assert (ROOT / "app" / "commands" / f"{MODULES.get(name, name)}.py").is_file()
        assert "--" in beilin(name, "--help")
    text = beilin("--help")
    assert all(name in text for name in COMMANDS)


def test_usage_errors_exit_64(data: Path) -> None:
    for words in (
        [], ["nothing"], ["init"], ["serve"], ["serve", "--data"], ["account"], ["account", "new"],
        ["account", "key", "--data", data, "--account", "x"],
        ["policy", "--data", data, "--other"], ["backup", "--data", data],
        ["serve", "--data", data, "--listen", "nowhere"],
        ["serve", "--data", data, "--listen", "127.0.0.1:99999"],
        ["serve", "--data", data, "--accept-existing-head", "x"],
        ["serve", "--data", data, "--accept-existing-head", "01:" + "A" * 43 + "="],
    ):  # fmt: skip
        beilin(*words, code=64)


def test_init_creates_once_and_never_by_accident(tmp_path: Path, data: Path) -> None:
    text = beilin("init", "--data", data, "--origin", ORIGIN, code=77)
    assert "never overwritten" in text
    for command in (["serve"], ["policy"], ["fsck"], ["account", "new", "x"],
                    ["backup", "--out", tmp_path / "b"], ["recover", "--from", data / "log"]):  # fmt: skip
        beilin(*command, "--data", tmp_path / "nothing", code=65)
    assert not (tmp_path / "nothing").exists()
    beilin("init", "--data", tmp_path / "bad", "--origin", "two words", code=65)
    assert not (tmp_path / "bad").exists()
    beilin("init", "--data", data / "beilin.toml" / "x", "--origin", ORIGIN, code=65)


def test_a_missing_database_is_not_a_new_log(data: Path) -> None:
    for path in data.glob("beilin.db*"):
        path.unlink()
    for command in ("serve", "policy", "fsck"):
        text = beilin(command, "--data", data, code=65)
        assert "missing" in text
    assert not (data / "beilin.db").exists()


def test_unknown_settings_refuse_the_start(data: Path) -> None:
    text = beilin("serve", "--data", data, code=64, batch_intervall_ms=5)
    assert "BEILIN_BATCH_INTERVALL_MS" in text
    assert "BEILIN_BATCH_INTERVAL_MS" in text
    for value in ("", "60001"):
        text = beilin("serve", "--data", data, code=64, batch_interval_ms=value)
        assert "from 0 to 60000" in text


def test_account_keys_are_shown_once_and_revoked(data: Path) -> None:
    out = beilin("account", "new", "王律师", "--data", data)
    assert re.fullmatch(r"beilin_[0-9a-f]{16}_[A-Za-z0-9_-]{43}\n", out)
    secret = out.strip().rpartition("_")[2].encode()
    stored = b"".join(path.read_bytes() for path in data.glob("beilin.db*"))
    assert secret not in stored
    beilin("account", "new", "王律师", "--data", data, code=77)
    beilin("account", "revoke", "nobody", "--data", data, code=65)
    assert "revoked 1 key" in beilin("account", "revoke", "王律师", "--data", data)
    assert "revoked 0 key" in beilin("account", "revoke", "王律师", "--data", data)
    for name in ("", " x", "x" * 101, "a\nb"):
        beilin("account", "new", name, "--data", data, code=65)


def test_the_key_that_must_sign_is_registered_once(data: Path, tmp_path: Path) -> None:
    said = beilin("identity", "new", "--out", tmp_path / "own.key")
    public = said.strip().rpartition("public key: ")[2]
    register = ["account", "key", "--data", data, "--account", "party", "--public-key"]
    assert "not found" in beilin(*register, public, code=65)
    key = new_account(data, "party")
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        assert post(client, entry(b"before")).status_code == 201
        for wrong in ("", "nonsense", public[:-1], "A" * 43 + "=", "AQ" + "A" * 41 + "=", "é"):
            text = beilin(*register, wrong, code=65)
            assert "beilin identity new" in text
            assert not wrong or wrong not in text
        for _ in range(2):  # the same one again changes nothing
            assert "registered the key" in beilin(*register, public)
        # A key that was looked up is believed for one second (ledger/accounts.py).
        wait_until(lambda: post(client, entry(os.urandom(8))).status_code == 422)
        check_problem(post(client, entry(os.urandom(8))), 422, "signature-required")
        me = parse_base64(client.get("/v1/accounts/me").json()["account"], "account")
        nonce = os.urandom(16)
        signed = signed_entry(b"after", me, nonce, load_identity(tmp_path / "own.key"), None)
        assert post(client, signed, nonce).status_code == 201
    beilin("identity", "new", "--out", tmp_path / "other.key")
    other = b64(load_identity(tmp_path / "other.key").public_key)
    for name in ("party", me.hex(), b64(me)):
        register[5] = name
        assert "account new" in beilin(*register, other, code=77)
        assert "registered the key" in beilin(*register, public)


def test_policy(data: Path) -> None:
    plain = beilin("policy", "--data", data, "--plain")
    policy = parse_log_policy(plain.encode())
    assert [log.vkey.name for log in policy.logs] == [ORIGIN]
    full = beilin("policy", "--data", data)
    assert full.startswith("beilin/policy/v1\n")
    assert full.endswith(plain)
    with running(data):  # reading beside the server
        assert beilin("policy", "--data", data, "--plain") == plain


def test_fsck_names_what_is_wrong(data: Path) -> None:
    fill(data, 300)
    assert "whole and consistent" in beilin("fsck", "--data", data)
    with running(data):
        assert "whole and consistent" in beilin("fsck", "--data", data)
    tile = data / "log" / "tile" / "0" / "000"
    content = bytearray(tile.read_bytes())
    content[100] ^= 1
    tile.chmod(0o644)
    tile.write_bytes(content)
    text = beilin("fsck", "--data", data, code=65)
    assert "tile/0/000" in text
    assert "delete nothing" in text


def test_backup_restore_recover(data: Path, tmp_path: Path) -> None:
    key = fill(data, 10)
    out = tmp_path / "backup.tar"
    assert "10 entries" in beilin("backup", "--data", data, "--out", out)
    beilin("backup", "--data", data, "--out", out, code=77)
    with tarfile.open(out) as tar:
        names = tar.getnames()
        assert not any("signer" in name or name.endswith(".key") for name in names)
        tar.extractall(tmp_path / "restored", filter="data")
    later = fill(data, 300)
    restored = tmp_path / "restored"
    signer = ["--signer-state", str(data / "signer")]
    # The old database with the signer of today: nothing is written, both heads are named.
    text = beilin("serve", "--data", restored, *signer, code=77)
    assert "size 310" in text
    assert "10 entries" in text
    beilin("recover", "--data", restored, "--from", restored / "log", *signer, code=77)
    beilin("recover", "--data", restored, "--from", tmp_path / "nothing", *signer, code=65)
    text = beilin("recover", "--data", restored, "--from", data / "log", *signer)
    assert "imported 300 entries" in text
    assert (restored / "log" / "checkpoint").read_text().split("\n")[1] == "310"
    with running(restored, *signer, batch_interval_ms=0) as server:
        with server.client(key) as client:
            assert client.get("/v1/entries/3/receipt").status_code == 200
            assert post(client, entry(b"after")).json()["index"] == "310"
        with server.client(later) as client:  # an account made after the backup is gone
            assert client.get("/v1/accounts/me").status_code == 401


def test_recover_over_http(data: Path, tmp_path: Path) -> None:
    fill(data, 5)
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", str(data), str(copy)], check=True)
    fill(data, 5)
    with running(data) as server:
        signer = ["--signer-state", str(copy / "signer")]
        text = beilin("recover", "--data", copy, "--from", server.url, *signer)
    assert "imported 5 entries" in text


def test_a_damaged_database_is_not_served(data: Path) -> None:
    fill(data, 5)
    with sqlite3.connect(data / "beilin.db") as connection:
        connection.execute("UPDATE tiles SET data = zeroblob(length(data))")
    connection.close()
    text = beilin("serve", "--data", data, code=77)
    assert "Delete nothing" in text


def test_an_address_in_use_is_try_again(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    beilin("init", "--data", other, "--origin", "other.example/log")
    with running(data) as server:
        text = beilin(
            "serve", "--data", other, "--listen", f"127.0.0.1:{server.address[1]}", code=75
        )
    assert "choose another port" in text


def test_the_listening_line_is_the_first_and_the_warning_goes_to_stderr(data: Path) -> None:
    with running(data) as server:
        assert "one volume" in server.errors()


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment() | variables,
        capture_output=True, text=True, errors="replace", timeout=60, check=False,
    )  # fmt: skip


def test_both_languages(data: Path) -> None:
    code = (
        f"import sys; from app.cli import main; sys.exit(main(['fsck', '--data', {str(data)!r}]))"
    )
    for value, words in (("en_GB.UTF-8", "whole"), ("zh_CN.UTF-8", "完整"), ("", "完整"),
                         ("C", "完整"), ("de_DE", "完整"), ("en", "whole")):  # fmt: skip
        done = run(code, LANG=value, PYTHONIOENCODING="utf-8")
        assert done.returncode == 0
        assert words in done.stdout
    # a console that cannot show it does not end the command
    assert run(code, LANG="zh", PYTHONIOENCODING="ascii").returncode == 0
    assert run(code, LANG="zh", PYTHONIOENCODING="gbk").returncode == 0


_WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Missing())
from app.cli import main
sys.exit(main({words!r}))
"""
SERVER = ["fastapi", "starlette", "uvicorn", "uvloop", "httptools", "sqlalchemy", "msgspec",
          "alembic"]  # fmt: skip


def test_without_the_server_libraries_one_sentence_says_so(data: Path) -> None:
    for words in (["serve", "--data", str(data)], ["policy", "--data", str(data)]):
        done = run(_WITHOUT.format(names=SERVER, words=words))
        assert done.returncode == 64
        assert "pip install 'beilin[server]'" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    for name in ("seal", "identity"):
        done = run(_WITHOUT.format(names=SERVER, words=[name, "--help"]))
        assert done.returncode == 0, done.stderr


def test_an_internal_fault_is_70(data: Path) -> None:
    code = (
        "import sys, ledger.fsck; ledger.fsck.fsck = None\n"
        f"from app.cli import main; sys.exit(main(['fsck', '--data', {str(data)!r}]))"
    )
    done = run(code)
    assert done.returncode == 70
    assert "internal fault" in done.stderr
