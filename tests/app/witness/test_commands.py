"""``beilin witness …`` as the shell sees it: output, exit codes, both languages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.server.harness import ROOT, beilin, environment
from tests.app.witness.support import NAME, WatchedLog, grow, opened, serving
from tests.verifier.report.denylist import forbidden_words
from verifier.tlog.keys import ED25519_COSIGNATURE, parse_vkey

LOG = WatchedLog()


def in_chinese(*words: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "witness", *map(str, words)], cwd=ROOT,
        env=environment() | {"LANG": "zh_CN.UTF-8"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def data(tmp_path: Path) -> Path:
    beilin("witness", "init", "--data", tmp_path / "w", "--name", NAME)
    beilin("witness", "add-log", "--data", tmp_path / "w", LOG.vkey)
    return tmp_path / "w"


def test_from_nothing_to_a_served_witness(tmp_path: Path) -> None:
    printed = beilin("witness", "init", "--data", tmp_path / "w", "--name", NAME)
    vkey = parse_vkey(printed.strip())
    assert (vkey.name, vkey.type) == (NAME, ED25519_COSIGNATURE)
    assert beilin("witness", "key", "--data", tmp_path / "w") == printed
    assert "added" in beilin("witness", "add-log", "--data", tmp_path / "w", LOG.vkey)
    assert "already" in beilin("witness", "add-log", "--data", tmp_path / "w", LOG.vkey)
    with serving(tmp_path / "w") as witness, witness.client() as client:
        assert client.post("/add-checkpoint", content=LOG.request(0, 3)).status_code == 200
        assert "held by another process" in beilin(
            "witness", "add-log", "--data", tmp_path / "w", LOG.vkey, code=75
        )
        assert beilin("witness", "evidence", "--data", tmp_path / "w", "--out", tmp_path / "e")
        assert witness.stop() == 0


def test_the_signer_can_lie_elsewhere(tmp_path: Path) -> None:
    apart = ("--signer-state", tmp_path / "apart")
    beilin("witness", "init", "--data", tmp_path / "w", "--name", NAME, *apart)
    beilin("witness", "add-log", "--data", tmp_path / "w", LOG.vkey, *apart)
    assert {path.name for path in (tmp_path / "w").iterdir()} == {"lock", "witness.db"}
    assert (tmp_path / "apart/witness.key").is_file()
    with serving(tmp_path / "w", "--signer-state", str(tmp_path / "apart")) as witness:
        assert witness.stop() == 0
    beilin("witness", "serve", "--data", tmp_path / "w", code=65)


def test_refusals_say_what_to_do(data: Path, tmp_path: Path) -> None:
    with opened(data) as witness:
        grow(witness, LOG, 5)
    said = [beilin("witness", "init", "--data", data, "--name", NAME, code=77)]
    assert "never overwritten" in said[-1]
    said.append(beilin("witness", "add-log", "--data", data, "x", code=65))
    said.append(beilin("witness", "serve", "--data", tmp_path / "none", code=65))
    assert not (tmp_path / "none").exists()
    (tmp_path / "out").mkdir()
    said.append(beilin("witness", "evidence", "--data", data, "--out", tmp_path / "out", code=73))
    for path in data.glob("witness.db*"):
        path.unlink()
    said.append(beilin("witness", "serve", "--data", data, code=77))
    assert "beilin witness recover" in said[-1]
    said.append(beilin("witness", "recover", "--data", data))
    assert f"{LOG.origin}: 0 → 5\n" in said[-1]
    said.append(beilin("witness", "add-log", "--data", data, LOG.vkey))
    os.chmod(data / "signer/witness.key", 0o600)  # touches the ctime
    said.append(beilin("witness", "serve", "--data", data, code=77))
    assert "--this-copy-is-current" in said[-1]
    code, text = in_chinese("serve", "--data", data)
    assert code == 77
    assert "确认复制之后没有别处再签过名" in text
    said.append(text)
    said.append(beilin("witness", "recover", "--data", data, "--this-copy-is-current"))
    with serving(data) as witness:
        assert witness.stop() == 0
    for words in said:
        assert forbidden_words(words) == []
        assert "Traceback" not in words


def test_usage(data: Path) -> None:
    for words in ((), ("init",), ("add-log", "--data", data), ("serve",), ("evidence",),
                  ("serve", "--data", data, "--listen", "nowhere")):  # fmt: skip
        beilin("witness", *words, code=64)
    code, text = in_chinese("--help")
    assert code == 0
    assert "新建见证者" in text
    assert forbidden_words(text) == []


def test_no_server_library_is_loaded_but_by_serve() -> None:
    code = (
        "import sys, app.witness.opening, app.witness.evidence\n"
        "print([n for n in ('uvicorn', 'starlette', 'msgspec', 'ledger') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
