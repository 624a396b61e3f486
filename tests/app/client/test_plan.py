"""The plan of a seal: written and read back, and nothing in it can be changed unnoticed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from app.client.identity import Identity
from app.client.inputs import find_inputs
from app.client.plan import Plan, digests_of, manifest_of, parse_plan
from app.client.progress import Meter
from app.client.scan import Secrets, scan
from tests.app.client.support import CHAT, write
from verifier.errors import VerifierError
from verifier.evidence.submission import Submission


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    write(tmp_path / "in/chat.txt", CHAT)
    write(tmp_path / "in/IMG-20240101-WA0001.jpg", b"picture")
    write(tmp_path / os.fsdecode(b"in/\xff\n%"), b"")
    identity = Identity(bytes(range(32)))
    with (tmp_path / "spool").open("w+b") as spool:
        files, _ = scan(
            find_inputs([str(tmp_path / "in")]),
            lambda n: Secrets(bytes([n]) * 32, bytes([n + 50]) * 32, bytes([n + 100]) * 32),
            spool,
            Meter(),
        )
    manifest = manifest_of(files, bytes(32))
    submission = Submission(
        "log.example/one", bytes(16), bytes(16), "manifest", digests_of(manifest),
        bytes(16), None, identity.public_key,
    )  # fmt: skip
    signature = identity.sign(submission.to_bytes())
    return Plan("http://h", "案卷", False, tuple(files), bytes(32), manifest, submission, signature)


def test_it_is_read_back_as_it_was(plan: Plan):
    assert parse_plan(plan.to_bytes()) == plan
    assert [each.role for each in plan.files] == ["media", "original", "original"]


def paths_of(value: object, at: tuple[object, ...] = ()):
    items: list[tuple[object, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    if not items:
        yield at
    for key, child in items:
        yield from paths_of(child, (*at, key))


# Where a file lies, which server it was, what the person calls the matter, where in the spool
# a table lies: compared with the request or checked against the bytes when it is taken up.
FREE = {"path", "server", "dossier", "again", "table"}


def test_every_value_is_bound(plan: Plan):
    whole = json.loads(plan.to_bytes())
    changed = 0
    for path in paths_of(whole):
        if FREE & set(path):
            continue
        for other in ("A", 7, None, True):
            values = json.loads(plan.to_bytes())
            place = values
            for key in path[:-1]:
                place = place[key]
            if place[path[-1]] == other:
                continue
            place[path[-1]] = other
            with pytest.raises(VerifierError):
                parse_plan(json.dumps(values).encode())
            changed += 1
    assert changed > 60


def test_a_missing_value_is_malformed(plan: Plan):
    for key in json.loads(plan.to_bytes()):
        values = json.loads(plan.to_bytes())
        del values[key]
        if key == "signature":
            values[key] = None
        with pytest.raises(VerifierError):
            parse_plan(json.dumps(values).encode())
