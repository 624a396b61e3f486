"""``beilin upgrade``: bring the better receipt, with the proofs of time, into a package."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from .common import EXIT_TRY_AGAIN, Refusal, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "upgrade",
        help=say("取回更好的回执（含时间证明），写入证据包",
                 "bring the better receipt, with its proofs of time, into a package"),
    )  # fmt: skip
    parser.add_argument("package", type=Path, metavar="PKG.zip")
    parser.add_argument("--server", required=True, metavar="URL")
    parser.add_argument("--insecure-http", action="store_true",
                        help=say("允许以 http 连接另一台机器：API 密钥在途中可被读取",
                                 "allow http to another machine: the API key can be read on its way"))  # fmt: skip
    parser.add_argument("--key-file", type=Path, required=True, metavar="FILE",
                        help=say("API 密钥文件", "file that holds the API key"))  # fmt: skip
    parser.add_argument("--policy", type=Path, metavar="FILE",
                        help=say("策略文件；缺省时不核验日志的签名",
                                 "policy file; without it the log's signature is not checked"))  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE",
                        help=say("写到另一文件；缺省时替换原文件",
                                 "write to another file; by default the package is replaced"))  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Upgrade, and say what came of it."""
    from app.client.address import check_url
    from app.client.api import Api, parse_key
    from app.client.durable import read_small
    from app.client.judge import load_policy
    from app.client.upgrading import kept_path, upgrade
    from app.client.words import shown, tell

    server = check_url(args.server, insecure_http=args.insecure_http)
    key = parse_key(read_small(args.key_file, 1024))
    policy = None if args.policy is None else load_policy(args.policy)
    path = Path(os.path.abspath(args.package))
    out = path if args.out is None else Path(os.path.abspath(args.out))
    api = Api(server, key)
    try:
        best, fresh = upgrade(path, out, api, policy)
    finally:
        api.close()
    shows = best.shows
    if not fresh and not shows.tokens:
        raise Refusal(
            EXIT_TRY_AGAIN,
            "服务器尚无更好的回执，证据包未作任何改动。服务器通常每十分钟申请一次时间戳，请稍后重试；"
            "若长时间没有，请询问运营方是否使用时间戳服务或见证者。",
            "The server has no better receipt yet; the package was not changed. A server usually asks "
            "for time-stamps every ten minutes: try again later. If there is none for long, ask the "
            "operator whether it uses time-stamping authorities or witnesses.",
        )
    zh, en = (
        ("已写入", "Written")
        if fresh
        else ("已是最好的回执，未作改动", "Nothing better; unchanged")
    )
    print(say(
        f"{zh}：{shown(args.out or args.package)}\n"
        f"较晚的回执：检查点大小 {best.size}，其上时间戳 {shows.tokens} 个，更早的时间证明 {shows.proofs} 个，"
        f"其他签名 {shows.cosigners} 个；原回执保留。",
        f"{en}: {shown(args.out or args.package)}\n"
        f"Later receipt: checkpoint of size {best.size}, {shows.tokens} time-stamps over it, "
        f"{shows.proofs} proofs of an earlier time, {shows.cosigners} other signatures; the first "
        "receipt is kept.",
    ))  # fmt: skip
    if policy is not None and not shows.quorum:
        tell(
            "提示：该回执尚未满足策略的见证要求，核验结论为“不足以判定”；见证者签署后请再次运行 beilin upgrade。",
            "Note: this receipt does not have the policy's quorum of witnesses yet, and verification "
            "says: not determinable. Run beilin upgrade again once the witnesses have signed.",
        )
    if policy is None and fresh and out == path:
        kept = shown(kept_path(args.package))
        tell(f"原证据包保留为 {kept}。", f"The package as it was is kept: {kept}.")
    if policy is None:
        tell(
            "提示：未提供 --policy，日志的签名和时间戳的证书链均未核验；请以 beilin-verify 核验。",
            "Note: without --policy neither the log's signature nor the chains of the time-stamps were "
            "checked; verify the package with beilin-verify.",
        )
    return 0
