"""What goes in and what comes out of ``beilin seal``, and every kind of bad input."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.app.client.support import CHAT, ORIGIN, Client, beilin, must, new_service, write
from verifier.evidence.manifest import parse_manifest, parse_opening
from verifier.evidence.seeds import parse_seeds
from verifier.evidence.zip_container import Container


def test_a_folder_is_sealed_whole_and_verifies(client: Client, tmp_path: Path):
    folder = tmp_path / "export"
    write(folder / "chat.txt", CHAT)
    write(folder / "IMG-20240101-WA0001.jpg", b"\xff\xd8 a picture")
    write(folder / "sub/empty", b"")
    write(folder / "sub/名称 with\nline feed%.dat", b"any bytes")
    done = client.seal(folder)
    assert done.returncode == 0, done.stderr
    result = client.verify()
    assert result.verdict == "TOTAL-PASSED", result.checks
    with Container(client.out) as box:
        names = {name.removeprefix("package/") for name in box.members}
        manifest = parse_manifest(box.read("package/data/manifest.txt", 1 << 20))
        openings = [
            parse_opening(box.read(f"package/data/openings/{n:04d}.txt", 1 << 16)) for n in range(4)
        ]
        seeds = parse_seeds(box.read("package/data/seeds.txt", 1 << 16))
        table = box.read("package/data/segments/0001.txt", 1 << 16)
    assert [opening.file.name for opening in openings] == [
        b"export/IMG-20240101-WA0001.jpg",
        b"export/chat.txt",
        b"export/sub/empty",
        "export/sub/名称 with\nline feed%.dat".encode(),
    ]
    # The chat names the picture: it is media, without a tree; everything else has one.
    assert [opening.file.role for opening in openings] == ["media", *["original"] * 3]
    assert [line.root is None for line in manifest.files] == [True, False, False, False]
    assert sorted(seeds) == [1, 2, 3]
    assert len({opening.salt for opening in openings} | set(seeds.values())) == 7
    assert b"\t0\t" in table  # the record's media is manifest position 0
    assert {"data/files/0000.jpg", "data/files/0001.txt", "data/files/0002.bin"} <= names
    assert client.leftovers() == {"package.zip"}
    assert client.out.stat().st_mode & 0o777 == 0o600
    assert "private" in done.stdout


def test_it_speaks_chinese_unless_told_otherwise(client: Client, tmp_path: Path):
    chat = write(tmp_path / "chat.txt", CHAT)
    done = beilin(*client.arguments(chat), env=client.environment(LANG="C.UTF-8"))
    assert done.returncode == 0
    assert "已存证" in done.stdout
    assert "1 处媒体文件不在其文件夹中" in done.stderr


def test_items_of_one_dossier_are_chained_and_another_starts_anew(client: Client, tmp_path: Path):
    parsed = []
    for n, dossier in enumerate(["a", "a", "b"]):
        path, out = write(tmp_path / f"{n}.txt", b"%d" % n), tmp_path / f"{n}.zip"
        assert client.seal(path, dossier=dossier, out=out).returncode == 0
        parsed.append(client.parsed(out).statement)
    one, two, other = parsed
    assert one.submission.dossier == two.submission.dossier != other.submission.dossier
    assert (one.item, two.item, other.item) == (1, 2, 1)
    # Signed by default, with the key that was made on first use.
    assert one.submission.submitter == other.submission.submitter is not None


def test_an_own_identity_signs(client: Client, tmp_path: Path):
    own = tmp_path / "own.key"
    done = beilin("identity", "new", "--out", str(own), env=client.environment())
    assert done.returncode == 0
    path = write(tmp_path / "x", b"x")
    assert client.seal(path, more=["--identity", str(own)]).returncode == 0
    assert not (client.home / "identity.key").exists()
    key = client.parsed().statement.submission.submitter
    assert key is not None
    assert client.seal(path, out=tmp_path / "two.zip").returncode == 0
    assert client.parsed(tmp_path / "two.zip").statement.submission.submitter != key


def refused(client: Client, code: int, word: str, *paths: Path | str, **named: object) -> None:
    """Seal, expecting this exit code and word, and that nothing was anchored or left."""
    before = client.service.size()
    done = client.seal(*paths, **named)
    assert done.returncode == code, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert client.service.size() == before
    assert client.leftovers() <= {"package.zip"}


def test_unknown_formats_and_empty_files_are_sealed_as_any_file(client: Client, tmp_path: Path):
    for n, data in enumerate([b"", b"\x00\xff\xfe unknown", b'{"a":']):
        path, out = write(tmp_path / f"{n}.bin", data), tmp_path / f"{n}.zip"
        done = client.seal(path, out=out)
        assert done.returncode == 0
        assert "any-file/1" in done.stdout
        assert client.verify(out).verdict == "TOTAL-PASSED"


def test_bad_paths(client: Client, tmp_path: Path):
    good = write(tmp_path / "in/good", b"x")
    refused(client, 65, "Cannot read", tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    refused(client, 65, "no file", tmp_path / "empty")
    (tmp_path / "in/link").symlink_to(good)
    refused(client, 65, "symbolic link", tmp_path / "in/link")
    refused(client, 65, "symbolic link", tmp_path / "in")
    (tmp_path / "in/link").unlink()
    os.mkfifo(tmp_path / "in/fifo")
    refused(client, 65, "special file", tmp_path / "in")
    (tmp_path / "in/fifo").unlink()
    refused(client, 64, "no name", "/")
    refused(client, 64, "Two files", good, write(tmp_path / "other/good", b"y"))
    refused(client, 64, "inside the folder", tmp_path / "in", out=tmp_path / "in/p.zip")
    refused(client, 73, "exists", good, out=good)
    refused(client, 73, "does not exist", good, out=tmp_path / "no/p.zip")
    refused(client, 64, "is a key", client.service.key)
    write(client.out, b"precious")
    refused(client, 73, "exists", good)
    assert client.out.read_bytes() == b"precious"


def test_names_stay_inside_the_package_whatever_the_path(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write(tmp_path / "in/x", b"x")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert client.seal("../in/../in/x", "..//elsewhere/../in").returncode == 0
    with Container(client.out) as box:
        names = [
            parse_opening(box.read(f"package/data/openings/{n:04d}.txt", 999)).file.name
            for n in range(2)
        ]
    assert names == [b"x", b"in/x"]


def test_an_unreadable_file(client: Client, tmp_path: Path):
    path = write(tmp_path / "secret", b"x")
    path.chmod(0)
    if os.access(path, os.R_OK):  # root reads everything: a file that fails on read will do
        path = Path("/proc/self/mem")
        if not path.exists():
            pytest.skip("nothing here is unreadable for root")
    refused(client, 65, "Cannot read", path)


def test_bad_options(client: Client, tmp_path: Path):
    x = write(tmp_path / "x", b"x")
    for url in ("ftp://a", "127.0.0.1:8080", "http://u:p@h", "http://h/?q", "http://h:99999", ""):
        refused(client, 64, "--server", x, server=url)
    refused(client, 64, "--insecure-http", x, server="http://log.example")
    refused(client, 64, "--dossier", x, dossier="")
    refused(client, 64, "--dossier", x, dossier="two\nlines")
    refused(client, 65, "Cannot read", x, key=tmp_path / "no.key")
    refused(client, 65, "--key-file", x, key=write(tmp_path / "bad.key", b"two words\n"))
    refused(client, 65, "Cannot read", x, policy=tmp_path / "no.policy")
    refused(client, 65, "cannot be used", x, policy=write(tmp_path / "bad.policy", b"nothing\n"))
    refused(client, 65, "Cannot read", x, more=["--identity", str(tmp_path / "no.identity")])
    refused(client, 65, "not a submitter's key", x, more=["--identity", str(x)])


def test_http_to_another_machine_may_be_meant(client: Client, tmp_path: Path):
    """By way of a proxy that is this machine's: the request leaves, and goes no further."""
    arguments = client.arguments(
        write(tmp_path / "x", b"x"), server="http://log.example", more=["--insecure-http"]
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{free.getsockname()[1]}"
        done = beilin(*arguments, env=client.environment(http_proxy=proxy, no_proxy=""))
    assert done.returncode == 69, done.stderr
    assert "without https" in done.stderr
    assert "cannot be reached" in done.stderr


def test_no_server_there(client: Client, tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    refused(client, 69, "cannot be reached", write(tmp_path / "x", b"x"), server=url)


def test_a_key_that_is_wrong_or_revoked(client: Client, tmp_path: Path):
    x = write(tmp_path / "x", b"x")
    wrong = write(tmp_path / "wrong.key", b"not-a-key\n")
    refused(client, 77, "API key is not valid", x, key=wrong)
    other = client.service.new_account(f"revoked-{tmp_path.name}")
    assert client.seal(x, key=other).returncode == 0
    client.out.unlink()
    must("account", "revoke", f"revoked-{tmp_path.name}", "--data", str(client.service.data))
    for _ in range(50):  # a running server follows within one second
        done = client.seal(x, key=other)
        if done.returncode:
            break
        client.out.unlink()
    refused(client, 77, "revoked", x, key=other)


def test_a_policy_of_another_log_or_key(client: Client, tmp_path: Path):
    x = write(tmp_path / "x", b"x")
    assert client.seal(x, out=tmp_path / "first.zip").returncode == 0  # the log is not empty
    with new_service(tmp_path / "foreign", "other.example/log") as foreign:
        refused(client, 77, "policy does not name", x, policy=foreign.policy)
    with new_service(tmp_path / "same-name", ORIGIN) as impostor:
        refused(client, 77, "not signed by the policy's key", x, policy=impostor.policy)


def test_an_open_key_file_is_warned_of(client: Client, tmp_path: Path):
    own = tmp_path / "own.key"
    must("identity", "new", "--out", str(own))
    assert own.stat().st_mode & 0o777 == 0o600
    own.chmod(0o644)
    done = client.seal(write(tmp_path / "x", b"x"), more=["--identity", str(own)])
    assert done.returncode == 0
    assert "chmod 600" in done.stderr
