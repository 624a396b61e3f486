"""A marker is sent everywhere a client can write; afterwards it stands where it belongs and nowhere else."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.app.server.harness import (
    Server,
    b64,
    beilin,
    entry,
    environment,
    head,
    new_account,
    new_log,
    post,
    raw,
    running,
)
from tests.app.server.test_openapi import operations

LOOKED_AT = ("Authorization", "Content-Encoding", "Content-Type", "Idempotency-Key", "Prefer")
OTHERS = ("Cookie", "User-Agent", "Referer", "Origin", "X-Forwarded-For", "X-Real-IP", "Forwarded",
          "Traceparent", "X-Request-Id", "Accept", "Accept-Language", "If-None-Match", "Range", "Via",
          "Expect", "Upgrade")  # fmt: skip


class Marked:
    """A marker, what it may look like in other spellings, and every answer that it provoked."""

    def __init__(self) -> None:
        self.text = f"MARK{os.urandom(9).hex()}"
        self.answers: list[bytes] = []

    def needles(self) -> list[bytes]:
        """Return the marker as it is, in hex, and in base64 wherever it may begin."""
        plain = self.text.encode()
        found = [plain, plain.hex().encode(), self.text.lower().encode()]
        for shift in range(3):
            spelled = base64.b64encode(bytes(shift) + plain)
            found.append(spelled[4 if shift else 0 : -4])
        return found

    def keep(self, response: httpx.Response) -> httpx.Response:
        """Keep an answer; return it."""
        self.answers.append(repr(response.headers.multi_items()).encode() + response.content)
        return response


def _hostile_requests(server: Server, key: str, marked: Marked) -> None:
    """Send the marker in whatever a client chooses and the service has no use for."""
    text = marked.text
    with server.client(key) as client, server.client() as anyone:
        for name in (*LOOKED_AT, *OTHERS):
            for value in (text, f"Bearer {text}", f"application/json; {text}"):
                marked.keep(anyone.get("/v1/accounts/me", headers={name: value}))
                named: dict[str, Any] = {name.replace("-", "_"): value}
                marked.keep(post(client, b"{}", **named))
        for path, method, _ in operations():
            address = path.format(index=text, id=text, path=text, digest=text)
            marked.keep(client.request(method, address))
            marked.keep(client.request(method, f"{address}?{text}={text}"))
            marked.keep(client.request(method, f"{address}/{text}"))
        for method in ("DELETE", "OPTIONS", text):
            marked.keep(client.request(method, f"/{text}"))
        for body in _bodies(text):
            marked.keep(post(client, body))
            marked.keep(post(client, b'{"entries": [' + body + b"]}", path="/v1/batches"))
    for data in (
        f"GET /{text} HTTP/1.1\r\n\r\n", f"{text}\r\n\r\n", f"GET /livez HTTP/{text}\r\n\r\n",
        f"GET /livez HTTP/1.1\r\nHost: {text}\r\n{text}: {text}\r\nConnection: close\r\n\r\n",
        f"GET /livez HTTP/1.1\r\nHost: x\r\n{text}\r\n\r\n",
        f"POST /v1/entries HTTP/1.1\r\nHost: x\r\nContent-Length: {text}\r\n\r\n",
        head(key, "Transfer-Encoding: chunked").decode() + f"{text}\r\n",
        f"GET /livez HTTP/1.1\r\nHost: x\r\nX: {text * 2000}\r\n\r\n",
    ):  # fmt: skip
        marked.answers.append(raw(server, data.encode(), half_close=True)[0])


def _bodies(text: str) -> Iterator[bytes]:
    good = entry(b"one")
    yield text.encode()
    yield json.dumps(text).encode()
    yield json.dumps({text: text}).encode()
    yield json.dumps({**good, text: 1}).encode()
    yield f'{{"{text}": 1, "{text}": 2}}'.encode()
    yield f'{{"what": "{text}\\ud800"}}'.encode()
    for name in ("what", "digests", "dossier", "submitter", "signature", "again"):
        for value in (text, [text], {text: text}, b64(text.encode())):
            yield json.dumps({**good, name: value}).encode()
    for name in ("alg", "value"):
        yield json.dumps({**good, "digests": [{**good["digests"][0], name: text}]}).encode()


def found(server: Server, marked: Marked, needles: list[bytes], *, files: bool = True) -> list[str]:
    """Return the places where one of them stands."""
    with server.client() as anyone:
        metrics = anyone.get("/metrics").content + anyone.get("/readyz").content
    places = {"standard error": server.errors().encode(), "metrics": metrics}
    places |= {f"answer {number}": answer for number, answer in enumerate(marked.answers)}
    with closing(sqlite3.connect(server.data / "beilin.db")) as database:
        rows = database.execute("SELECT record FROM audit_log").fetchall()
    places["audit log"] = b"".join(row[0] for row in rows)
    if files:
        places |= {
            path.relative_to(server.data).as_posix(): path.read_bytes()
            for path in server.data.rglob("*")
            if path.is_file()
        }
    return [name for name, data in places.items() if any(needle in data for needle in needles)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    data = tmp_path_factory.mktemp("markers") / "data"
    new_log(data)
    return data, new_account(data, "somebody")


def test_what_a_client_writes_stands_nowhere(made: tuple[Path, str]) -> None:
    data, key = made
    marked = Marked()
    with running(data, batch_interval_ms=0, audit_interval_seconds=1) as server:
        _hostile_requests(server, key, marked)
        assert len(marked.answers) > 250
        assert found(server, marked, marked.needles()) == []
        assert server.stop() == 0
        assert "request" in server.errors()
        assert not [needle for needle in marked.needles() if needle in server.errors().encode()]
    shown = beilin("audit-log", "show", "--data", data)
    assert " denied " in shown
    assert marked.text not in shown


def test_api_keys_stand_nowhere(made: tuple[Path, str]) -> None:
    data, key = made
    secret = key[-43:]
    raw_secret = base64.urlsafe_b64decode(secret + "=")
    needles = [secret.encode(), raw_secret, raw_secret.hex().encode(), base64.b64encode(raw_secret)]
    marked = Marked()
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        for answer in (post(client, entry(os.urandom(8))), client.get("/v1/accounts/me"), post(client, b"{"),
                       client.get("/v1/entries/9/receipt"), client.get("/v1/entries/0/receipt")):  # fmt: skip
            marked.keep(answer)
        assert found(server, marked, needles) == []
        assert server.stop() == 0
        assert secret not in server.errors()


def _good(marked: Marked) -> tuple[dict[str, Any], bytes, list[bytes]]:
    """Return a request that is in order and made of secrets, and the secrets in every spelling."""
    nonce, dossier, content = os.urandom(16), os.urandom(16), os.urandom(32)
    body = entry(content, dossier=b64(dossier))
    digest = base64.b64decode(body["digests"][0]["value"])
    values = (nonce, dossier, digest)
    needles = [each for value in values for each in (value, b64(value).encode(), value.hex().encode(),
               repr(value).encode(), base64.urlsafe_b64encode(value))]  # fmt: skip
    return body, nonce, [*needles, *marked.needles()]


@pytest.mark.parametrize("fault", ["telling", "full", "internal"])
def test_nor_through_a_fault_of_ours(tmp_path: Path, fault: str) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "somebody")
    marked = Marked()
    body, nonce, needles = _good(marked)
    with running(data, fault=fault, batch_interval_ms=0) as server, server.client(key) as client:
        failed = marked.keep(post(client, body, nonce))
        assert failed.status_code >= 500, "the fault did not fire"
        marked.keep(post(client, {"entries": [body]}, nonce, path="/v1/batches"))
        marked.keep(client.get("/v1/entries/0/receipt"))
        marked.keep(
            client.get(
                f"/v1/dossiers/{body['dossier'].replace('/', '_').replace('+', '-')}/statement"
            )
        )
        assert found(server, marked, needles, files=False) == []
        server.stop()
        assert not [needle for needle in needles if needle in server.errors().encode()]


def test_nor_through_a_database_that_repeats_what_it_was_given(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "somebody")
    with closing(sqlite3.connect(data / "beilin.db")) as database:
        # SQLAlchemy's message of such a failure has the statement's parameters: salts and statements.
        database.execute(
            "CREATE TRIGGER boom BEFORE INSERT ON openings "
            "BEGIN SELECT RAISE(ABORT, 'a failure of the storage'); END"
        )
        database.commit()
    marked = Marked()
    body, nonce, needles = _good(marked)
    with running(data, batch_interval_ms=0) as server, server.client(key) as client:
        failed = marked.keep(post(client, body, nonce))
        assert failed.status_code == 503, "the fault did not fire"
        try:
            places = found(server, marked, needles, files=False)
        except httpx.TransportError:  # a contradiction ends the process
            places = []
        assert places == []
        server.stop()
        assert not [needle for needle in needles if needle in server.errors().encode()]


def test_names_and_contents_of_files_never_leave_the_client(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    data, key = made
    marked = Marked()
    source = tmp_path / f"{marked.text}.txt"
    source.write_text(f"the content {marked.text}\n")
    secret = tmp_path / "api-key"
    secret.write_text(key)
    policy = tmp_path / "policy"
    policy.write_text(beilin("policy", "--data", data))
    with running(data, batch_interval_ms=0) as server:
        sealed = tmp_path / f"{marked.text}.zip"
        said = _seal(server, secret, policy, source, sealed)
        assert sealed.exists(), said
        assert found(server, marked, marked.needles()) == []
        assert server.stop() == 0


def _seal(server: Server, secret: Path, policy: Path, source: Path, out: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "seal", str(source), "--server", server.url,
         "--key-file", str(secret), "--policy", str(policy), "--dossier", source.name, "--out", str(out)],
        env=environment() | {"BEILIN_HOME": str(out.parent / "home")},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_control_a_leak_is_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    new_log(data)
    key = new_account(data, "somebody")
    marked = Marked()
    with running(data, fault="leak", batch_interval_ms=0) as server, server.client(key) as client:
        assert found(server, marked, marked.needles()) == []
        marked.keep(client.get(f"/v1/{marked.text}"))
        assert found(server, marked, marked.needles()) == ["standard error"]
        secret = key[-43:].encode()
        assert found(server, marked, [secret]) == ["standard error"]
        # And one in a file, in base64, at another place of three bytes.
        other = Marked()
        (data / "log" / "stray").write_bytes(base64.b64encode(b"x" + other.text.encode()))
        assert found(server, other, other.needles()) == ["log/stray"]
