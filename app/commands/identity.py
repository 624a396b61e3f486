"""``beilin identity new``: a submitter's signing key."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "identity", help=say("提交人签名密钥", "a submitter's signing key")
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="new")
    new = verbs.add_parser("new", help=say("生成新密钥", "make a new key"))
    new.add_argument("--out", type=Path, required=True, metavar="KEYFILE")
    new.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write a new key file and print its public half."""
    from app.client.identity import new_identity
    from app.client.words import shown
    from verifier.encoding import to_base64

    public = to_base64(new_identity(args.out).public_key)
    print(
        say(
            f"已写入 {shown(args.out)}（仅本人可读；请妥善备份，切勿交给他人）\n公钥：{public}",
            f"wrote {shown(args.out)} (readable by you alone; keep a copy, give it to nobody)\n"
            f"public key: {public}",
        )
    )
    return 0
