"""``beilin recover``: bring entries back that the signer has signed and the database lost."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import add_data, add_signer_state, progress, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "recover", help=say("从日志副本补回缺失的条目", "re-import entries from a copy of the log")
    )
    add_data(parser)
    add_signer_state(parser)
    parser.add_argument(
        "--from", dest="source", required=True, metavar="DIR|URL",
        help=say("日志静态副本所在目录或网址", "folder or address of a copy of the static log"),
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import, and say what was lost for good."""
    from ledger.audit_log import Event, record
    from ledger.config import open_database, read_config
    from ledger.recover import recover
    from ledger.source import open_source

    done = recover(
        args.data,
        open_source(args.source),
        signer_state=args.signer_state,
        progress=progress(say("已补回", "imported")),
    )
    engine = open_database(args.data, read_config(args.data))
    try:
        record(engine, Event("recover", args.source, detail=f"{done.imported} entries"))
    finally:
        engine.dispose()
    print(say(
        f"已补回 {done.imported} 项，日志现有 {done.size} 项，纪元 {done.epoch}。",
        f"imported {done.imported} entries; the log has {done.size}; the epoch is {done.epoch}.",
    ), flush=True)  # fmt: skip
    if done.imported:
        print(say(
            "补回的条目没有陈述与盐，其回执仅存于持有人手中；有关案卷自新纪元继续，并会如实注明。",
            "The imported entries came without statements and salts: their receipts exist only "
            "with their holders. Their dossiers go on in the new epoch, and say so.",
        ), file=sys.stderr)  # fmt: skip
    return 0
