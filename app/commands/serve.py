"""``beilin serve``: run the log over HTTP until SIGTERM."""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any, Final

from .common import (
    EXIT_TRY_AGAIN,
    EXIT_USAGE,
    Refusal,
    add_data,
    add_signer_state,
    read_witnesses,
    say,
)

SPACE_FLOOR_BYTES: Final = 16 << 20


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("serve", help=say("运行存证服务", "run the service"))
    add_data(parser)
    parser.add_argument("--listen", default="127.0.0.1:8080", metavar="HOST:PORT")
    add_signer_state(parser)
    parser.add_argument(
        "--accept-existing-head", metavar="SIZE:ROOT",
        help=say("仅在签名器状态丢失时使用一次", "once, where the signer's state was lost"),
    )  # fmt: skip
    parser.add_argument(
        "--witness-policy", type=Path, metavar="FILE",
        help=say("见证者及见证要求：tlog-policy 或 beilin/policy/v1，每个见证者须有网址",
                 "witnesses and quorum: a tlog-policy or beilin/policy/v1 with their addresses"),
    )  # fmt: skip
    parser.add_argument(
        "--tsa", action="append", default=[], metavar="URL",
        help=say("时间戳服务地址（RFC 3161）；可重复。SIGUSR1 立即申请时间戳",
                 "address of a time-stamping authority (RFC 3161); may be repeated. SIGUSR1 asks at once"),
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Open the log, serve, close the log."""
    from app.server import run as server
    from app.server.settings import read_settings
    from app.web.listening import url_of
    from ledger.anchors.settings import Anchors
    from ledger.log import Log
    from ledger.witness.member import Patience

    settings = read_settings(os.environ)
    head = None if args.accept_existing_head is None else _head(args.accept_existing_head)
    roster = read_witnesses(args.data, args.witness_policy)
    stopped = threading.Event()
    # The log before the address: a second service on one log must hear who holds it.
    log = Log.open(
        args.data,
        signer_state=args.signer_state,
        accept_existing_head=head,
        interval_ms=settings.batch_interval_ms,
        # The last wall behind the server's own floor, which reads stay above.
        space_floor_bytes=min(settings.disk_floor_bytes, SPACE_FLOOR_BYTES),
        on_stopped=lambda _: stopped.set(),
        witnesses=roster,
        patience=Patience(deadline=settings.witness_deadline_ms / 1000),
        anchors=Anchors(_authorities(args.tsa), settings.anchor_interval_seconds),
    )
    try:
        with listen_at(args.listen) as listener:
            warn_of_one_volume(args.data, args.signer_state or args.data / "signer")
            address = url_of(listener)
            code = server.run(
                log,
                settings,
                listener,
                stopped=stopped,
                announce=lambda: print(f"listening on {address}", flush=True),
            )
    finally:
        log.close()
    return server.EXIT_FAILED if stopped.is_set() else code


def _authorities(urls: list[str]) -> tuple[Any, ...]:
    from ledger.anchors.rfc3161 import HttpAuthority
    from ledger.anchors.settings import AUTHORITIES_MOST
    from ledger.errors import Config

    if len(set(urls)) != len(urls) or len(urls) > AUTHORITIES_MOST:
        raise Refusal(
            EXIT_USAGE,
            f"--tsa 最多 {AUTHORITIES_MOST} 个，且不得重复",
            f"--tsa: at most {AUTHORITIES_MOST} addresses, none twice",
        )
    try:
        return tuple(map(HttpAuthority, urls))
    except Config:
        raise Refusal(
            EXIT_USAGE,
            "--tsa 应为 http:// 或 https:// 开头的地址，不含账号、密码和井号",
            "--tsa: must be an http:// or https:// address without user, password and fragment",
        ) from None


def listen_at(address: str) -> socket.socket:
    """Return the socket for ``--listen``."""
    from app.web.listening import listen

    try:
        return listen(address)
    except ValueError:
        raise Refusal(EXIT_USAGE, "--listen 应为 主机:端口", "--listen must be HOST:PORT") from None
    except OSError as error:
        raise Refusal(
            EXIT_TRY_AGAIN,
            f"无法监听 {address}：{error.strerror}。请换一个端口，或停止占用它的程序",
            f"cannot listen on {address}: {error.strerror}; "
            "choose another port, or stop the program that has it",
        ) from None


def _head(text: str) -> tuple[int, bytes]:
    from verifier.encoding import parse_base64, parse_decimal
    from verifier.errors import Malformed

    size, _, root = text.partition(":")
    try:
        return parse_decimal(size, "SIZE"), parse_base64(root, "ROOT", length=32)
    except Malformed as error:
        raise Refusal(
            EXIT_USAGE,
            f"--accept-existing-head 应为 大小:根（base64）：{error}",
            f"--accept-existing-head must be SIZE:ROOT, ROOT in base64: {error}",
        ) from None


def warn_of_one_volume(data: Path, signer: Path) -> None:
    """Say so where database and signer's state would go back together."""
    # One restored backup or one lost disk would take database and signer together,
    # and nobody would notice that the log went back.
    if data.stat().st_dev == signer.stat().st_dev:
        print(say(
            "注意：签名器状态与数据库位于同一存储卷；整卷回滚将无从察觉。建议以 --signer-state 另置。",
            "note: the signer's state and the database lie on one volume; if the whole volume is "
            "rolled back, nothing here notices. Better: --signer-state on another one.",
        ), file=sys.stderr)  # fmt: skip
