"""The malformed corpus over every address of the document: the wanted status each time, never a 5xx."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.app.server.conftest import Running
from tests.app.server.harness import b64, check_problem_bytes, entry, post
from tests.app.server.json_corpus import GOOD, NOT_JSON, NOT_OURS
from tests.app.server.test_openapi import operations
from tests.app.server.test_tenancy import INDICES

WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "/v1/entries": lambda body: body,
    "/v1/batches": lambda body: b'{"entries": [' + body + b"]}",
}
"""How a single entry stands in the body of each POST; a new one must be put here."""
SEGMENTS = [
    *INDICES, "1e999", "NaN", "%2B5", "+5", "%205", "5%0A", "0%00", "%ff%fe", "%ed%a0%80", "٣", "0;1",
    "..", "%2e%2e", "\\", "'", '"', "<x>", "{index}", "A" * 43 + "=", b64(b"\xff" * 32), "=" * 44,
    "A" * 8000,
]  # fmt: skip


def posts() -> set[str]:
    return {path for path, method, _ in operations() if method == "post"}


def test_no_post_is_forgotten() -> None:
    assert posts() == set(WRAPPED)


def check(answer: httpx.Response, wanted: set[int], name: str) -> None:
    """Check that an answer is a problem of a wanted status."""
    assert answer.status_code in wanted, (name, answer.status_code, answer.text)
    assert check_problem_bytes(answer.content)["status"] == answer.status_code


@pytest.mark.parametrize("path", sorted(WRAPPED))
def test_bodies(service: Running, path: str) -> None:
    wrap = WRAPPED[path]
    for wanted, corpus in ((400, NOT_JSON), (422, NOT_OURS)):
        for name, body in corpus.items():
            sent = wrap(body)
            # Written into a batch two of them are something else: a list without its entry
            # is a batch of none, and two values are still none.
            allowed = {wanted}
            if len(sent) > 4096 and path == "/v1/entries":
                allowed = {413}
            if path == "/v1/batches" and not body.strip():
                allowed = {422}
            check(post(service.client, sent, path=path), allowed, name)
            check(post(service.anyone, sent, path=path), {401}, name)
    # Half of it well-formed: nothing of a refused request was anchored.
    answer = post(service.client, entry(path.encode()))
    assert answer.status_code == 201


@pytest.mark.parametrize("path", sorted(WRAPPED))
def test_what_is_not_json_at_all(service: Running, path: str) -> None:
    parts = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n" * 10_000
    for kind, body in (
        ("multipart/form-data; boundary=x", parts + b"--x--\r\n"),
        ("application/x-www-form-urlencoded", b"what=file&what=file"),
        ("application/xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("application/json; charset=gbk", b"{}"), ("text/json", b"{}"), ("application/json;", b"{}"),
    ):  # fmt: skip
        check(post(service.client, body, path=path, Content_Type=kind), {415}, kind)
    for query in ("?a=1&a=2", "?a[]=1", "?" + "a=1&" * 1000, "?%ff", "?index=0"):
        check(post(service.client, GOOD, path=path + query), {400}, query[:20])


def test_every_path_parameter(service: Running) -> None:
    reached = set()
    for path, method, operation in operations():
        names = re.findall(r"\{(\w+)\}", path)
        if not names:
            continue
        for segment in SEGMENTS:
            values: dict[str, Any] = dict.fromkeys(names, segment)
            for client in (service.client, service.anyone):
                try:
                    answer = client.request(method, path.format(**values))
                except httpx.InvalidURL:  # httpx itself writes no such thing
                    continue
                wanted = (
                    {404} if client is service.client or not operation["security"] else {401, 404}
                )
                assert answer.status_code in wanted, (path, segment, answer.status_code)
                if method != "head":
                    check_problem_bytes(answer.content)
                reached.add(path)
    assert len(reached) >= 5


def test_every_header_that_is_looked_at(service: Running) -> None:
    for value in ("", " ", "\t", "1", "NaN", "null", "é".encode(), b"\xff\xfe", b"\xed\xa0\x80", "A" * 8000,
                  "AAAAAAAAAAAAAAAAAAAAAA==\t", "AAAAAAAAAAAAAAAAAAAAAA==,AAAAAAAAAAAAAAAAAAAAAA==",
                  "０" * 22, b"\x80" * 24):  # fmt: skip
        spelled = value.encode() if isinstance(value, str) else value
        for path in WRAPPED:
            for name in ("Idempotency-Key", "Content-Type", "Content-Encoding", "Authorization"):
                sent = {b"Authorization": f"Bearer {service.key}".encode(),
                        b"Content-Type": b"application/json",
                        b"Idempotency-Key": b"AAAAAAAAAAAAAAAAAAAAAA==", name.encode(): spelled}  # fmt: skip
                try:
                    answer = service.anyone.post(path, content=b"{}", headers=list(sent.items()))
                except httpx.LocalProtocolError:  # httpx itself writes no such thing
                    continue
                check(answer, {400, 401, 415, 422, 431}, f"{name}: {value!r}")
