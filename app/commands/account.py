"""``beilin account new|revoke``: accounts and their API keys. Works while the server runs."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from .common import add_data, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("account", help=say("账户与 API 密钥", "accounts and API keys"))
    actions = parser.add_subparsers(dest="action", required=True, metavar="new|revoke")
    new = actions.add_parser(
        "new", help=say("新建账户，显示一次密钥", "create one; shows its key once")
    )
    new.add_argument("name", metavar="NAME")
    new.set_defaults(run=run_new)
    revoke = actions.add_parser("revoke", help=say("撤销账户的全部密钥", "revoke all its keys"))
    revoke.add_argument("name", metavar="NAME|ID")
    revoke.set_defaults(run=run_revoke)
    for action in (new, revoke):
        add_data(action)


def run_new(args: argparse.Namespace) -> int:
    """Create an account; the key is the only line on standard output."""
    from ledger.accounts import Accounts
    from ledger.config import open_database, read_config
    from verifier.encoding import to_base64

    engine = open_database(args.data, read_config(args.data))
    try:
        account, key = Accounts(engine).new(args.name)
    finally:
        engine.dispose()
    number = to_base64(account.id)
    print(say(
        f"已新建账户 {args.name}（{number}）。下面是 API 密钥，仅显示这一次，请立即保存：",
        f"created the account {args.name} ({number}). Its API key follows, this once; keep it:",
    ), file=sys.stderr)  # fmt: skip
    print(key)
    return 0


def run_revoke(args: argparse.Namespace) -> int:
    """Revoke all keys of an account."""
    from ledger.accounts import Accounts
    from ledger.config import open_database, read_config

    engine = open_database(args.data, read_config(args.data))
    try:
        count = Accounts(engine).revoke(args.name)
    finally:
        engine.dispose()
    print(say(
        f"已撤销 {count} 个密钥，运行中的服务在一秒内生效。已有回执不受影响。",
        f"revoked {count} key(s); a running server follows within one second. "
        "Receipts stay valid.",
    ))  # fmt: skip
    return 0
