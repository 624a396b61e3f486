"""``beilin diff``: two exports of one conversation: only here, only there, different."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from .common import EXIT_BAD_INPUT, Refusal, language, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "diff",
        help=say("比较同一聊天的两份导出", "compare two exports of one conversation"),
    )
    for name in ("here", "there"):
        parser.add_argument(name, type=Path, metavar="FILE_OR_PKG")
    parser.add_argument("--json", action="store_true", help=say("以 JSON 输出", "as JSON"))
    parser.add_argument("--lang", choices=["zh", "en"], default=language())
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, and say what is only on one side and what differs."""
    from app.client.comparing import face_json, face_text
    from app.client.comparing.opened import open_side
    from verifier.errors import Malformed
    from verifier.exports.inspection.two_exports.pairing import compare
    from verifier.exports.inspection.two_exports.sides import (
        MAX_RECORDS,
        Numbers,
        TooLarge,
        read_side,
    )
    from verifier.exports.tools import any_file

    with contextlib.ExitStack() as stack:
        here, there = (open_side(path, stack) for path in (args.here, args.there))
        try:
            same_bytes = here.digests == there.digests
            uncut = [
                side.path
                for side in (here, there)
                if any(reading.reader == any_file.NAME for _, reading in side.chats)
            ]
            if uncut and not same_bytes:
                raise _not_cut(uncut[0])
            numbers = Numbers()
            sides = [read_side(side.chats, numbers) for side in (here, there)]
        except TooLarge:
            raise Refusal(
                EXIT_BAD_INPUT,
                f"一方超过 {MAX_RECORDS} 条，一次比较不了；请按时间分成几个文件后再比较。",
                f"More than {MAX_RECORDS} records on one side; compare shorter exports, such as one "
                "for each year.",
            ) from None
        except Malformed:
            raise Refusal(
                EXIT_BAD_INPUT,
                "文件在读取过程中被修改；请关闭正在使用它的程序后重试。",
                "A file changed while it was read; close the program that writes it and try again.",
            ) from None
    found = compare(*sides)
    if args.json:
        said = face_json.document(here, there, sides, found, same_bytes=same_bytes)
        json.dump(said, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(
            face_text.to_text(here, there, sides, found, args.lang, same_bytes=same_bytes)
        )
    return 0


def _not_cut(path: Path) -> Refusal:
    from app.client.words import shown

    return Refusal(
        EXIT_BAD_INPUT,
        f"{shown(path)} 未能按消息切分，无法逐条比较；两份文件的字节不同。可用 beilin inspect 查看原因。",
        f"{shown(path)} is not cut into messages, so nothing can be compared one by one; the bytes of "
        "the two differ. beilin inspect says what was recognised.",
    )
