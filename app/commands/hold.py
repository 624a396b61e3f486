"""``beilin hold``: while an account or a dossier is on hold nothing of it is erased."""

from __future__ import annotations

import argparse
from typing import Any

from .common import EXIT_USAGE, Refusal, add_data, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "hold",
        help=say("保全：账号或案卷不得删除", "keep an account or a dossier from being erased"),
    )
    add_data(parser)
    parser.add_argument("--account", required=True, metavar="NAME|ID")
    parser.add_argument(
        "--dossier", metavar="BASE64", help=say("仅此案卷，默认为整个账号", "this dossier only")
    )
    parser.add_argument("--release", action="store_true", help=say("解除保全", "end the hold"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Set or end a hold; both stand in the audit log."""
    from ledger.accounts import Accounts
    from ledger.audit_log import audited
    from ledger.config import open_database, read_config
    from ledger.holds import release, set_hold
    from verifier.encoding import parse_base64
    from verifier.errors import Malformed

    dossier = b""
    if args.dossier is not None:
        try:
            dossier = parse_base64(args.dossier, "--dossier", length=16)
        except Malformed:
            raise Refusal(
                EXIT_USAGE,
                "--dossier 应为回执所载的案卷编号（base64）",
                "--dossier must be a dossier as receipts spell it, in base64",
            ) from None
    engine = open_database(args.data, read_config(args.data))
    try:
        account = Accounts(engine).find(args.account).id
        which = args.account if args.dossier is None else f"{args.account}, dossier {args.dossier}"
        with audited(engine, "hold-release" if args.release else "hold", which) as doing:
            changed = (release if args.release else set_hold)(engine, account, dossier)
            doing.detail = "" if changed else "nothing changed"
    finally:
        engine.dispose()
    if args.release:
        print(say(
            "已解除保全。" if changed else "此处没有保全，未作任何改动。",
            "the hold has ended." if changed else "there was no such hold; nothing was changed.",
        ))  # fmt: skip
    else:
        print(say(
            "已置于保全，解除之前 beilin erase 拒绝删除其任何条目。",
            "on hold: until it is released beilin erase refuses every entry of it.",
        ))  # fmt: skip
    return 0
