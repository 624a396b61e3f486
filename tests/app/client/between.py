"""Someone on the way between the client and the real service, who changes answers.

The service behind it is the real one; only what the client hears is altered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import httpx


class Heard(NamedTuple):
    """One answer of the service on its way to the client."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    body: bytes


Change = Callable[[Heard], Heard | None]
"""Returns what the client hears; None cuts the connection instead of answering."""


@contextmanager
def between(url: str, change: Change) -> Iterator[str]:
    """Stand before the service at ``url``; yields the address that the client is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {k: v for k, v in self.headers.items() if k.lower() != "host"}
            answer = httpx.request(
                self.command, url + self.path, headers=headers, content=body, trust_env=False,
                timeout=60,
            )  # fmt: skip
            kept = {k: answer.headers[k] for k in ("content-type", "retry-after")
                    if k in answer.headers}  # fmt: skip
            heard = change(Heard(self.command, self.path, answer.status_code, kept, answer.content))
            if heard is None:
                self.close_connection = True
                return
            self.send_response(heard.status)
            for name, value in heard.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(heard.body)))
            self.end_headers()
            self.wfile.write(heard.body)

        do_GET = _pass  # noqa: N815 - the name that the base class looks for
        do_POST = _pass  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
