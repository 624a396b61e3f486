"""What no schema can say, made true before a request is sent (SCHEMATHESIS_HOOKS names this file).

Only in requests that are meant to be right; those that are meant to be wrong go out as drawn.
A signature holds over the submission, an Idempotency-Key names one request, and a batch has no
digest twice: no generator draws these by chance. After a 202 it waits as the document asks, before
the receipt is read. Where nothing could be found, two addresses are
given something that is there. Nothing here changes what is checked of an answer.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from itertools import count
from typing import Any

import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verifier.encoding import parse_base64
from verifier.evidence.digests import Digest
from verifier.evidence.submission import Submission

THERE = json.loads(os.environ.get("FUZZ_THERE", "{}"))
"""``accounts`` (identity → account id), ``origin``, ``tile`` and ``digest``: what the log holds."""
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
NUMBERS = count()


@schemathesis.hook
def before_call(context: Any, case: Any, **_: Any) -> None:
    """Make a request right that is meant to be."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.method == "POST" and isinstance(case.body, dict):
        fresh = hashlib.sha256(b"%d" % next(NUMBERS)).digest()[:16]
        case.headers["Idempotency-Key"] = base64.b64encode(fresh).decode()
        entries = case.body.get("entries")
        for position, entry in enumerate(entries or []):
            if position:
                unique = hashlib.sha256(fresh + b"%d" % position).digest()
                entry["digests"][0]["value"] = base64.b64encode(unique).decode()
            sign(entry, case, fresh, position)
        if entries is None:
            sign(case.body, case, fresh, None)
    # Every other one: what is not there is asked for too.
    path = case.operation.path
    for name, there in (("path", "tile"), ("digest", "digest")):
        if path in ("/tile/{path}", "/v1/declarations/{digest}") and name in case.path_parameters:
            if next(NUMBERS) % 2:
                case.path_parameters[name] = THERE[there]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Wait after a 202: until the entry is published its Location is a 404 with Retry-After."""
    if response.status_code != 202:
        return
    base = case.operation.base_url or ""
    asked = {"Authorization": response.request.headers["Authorization"]}
    for _ in range(600):
        there = requests.get(base + response.headers["location"][0], headers=asked, timeout=60)
        if there.status_code != 404:
            return
        assert "retry-after" in there.headers
        time.sleep(0.05)
    raise AssertionError("202, and never published")


def sign(entry: dict[str, Any], case: Any, nonce: bytes, position: int | None) -> None:
    """Put a signature that holds where there is one."""
    if "submitter" not in entry:
        return
    public = KEY.public_key().public_bytes_raw()
    account = THERE["accounts"][case.auth_identity or "first"]
    submission = Submission(
        THERE["origin"], parse_base64(account, "account", length=16),
        parse_base64(entry["dossier"], "dossier", length=16), entry["what"],
        tuple(Digest(each["alg"], parse_base64(each["value"], "digest"))
              for each in entry["digests"]),
        nonce, position, public,
    )  # fmt: skip
    entry["submitter"] = base64.b64encode(public).decode()
    entry["signature"] = base64.b64encode(KEY.sign(submission.to_bytes())).decode()
