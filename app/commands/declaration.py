"""``beilin declaration new|publish``: what the operator declares of the platform (Article 17).

``new`` writes a form, ``publish`` reads it strictly, signs it with the service
key and puts it in force. Both ask nothing. Works while the server runs.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import (
    EXIT_BAD_INPUT,
    EXIT_CANNOT_WRITE,
    Refusal,
    add_data,
    add_signer_state,
    language,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_BYTES = 2 << 20


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "declaration", help=say("平台声明：填写与发布", "the platform declaration: form, publish")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="new|publish")
    new = actions.add_parser(
        "new", help=say("写出空白表格，附第十七条各要素", "write a form, with what Article 17 asks")
    )
    new.add_argument("--out", type=Path, required=True, metavar="FILE.toml")
    new.set_defaults(run=run_new)
    publish = actions.add_parser(
        "publish", help=say("签名并发布，即日起写入每份陈述", "sign and publish; statements name it from then on")
    )  # fmt: skip
    publish.add_argument("form", type=Path, metavar="FILE.toml")
    add_signer_state(publish)
    publish.set_defaults(run=run_publish)
    for action in (new, publish):
        add_data(action)
        action.add_argument("--lang", choices=["zh", "en"], default=language())


def run_new(args: argparse.Namespace) -> int:
    """Write the form."""
    from app.client.durable import write_new
    from ledger.config import read_config

    from .declaration_form import blank_form, pick

    config = read_config(args.data)
    try:
        write_new(args.out, blank_form(config.origin, args.lang))
    except FileExistsError:
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"{args.out} 已存在，未作任何改动；请换一个 --out。",
            f"{args.out} exists and was not changed; choose another --out.",
        ) from None
    print(pick(
        args.lang,
        f"空白表格：{args.out}。填写后运行：beilin declaration publish --data {args.data} {args.out}",
        f"Form: {args.out}. When filled in: "
        f"beilin declaration publish --data {args.data} {args.out}",
    ))  # fmt: skip
    return 0


def run_publish(args: argparse.Namespace) -> int:
    """Publish, and say what is in force now and what it leaves open."""
    from ledger.log import Log
    from verifier.encoding import to_base64
    from verifier.evidence.declaration import parse_declaration

    from .declaration_form import pick

    values = _read(args)
    with Log.open(args.data, signer_state=args.signer_state, read_only=True) as log:
        note = log.publish_declaration(values)
        declaration = parse_declaration(note, log.config.service)
    digest = hashlib.sha256(note)
    lang, replaces = args.lang, declaration.replaces
    print(pick(
        lang,
        "已发布平台声明：自下一批起，每份陈述都记有它的摘要；运行中的服务无须重启。\n"
        f"摘要（SHA-256）：{digest.hexdigest()}\n陈述中的写法：{to_base64(digest.digest())}\n"
        f"所取代的声明：{'无' if replaces is None else replaces.hex()}",
        "Published: from the next batch on every statement holds its digest; a running server "
        "need not be restarted.\n"
        f"Digest (SHA-256): {digest.hexdigest()}\nas statements spell it: "
        f"{to_base64(digest.digest())}\n"
        f"Replaces: {'none' if replaces is None else replaces.hex()}",
    ))  # fmt: skip
    _tell_open(values, lang)
    return 0


def _read(args: argparse.Namespace) -> Mapping[str, Any]:
    from .declaration_form import pick, read

    with args.form.open("rb") as file:
        data = file.read(_MAX_BYTES + 1)  # what is longer than a form may be is said by its reader
    values, wrong = read(data, int(time.time()), args.lang)
    if wrong:
        for line in wrong:
            print(line, file=sys.stderr)
        count = len(wrong)
        raise Refusal(
            EXIT_BAD_INPUT,
            *[pick(args.lang, f"共 {count} 处须改正；没有发布。",
                   f"{count} to be put right; nothing was published.")] * 2,
        )  # fmt: skip
    return values


def _tell_open(values: Mapping[str, Any], lang: str) -> None:
    from verifier.evidence.provenance.record import Unknown
    from verifier.report.escape import quoted

    from .declaration_form import factors, pick, still_open, title

    empty, reasons = still_open(values)
    colon = pick(lang, "：", ": ")
    if empty:
        print(pick(lang, f"没有填写的 {len(empty)} 项，及其所涉要素：",
                   f"{len(empty)} fields are empty; factors concerned:"))  # fmt: skip
    for field in empty:
        print(f"  {field.id} {title(field, lang)}{colon}{factors(field, lang)}")
    if reasons:
        print(pick(lang, f"写明原因而未作回答的 {len(reasons)} 项：",
                   f"{len(reasons)} fields give a reason instead of an answer:"))  # fmt: skip
    for field, reason in reasons:
        word = (
            pick(lang, "不知道", "not known")
            if isinstance(reason, Unknown)
            else pick(lang, "不适用", "does not apply")
        )
        comma = pick(lang, "，", ", ")
        print(f"  {field.id} {title(field, lang)}{colon}{word}{comma}{quoted(reason.reason)}")
    print(pick(lang, "所声明的内容未经核实。", "Nothing that is declared was verified."))
