"""What a second run does with the plan of a first one that did not end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.client.support import Client, write
from tests.app.client.test_interrupted import killed


@pytest.fixture
def planned(client: Client, tmp_path: Path) -> Path:
    """A file whose seal was killed after the server had answered."""
    path = write(tmp_path / "in/a.txt", b"one")
    assert killed(client, "submitted", client.arguments(path)) == -9
    return path


def refused(client: Client, word: str, code: int, *paths: Path, **named: object) -> None:
    before, part = client.service.size(), client.part.read_bytes()
    done = client.seal(*paths, **named)
    assert (done.returncode, word in done.stderr) == (code, True), done.stderr
    assert client.part.read_bytes() == part
    assert client.service.size() == before
    assert not client.out.exists()


def test_a_file_that_changed_is_refused_and_taken_again_once_it_is_back(
    client: Client, planned: Path
):
    planned.write_bytes(b"two")
    refused(client, "not what it was before", 77, planned)
    planned.unlink()
    refused(client, "Cannot read", 65, planned)
    planned.write_bytes(b"one")
    assert client.seal(planned).returncode == 0
    assert client.verify().verdict == "TOTAL-PASSED"


def test_another_request_is_refused(client: Client, planned: Path, tmp_path: Path):
    other = write(tmp_path / "other", b"o")
    refused(client, "unfinished seal", 77, other)
    refused(client, "unfinished seal", 77, planned, other)
    refused(client, "unfinished seal", 77, planned, dossier="another")
    refused(client, "unfinished seal", 77, planned, more=["--again"])
    account = client.service.new_account(f"another-{tmp_path.name}")
    refused(client, "another log or account", 77, planned, key=account)


def test_a_damaged_plan_is_refused(client: Client, planned: Path):
    whole = client.part.read_bytes()
    values = json.loads(whole)
    salt = values["files"][0]["salt"]
    swapped = ("B" if salt[0] == "A" else "A") + salt[1:]
    for damaged in (b"", whole[:-40], b"{}", whole.replace(salt.encode(), swapped.encode()),
                    whole.replace(b"plan/v1", b"plan/v2")):  # fmt: skip
        client.part.write_bytes(damaged)
        refused(client, "damaged", 65, planned)
    client.part.write_bytes(whole)
    assert client.seal(planned).returncode == 0


def test_two_at_once_do_not_race(client: Client, tmp_path: Path):
    from app.client.durable import locked

    path = write(tmp_path / "in/a.txt", b"one")
    with locked(client.part.with_name("package.zip.part.lock"), wait=False):
        done = client.seal(path)
        assert done.returncode == 75
        assert "Another run" in done.stderr
    assert client.seal(path).returncode == 0


def test_again_makes_a_new_item(client: Client, tmp_path: Path):
    path = write(tmp_path / "in/a.txt", b"one")
    for n in (1, 2):
        assert client.seal(path, out=tmp_path / f"{n}.zip", more=["--again"]).returncode == 0
    items = [client.parsed(tmp_path / f"{n}.zip").statement.item for n in (1, 2)]
    assert items == [1, 2]
