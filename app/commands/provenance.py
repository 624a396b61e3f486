"""``beilin provenance``: say where the data came from, before it is anchored.

``new`` asks, question by question; ``check`` lists what is still missing, who
can supply it, and what the texts say hangs on it. Both work on a file of the
person's own and need no service.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .common import EXIT_CANNOT_WRITE, Refusal, language, say

if TYPE_CHECKING:
    from app.client.asking.talk import Talk
    from verifier.evidence.provenance.record import Record

_MATERIALS = ("chat", "mail", "sms", "payment", "audio_video", "screenshot", "web_page", "other")
_LISTED = 20


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "provenance", help=say("来源声明：填写与检查", "the provenance record: fill in, check")
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser(
        "new", help=say("逐题询问；可中断后继续", "asks; can be stopped and gone on with")
    )
    new.add_argument("--lang", choices=["zh", "en"], default=language())
    new.add_argument("--material", choices=_MATERIALS)
    new.add_argument("--questions", choices=["core", "all"],
                     help=say("只问核心题，或全部", "only the core questions, or all"))  # fmt: skip
    new.add_argument("--out", type=Path, required=True, metavar="prov.toml")
    new.add_argument("--blank", action="store_true",
                     help=say("只写出空白表格，供手工填写", "only write a blank form, to fill in by hand"))  # fmt: skip
    new.set_defaults(run=run_new)
    check = actions.add_parser("check", help=say("列出尚缺的内容", "lists what is still missing"))
    check.add_argument("--lang", choices=["zh", "en"], default=language())
    check.add_argument("record", type=Path, metavar="prov.toml")
    check.add_argument("files", nargs="*", type=Path, metavar="FILE",
                       help=say("拟一并存证的文件", "the files that will be sealed with it"))  # fmt: skip
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Print the to-do list."""
    from app.client.inputs import without_annexes
    from app.client.todo import todo_of

    files = without_annexes(args.files)
    sys.stdout.write(todo_of(args.record, files).to_text(args.lang))
    return 0


def run_new(args: argparse.Namespace) -> int:
    """Ask, or write a blank form."""
    out = Path(os.path.abspath(args.out))
    if not out.parent.is_dir():
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"文件夹 {out.parent} 不存在；请先建立。",
            f"The folder {out.parent} does not exist; make it first.",
        )
    return _blank(args, out) if args.blank else _interview(args, out)


def _blank(args: argparse.Namespace, out: Path) -> int:
    from app.client.durable import write_new, writing
    from app.client.words import shown
    from verifier.evidence.provenance.writing import blank_form

    materials = _MATERIALS if args.material is None else (args.material,)
    if out.exists():
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"{shown(out)} 已存在，未作任何改动；请换一个 --out。",
            f"{shown(out)} exists and was not changed; choose another --out.",
        )
    with writing(out):
        write_new(out, blank_form(materials=materials, lang=args.lang))
    name = shown(args.out)
    print(_pick(args.lang, f"空白表格：{name}。填写后运行 beilin provenance check {name}",
                f"Blank form: {name}. When filled in, run: beilin provenance check {name}"))  # fmt: skip
    return 0


def _interview(args: argparse.Namespace, out: Path) -> int:
    from app.client.asking.interview import Interview
    from app.client.asking.talk import Stopped
    from app.client.asking.words import Words
    from app.client.record import load_record
    from app.client.words import shown

    record: Record | None = load_record(out) if out.exists() else None
    words = Words(args.lang)
    talk = _talk()
    interview = Interview(out, record, talk, words)
    talk.tell(words.welcome())
    try:
        material = _choose(args, record, interview, words, talk)
    except Stopped:
        return 0
    finished = interview.run(material, only_core=interview.choices.questions == "core")
    if not interview.values:
        print(
            _pick(args.lang, "没有作答，未写入文件。", "Nothing was answered; no file was written.")
        )
        return 0
    if not finished:
        print(_pick(args.lang, f"已保存到 {shown(out)}；以同一命令继续。",
                    f"Saved in {shown(out)}; go on with the same command."))  # fmt: skip
    _leftover(args.lang, interview, material)
    _next(args.lang, args.out, interview.attach)
    return 0


def _choose(
    args: argparse.Namespace, record: Record | None, interview: Any, words: Any, talk: Talk
) -> str:
    """Return the kind of material; ask only for what was neither said nor chosen before."""
    choices = interview.choices
    before = (choices.material, choices.questions)
    chosen = args.material or _material_of(record) or choices.material
    material: str = chosen or interview.choose_material()
    questions = args.questions or choices.questions
    if questions == "core" and not interview.is_open(material, only_core=True):
        questions = None  # all of these are answered: ask whether to go on with the rest
    if questions is None:
        questions = "core" if interview.choose_core() else "all"
    choices.material, choices.questions = material, questions
    if before == (material, questions):
        talk.tell(words.as_before(material, only_core=questions == "core"))
    return material


def _material_of(record: Record | None) -> str | None:
    from verifier.evidence.provenance.fields import MATERIAL_OF

    kind = None if record is None else record.get("item.kind")
    return MATERIAL_OF.get(kind) if isinstance(kind, str) else None


def _talk() -> Talk:
    from app.client.asking.talk import Talk

    def read(prompt: str) -> str | None:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        return line or None

    return Talk(read, print)


def _leftover(lang: str, interview: Any, material: str) -> None:
    from app.client.asking.leftover import leftover
    from verifier.law.rules import SEVERITIES

    found = leftover(interview.values, material)
    if not found:
        return
    print(
        _pick(
            lang,
            f"\n尚未回答 {len(found)} 项，其中：",
            f"\nNot answered: {len(found)}, among them:",
        )
    )
    for field, row in found[:_LISTED]:
        grade = SEVERITIES[row.severity]
        zh = f"  {field.zh}（{field.id}）— {row.id}，{grade.zh}：{row.consequence_zh}"
        en = f"  {field.en} ({field.id}): {row.id}, {grade.en}: {row.consequence_en}"
        print(_pick(lang, zh, en))
    if len(found) > _LISTED:
        more = len(found) - _LISTED
        print(_pick(lang, f"  ……另有 {more} 项", f"  … and {more} more"))


def _next(lang: str, out: Path, attach: list[tuple[str, Path]]) -> None:
    from app.client.asking.annex import annex_path
    from app.client.words import shown

    extra = "".join(f" --attach {role}={shown(path)}" for role, path in dict.fromkeys(attach))
    print(_pick(lang, f"\n检查：beilin provenance check {shown(out)}\n"
                      f"存证时加上：--provenance {shown(out)}{extra}",
                f"\nCheck it: beilin provenance check {shown(out)}\n"
                f"When sealing, add: --provenance {shown(out)}{extra}"))  # fmt: skip
    annex = annex_path(out)
    if annex.exists():
        print(_pick(lang, f"封存附件 {shown(annex)} 含号码原值与盐值：请妥善保管，不要放入证据包。",
                    f"The sealed annex {shown(annex)} holds the numbers and their salts: keep it safe and out of "
                    "the package."))  # fmt: skip


def _pick(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh" else en
