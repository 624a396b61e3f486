"""One Idempotency-Key, one request, one answer; and a digest is anchored once unless asked."""

from __future__ import annotations

import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.app.server.conftest import Running
from tests.app.server.harness import b64, check_problem, entry, post
from verifier.encoding import parse_base64
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.merkle import leaf_hash


def test_a_new_request(service: Running) -> None:
    answer = post(service.client, entry(b"new"))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"index", "leaf_hash", "receipt", "state"}
    assert body["state"] == "published", "no witness is asked"
    assert answer.headers["location"] == f"/v1/entries/{body['index']}/receipt"
    receipt = parse_receipt(body["receipt"].encode())
    assert receipt.proof.index == int(body["index"])
    assert parse_base64(body["leaf_hash"], "leaf") == leaf_hash(receipt.entry_bytes)
    got = service.client.get(answer.headers["location"])
    assert (got.status_code, got.text) == (200, body["receipt"])
    assert got.headers["content-type"] == "text/plain; charset=utf-8"


def test_the_matrix(service: Running) -> None:
    nonce, content = os.urandom(16), os.urandom(9)
    body = entry(content)
    first = post(service.client, body, nonce)
    assert first.status_code == 201
    # the same key and request: 200 and the first answer, as often as one asks
    for _ in range(3):
        again = post(service.client, body, nonce)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["location"] == first.headers["location"]
    # the same key, something different
    for other in (
        entry(content, again=True), entry(content, dossier=b64(b"another dossier!")),
        entry(os.urandom(9)), {**body, "what": "manifest"},
    ):  # fmt: skip
        check_problem(post(service.client, other, nonce), 422, "key-reused")
    check_problem(
        post(service.client, {"entries": [body]}, nonce, "/v1/batches"), 422, "key-reused"
    )
    # another key, the same digest
    known = check_problem(post(service.client, body), 409, "digest-known")
    assert known["index"] == first.json()["index"]
    for other in ({**body, "what": "manifest"}, entry(content, dossier=b64(b"another dossier!"))):
        assert (
            check_problem(post(service.client, other), 409, "digest-known")["index"]
            == known["index"]
        )
    # on purpose
    second = post(service.client, entry(content, again=True))
    assert second.status_code == 201
    assert int(second.json()["index"]) > int(first.json()["index"])
    # another account has its own keys and digests
    foreign = post(service.stranger, body, nonce)
    assert foreign.status_code == 201
    assert foreign.json()["index"] not in (first.json()["index"], second.json()["index"])


def test_a_refused_request_leaves_its_key_free(service: Running) -> None:
    nonce = os.urandom(16)
    check_problem(post(service.client, entry(b"free", what="anchor"), nonce), 422, "bad-shape")
    assert post(service.client, entry(os.urandom(8)), nonce).status_code == 201


def test_many_at_once_with_one_key_get_one_entry(service: Running) -> None:
    nonce, body = os.urandom(16), entry(os.urandom(8))
    gate = threading.Barrier(8)

    def send(_: int) -> httpx.Response:
        with service.server.client(service.key) as client:
            gate.wait()
            return post(client, body, nonce)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    codes = sorted(answer.status_code for answer in answers)
    assert set(codes) <= {200, 201, 409}
    assert codes.count(201) == 1
    for answer in answers:
        if answer.status_code == 409:
            check_problem(answer, 409, "in-progress")
            assert answer.headers["retry-after"] == "1"
    assert len({a.content for a in answers if a.status_code != 409}) == 1


def test_many_at_once_with_one_digest_get_one_entry(service: Running) -> None:
    body = entry(os.urandom(8))
    gate = threading.Barrier(8)

    def send(_: int) -> httpx.Response:
        with service.server.client(service.key) as client:
            gate.wait()
            return post(client, body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    index = next(a.json()["index"] for a in answers if a.status_code == 201)
    for answer in answers:
        if answer.status_code == 409:
            assert check_problem(answer, 409, "digest-known")["index"] == index


def test_answers_are_json_that_any_parser_reads_alike(service: Running) -> None:
    answer = post(service.client, entry(os.urandom(8)))
    assert isinstance(json.loads(answer.content)["index"], str)  # 64-bit numbers are strings
