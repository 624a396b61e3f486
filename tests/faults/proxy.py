"""A TCP proxy that treats a connection as a bad network does; runs in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Literal

Behaviour = Literal["plain", "reset", "cut", "slices", "late", "lost answer"]
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards one connection after the other to ``target``."""

    def __init__(self, target: tuple[str, int], behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.fired = 0
        self.address = ("127.0.0.1", 0)
        self._target = target
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._main()])
        self._thread.start()
        assert self._ready.wait(60)

    async def _main(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = server.sockets[0].getsockname()
        self._ready.set()
        async with server:
            await self._over.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*self._target)
        try:
            up = asyncio.create_task(self._pump(reader, back, answers=False))
            down = asyncio.create_task(self._pump(there, writer, answers=True))
            await asyncio.wait([up, down], return_when=asyncio.FIRST_COMPLETED)
            if up.done() and not down.done():
                await down  # a half-closed connection still gets its answer
            up.cancel()
        finally:
            for each in (writer, back):
                each.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if answers and self.behaviour in ("reset", "cut", "lost answer"):
                    self.fired += 1
                    if self.behaviour == "cut":  # half of the answer, then the end
                        writer.write(data[: len(data) // 2])
                        await writer.drain()
                    elif self.behaviour == "reset":
                        handle: socket.socket = writer.get_extra_info("socket")
                        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    return
                if self.behaviour == "late":
                    self.fired += 1
                    await asyncio.sleep(0.3)
                for piece in [data] if self.behaviour != "slices" else map(bytes, zip(data)):
                    writer.write(piece)
                    await writer.drain()
                    if self.behaviour == "slices":
                        self.fired += 1
                        await asyncio.sleep(0)
            if not answers and writer.can_write_eof():
                writer.write_eof()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()


@contextlib.contextmanager
def proxied(target: tuple[str, int], behaviour: Behaviour) -> Iterator[Proxy]:
    """Run one."""
    proxy = Proxy(target, behaviour)
    try:
        yield proxy
    finally:
        proxy.close()
