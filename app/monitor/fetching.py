"""Files of a log over HTTP, from a server that is not trusted with anything.

One server, no redirect, no proxy from the environment, no compression. Each
answer is bounded in bytes while it streams in, and in time from the first byte
sent to the last received: the deadline is one for the whole request, so that a
peer who sends a byte a second cannot stretch it. Nothing of an answer is
printed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import httpx

from .errors import NoAnswer

ANSWER_SECONDS: Final = 60.0
"""For one file: the largest bundle has 16 MiB."""
AT_ONCE: Final = 8
_HEADERS: Final = {
    "Accept-Encoding": "identity",
    # What stands on the way must ask again: an old checkpoint looks like a rollback.
    "Cache-Control": "no-cache",
    "User-Agent": "beilin-monitor",
}


class Source:
    """The files below one address. Not for several threads."""

    def __init__(self, url: str, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self.url = url.rstrip("/")
        self._seconds = answer_seconds
        self._loop = asyncio.Runner()
        self._http = httpx.AsyncClient(
            headers=_HEADERS,
            timeout=answer_seconds,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=AT_ONCE),
        )

    def close(self) -> None:
        """Close the connections."""
        self._loop.run(self._http.aclose())
        self._loop.close()

    def get(self, path: str, maximum: int) -> bytes | None:
        """Return a file of at most so many bytes, None where there is none. Raises NoAnswer."""
        return self.get_all([(path, maximum)])[0]

    def get_all(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        """Return several files, some asked for at once, in their order. Raises NoAnswer."""
        return self._loop.run(self._gather(wanted))

    async def _gather(self, wanted: Sequence[tuple[str, int]]) -> list[bytes | None]:
        turn = asyncio.Semaphore(AT_ONCE)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(turn, *each)) for each in wanted]
        except* NoAnswer as several:
            raise _first(several) from None
        return [task.result() for task in tasks]

    async def _one(self, turn: asyncio.Semaphore, path: str, maximum: int) -> bytes | None:
        async with turn:
            try:
                async with asyncio.timeout(self._seconds):
                    return await self._read(path, maximum)
            except TimeoutError:
                raise NoAnswer("应答超时", "the answer took too long") from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                name = type(error).__name__
                raise NoAnswer(f"无法连接或连接中断（{name}）", f"no connection ({name})") from None

    async def _read(self, path: str, maximum: int) -> bytes | None:
        async with self._http.stream("GET", f"{self.url}/{path}") as response:
            if response.status_code == 404:
                return None
            if response.status_code != 200:
                raise NoAnswer(
                    f"HTTP 状态 {response.status_code}", f"HTTP status {response.status_code}"
                )
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise NoAnswer(
                    "应答被压缩，而未请求压缩", "the answer is compressed, which was not asked for"
                )
            data = bytearray()
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > maximum:
                    raise NoAnswer(
                        f"应答超过 {maximum} 字节", f"the answer has more than {maximum} bytes"
                    )
            return bytes(data)


def _first(several: BaseExceptionGroup[NoAnswer]) -> NoAnswer:
    found: BaseException = several
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, NoAnswer)
    return found
