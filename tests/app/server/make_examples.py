"""``python -m tests.app.server.make_examples`` asks a new log what the OpenAPI document shows.

Written once and committed; it is run again where an answer changes its shape.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log import Log
from tests.app.server.harness import (
    ORIGIN,
    ROOT,
    b64,
    beilin,
    entry,
    new_account,
    post,
    running,
    signed_entry,
)
from verifier.encoding import parse_base64

PLACE = ROOT / "app/server/documented/examples.json"


def asked(folder: Path) -> dict[str, Any]:
    """Run a log in ``folder`` and return what was sent and what it answered."""
    data = folder / "data"
    beilin("init", "--data", data, "--origin", ORIGIN)
    with Log.open(data, read_only=True) as log:
        log.publish_declaration({"plat.clean": "an example 示例"})
    key = new_account(data, "example")
    found: dict[str, Any] = {"policy": beilin("policy", "--data", data)}
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        found["account"] = client.get("/v1/accounts/me").json()
        account = parse_base64(found["account"]["account"], "account", length=16)
        nonce = os.urandom(16)
        dossier = b64(os.urandom(16))
        found["idempotency_key"] = b64(nonce)
        found["entry_in"] = entry(b"Lease of 1 March 2026\n") | {"dossier": dossier}
        found["entry_out"] = post(client, found["entry_in"], nonce).json()
        signed = signed_entry(
            b"signed", account, os.urandom(16), Ed25519PrivateKey.generate(), None
        )
        found["signed"] = {name: signed[name] for name in ("submitter", "signature")}
        found["batch_in"] = {"entries": [entry(text) | {"dossier": dossier}
                                         for text in (b"first\n", b"second\n")]}  # fmt: skip
        found["batch_out"] = post(client, found["batch_in"], path="/v1/batches").json()
        found["accepted"] = post(
            client, entry(b"later") | {"dossier": dossier}, prefer="respond-async"
        ).json()
        for name, path in (
            ("receipt", "/v1/entries/0/receipt"),
            ("dossier_statement", f"/v1/dossiers/{dossier.replace('/', '_')}/statement"),
            ("declaration", "/v1/declaration"),
            ("checkpoint", "/checkpoint"),
        ):
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            found[name] = answer.text
    found["metrics"] = (
        "# HELP beilin_log_size_entries Entries published.\n"
        "# TYPE beilin_log_size_entries gauge\nbeilin_log_size_entries 58\n"
    )
    return found | {"live": "ok\n", "ready": "ready\n", "document": {"openapi": "3.1.0"}}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        values = asked(Path(name))
    PLACE.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
