"""``beilin init``: create a log. The only command that creates one."""

from __future__ import annotations

import argparse
from typing import Any

from .common import add_data, add_signer_state, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("init", help=say("新建日志", "create a log"))
    add_data(parser)
    add_signer_state(parser)
    parser.add_argument(
        "--origin", required=True, metavar="NAME",
        help=say("日志名称，如 log.example.org/beilin，永久不变",
                 "the log's name for life, like log.example.org/beilin"),
    )  # fmt: skip
    parser.add_argument(
        "--database", metavar="URL", help=say("默认为 DIR/beilin.db", "DIR/beilin.db by default")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Create the log and say what comes next."""
    from ledger.audit_log import Event, record
    from ledger.config import open_database, read_config
    from ledger.log import create

    create(args.data, args.origin, database=args.database, signer_state=args.signer_state)
    signer = args.signer_state or args.data / "signer"
    also = f" --signer-state {signer}" if args.signer_state else ""
    engine = open_database(args.data, read_config(args.data))
    try:
        record(engine, Event("init", args.origin))
    finally:
        engine.dispose()
    print(say(
        f"已新建日志 {args.origin}，位于 {args.data}\n"
        f"请妥善保管 {signer}：其中有日志私钥，备份不含此目录。\n"
        f"下一步：beilin account new 名称 --data {args.data}，然后 beilin serve --data {args.data}{also}",
        f"created the log {args.origin} in {args.data}\n"
        f"Keep {signer} safe: it holds the log's private key and is in no backup.\n"
        f"Next: beilin account new NAME --data {args.data}, then beilin serve --data {args.data}{also}",
    ))  # fmt: skip
    return 0
