"""``beilin account key new|list|revoke`` and ``account quota``: keys and limits of an account.

Works while the server runs; it follows within one second.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from verifier.encoding import parse_decimal, parse_time, to_time
from verifier.errors import Malformed

from .common import EXIT_BAD_INPUT, Refusal, add_data, say

_DAYS: Final = re.compile(r"([1-9][0-9]{0,4})d", re.ASCII)


def register(key: argparse.ArgumentParser, actions: Any) -> None:
    """Add ``new``, ``list`` and ``revoke`` below ``account key``, and ``account quota``."""
    deeds = key.add_subparsers(dest="deed", required=False, metavar="new|list|revoke")
    new = deeds.add_parser(
        "new", help=say("为账号增发一个密钥，仅显示一次", "a further key; shown once")
    )
    new.add_argument("name", metavar="NAME|ID")
    new.add_argument(
        "--scope", action="append", choices=("submit", "read"),
        help=say("该密钥可做什么，可写多次；不写则全部：submit 提交，read 读取回执与案卷陈述",
                 "what it may do, once for each; all if not given: submit entries, read receipts "
                 "and dossier statements"),
    )  # fmt: skip
    new.add_argument(
        "--expires", metavar="WHEN",
        help=say("失效时间：2027-01-31（UTC 零时）、2027-01-31T12:00:00Z 或 90d",
                 "when it ends: 2027-01-31 (00:00 UTC), 2027-01-31T12:00:00Z, or 90d"),
    )  # fmt: skip
    new.add_argument(
        "--label",
        default="",
        metavar="TEXT",
        help=say("用途说明，供运营方辨认", "what it is for, in the operator's words"),
    )
    new.set_defaults(run=run_new)
    listing = deeds.add_parser("list", help=say("列出账号的密钥", "list the keys of an account"))
    listing.add_argument("name", metavar="NAME|ID")
    listing.set_defaults(run=run_list)
    revoke = deeds.add_parser("revoke", help=say("撤销一个密钥", "revoke one key"))
    revoke.add_argument("key_id", metavar="KEY-ID")
    revoke.set_defaults(run=run_revoke)
    quota = actions.add_parser(
        "quota", help=say("限制账号每日存证项数", "limit the entries of a day")
    )
    quota.add_argument("name", metavar="NAME|ID")
    quota.add_argument(
        "--entries-per-day", metavar="N|none",
        help=say("每日（UTC）至多 N 项；none 取消限制；不写则只显示",
                 "at most N on one day (UTC); none lifts it; without it, it is shown"),
    )  # fmt: skip
    quota.set_defaults(run=run_quota)
    for action in (new, listing, revoke, quota):
        add_data(action)


@contextmanager
def _accounts(args: argparse.Namespace) -> Iterator[Any]:
    # Any: a name of the ledger's at the top of this file would load it for every command.
    from ledger.accounts import Accounts
    from ledger.config import open_database, read_config

    engine = open_database(args.data, read_config(args.data))
    try:
        yield Accounts(engine)
    finally:
        engine.dispose()


@contextmanager
def _changing(args: argparse.Namespace, action: str, subject: str) -> Iterator[tuple[Any, Any]]:
    """Give the accounts, and what the audit log is to say once it is done."""
    from ledger.accounts import Accounts
    from ledger.audit_log import audited
    from ledger.config import open_database, read_config

    engine = open_database(args.data, read_config(args.data))
    try:
        with audited(engine, action, subject) as doing:
            yield Accounts(engine), doing
    finally:
        engine.dispose()


def _when(text: str) -> int:
    now = int(time.time())
    days = _DAYS.fullmatch(text)
    try:
        at = (
            now + 86_400 * int(days[1])
            if days
            else parse_time(text if "T" in text else text + "T00:00:00Z", "--expires")
        )
    except Malformed:
        at = 0
    if at <= now:
        raise Refusal(
            EXIT_BAD_INPUT,
            "--expires 应为将来的时间，写作 2027-01-31、2027-01-31T12:00:00Z 或 90d；未发放密钥。",
            "--expires must be a time to come, written as 2027-01-31, 2027-01-31T12:00:00Z or 90d; "
            "no key was made.",
        )
    return at


def run_new(args: argparse.Namespace) -> int:
    """Give an account a further key; it is the only line on standard output."""
    expires = None if args.expires is None else _when(args.expires)
    with _changing(args, "account-key-new", args.name) as (accounts, doing):
        account = accounts.find(args.name)
        scopes = args.scope or ("read", "submit")
        text = accounts.new_key(account.id, scopes=scopes, expires=expires, label=args.label)
        doing.detail = f"key {text[7:23]}, {', '.join(scopes)}"
    print(say(
        f"已为账号 {account.label} 增发密钥 {text[7:23]}，原有密钥继续有效。"
        "下面是 API 密钥，仅显示这一次，请立即保存：",
        f"made the key {text[7:23]} for the account {account.label}; its other keys stay good. "
        "The API key follows, this once; keep it:",
    ), file=sys.stderr)  # fmt: skip
    print(text)
    return 0


def run_list(args: argparse.Namespace) -> int:
    """List the keys of an account, one line each."""
    with _accounts(args) as accounts:
        keys = accounts.keys(accounts.find(args.name).id)
    now = int(time.time())
    for key in keys:
        print(_line(key, now))
    return 0


def _line(key: Any, now: int) -> str:
    if key.revoked is not None:
        state = say(f"已撤销 {to_time(key.revoked)}", f"revoked {to_time(key.revoked)}")
    elif key.expires is None:
        state = say("有效", "good")
    elif key.expires <= now:
        state = say(f"已失效 {to_time(key.expires)}", f"expired {to_time(key.expires)}")
    else:
        state = say(f"有效至 {to_time(key.expires)}", f"good until {to_time(key.expires)}")
    used = say("未见使用", "no use seen") if key.used is None else say(
        f"最近使用约 {to_time(key.used)}", f"last used about {to_time(key.used)}")  # fmt: skip
    made = say(f"发放 {to_time(key.created)}", f"made {to_time(key.created)}")
    return "  ".join([key.key_id, ",".join(key.scopes), state, made, used, key.label]).rstrip()


def run_revoke(args: argparse.Namespace) -> int:
    """Revoke one key."""
    with _changing(args, "account-key-revoke", f"key {args.key_id}") as (accounts, _):
        was_good = accounts.revoke_key(args.key_id)
    print(say(
        f"已撤销密钥 {args.key_id}，运行中的服务在一秒内生效。账号的其他密钥与已有回执不受影响。",
        f"revoked the key {args.key_id}; a running server follows within one second. "
        "The account's other keys and all receipts stay good.",
    ) if was_good else say(
        f"密钥 {args.key_id} 早已撤销。", f"the key {args.key_id} was revoked already.",
    ))  # fmt: skip
    return 0


def run_quota(args: argparse.Namespace) -> int:
    """Set, lift or show the quota of an account."""
    if args.entries_per_day is not None:
        most = _number(args.entries_per_day)
        with _changing(args, "account-quota", args.name) as (accounts, doing):
            accounts.set_quota(accounts.find(args.name).id, most)
            doing.detail = f"{args.entries_per_day} entries on one day"
    with _accounts(args) as accounts:
        account = accounts.find(args.name)
        today = accounts.entries_today(account.id)
    most = account.entries_per_day
    print(say(
        f"账号 {account.label}：" + ("不限项数" if most is None else f"每日（UTC）至多 {most} 项")
        + f"，今日已存证 {today} 项。",
        f"account {account.label}: "
        + ("no limit" if most is None else f"at most {most} entries on one day (UTC)")
        + f"; {today} today so far.",
    ))  # fmt: skip
    return 0


def _number(text: str) -> int | None:
    if text == "none":
        return None
    try:
        return parse_decimal(text, "--entries-per-day")
    except Malformed:
        raise Refusal(
            EXIT_BAD_INPUT,
            "--entries-per-day 应为整数或 none；未作更改。",
            "--entries-per-day must be a whole number or none; nothing was changed.",
        ) from None
