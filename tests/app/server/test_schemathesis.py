"""The running service keeps its document: schemathesis, every check, every phase.

None of its checks is left out. One has little to look at: object_level_authorization compares JSON
objects, and receipts are texts; who may read what is the matrix of test_tenancy.py. What ``fuzz_hooks.py`` changes in requests is said there.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from app.server.openapi import DOCUMENT
from ledger.log import Log
from tests.app.server.harness import (
    PATIENCE,
    ROOT,
    Server,
    b64,
    entry,
    new_account,
    new_log,
    post,
    running,
)

PHASES = "examples,coverage,fuzzing,stateful"
OPERATIONS = sum(map(len, DOCUMENT["paths"].values()))


class Target(NamedTuple):
    """A service with something in it, and what schemathesis is told of it."""

    server: Server
    folder: Path
    there: dict[str, Any]


@contextmanager
def targeted(folder: Path, **settings: int) -> Iterator[Target]:
    """Run a new log with a declaration, two accounts and two entries in it."""
    data = folder / "data"
    new_log(data)
    with Log.open(data, read_only=True) as log:
        note = log.publish_declaration({"plat.clean": "一"})
    digest = b64(hashlib.sha256(note).digest()).replace("+", "-").replace("/", "_")
    keys = {name: new_account(data, name) for name in ("first", "second")}
    peers = [
        f"  - name: {name}\n    fixedHeaders:\n      - name: Authorization\n"
        f"        value: Bearer {key}\n"
        for name, key in keys.items()
    ]
    (folder / "auth.yaml").write_text("auth:\n" + "".join(peers))
    with running(data, batch_interval_ms=1, **settings) as server:
        there: dict[str, Any] = {"accounts": {}, "digest": digest, "tile": "0/000.p/2"}
        for name, key in keys.items():
            with server.client(key) as client:
                assert post(client, entry(name.encode())).status_code == 201
                account = client.get("/v1/accounts/me").json()
            there["accounts"][name], there["origin"] = account["account"], account["origin"]
        yield Target(server, folder, there)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    # No limit of wrong keys: three hundred of them, and all the rest would be 429.
    with targeted(tmp_path_factory.mktemp("fuzz"), rate_failed_keys_per_minute=0) as made:
        yield made


def run(target: Target, *options: str, document: Any = None) -> tuple[int, str]:
    """Run schemathesis against the service; return its exit code and its words."""
    # From a file: asked for by its address, it would leave that address out.
    place = target.folder / "document.json"
    place.write_text(json.dumps(DOCUMENT if document is None else document))
    program = Path(sys.executable).with_name("schemathesis")
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("SCHEMATHESIS", "BEILIN_"))}  # fmt: skip
    done = subprocess.run(
        [program, "run", str(place), "--url", target.server.url, "--checks", "all",
         "--auth-wfc", str(target.folder / "auth.yaml"), "--generation-database", "none",
         "--no-color", "--request-timeout", str(PATIENCE), *options],
        cwd=target.folder, capture_output=True, text=True, check=False,
        env=kept | {"SCHEMATHESIS_HOOKS": "tests.app.server.fuzz_hooks", "COLUMNS": "100",
                    "PYTHONPATH": str(ROOT), "FUZZ_THERE": json.dumps(target.there)},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def cases(said: str) -> int:
    """Return how many cases were tried; fails where not every address was."""
    assert f"Selected: {OPERATIONS}/{OPERATIONS}" in said, said
    assert f"Tested: {OPERATIONS}" in said, said
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert re.search(rf"✅ +{phase}", said), said
    covered = re.search(r"API Links: +([0-9]+) covered", said)
    assert covered is not None
    assert int(covered[1]) >= 6, "what the document links is followed"
    found = re.search(r"([0-9]+) generated, ([0-9]+) passed", said)
    assert found is not None, said
    return int(found[1])


def test_the_service_keeps_its_document(target: Target) -> None:
    code, said = run(target, "--phases", PHASES, "--seed", "1", "--max-examples", "6")
    assert code == 0, said
    assert cases(said) > 400


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 4))
def test_it_keeps_it_for_long(target: Target, seed: int) -> None:
    report = target.folder / f"report-{seed}"
    code, said = run(
        target, "--phases", PHASES, "--seed", str(seed), "--max-examples", "200",
        "--report", "junit,ndjson", "--report-dir", str(report),
    )  # fmt: skip
    print(said, f"the full report is in {report}")
    assert code == 0, said
    assert cases(said) > 3000


def _without_a_status(document: Any) -> None:
    del document["paths"]["/v1/accounts/me"]["get"]["responses"]["200"]


def _with_another_shape(document: Any) -> None:
    document["components"]["schemas"]["Account"]["properties"]["account"]["pattern"] = "^x$"


def _with_a_lock_on_the_log(document: Any) -> None:
    document["paths"]["/checkpoint"]["get"]["security"] = [{"apiKey": []}]


def _with_a_looser_entry(document: Any) -> None:
    del document["components"]["schemas"]["EntryIn"]["properties"]["dossier"]["pattern"]


@pytest.mark.parametrize(
    ("change", "address", "said_of_it"),
    [
        (_without_a_status, "/v1/accounts/me", "Undocumented status code"),
        (_with_another_shape, "/v1/accounts/me", "Response violates schema"),
        (_with_a_lock_on_the_log, "/checkpoint", "API accepts requests without authentication"),
        (_with_a_looser_entry, "/v1/entries", "Schema-valid request rejected"),
    ],
)
def test_control_a_document_that_is_not_kept_is_found(
    target: Target, change: Any, address: str, said_of_it: str
) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    change(document)
    code, said = run(
        target, "--phases", "examples,coverage,fuzzing", "--max-examples", "3", "--seed", "1",
        "--include-path", address, document=document,
    )  # fmt: skip
    assert code == 1, said
    assert said_of_it in said


def test_control_a_service_that_fails_is_found(tmp_path: Path, target: Target) -> None:
    new_log(tmp_path / "data")
    new_account(tmp_path / "data", "first")
    with running(tmp_path / "data", fault="internal") as server:
        key = new_account(tmp_path / "data", "second")
        failing = Target(server, tmp_path, target.there)
        (tmp_path / "auth.yaml").write_text(
            "auth:\n  - name: first\n    fixedHeaders:\n      - name: Authorization\n"
            f"        value: Bearer {key}\n"
        )
        code, said = run(failing, "--phases", "coverage", "--include-path", "/v1/entries")
    assert code == 1, said
    assert "Server error" in said
    assert "SECRET" not in said


def test_it_keeps_it_where_callers_are_held_back(tmp_path: Path) -> None:
    """With little allowed, 429 is what most requests get."""
    with targeted(tmp_path, rate_key_per_minute=20, rate_failed_keys_per_minute=20) as little:
        code, said = run(little, "--phases", "examples,coverage", "--seed", "1")
        with little.server.client() as client:
            metrics = client.get("/metrics").text
    assert code == 0, said
    held = re.findall(r'beilin_http_requests_total\{.*status="429"\} ([0-9]+)', metrics)
    assert sum(map(int, held)) > 20
