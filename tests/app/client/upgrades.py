"""What the tests of `beilin upgrade` share."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.app.client.support import Client, beilin
from verifier.evidence.zip_container import Container

LATEST = "package/data/receipt-latest.txt"


def arguments(client: Client, path: Path | None = None, **named: object) -> list[str]:
    url, key = named.get("server", client.service.url), named.get("key", client.service.key)
    words = ["upgrade", str(path or client.out), "--server", str(url), "--key-file", str(key)]
    policy = named.get("policy", client.service.policy)
    words += [] if policy is None else ["--policy", str(policy)]
    return words + ([] if "out" not in named else ["--out", str(named["out"])])


def upgrade(
    client: Client, path: Path | None = None, **named: object
) -> subprocess.CompletedProcess[str]:
    return beilin(*arguments(client, path, **named), env=client.environment())


def members(path: Path) -> dict[str, bytes]:
    with Container(path) as box:
        return {name: box.read(name, 1 << 24) for name in box.members}


def leftovers(client: Client) -> set[str]:
    return {path.name for path in client.folder.iterdir() if "upgrade" in path.name}
