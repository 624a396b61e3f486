"""``beilin seal``: anchor files and keep an evidence package; the content stays here."""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import EXIT_USAGE, Refusal, say

if TYPE_CHECKING:
    from app.client.scan import Findings
    from app.client.sealing import Sealed

_LISTED = 20


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "seal",
        help=say("存证并生成证据包（内容不离开本机）", "anchor files; their content stays here"),
    )
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--server", required=True, metavar="URL")
    parser.add_argument("--insecure-http", action="store_true",
                        help=say("允许以 http 连接另一台机器：API 密钥在途中可被读取",
                                 "allow http to another machine: the API key can be read on its way"))  # fmt: skip
    parser.add_argument("--key-file", type=Path, required=True, metavar="FILE",
                        help=say("API 密钥文件", "file that holds the API key"))  # fmt: skip
    parser.add_argument("--policy", type=Path, required=True, metavar="FILE",
                        help=say("策略文件（beilin policy）", "policy file (beilin policy)"))  # fmt: skip
    parser.add_argument("--dossier", required=True, metavar="NAME",
                        help=say("案卷名称，只保存在本机", "the matter's name; it stays here"))  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="PKG.zip")
    parser.add_argument("--identity", type=Path, metavar="KEYFILE",
                        help=say("提交人密钥；缺省时首次使用自动生成",
                                 "submitter's key; by default one is made on first use"))  # fmt: skip
    parser.add_argument("--again", action="store_true",
                        help=say("同一摘要再次存证", "anchor the same digest once more"))  # fmt: skip
    parser.add_argument("--provenance", metavar="FILE",
                        help=say("来源声明（beilin provenance new），与证据同批登记",
                                 "the provenance record (beilin provenance new), anchored with the evidence"))  # fmt: skip
    parser.add_argument("--attach", action="append", default=[], metavar="ROLE=FILE",
                        help=say("随附的材料，如 recording=录屏.mp4；可重复",
                                 "what goes with it, such as recording=screen.mp4; may be repeated"))  # fmt: skip
    parser.add_argument("--supplements", type=Path, metavar="PKG.zip|RECEIPT",
                        help=say("本次补充的是哪一次存证", "the earlier seal that this one adds to"))  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Seal, and say what came of it."""
    from app.client.address import check_url
    from app.client.api import Api, parse_key
    from app.client.beside import beside, check_record, leaf_of
    from app.client.durable import read_small
    from app.client.identity import default_identity, load_identity
    from app.client.inputs import check_no_annex, check_no_secret
    from app.client.judge import load_policy
    from app.client.progress import Meter
    from app.client.sealing import Request, seal
    from app.client.state import State, home

    _check_name(args.dossier)
    server = check_url(args.server, insecure_http=args.insecure_http)
    key = parse_key(read_small(args.key_file, 1024))
    policy = load_policy(args.policy)
    state = State(home())
    own = args.identity
    if own is not None:
        load_identity(own)  # a wrong file is refused before any work
    secrets = [args.key_file, own or state.identity_path]
    request = Request(
        tuple(args.paths),
        server,
        args.dossier,
        Path(os.path.abspath(args.out)),
        lambda: default_identity(state.identity_path) if own is None else load_identity(own),
        args.again,
        tuple(beside(args.attach, args.provenance)),
        None if args.supplements is None else leaf_of(args.supplements, policy),
    )
    inputs = request.inputs()
    check_no_secret(inputs, secrets)
    check_no_annex(inputs)
    if args.provenance is not None:
        checked = check_record(Path(args.provenance), inputs)
        request = dataclasses.replace(request, record_sha256=checked)
    api = Api(server, key)
    try:
        with Meter() as meter:
            sealed = seal(request, api, policy, state, meter)
    finally:
        api.close()
    _report(args, sealed)
    return 0


def _check_name(name: str) -> None:
    from app.client.state import MAX_NAME_BYTES

    good = name.isprintable() and name == name.strip()
    if not good or not 1 <= len(name.encode("utf-8", "replace")) <= MAX_NAME_BYTES:
        raise Refusal(
            EXIT_USAGE,
            "--dossier 应为一行可读文字，首尾无空格。",
            "--dossier takes one line of readable text without spaces at its ends.",
        )


def _seen(findings: Findings, n: int) -> str:
    """Return what `beilin inspect` would say of a file first: how many records, how much is noted."""
    from verifier.exports.inspection.source_report import AMBIGUOUS, UNCOUNTED

    notes, records = findings.notes.get(n, ()), findings.records.get(n)
    if records is None or UNCOUNTED.intersection(notes):
        return ""
    apparent = not set(AMBIGUOUS).isdisjoint(notes)
    zh, en = ("（表观）", " (apparent)") if apparent else ("", "")
    if notes:
        zh += f"；有 {len(notes)} 项说明，见 beilin inspect"
        en += f"; {len(notes)} notes, see beilin inspect"
    return say(f"  {records} 条{zh}", f"  {records} records{en}")


def _report(args: argparse.Namespace, sealed: Sealed) -> None:
    from app.client.words import shown, tell
    from verifier.encoding import to_time

    receipt, plan, findings = sealed
    statement = receipt.statement
    index, origin = receipt.proof.index, statement.submission.origin
    received = to_time(receipt.entry.received)
    for n, each in enumerate(plan.files[:_LISTED]):
        name = shown(os.fsdecode(each.input.name))
        size = each.size
        if each.root is None:
            print(say(f"  {name}  {size} 字节  媒体", f"  {name}  {size} bytes  media"))
            continue
        seen = "" if findings is None else _seen(findings, n)
        reader = each.root.reader
        print(say(f"  {name}  {size} 字节  {reader}", f"  {name}  {size} bytes  {reader}") + seen)
    if len(plan.files) > _LISTED:
        more = len(plan.files) - _LISTED
        print(say(f"  ……另有 {more} 个文件", f"  … and {more} more files"))
    if findings is not None and findings.missing_media:
        tell(
            f"提示：聊天记录提到的 {findings.missing_media} 处媒体文件不在其文件夹中，未一并存证。",
            f"Note: {findings.missing_media} media files that the chat names are not in its folder "
            "and were not sealed with it.",
        )
    out = shown(args.out)
    print(
        say(
            f"已存证：日志 {origin} 第 {index} 项，案卷第 {statement.item} 项；"
            f"日志自称收到时间 {received}。\n"
            f"证据包：{out}（私有：内含盐值与原始文件，不得送达或公开）\n"
            f"核验：beilin-verify {out} --policy {shown(args.policy)}",
            f"Anchored: log {origin}, index {index}, item {statement.item} of the dossier; "
            f"received, by the log's own word, {received}.\n"
            f"Package: {out} (private: it holds the salts and the original files; do not serve or "
            "publish it)\n"
            f"Verify: beilin-verify {out} --policy {shown(args.policy)}",
        )
    )
