"""The ceiling of the single-entry route: Starlette and msgspec, and nothing behind them.

    python -m bench.bare_app ANSWER_BYTES

It decodes the same request into the same record and encodes an answer of the
same fields and size, in uvicorn as the service configures it (parser, loop,
bounds on connections, no access log), without checks, log, receipt or disk.
"""

from __future__ import annotations

import sys

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.server.problems import refusal
from app.server.routes.entries import EntryOut
from app.server.run import BACKLOG
from app.server.schemas import EntryIn
from app.server.settings import Settings
from app.web.listening import listen, url_of
from app.web.protocol import Bounds, bounded


def make_app(answer_bytes: int) -> Starlette:
    """Return the application."""
    decode = msgspec.json.Decoder(EntryIn).decode
    encode = msgspec.json.Encoder().encode
    leaf = "A" * 43 + "="
    rest = answer_bytes - len(encode(EntryOut("0", leaf, "", "published")))
    receipt = "A" * max(0, rest)

    async def post(request: Request) -> Response:
        decode(await request.body())
        return Response(
            encode(EntryOut("0", leaf, receipt, "published")), 201, media_type="application/json"
        )

    return Starlette(routes=[Route("/v1/entries", post, methods=["POST"])])


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    listener = listen("127.0.0.1:0")
    bounds = Bounds(
        settings.header_timeout_seconds,
        settings.idle_timeout_seconds,
        settings.max_header_bytes,
        settings.max_connections,
    )
    config = uvicorn.Config(
        make_app(int(sys.argv[1])),
        http=bounded(bounds, refusal),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.idle_timeout_seconds,
        backlog=BACKLOG,
    )
    listener.listen(BACKLOG)
    print(f"listening on {url_of(listener)}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
