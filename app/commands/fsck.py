"""``beilin fsck``: derive everything from the entries again and compare it with what is stored."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import EXIT_BAD_INPUT, add_data, add_signer_state, progress, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("fsck", help=say("逐项核对日志", "check the whole log"))
    add_data(parser)
    add_signer_state(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print each finding on a line of its own; 0 if there is none."""
    from ledger.fsck import fsck

    count = 0
    show = progress(say("已核对", "checked"))
    for finding in fsck(args.data, signer_state=args.signer_state, progress=show):
        count += 1
        print(finding, flush=True)
    if count:
        print(say(
            f"发现 {count} 处不符。请停止服务，勿删除任何文件，按 ledger/DESIGN.md 的恢复表处理。",
            f"{count} finding(s). Stop the service, delete nothing, and go by the recovery table "
            "in ledger/DESIGN.md.",
        ), file=sys.stderr)  # fmt: skip
        return EXIT_BAD_INPUT
    print(say("日志完整一致。", "The log is whole and consistent."))
    return 0
