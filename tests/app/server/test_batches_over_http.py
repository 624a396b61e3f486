"""A batch: all or none, each entry under the rules of a single one."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.app.server.conftest import Running
from tests.app.server.harness import b64, check_problem, entry, post, signed_entry
from verifier.encoding import parse_base64
from verifier.evidence.receipt import parse_receipt

PATH = "/v1/batches"


def fresh(count: int) -> list[dict[str, object]]:
    return [entry(os.urandom(12)) for _ in range(count)]


def size_of(service: Running) -> int:
    return int(service.anyone.get("/checkpoint").text.split("\n")[1])


def test_in_order_with_positions(service: Running) -> None:
    nonce, entries = os.urandom(16), fresh(20)
    answer = post(service.client, {"entries": entries}, nonce, PATH)
    assert answer.status_code == 201, answer.text
    out = answer.json()["entries"]
    first = int(out[0]["index"])
    for position, (sent, got) in enumerate(zip(entries, out, strict=True)):
        assert int(got["index"]) == first + position
        submission = parse_receipt(got["receipt"].encode()).statement.submission
        assert (submission.nonce, submission.position) == (nonce, position)
        assert b64(submission.digests[0].value) == sent["digests"][0]["value"]  # type: ignore[index]
    again = post(service.client, {"entries": entries}, nonce, PATH)
    assert (again.status_code, again.content) == (200, answer.content)
    check_problem(post(service.client, {"entries": entries[:-1]}, nonce, PATH), 422, "key-reused")
    check_problem(post(service.client, {"entries": entries[::-1]}, nonce, PATH), 422, "key-reused")


def test_a_thousand(service: Running) -> None:
    before = size_of(service)
    answer = post(service.client, {"entries": fresh(1000)}, path=PATH)
    assert answer.status_code == 201
    assert len(answer.json()["entries"]) == 1000
    assert size_of(service) == before + 1000


def test_signed_by_the_submitter(service: Running) -> None:
    nonce, key = os.urandom(16), Ed25519PrivateKey.generate()
    account = parse_base64(service.client.get("/v1/accounts/me").json()["account"], "account")
    entries = [signed_entry(os.urandom(8), account, nonce, key, n) for n in range(3)]
    # the position is part of what is signed
    swapped = [entries[1], entries[0], entries[2]]
    problem = check_problem(post(service.client, {"entries": swapped}, nonce, PATH), 422,
                            "signature-refused")  # fmt: skip
    assert problem["detail"].startswith("entries[0]: ")
    check_problem(post(service.client, {"entries": entries}, None, PATH), 422, "signature-refused")
    check_problem(post(service.stranger, {"entries": entries}, nonce, PATH), 422,
                  "signature-refused")  # fmt: skip
    single = {k: v for k, v in entries[0].items() if k != "signature"}
    check_problem(
        post(service.client, {"entries": [single]}, nonce, PATH), 422, "signature-refused"
    )
    assert post(service.client, {"entries": entries}, nonce, PATH).status_code == 201


def test_all_or_none(service: Running) -> None:
    known = fresh(1)
    index = post(service.client, known[0]).json()["index"]
    before = size_of(service)
    good = fresh(5)
    # a digest that is known
    refused = post(service.client, {"entries": good + known}, path=PATH)
    assert check_problem(refused, 409, "digest-known")["index"] == index
    # a digest twice
    refused = post(service.client, {"entries": [*good, good[2]]}, path=PATH)
    problem = check_problem(refused, 422, "digest-twice-in-batch")
    assert problem["detail"] == "entries[5] has the digest of entries[2]"
    again = [{**good[0], "again": True}, {**good[0], "again": True}]
    check_problem(post(service.client, {"entries": again}, path=PATH), 422, "digest-twice-in-batch")
    # a value that is wrong
    refused = post(service.client, {"entries": [*good, entry(b"", dossier="x")]}, path=PATH)
    assert check_problem(refused, 422, "bad-value")["detail"].startswith("entries[5]: ")
    assert size_of(service) == before
    # "again" where it is known; the others are new
    wanted = [*good, {**known[0], "again": True}]
    assert post(service.client, {"entries": wanted}, path=PATH).status_code == 201
    assert size_of(service) == before + 6
