"""T-JSON over HTTP: every malformed body is a problem document of the right kind, never a 500."""

from __future__ import annotations

import json

import pytest

from tests.app.server.conftest import Running
from tests.app.server.harness import check_problem_bytes, entry, post
from tests.app.server.json_corpus import GOOD, NOT_JSON, NOT_OURS, TEXT, VALID

CASES = [(name, body, 400) for name, body in NOT_JSON.items()] + [
    (name, body, 422) for name, body in NOT_OURS.items()
]


@pytest.mark.parametrize(("name", "body", "status"), CASES, ids=[case[0] for case in CASES])
def test_one_entry(service: Running, name: str, body: bytes, status: int) -> None:
    if len(body) > 4096:
        status = 413
    answer = post(service.client, body)
    assert answer.status_code == status, answer.text
    document = check_problem_bytes(answer.content)
    assert "script" not in answer.text
    assert len(document["detail"]) < 200


@pytest.mark.parametrize(("name", "body", "status"), CASES, ids=[case[0] for case in CASES])
def test_as_the_second_of_a_batch(service: Running, name: str, body: bytes, status: int) -> None:
    batch = b'{"entries": [' + json.dumps(entry(b"good")).encode() + b", " + body + b"]}"
    answer = post(service.client, batch, path="/v1/batches")
    assert 400 <= answer.status_code < 500, answer.text
    check_problem_bytes(answer.content)


def test_nothing_of_all_that_was_anchored(service: Running) -> None:
    # The good entry of every batch above is still unknown, so none was done by half.
    answer = post(service.client, entry(b"good"))
    assert answer.status_code == 201, answer.text


def test_other_spellings_are_one_request(service: Running) -> None:
    nonce = b"other spellings."
    first = post(service.client, TEXT.encode(), nonce)
    assert first.status_code == 201
    for name, body in VALID.items():
        answer = post(service.client, body, nonce)
        assert (answer.status_code, answer.content) == (200, first.content), name


def test_the_batch_itself(service: Running) -> None:
    for body in (
        b"{}", b"[]", b'{"entries": {}}', b'{"entries": []}', b'{"entries": null}',
        b'{"entries": [], "x": 1}', b'{"entries": [[]]}', b'{"entries": [null]}',
        json.dumps({"entries": [entry(b"%d" % n) for n in range(1001)]}).encode(),
    ):  # fmt: skip
        answer = post(service.client, body, path="/v1/batches")
        assert answer.status_code == 422, answer.text
        check_problem_bytes(answer.content)
    twice = json.dumps({"entries": [GOOD]})
    answer = post(service.client, (twice[:-1] + ',"entries":[]}').encode(), path="/v1/batches")
    assert answer.status_code == 400
