"""Every error has the one shape, whoever raises it: the router, the parser, a limit, a fault."""

from __future__ import annotations

import os
from pathlib import Path

from tests.app.server.conftest import Running
from tests.app.server.harness import (
    b64,
    check_problem,
    check_problem_bytes,
    entry,
    new_account,
    new_log,
    post,
    raw,
    running,
)


def test_addresses_that_are_not_there(service: Running) -> None:
    for path in ("/", "/v1", "/v1/", "/v1/entries/", "/v1/entries/0", "/v1/nothing", "/docs",
                 "/redoc", "/checkpoint/", "/livez/", "//checkpoint", "/tile", "/%00",
                 "/<script>", "/v1/entries/0/receipt/", "/v1/dossiers//statement"):  # fmt: skip
        answer = check_problem(service.client.get(path), 404, "not-found")
        assert "script" not in str(answer)


def test_methods_that_are_not_taken(service: Running) -> None:
    for method, path, allowed in (
        ("GET", "/v1/entries", {"POST"}), ("DELETE", "/v1/entries", {"POST"}),
        ("PUT", "/v1/batches", {"POST"}), ("TRACE", "/livez", {"GET", "HEAD"}),
        ("POST", "/checkpoint", {"GET", "HEAD"}), ("OPTIONS", "/v1/entries", {"POST"}),
        ("PATCH", "/v1/entries/0/receipt", {"GET", "HEAD"}), ("BREW", "/livez", None),
    ):  # fmt: skip
        if allowed is None:  # the parser does not know the method
            answer = raw(service.server, f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())[0]
            assert answer.startswith(b"HTTP/1.1 400 ")
            continue
        response = service.client.request(method, path)
        check_problem(response, 405, "method-not-allowed")
        assert set(response.headers["allow"].split(", ")) == allowed


def test_who_asks_comes_before_what(service: Running) -> None:
    for value in (
        None, "", "Bearer", "Basic abc", service.key,
        f"Bearer  {service.key}", f"Bearer {service.key},", f"Bearer {service.key[:-1]}",
        f"Bearer {service.key}x", "Bearer " + "x" * 300, f"Bearer {service.key.swapcase()}",
    ):  # fmt: skip
        headers = {} if value is None else {"Authorization": value}
        named = {"Content-Type": "application/json"} | headers
        for answer in (
            service.anyone.post("/v1/entries", content=b"not even JSON", headers=named),
            service.anyone.post("/v1/batches", content=b"{}", headers=named),
            service.anyone.get("/v1/entries/0/receipt", headers=headers),
            service.anyone.get("/v1/entries/0/receipt/latest", headers=headers),
            service.anyone.get("/v1/accounts/me", headers=headers),
            service.anyone.get(f"/v1/dossiers/{'A' * 22}==/statement", headers=headers),
        ):
            check_problem(answer, 401, "unauthorized")
            assert answer.headers["www-authenticate"] == "Bearer"


def test_media_type_and_encoding(service: Running) -> None:
    body = entry(b"media")
    for value in ("", "text/plain", "application/json5", "application/json; charset=utf-16",
                  "application/jsonx", "application/x-www-form-urlencoded", "*/*"):  # fmt: skip
        check_problem(post(service.client, body, Content_Type=value), 415, "media-type")
    check_problem(post(service.client, body, Content_Encoding="gzip"), 415, "media-type")
    for value in ("application/json", "Application/JSON", "application/json; charset=UTF-8"):
        answer = post(service.client, entry(os.urandom(8)), Content_Type=value)
        assert answer.status_code == 201


def test_idempotency_key_is_required_in_one_spelling(service: Running) -> None:
    body = entry(b"idempotency key")
    for value in ("", b64(bytes(15)), b64(bytes(17)), "A" * 22, "A" * 22 + "=", "A" * 21 + "B==",
                  f'"{b64(bytes(16))}"', "-" * 22 + "==", "x", b64(bytes(16)) + ", x"):  # fmt: skip
        answer = post(service.client, body, Idempotency_Key=value)
        check_problem(answer, 400, "idempotency-key")
    answer = service.client.post("/v1/entries", json=body)
    check_problem(answer, 400, "idempotency-key")


def test_headers_that_stand_twice_and_queries(service: Running) -> None:
    head = (
        b"POST /v1/entries HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Type: application/json\r\nContent-Length: 2\r\n"
        b"Authorization: Bearer " + service.key.encode() + b"\r\n"
    )
    key = b"Idempotency-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    for more in (key + key, key + b"Authorization: Bearer x\r\n", key + b"Content-Type: x/y\r\n"):
        answer, _ = raw(service.server, head + more + b"\r\n{}")
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert check_problem_bytes(answer.partition(b"\r\n\r\n")[2])["code"] == "bad-request"
    for path in ("/v1/entries?a=1", "/v1/entries?a=1&a=2"):
        check_problem(post(service.client, {}, path=path), 400, "bad-query")
    check_problem(service.client.get("/v1/accounts/me?x"), 400, "bad-query")


def test_bodies_that_are_too_large(service: Running) -> None:
    check_problem(post(service.client, b"x" * 5000), 413, "body-too-large")
    answer = post(service.client, b"x" * (1 << 20 | 1), path="/v1/batches")
    check_problem(answer, 413, "body-too-large")
    assert answer.headers["connection"] == "close"


def test_a_fault_of_ours_is_a_500_that_tells_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    api_key = new_account(data, "anyone")
    with running(data, fault="internal") as server, server.client(api_key) as client:
        document = check_problem(post(client, entry(b"fault")), 500, "internal")
        assert "SECRET" not in str(document)
        assert document["retryable"]
        batch = {"entries": [entry(b"fault")]}
        check_problem(post(client, batch, path="/v1/batches"), 500, "internal")
        check_problem(client.get("/v1/entries/0/receipt"), 500, "internal")
        assert server.stop() == 0
        log_text = server.errors()
        assert document["trace_id"] in log_text
        assert "RuntimeError" in log_text
        assert "SECRET" not in log_text
        assert api_key not in log_text


def test_secrets_never_reach_the_log(service: Running) -> None:
    marker = "marker-secret-7391"
    service.client.get(f"/v1/{marker}", headers={"X-Other": marker})
    post(service.anyone, {marker: marker}, Authorization=f"Bearer {marker}")
    post(service.client, {marker: marker})
    raw(service.server, marker.encode() + b" / HTTP/1.1\r\n\r\n")
    metrics = service.anyone.get("/metrics").text
    for text in (service.server.errors(), metrics):
        assert marker not in text
        assert service.key not in text
        assert service.other not in text
