"""``beilin policy``: the file that a verifier is given, on standard output."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import add_data, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("policy", help=say("输出核验策略文件", "print the policy file"))
    add_data(parser)
    parser.add_argument(
        "--plain", action="store_true", help=say("仅输出 C2SP tlog-policy", "a bare tlog-policy")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the policy; it is handed over through a separate channel."""
    from ledger.log import Log

    log = Log.open(args.data, read_only=True)
    try:
        text = log.policy(plain=args.plain)
    finally:
        log.close()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    print(say(
        "请经独立渠道把此文件交给核验人（不要与证据包放在一起）。",
        "Give this file to whoever verifies, through a separate channel and not with the evidence.",
    ), file=sys.stderr)  # fmt: skip
    return 0
