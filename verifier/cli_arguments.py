"""The arguments of ``beilin-verify``; anything else than these is exit code 64."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final, NoReturn

from . import __version__

USAGE: Final = 64
SUFFIXES: Final = (".html", ".json", ".txt")
"""What a report can be written as."""

_EPILOG: Final = """
beilin-verify PKG.zip --policy FILE          an evidence package / 证据包
beilin-verify RECEIPT --file FILE --policy FILE   a receipt and its file / 回执与文件
beilin-verify audit DIR --policy FILE        a copy of a whole log / 日志副本
beilin-verify compare A B --policy FILE      two receipts, packages or heads of one log / 比对两份材料
beilin-verify PROOF --policy FILE            a proof of misconduct / 矛盾证明
beilin-verify show RECEIPT                   what a receipt says, NOT VERIFIED / 仅显示，未核验
beilin-verify policy show FILE               what a policy says, in words / 以文字列出核验策略
beilin-verify law [ID]                       a factor (M18-01), an article (OLR-18), a check (P-16),
                                             a group (G5), a field (acq.time) / 审查要素、条文等

--report FILE.html|.txt|.json writes the full report / 写出完整的审查报告

exit codes: 0 consistent, 10 not determinable, 20 not consistent,
            64 usage, 65 could not be read, 70 internal error,
            73 the report could not be written
            show, policy show and law exit 10: they verify nothing
退出码：0 核验一致，10 不足以判定，20 核验不一致，64 用法，65 无法读取，70 内部错误，
        73 报告无法写出；
        show、policy show 与 law 不作核验，退出码为 10
"""


_COMMANDS: Final = ("audit", "compare", "show", "policy", "law")
LAW_USAGE: Final = "beilin-verify law [-h] [--lang {zh,en,both}] [ID]"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def parse(argv: list[str]) -> argparse.Namespace:
    """Return the options; ``command`` is verify or one of those of ``_COMMANDS``. Raises SystemExit(64)."""
    lang = "en" if os.environ.get("LANG", "").startswith("en") else "zh"
    command = argv[0] if argv[:1] and argv[0] in _COMMANDS else "verify"
    prog = "beilin-verify" if command == "verify" else f"beilin-verify {command}"
    parser = _Parser(
        prog=prog,
        allow_abbrev=False,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=command)
    choices = ["zh", "en"] if command == "show" else ["zh", "en", "both"]
    parser.add_argument("--lang", choices=choices, default=lang, help="language / 语言")
    if command == "law":
        parser.add_argument(
            "target", metavar="ID", nargs="?", help="none: the list of all ids / 不写则列出全部编号"
        )
        return parser.parse_args(argv[1:])
    if command == "policy":
        parser.add_argument("action", choices=["show"], help="show: print it in words / 以文字列出")
        parser.add_argument("--json", action="store_true", help="for programs / JSON 格式")
        parser.add_argument("target", metavar="FILE", type=Path)
        return parser.parse_args(argv[1:])
    if command == "show":
        parser.add_argument("target", metavar="RECEIPT", type=Path)
        return parser.parse_args(argv[1:])
    parser.add_argument(
        "--policy", metavar="FILE", type=Path, required=True, help="whom you trust / 核验策略"
    )
    parser.add_argument(
        "--policy-source", metavar="TEXT", type=_words, help="where the policy came from / 策略来源"
    )
    parser.add_argument(
        "--at", metavar="TIME", type=_time, help="judge as of YYYY-MM-DD[Thh:mm:ssZ] / 判定时间"
    )
    parser.add_argument("--json", action="store_true", help="for programs / JSON 格式")
    parser.add_argument(
        "--report", metavar="FILE", type=_report, help="write the full report / 写出完整报告"
    )
    if command == "audit":
        parser.add_argument("target", metavar="DIR", type=Path)
        return parser.parse_args(argv[1:])
    if command == "compare":
        _add_compare(parser)
        return parser.parse_args(argv[1:])
    parser.add_argument("target", metavar="PKG.zip|RECEIPT", type=Path)
    parser.add_argument(
        "--file", metavar="FILE", type=Path, help="the bytes of a receipt / 回执所对应的文件"
    )
    parser.add_argument(
        "--log", metavar="DIR", type=Path, help="a later copy of the log / 日志副本"
    )
    parser.add_argument(
        "--annex", metavar="FILE", type=Path, help="opens what was committed to / 封存附件"
    )
    parser.add_argument("--version", action="version", version=f"beilin-verify {__version__}")
    return parser.parse_args(argv)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="A", type=Path)
    parser.add_argument("other", metavar="B", type=Path)
    parser.add_argument("--log", metavar="DIR", type=Path, help="a copy of the log / 日志副本")
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        help="write the proof of misconduct, if there is one / 如有矛盾，写出矛盾证明",
    )


def _words(text: str) -> str:
    if not any(c.isprintable() and not c.isspace() for c in text):
        raise argparse.ArgumentTypeError("must say where the policy came from")
    return text


def _report(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in SUFFIXES or not path.stem.strip("."):
        raise argparse.ArgumentTypeError(f"must end in one of {' '.join(SUFFIXES)}")
    return path


def _time(text: str) -> int:
    from .encoding import parse_time
    from .errors import Malformed

    try:
        return parse_time(text if "T" in text else f"{text}T00:00:00Z", "--at")
    except Malformed:
        raise argparse.ArgumentTypeError("not YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ") from None


def usage_error(
    message: str, usage: str = "beilin-verify PKG.zip|RECEIPT --policy FILE"
) -> NoReturn:
    """Refuse arguments that are each fine but do not go together."""
    _Parser(prog="beilin-verify", usage=usage).error(message)
