"""``beilin inspect``: what files are, and what may be missing in them. Anchors nothing."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from .common import EXIT_BAD_INPUT, EXIT_USAGE, Refusal, language, say

_MOST_JOBS = 64


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "inspect",
        help=say("查看文件是什么、有多少条、可能缺什么（不存证）",
                 "what files are and what may be missing in them"),
    )  # fmt: skip
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--json", action="store_true",
                        help=say("以 JSON 输出全部内容", "everything, as JSON"))  # fmt: skip
    parser.add_argument("--lang", choices=["zh", "en"], default=language())
    parser.add_argument("--jobs", type=int, default=1, metavar="N",
                        help=say("同时查看几个文件", "so many files at a time"))  # fmt: skip
    parser.add_argument("--dkim-key", metavar="FILE",
                        help=say("邮件签名域名的密钥记录，每行：名称 TXT 记录（不联网查询）",
                                 "key records for the signatures of mails, a line each: "
                                 "name and TXT record (nothing is looked up)"))  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the report; 65 where a file could not be read, all the others are printed all the same."""
    from app.client.inspecting.face_json import document
    from app.client.inspecting.face_text import to_text
    from app.client.inspecting.found import find_files
    from app.client.inspecting.many import look_at_all

    if not 1 <= args.jobs <= _MOST_JOBS:
        raise Refusal(
            EXIT_USAGE,
            f"--jobs 应为 1 至 {_MOST_JOBS}。",
            f"--jobs takes a number from 1 to {_MOST_JOBS}.",
        )
    files = find_files(args.paths)
    if not files:
        raise Refusal(
            EXIT_BAD_INPUT, "所给文件夹中没有文件。", "There is no file in what was named."
        )
    looked = look_at_all(files, args.jobs, _keys(args.dkim_key))
    if args.json:
        json.dump(document(looked), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(to_text(looked, args.lang))
    return EXIT_BAD_INPUT if any(each.report is None for each in looked) else 0


def _keys(path: str | None) -> dict[str, str]:
    """Return the key records of a file; a Refusal where it cannot be used."""
    from verifier.errors import Malformed
    from verifier.exports.mail.dkim_check import MAX_KEY_FILE_BYTES, parse_keys

    if path is None:
        return {}
    try:
        with open(path, "rb") as file:
            return parse_keys(file.read(MAX_KEY_FILE_BYTES + 1))
    except OSError as error:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"无法读取 --dkim-key 所指的文件（{error.strerror}）。",
            f"The file of --dkim-key cannot be read ({error.strerror}).",
        ) from None
    except Malformed as error:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"--dkim-key 所指的文件不是密钥记录：{error}。每行应为：选择器._domainkey.域名 TXT 记录。",
            f"The file of --dkim-key is no list of key records: {error}. A line each is expected: "
            "selector._domainkey.domain and the TXT record.",
        ) from None
