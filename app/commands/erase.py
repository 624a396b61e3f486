"""``beilin erase``: delete what an entry was about, for good, and look that nothing is left.

Works while the service runs. The entry, its place in the chain and the fact of the
erasure stay.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .common import (
    EXIT_BAD_INPUT,
    EXIT_REFUSED,
    EXIT_TRY_AGAIN,
    EXIT_USAGE,
    Refusal,
    add_data,
    say,
)


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "erase",
        help=say("永久删除一个条目的盐值与陈述", "erase salt and statement of an entry for good"),
    )
    add_data(parser)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--entry", metavar="INDEX", help=say("条目在日志中的序号", "the entry's place in the log")
    )
    which.add_argument(
        "--receipt", type=Path, metavar="FILE", help=say("该条目的回执", "a receipt of the entry")
    )
    parser.add_argument(
        "--yes", action="store_true", help=say("不再询问", "do not ask for confirmation")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, erase, search for what is left, say what is out of reach."""
    from ledger.errors import NotFound, OnHold, Unavailable
    from ledger.log import Log

    with Log.open(args.data, read_only=True) as log:
        index = _index(args.entry) if args.receipt is None else _of_receipt(args.receipt, log)
        if not args.yes and not log.is_erased(index):
            _confirm(index)
        try:
            # Erased before, and interrupted or asked again: what is left is looked for again.
            done = log.scrub() if log.is_erased(index) else log.erase(index)
        except OnHold:
            raise Refusal(
                EXIT_REFUSED,
                f"第 {index} 项所属账号或案卷处于保全状态，未作任何删除。解除见 beilin hold --release",
                f"entry {index} belongs to an account or dossier on hold; nothing was erased. "
                "To end the hold: beilin hold --release",
            ) from None
        except NotFound:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"第 {index} 项没有可删除的盐值与陈述，请核对序号",
                f"entry {index} has no salt and statement to erase; check the number",
            ) from None
        except Unavailable as error:
            erased = log.is_erased(index)
            raise Refusal(
                EXIT_TRY_AGAIN,
                f"数据库繁忙（{error}）。"
                + ("条目已删除，但数据库文件内可能仍有残留；" if erased else "未作任何删除；")
                + "请重新运行本命令，直至其报告完成",
                f"the database is busy ({error}). "
                + ("The entry is erased, but its file may still hold a copy; " if erased
                   else "Nothing was erased; ")
                + "run this command again until it says that it is done",
            ) from None  # fmt: skip
    print(
        say(
            f"第 {index} 项的盐值、陈述与摘要已删除。",
            f"erased salt, statement and digests of entry {index}.",
        ),
        flush=True,
    )
    sqlite = log.engine.dialect.name == "sqlite"
    print(_left(done, sqlite=sqlite), file=sys.stderr)
    return 0


def _index(text: str) -> int:
    from verifier.encoding import parse_decimal
    from verifier.errors import Malformed

    try:
        return parse_decimal(text, "INDEX")
    except Malformed:
        raise Refusal(
            EXIT_USAGE, "--entry 应为条目序号", "--entry must be an entry's number"
        ) from None


def _of_receipt(path: Path, log: Any) -> int:
    from verifier.evidence.receipt import MAX_BYTES, parse_receipt
    from verifier.tlog.merkle import leaf_hash

    with path.open("rb") as file:
        receipt = parse_receipt(file.read(MAX_BYTES + 1))
    if log.leaf(receipt.proof.index) != leaf_hash(receipt.entry_bytes):
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{path} 不是本日志的回执，未作任何删除",
            f"{path} is no receipt of this log; nothing was erased",
        )
    return receipt.proof.index


def _confirm(index: int) -> None:
    """Have the person type the number: what follows cannot be undone."""
    print(say(
        f"将永久删除第 {index} 项的盐值与陈述，此后本服务不再能出具其回执。确认请键入序号：",
        f"This erases salt and statement of entry {index} for good; the service can give no receipt of it "
        "any more. To confirm, type the number:",
    ), file=sys.stderr, flush=True)  # fmt: skip
    if sys.stdin is None or sys.stdin.readline().removesuffix("\n") != str(index):
        raise Refusal(
            EXIT_REFUSED,
            "未确认，未作任何删除。核对序号后重新运行；无人值守时加 --yes",
            "not confirmed, and nothing was erased; run it again with the number, or with --yes where "
            "nobody can type",
        )


def _left(done: Any, *, sqlite: bool) -> str:
    if not sqlite:
        return say(
            "PostgreSQL 已重写相关表（VACUUM FULL）。预写日志（pg_wal）、其归档、备库与以往备份仍可能含有"
            "这些内容，须由运营方按其保存期限清除；已交付的回执不受影响。",
            "PostgreSQL has written the tables anew (VACUUM FULL). Its write-ahead log (pg_wal), archives of "
            "that, standbys and earlier backups may still hold the content: they go with their own "
            "retention, which is the operator's to see to. Receipts that were given out stay valid.",
        )
    how = say("数据库文件已整个重写", "The database's file was written anew")
    if done.searched and done.rewritten:
        how = say(
            "数据库文件内曾有残留，已整个重写；再次检查，文件及预写日志中不再含有这些内容",
            "The database's file still held a copy and was written anew; searched again, it and its "
            "write-ahead log hold none",
        )
    elif done.searched:
        how = say(
            "已检查数据库文件及其预写日志，其中不再含有这些内容",
            "The database's file and its write-ahead log were searched and hold none of it",
        )
    return how + say(
        "。以往备份、卷快照与存储介质的旧块不在本命令可及之处，须由运营方清除；运行中的服务的内存至多保留"
        "最近八批，不再出具。已交付的回执不受影响。",
        ". Earlier backups, snapshots of the volume and old blocks of the disk are out of reach here and the "
        "operator's to see to; a running service may keep it in memory for its last eight batches and does "
        "not give it out. Receipts that were given out stay valid.",
    )
