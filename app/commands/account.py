"""``beilin account new|list|key|quota|revoke``: accounts, API keys, and the key that must sign.

Works while the server runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from . import account_key
from .common import EXIT_BAD_INPUT, EXIT_REFUSED, Refusal, add_data, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("account", help=say("账号与 API 密钥", "accounts and API keys"))
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="new|list|key|quota|revoke"
    )
    new = actions.add_parser(
        "new", help=say("新建账号，显示一次密钥", "create one; shows its key once")
    )
    new.add_argument("name", metavar="NAME")
    new.set_defaults(run=run_new)
    listing = actions.add_parser("list", help=say("列出账号", "list the accounts"))
    listing.set_defaults(run=run_list)
    key = actions.add_parser(
        "key",
        help=say("API 密钥：new、list、revoke；或登记必须用以签名的提交人公钥",
                 "API keys: new, list, revoke; or register the submitter's key that must sign"),
    )  # fmt: skip
    account_key.register(key, actions)
    # Not required for the parser: they are not for new, list and revoke.
    key.add_argument("--account", metavar="NAME|ID")
    key.add_argument("--data", type=Path, metavar="DIR")
    key.add_argument(
        "--public-key", metavar="BASE64",
        help=say("提交人的公钥，见 beilin identity new 的输出",
                 "the submitter's public key, as beilin identity new prints it"),
    )  # fmt: skip
    key.set_defaults(run=run_key, parser=key)
    revoke = actions.add_parser("revoke", help=say("撤销账号的全部密钥", "revoke all its keys"))
    revoke.add_argument("name", metavar="NAME|ID")
    revoke.set_defaults(run=run_revoke)
    for action in (new, listing, revoke):
        add_data(action)


def run_new(args: argparse.Namespace) -> int:
    """Create an account; the key is the only line on standard output."""
    from ledger.accounts import Accounts
    from ledger.audit_log import audited
    from ledger.config import open_database, read_config
    from verifier.encoding import to_base64

    engine = open_database(args.data, read_config(args.data))
    try:
        with audited(engine, "account-new", args.name) as doing:
            account, key = Accounts(engine).new(args.name)
            doing.detail = to_base64(account.id)
    finally:
        engine.dispose()
    number = to_base64(account.id)
    print(say(
        f"已新建账号 {args.name}（{number}）。下面是 API 密钥，仅显示这一次，请立即保存：",
        f"created the account {args.name} ({number}). Its API key follows, this once; keep it:",
    ), file=sys.stderr)  # fmt: skip
    print(key)
    return 0


def run_list(args: argparse.Namespace) -> int:
    """List the accounts, one line each."""
    from ledger.accounts import Accounts
    from ledger.config import open_database, read_config
    from verifier.encoding import to_base64

    engine = open_database(args.data, read_config(args.data))
    try:
        for account in Accounts(engine).all():
            print(f"{to_base64(account.id)}  {account.label}")
    finally:
        engine.dispose()
    return 0


def run_key(args: argparse.Namespace) -> int:
    """Register the public key that must sign all further submissions of an account, once."""
    if args.account is None or args.public_key is None or args.data is None:
        args.parser.error("--account, --public-key and --data, or: new, list, revoke")
    from ledger.accounts import Accounts
    from ledger.audit_log import audited
    from ledger.config import open_database, read_config
    from ledger.errors import AlreadyExists, Unacceptable
    from verifier.encoding import parse_base64
    from verifier.errors import Malformed

    engine = open_database(args.data, read_config(args.data))
    try:
        accounts = Accounts(engine)
        with audited(engine, "account-key", args.account):
            account = accounts.find(args.account)
            accounts.register_key(account.id, parse_base64(args.public_key, "--public-key"))
    except (Malformed, Unacceptable):
        raise Refusal(
            EXIT_BAD_INPUT,
            "--public-key 不是可用的 Ed25519 公钥，未登记。"
            "请原样复制提交人运行 beilin identity new 时显示的公钥。",
            "--public-key is not an Ed25519 public key that may be used; nothing was registered. "
            "Copy what beilin identity new showed to the submitter, as it is.",
        ) from None
    except AlreadyExists:
        raise Refusal(
            EXIT_REFUSED,
            "该账号已登记另一公钥，不可更换。新密钥请另建账号：beilin account new",
            "another key is registered for this account, and it cannot be replaced. "
            "Make an account of its own for the new key: beilin account new",
        ) from None
    finally:
        engine.dispose()
    print(say(
        "已登记公钥，运行中的服务在一秒内生效。此后该账号只接受由此密钥签名的提交。",
        "registered the key; a running server follows within one second. "
        "From then on the account takes only what this key has signed.",
    ))  # fmt: skip
    return 0


def run_revoke(args: argparse.Namespace) -> int:
    """Revoke all keys of an account."""
    from ledger.accounts import Accounts
    from ledger.audit_log import audited
    from ledger.config import open_database, read_config

    engine = open_database(args.data, read_config(args.data))
    try:
        with audited(engine, "account-revoke", args.name) as doing:
            count = Accounts(engine).revoke(args.name)
            doing.detail = f"{count} keys"
    finally:
        engine.dispose()
    print(say(
        f"已撤销 {count} 个密钥，运行中的服务在一秒内生效。已有回执不受影响。",
        f"revoked {count} key(s); a running server follows within one second. "
        "Receipts stay valid.",
    ))  # fmt: skip
    return 0
