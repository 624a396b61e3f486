"""``beilin backup``: one file with database and static log, never the signer."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import add_data, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "backup", help=say("备份（不含签名器）", "back up, without the signer")
    )
    add_data(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the backup; works while the server runs."""
    from ledger.audit_log import audited
    from ledger.backup import backup
    from ledger.config import open_database, read_config

    engine = open_database(args.data, read_config(args.data))
    try:
        # It holds every salt and statement: whoever made one stands in the audit log.
        with audited(engine, "backup", str(args.out)) as doing:
            size = backup(args.data, args.out)
            doing.detail = f"{size} entries"
    finally:
        engine.dispose()
    print(say(
        f"已备份至 {args.out}，截至第 {size} 项。其中不含签名器：恢复旧备份不会造成日志分叉。",
        f"backed up {size} entries to {args.out}. The signer is not in it, so an old backup "
        "cannot fork the log.",
    ))  # fmt: skip
    return 0
