"""The service over HTTP, as a client that trusts no answer.

Requests go to one server and follow no redirect. Answers are bounded in size
and time and read strictly; nothing that a server says is printed. A request
that may have been carried out is repeated with the same Idempotency-Key, which
never anchors twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from app.commands.common import (
    EXIT_BAD_INPUT,
    EXIT_NOT_REACHABLE,
    Refusal,
)
from verifier.encoding import parse_base64, parse_decimal, to_base64
from verifier.errors import VerifierError
from verifier.evidence.submission import ID_BYTES, Submission
from verifier.tlog.checkpoint import check_origin

from .address import is_here
from .refusals import of_problem
from .strict import parse_object, text_of
from .words import tell

MAX_ANSWER_BYTES: Final = 4 << 20
"""A receipt has at most 1 MiB; as JSON, with room."""
ANSWER_SECONDS: Final = 150
ATTEMPTS: Final = 6
_ABSENT: Final = (404, 410)
"""Not there, or not for this key; and not any more, because it was erased."""
_MOST_PATIENCE_SECONDS: Final = 10
"""A server that asks for more is left alone: the same command can be run again later."""
_AGAIN: Final = {408, 425, 429, 500, 502, 503, 504}


class Account(NamedTuple):
    """Whose key it is, and the name of the log the server writes."""

    account: bytes
    origin: str


class Accepted(NamedTuple):
    """The server's answer to a submission; nothing in it is checked yet."""

    index: int  # type: ignore[assignment]  # hides tuple.index, which has no use here
    leaf_hash: bytes
    receipt: bytes


class Answer(NamedTuple):
    """One HTTP answer, bounded."""

    status: int
    body: bytes
    retry_after: int | None


def parse_key(data: bytes) -> str:
    """Return the API key in a key file: one line of printable ASCII."""
    try:
        key = data.decode("ascii").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        key = ""
    if not 1 <= len(key) <= 512 or not all("!" <= c <= "~" for c in key):
        raise Refusal(
            EXIT_BAD_INPUT,
            "--key-file 应只含一行 API 密钥（由运营方以 beilin account new 发放）。",
            "--key-file must hold one line, the API key (the operator makes it with: beilin "
            "account new).",
        )
    return key


class Api:
    """One server, one API key. ``pause`` and ``clock`` exist for the tests."""

    def __init__(
        self,
        server: str,
        key: str,
        *,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pause = pause
        self._clock = clock
        self._server = server
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(60, connect=10),
            follow_redirects=False,
            # A proxy of the environment must not stand between us and this machine.
            trust_env=not is_here(urlsplit(server).hostname or ""),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # -- what there is to ask

    def account(self) -> Account:
        """Return whose key this is and which log the server writes."""
        values = self._object(self._ask("GET", "/v1/accounts/me"))
        with _garbled():
            origin = text_of(values, "origin", "answer")
            check_origin(origin)
            account = parse_base64(
                text_of(values, "account", "answer"), "answer: account", length=ID_BYTES
            )
        return Account(account, origin)

    def submit(self, submission: Submission, signature: bytes | None, *, again: bool) -> Accepted:
        """Submit, repeating with the same key until there is an answer or patience ends."""
        body: dict[str, Any] = {
            "what": submission.what,
            "digests": [
                {"alg": alg, "value": to_base64(value)} for alg, value in submission.digests
            ],
            "dossier": to_base64(submission.dossier),
        }
        if submission.submitter is not None and signature is not None:
            body["submitter"] = to_base64(submission.submitter)
            body["signature"] = to_base64(signature)
        if again:
            body["again"] = True
        headers = {
            "Idempotency-Key": to_base64(submission.nonce),
            "Content-Type": "application/json",
        }
        answer = self._ask("POST", "/v1/entries", json.dumps(body).encode(), headers)
        values = self._object(answer)
        with _garbled():
            return Accepted(
                parse_decimal(text_of(values, "index", "answer"), "answer: index"),
                parse_base64(
                    text_of(values, "leaf_hash", "answer"), "answer: leaf_hash", length=32
                ),
                text_of(values, "receipt", "answer").encode(),
            )

    def latest(self, index: int) -> bytes | None:
        """Return the better receipt of an entry as it came, None where there is none for this key."""
        answer = self._ask("GET", f"/v1/entries/{index}/receipt/latest", missing_ok=True)
        return None if answer.status in _ABSENT else answer.body

    def static(self, path: str, maximum: int) -> bytes | None:
        """Return a public file of the log (``checkpoint`` or a tile), None where there is none."""
        answer = self._ask("GET", f"/{path}", missing_ok=True)
        if answer.status in _ABSENT:
            return None
        if len(answer.body) > maximum:
            raise not_beilin()
        return answer.body

    # -- how it is asked

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        missing_ok: bool = False,
    ) -> Answer:
        wait = 0.5
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS
            try:
                answer = self._once(method, path, body, headers or {})
            except (httpx.TransportError, httpx.InvalidURL) as error:
                # What was sent may have been carried out, so a POST is repeated.
                if last or (method == "GET" and attempt > 1) or _is_down(error, method):
                    raise _broken(error) from None
                answer = None
            if answer is not None:
                if answer.status in (200, 201) or (answer.status in _ABSENT and missing_ok):
                    return answer
                after = answer.retry_after or 0
                if last or not _may_repeat(answer) or after > _MOST_PATIENCE_SECONDS:
                    raise of_problem(answer.status, answer.body)
                wait = max(wait, after)
            if wait >= 2:
                tell(
                    f"服务器暂无应答结果，{wait:.0f} 秒后以同一请求重试。",
                    f"No result from the server yet; repeating the same request in {wait:.0f} s.",
                )
            self._pause(wait)
            wait = min(wait * 2, _MOST_PATIENCE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        end = self._clock() + ANSWER_SECONDS
        with self._http.stream(
            method, self._server + path, content=body, headers=headers
        ) as response:
            data = bytearray()
            for chunk in response.iter_raw():
                data += chunk
                if len(data) > MAX_ANSWER_BYTES:
                    raise not_beilin()
                if self._clock() > end:
                    raise httpx.ReadTimeout("the whole answer took too long")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise not_beilin()
            after = response.headers.get("Retry-After", "")
            seconds = int(after) if after.isascii() and after.isdigit() and len(after) < 6 else None
            return Answer(response.status_code, bytes(data), seconds)

    @staticmethod
    def _object(answer: Answer) -> dict[str, Any]:
        with _garbled():
            return parse_object(answer.body, "answer")


def _is_down(error: Exception, method: str) -> bool:
    return method == "GET" and isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))


def _broken(error: Exception) -> Refusal:
    garbled = isinstance(error, httpx.RemoteProtocolError) and "without" not in str(error)
    return not_beilin() if garbled else unreachable()


def _may_repeat(answer: Answer) -> bool:
    return answer.status in _AGAIN or (answer.status == 409 and answer.retry_after is not None)


class _garbled:  # noqa: N801 - used as a statement
    """Turns any malformed part of an answer into one refusal."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, VerifierError):
            raise not_beilin() from None


def unreachable() -> Refusal:
    """The server could not be reached, or the connection broke."""
    return Refusal(
        EXIT_NOT_REACHABLE,
        "无法连接服务器，或连接中断。请检查 --server 地址和网络，然后重新运行同一命令。",
        "The server cannot be reached, or the connection broke. Check --server and the network, "
        "then run the same command again.",
    )


def not_beilin() -> Refusal:
    """Something answered, but not as this service does."""
    return Refusal(
        EXIT_NOT_REACHABLE,
        "对方有应答，但不是碑林服务的应答。请检查 --server 地址（是否缺少路径、是否经过登录页面）。",
        "Something answered, but not as this service does. Check --server (a missing path, a "
        "log-in page on the way).",
    )
