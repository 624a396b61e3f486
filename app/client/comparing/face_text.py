"""A comparison for people: what is only on one side, and what differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.client.words import shown
from verifier.exports.inspection.two_exports.difference import Difference
from verifier.exports.inspection.two_exports.sides import Place, Side
from verifier.exports.text import Text

from .opened import Opened

MOST: Final = 200
_WAYS: Final = {
    "ids": Text("平台编号", "the platform's ids"),
    "times": Text("时间与文字", "time and words"),
    "order": Text("相同文字出现的先后", "the order in which equal words occur"),
}
_WHAT: Final = {
    "words": Text("文字", "words"),
    "sender": Text("发送者", "sender"),
    "time": Text("时间", "time"),
}


def to_text(
    here: Opened, there: Opened, sides: Sequence[Side], found: Difference, lang: str,
    *, same_bytes: bool,
) -> str:  # fmt: skip
    """Return the lines, each ending in LF."""
    face = _Face(lang)
    lines = [
        face.side("甲", "A", here, sides[0]),
        face.side("乙", "B", there, sides[1]),
        *face.how(sides, found, same_bytes=same_bytes),
        face.say(f"相同：{found.same} 条", f"the same: {found.same}"),
        face.only("甲", "A", found.only_here, sides[0]),
        face.only("乙", "B", found.only_there, sides[1]),
        *face.different(found, sides),
        face.say(
            "一份导出中没有某条，只说明该导出没有这一条，不说明原因。",
            "That an export does not have a record says only that; it does not say why.",
        ),
    ]
    return "".join(f"{line}\n" for line in lines)


class _Face:
    def __init__(self, lang: str) -> None:
        self._lang = lang

    def say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def of(self, text: Text) -> str:
        return self.say(text.zh, text.en)

    def side(self, zh: str, en: str, opened: Opened, side: Side) -> str:
        kinds = " ".join(dict.fromkeys(side.readers))
        head = self.say(f"{zh}：", f"{en}: ") + shown(opened.path)
        count = self.say(
            f"，{kinds}，{len(side.items)} 条", f", {kinds}, {len(side.items)} records"
        )
        if not opened.is_package:
            return head + count
        files = self.say("、", ", ").join(opened.names)
        return (
            head
            + count
            + self.say(
                f"；证据包中的 {files}。该包自身的摘要相符；其日志未依策略核验",
                f"; of the package: {files}. Its own sums hold; its log was not checked against a policy",
            )
        )

    def how(self, sides: Sequence[Side], found: Difference, *, same_bytes: bool) -> Iterator[str]:
        if same_bytes:
            yield self.say("两份文件逐字节相同。", "The two are the same byte for byte.")
        ways = self.say("、", ", ").join(self.of(_WAYS[way]) for way in found.ways)
        yield self.say(f"比较依据：{ways or '无'}", f"compared by: {ways or 'nothing'}")
        if found.ids_foreign:
            yield self.say(
                "两份的编号没有一个相同，应属两种编号，未用于比较。",
                "Not one id is common to both: they are of two kinds and were set aside.",
            )
        if not found.senders_compared:
            yield self.say(
                "两份由不同工具写出，发送者写法不同，未作比较。",
                "Two tools wrote them, which write senders differently: senders were not compared.",
            )
        if not found.times_compared:
            yield self.say(
                f"两份的时间不在同一时钟（{sides[0].clock}、{sides[1].clock}），时间未作比较，只按文字的先后对应。",
                f"Their times are on different clocks ({sides[0].clock}, {sides[1].clock}): times were "
                "not compared, equal words were matched in their order.",
            )

    def only(self, zh: str, en: str, places: Sequence[Place], side: Side) -> str:
        numbers = self._numbers(places, side)
        return self.say(f"仅{zh}有：{len(places)} 条", f"only in {en}: {len(places)}") + (
            self.say(f"，第 {numbers} 条", f", records {numbers}") if places else ""
        )

    def different(self, found: Difference, sides: Sequence[Side]) -> Iterator[str]:
        count = len(found.different)
        yield self.say(f"不同：{count} 条", f"different: {count}")
        for each in found.different[:MOST]:
            what = self.say("、", ", ").join(self.of(_WHAT[name]) for name in each.what)
            one, other = self._number(each.here, sides[0]), self._number(each.there, sides[1])
            yield self.say(
                f"  甲第 {one} 条，乙第 {other} 条：{what}", f"  A {one}, B {other}: {what}"
            )
        if count > MOST:
            yield self.say(f"  ……另有 {count - MOST} 条", f"  … and {count - MOST} more")

    def _numbers(self, places: Sequence[Place], side: Side) -> str:
        more = " …" if len(places) > MOST else ""
        return " ".join(self._number(each, side) for each in places[:MOST]) + more

    def _number(self, place: Place, side: Side) -> str:
        return f"{place.file}:{place.number}" if len(side.readers) > 1 else str(place.number)
