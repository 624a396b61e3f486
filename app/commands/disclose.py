"""``beilin disclose``: show the other side a file, a period or single records, and nothing else."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import EXIT_REFUSED, Refusal, say

if TYPE_CHECKING:
    from app.client.disclosing.opened import Private
    from app.client.disclosing.selection import Selection


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "disclose",
        help=say("由私有证据包生成披露包：整个文件、某一时段或某几条记录",
                 "make a disclosure from a private package: a file, a period or single records"),
    )  # fmt: skip
    parser.add_argument("package", type=Path, metavar="PKG.zip")
    parser.add_argument("--file", required=True, metavar="NAME",
                        help=say("包内文件的名称", "the file's name in the package"))  # fmt: skip
    parser.add_argument("--all", action="store_true",
                        help=say("出示整个文件", "show the whole file"))  # fmt: skip
    parser.add_argument("--records", metavar="10-25,40",
                        help=say("出示这些记录（自 1 起，同 beilin inspect）",
                                 "show these records (from 1, as beilin inspect prints them)"))  # fmt: skip
    parser.add_argument("--period", metavar="FROM..TO",
                        help=say("出示该时段的全部记录，如 2024-03-01T00:00..2024-03-31T23:59[+08:00]",
                                 "show all records of a period, such as "
                                 "2024-03-01T00:00..2024-03-31T23:59[+08:00]"))  # fmt: skip
    parser.add_argument("--redact", action="append", default=[], metavar="12,14",
                        help=say("遮盖这些记录的内容，仍显示其时间",
                                 "hide what these records say; their times stay visible"))  # fmt: skip
    parser.add_argument("--redact-field", action="append", default=[], metavar="sender:13",
                        help=say("遮盖某一字段（及含有它的正文）",
                                 "hide one field, and the text, which holds it"))  # fmt: skip
    parser.add_argument("--with-media", action="store_true",
                        help=say("一并出示所出示记录指向的媒体文件",
                                 "show the media files that shown records name, too"))  # fmt: skip
    parser.add_argument("--with-provenance", action="store_true",
                        help=say("一并出示来源声明", "show the provenance record, too"))  # fmt: skip
    parser.add_argument("--chain", action="store_true",
                        help=say("附上整个案卷的回执链（不含内容）",
                                 "add the receipts of the whole dossier (no content)"))  # fmt: skip
    parser.add_argument("--receipt", action="append", default=[], type=Path, metavar="FILE",
                        help=say("案卷链中本机没有的回执", "a receipt of the chain that is not kept here"))  # fmt: skip
    parser.add_argument("--keep-secrets", action="store_true",
                        help=say("明知记录中有令牌或密钥仍予出示",
                                 "show records although tokens or keys were found in them"))  # fmt: skip
    parser.add_argument("--out", type=Path, required=True, metavar="OUT.zip")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make the disclosure, and say what the other side will see."""
    from app.client.disclosing import beside
    from app.client.disclosing.asked import parse_asked
    from app.client.disclosing.dossier import chain_of
    from app.client.disclosing.live_secrets import find_secrets
    from app.client.disclosing.opened import Private
    from app.client.disclosing.selection import select
    from app.client.disclosing.writing import write
    from app.client.state import State, home
    from verifier.evidence import package

    asked = parse_asked(
        whole=args.all, records=args.records, period=args.period, redact=args.redact,
        fields=args.redact_field,
    )  # fmt: skip
    with Private(args.package) as private:
        n = private.position(args.file)
        selection = None if asked.whole else select(private, n, asked)
        found = find_secrets(private, n, selection)
        if found.numbers and not args.keep_secrets:
            raise _secrets(found.numbers, found.kinds)
        along = beside.provenance(private) if args.with_provenance else []
        if args.with_media and selection is not None:
            along += beside.linked_media(private, n, selection)
        along = sorted(set(along) - {n})
        chain = []
        if args.chain:
            own = private.receipts()[package.RECEIPT]
            chain = chain_of(State(home()), own, args.receipt)
        out = Path(os.path.abspath(args.out))
        write(private, n, selection, along, chain, out)
        _report(args, private, n, selection, along, chain)
    return 0


def _report(
    args: argparse.Namespace, private: Private, n: int, selection: Selection | None,
    along: list[int], chain: list[bytes],
) -> None:  # fmt: skip
    from app.client.words import shown

    for line in _lines(private, n, selection):
        print(line)
    if along:
        names = [shown(os.fsdecode(private.openings[k].file.name)) for k in along]
        print(say(f"  一并出示整个文件：{'、'.join(names)}", f"  also whole: {', '.join(names)}"))
    if chain:
        print(
            say(
                f"  附案卷第 1 至 {len(chain)} 项的回执（不含内容）。",
                f"  with the receipts of items 1 to {len(chain)} of the dossier (no content).",
            )
        )
    out = shown(args.out)
    print(say(f"披露包：{out}", f"Disclosure: {out}"))
    print(say(f"核验：beilin-verify {out} --policy 策略文件",
              f"Verify: beilin-verify {out} --policy POLICY"))  # fmt: skip


def _lines(private: Private, n: int, selection: Selection | None) -> list[str]:
    """Return what the other side will see of the file, and what it learns of the rest."""
    if selection is None:
        return [say("出示整个文件，无遮盖。", "The whole file is shown, nothing hidden.")]
    root = private.root(n)
    hidden = len(selection.hidden)
    lines = [
        say(
            f"出示 {selection.records - hidden} 条记录，遮盖 {hidden} 条；该文件共 {root.records} 条。",
            f"Records shown: {selection.records - hidden}; redacted: {hidden}; in the file: "
            f"{root.records}.",
        )
    ]
    if selection.loose:
        lines.append(
            say(
                f"其中 {selection.loose} 条自身的时间并非确定在该时段之内（时间可作多种读法，或文件不按时间"
                "先后），为说明无遗漏仍须出示；不愿出示的，请改用 --records。",
                f"Of them not certainly within the period by their own times: {selection.loose} (a time "
                "that can be read in several ways, or a file not in order of time). Without them nothing "
                "shows that none is missing; to show fewer, use --records.",
            )
        )
    beside = [number for number in (selection.left, selection.right) if number is not None]
    if beside:
        numbers = ", ".join(map(str, beside))
        lines.append(
            say(
                f"时段之外紧邻的第 {numbers} 条也完整出示：证明该时段无遗漏须以其时间为据。",
                f"Shown whole as well, from just outside the period: {numbers}. That nothing of the "
                "period is missing rests on their times.",
            )
        )
    if selection.dating:
        numbers = ", ".join(map(str, selection.dating[:20]))
        lines.append(
            say(
                f"时段之外的第 {numbers} 条也完整出示：所示的未载时间的记录以其时间为时间。",
                f"Shown whole as well, from outside the period: {numbers}. Records shown without a time "
                "of their own take it from there.",
            )
        )
    if hidden:
        lines.append(
            say(
                "被遮盖的记录仍显示其时间、在文件中的位置和字节数。",
                "Of redacted records the time, the place in the file and the number of bytes stay visible.",
            )
        )
    lines.append(
        say(
            "对方还会得知：文件名、文件大小、记录总数、读取器，以及未出示部分有多少段。",
            "The other side also learns the file's name and size, the number of records, the reader, "
            "and how many segments are not shown.",
        )
    )
    return lines


def _secrets(numbers: list[int], kinds: list[str]) -> Refusal:
    from verifier.exports.inspection.live_secrets import KINDS

    listed = ", ".join(map(str, numbers[:20])) + (", …" if len(numbers) > 20 else "")
    return Refusal(
        EXIT_REFUSED,
        f"第 {listed} 条记录中有令牌或密钥（{'、'.join(KINDS[kind].zh for kind in kinds)}），未写出任何内容。"
        "请先使其失效，再以 --redact 遮盖，或以 --keep-secrets 明确照样出示。",
        f"Found in what would be shown: {', '.join(KINDS[kind].en for kind in kinds)} (records: "
        f"{listed}); nothing was written. "
        "Revoke them, then hide the records with --redact, or show them knowingly with "
        "--keep-secrets.",
    )
