"""What the interview says, in Chinese or English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.evidence.provenance.fields import MATERIALS, Field, Label, Member, Type
from verifier.law.rules import ROWS

from ..words import shown
from .hashing import Hashed

_MATERIALS: Final = {
    "chat": Label("聊天记录", "chat"),
    "mail": Label("电子邮件", "e-mail"),
    "sms": Label("短信", "SMS"),
    "payment": Label("支付、转账记录", "payment records"),
    "audio_video": Label("录音录像（含录屏）", "audio or video, screen recordings too"),
    "screenshot": Label("截图、照片", "screenshots, photographs"),
    "web_page": Label("网页", "web page"),
    "other": Label("其他", "other"),
}

_LEVELS: Final = {
    "core": Label("核心", "core"),
    "recommended": Label("建议", "recommended"),
    "optional": Label("可选", "optional"),
}

_KINDS: Final = {
    "string": Label("一行文字", "one line of text"),
    "text": Label("文字", "text"),
    "bool": Label("是 / 否", "yes / no"),
    "int": Label("数字", "a number"),
    "timestamp": Label("时间，如 2026-03-02 10:41:07 +08:00，或 现在",
                       "a time, such as 2026-03-02 10:41:07 +08:00, or now"),
    "date": Label("日期，如 2026-03-02", "a date, such as 2026-03-02"),
    "point": Label("消息编号，或时间", "a message's id, or a time"),
    "interval": Label("起 至 止，如 2025-06-01 至 2025-12-31",
                      "from .. to, such as 2025-06-01 .. 2025-12-31"),
    "digest": Label("文件路径（由本机计算 SHA-256），或 64 位十六进制",
                    "a file (its SHA-256 is computed here), or 64 hexadecimal digits"),
    "sm3": Label("SM3 摘要，64 位十六进制", "the SM3 digest, 64 hexadecimal digits"),
    "commitment": Label("号码（只以承诺值写入，原值存入封存附件）",
                        "the number (only a commitment is written; it stays in the sealed annex)"),
    "identifier": Label("标识；前加 # 则只写承诺值，原值存入封存附件",
                        "an identifier; with # in front only a commitment is written"),
}  # fmt: skip


class Words:
    """The sentences of one language, ``zh`` or ``en``."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def say(self, zh: str, en: str) -> str:
        """Return the sentence in this language."""
        return zh if self.lang == "zh" else en

    def of(self, label: Label | Field | Member) -> str:
        """Return a label's word."""
        return self.say(label.zh, label.en)

    # -- the frame

    def welcome(self) -> str:
        """Return what is said first."""
        return self.say(
            "来源声明：数据从何而来、如何取得。每答一题即保存；直接回车为暂不回答（有几个小项的题，回车只是该小项留空，“跳过”为整题以后再答）；"
            "不知道请写“未知 原因”；不适用请写“不适用 原因”；“?”看说明；“停”保存并退出，以后用同一命令继续。\n"
            "所写内容是您的陈述，本程序不核实其真伪；内容不离开本机，与证据同批登记的只是它的加盐摘要。",
            "The provenance record: where the data came from and how it was obtained. Every answer is saved at "
            "once. Enter alone leaves a question out for now (in a question with parts only that part; skip leaves all of it); if you do not know, write: unknown REASON; if it "
            "does not apply: n/a REASON; ? explains; stop saves and ends, and the same command goes on later.\n"
            "What you write is your own statement; this program does not check whether it is true. It stays on "
            "this machine; what is anchored is a salted digest.",
        )

    def choose(self, tell: Callable[[str], None], line: Callable[[str], str]) -> int:
        """Ask for the kind of material; return its place in MATERIALS."""
        tell(self.say("材料属于哪一种？", "What kind of material is it?"))
        for n, name in enumerate(MATERIALS, 1):
            tell(f"  {n} {self.of(_MATERIALS[name])}")
        while True:
            text = line("> ")
            if text in MATERIALS:
                return MATERIALS.index(text)
            if text.isascii() and text.isdigit() and 1 <= int(text) <= len(MATERIALS):
                return int(text) - 1
            tell(self.say("请输入上列数字。", "Type one of the numbers above."))

    def choose_core(self, tell: Callable[[str], None], line: Callable[[str], str]) -> bool:
        """Ask how much shall be asked."""
        tell(self.say("先只答核心题，还是全部？\n  1 只答核心题\n  2 全部",
                      "Only the core questions for now, or all?\n  1 core questions\n  2 all"))  # fmt: skip
        while (text := line("> ")) not in ("1", "2"):
            if not text:
                return False
            tell(self.say("请输入 1 或 2。", "Type 1 or 2."))
        return text == "1"

    def as_before(self, material: str, *, only_core: bool) -> str:
        """Return what was chosen before and is gone on with, and how to choose anew."""
        kind = self.of(_MATERIALS[material])
        zh, en = (
            ("只答核心题", "core questions only") if only_core else ("全部题目", "all questions")
        )
        return self.say(
            f"继续上次的填写：{kind}；{zh}。要改，请另加 --material 或 --questions core|all。",
            f"Going on as before: {kind}; {en}. To change that, add --material or --questions core|all.",
        )

    def agree(self, line: Callable[[str], str], tell: Callable[[str], None]) -> bool:
        """Ask whether the questions of the hearing shall be asked now."""
        tell(self.say("以下各题到提交法院时再答也可以，不影响现在存证。",
                      "These can wait until the material is filed; they do not matter for sealing now."))  # fmt: skip
        return line(self.say("现在回答吗？（是 / 直接回车为以后）> ",
                             "Answer them now? (yes / Enter for later) > ")).casefold() in ("是", "y", "yes")  # fmt: skip

    def whole(self, line: Callable[[str], str], tell: Callable[[str], None]) -> bool:
        """Ask whether the whole question is meant, not only its first part."""
        if line(self.say("  整题都是如此吗？（是 / 否，否则逐项回答，不知道的小项直接回车）> ",
                         "  Does that hold for the whole question? (yes / no: then part by part, Enter for those "
                         "you do not know) > ")).casefold() in ("是", "y", "yes"):  # fmt: skip
            return True
        tell(self.say("  那么请逐项回答。", "  Then part by part."))
        return False

    def step(self, label: Label) -> str:
        """Return the heading of a step."""
        return f"\n== {self.of(label)} =="

    # -- a question

    def question(self, field: Field, number: int, count: int) -> str:
        """Return a question with its level and how to answer."""
        level = self.of(_LEVELS[field.level])
        head = self.say(
            f"\n[{number}/{count}] {field.zh}（{level}）",
            f"\n[{number}/{count}] {field.en} ({level})",
        )
        note = self.say(field.note_zh, field.note_en)
        lines = [head, *([f"  {note}"] if note else []), *self._kind(field.type)]
        return "\n".join(lines)

    def _kind(self, kind: Type) -> list[str]:
        if kind.kind == "enum":
            words = enumerate(kind.words.items(), 1)
            return [f"  {n} {self.of(label)} ({word})" for n, (word, label) in words]
        if kind.kind == "list":
            assert kind.item is not None
            zh = "）" if kind.least else "；确无则写“无”）"
            en = ")" if kind.least else "; write none if there are none)"
            more = self.say(
                f"  （可有多项，空行结束{zh}", f"  (several items; an empty line ends{en}"
            )
            return [*self._kind(kind.item), more]
        if kind.kind == "object":
            comma = self.say("、", ", ")
            names = comma.join(self.of(member) for member in kind.members)
            return [self.say(f"  依次填写：{names}", f"  one after another: {names}")]
        return [f"  {self.of(_KINDS[kind.kind])}"]

    def begin(self, kind: Type) -> str:
        """Return the prompt for the first part of a list or an object."""
        item = kind.item if kind.kind == "list" else kind
        if item is not None and item.kind == "object":
            return self.member(item.members[0])
        return "> "

    def member(self, member: Member) -> str:
        """Return the prompt for a member of an object."""
        lines = self._kind(member.type)
        kind = " / ".join(line.strip() for line in lines)
        optional = self.say("，可空", ", may be empty") if member.optional else ""
        return self.say(
            f"  {member.zh}（{kind}{optional}）> ", f"  {member.en} ({kind}{optional}) > "
        )

    def needed(self, member: Member) -> str:
        """Return the prompt where a needed member was left empty."""
        return self.say(f"  {member.zh}不能为空 > ", f"  {member.en} is needed > ")

    def not_none(self) -> str:
        """Say that none is no answer here."""
        return self.say(
            "  这里不能填“无”。没有做过或没有材料的，按回车跳过，或写“未知 原因”。",
            "  None is not possible here. Press Enter to skip it, or write: unknown REASON.",
        )

    def file_again(self) -> str:
        """Return the prompt after a path that cannot be read."""
        return self.say(
            "  这一项尚未保存。请重新输入路径；直接回车则先不附文件 > ",
            "  This is not saved yet. Type the path again, or Enter to go on without the file > ",
        )

    def unsigned(self) -> str:
        """Say that a signature is taken off."""
        return self.say(
            "该声明已签名；继续填写会改变其内容，原签名已去掉，完成后请重新签名。",
            "This record is signed; going on changes it, so the signature was taken off. Sign it again when done.",
        )

    def no_text(self) -> str:
        """Say that the input is not text."""
        return self.say("  输入中有不能识别的字符，请重新输入。", "  That holds characters that are no text; type it again.")  # fmt: skip

    def begun(self) -> str:
        """Say that an unfinished question is kept as far as it was answered."""
        return self.say(
            "  本题未答完，已答的部分已保留。",
            "  The question is unfinished; what was answered is kept.",
        )

    def another(self) -> str:
        """Return the prompt for a further item."""
        return self.say("  下一项（空行结束）> ", "  next (an empty line ends) > ")

    def reason(self) -> str:
        """Return the prompt for a reason."""
        return self.say("  请写明原因 > ", "  say why > ")

    def hashed(self, hashed: Hashed) -> str:
        """Say that a file was read."""
        name = shown(hashed.path.name)
        return self.say(
            f"  {name}：{hashed.size} 字节，SHA-256 {hashed.sha256}",
            f"  {name}: {hashed.size} bytes, SHA-256 {hashed.sha256}",
        )

    def help(self, field: Field) -> str:
        """Say what hangs on a question: the examined factors that it feeds."""
        lines = [self.say(f"  写入：{field.id}", f"  written as: {field.id}")]
        example = self.say(field.example_zh, field.example_en)
        if example:
            lines.append(self.say(f"  例：{example}", f"  example: {example}"))
        for name in field.rows:
            row = ROWS[name]
            text = self.say(row.consequence_zh, row.consequence_en)
            element = self.say(row.element_zh, row.element_en)
            lines.append(f"  {name} {element}" + ("" if text == "—" else f": {text}"))
        return "\n".join(lines)
