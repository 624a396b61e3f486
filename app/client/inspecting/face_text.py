"""The source report for people: a short block for each file, what matters most first."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Final

from app.client.words import shown
from verifier.exports.inspection.finding import SourceFinding, detail_text
from verifier.exports.inspection.source_report import SourceReport
from verifier.exports.text import Text
from verifier.exports.tools import any_file

from .look import Looked
from .spelling import moment, name_of

IN_FULL: Final = 6
"""So many findings of a file have their sentence; the others are named."""
_PLACES: Final = 10
_SENDERS: Final = 6
_ORDERS: Final = {
    "oldest_first": Text("旧的在前", "oldest first"),
    "newest_first": Text("新的在前", "newest first"),
    "neither": Text("不按时间先后", "in no order of time"),
    "not_shown": Text("先后未显示", "order not shown"),
}
_CLOCKS: Final = {
    "instant": Text("绝对时间", "instants"),
    "wall": Text("当地时间，未必写明时区", "wall time of some place"),
    "none": Text("无时间", "no times"),
}
_IDS: Final = {
    "none": Text("无平台编号", "no ids of the platform"),
    "native": Text("平台编号，不连续编排", "the platform's ids, which do not run on"),
    "shared": Text("平台编号，与其他聊天共用", "the platform's ids, shared with other chats"),
    "running": Text("平台编号，逐条连续", "the platform's ids, which run on"),
    "renumbered": Text("编号由工具编排", "numbers given by the tool"),
}


def to_text(looked: Sequence[Looked], lang: str) -> str:
    """Return the blocks and the last line; every line ends in LF."""
    lines = [line for each in looked for line in (*_Block(each, lang).lines(), "")]
    return "\n".join([*lines, _of(_END, lang), ""])


_END: Final = Text(
    "以上未作存证。未列出的代码表示未检出，不表示不存在；全部内容见 --json。",
    "Nothing was anchored. A code that is not listed was not detected, which does not mean that it "
    "is not so. --json has everything.",
)


def _of(text: Text, lang: str) -> str:
    return text.en if lang == "en" else text.zh


class _Block:
    """One file's block in one language."""

    def __init__(self, looked: Looked, lang: str) -> None:
        self._looked, self._lang = looked, lang
        self._colon, self._comma = ("：", "，") if lang == "zh" else (": ", ", ")

    def _say(self, zh: str, en: str) -> str:
        return zh if self._lang == "zh" else en

    def lines(self) -> Iterator[str]:
        path, member = shown(os.fsdecode(self._looked.found.path)), self._looked.member
        yield path if member is None else f"{path} > {name_of(member, escaped=False)}"
        report, problem = self._looked.report, self._looked.problem
        if report is None:
            yield "  " + (_of(problem, self._lang) if problem is not None else "")
            return
        if report.reader == any_file.NAME:
            yield f"  {_of(report.title, self._lang)} [{report.reader}]{self._comma}{self._count(report)}"
            return
        yield f"  {_of(report.title, self._lang)} [{report.reader}]{self._made_by(report)}"
        yield f"  {self._count(report)}{self._times(report)}"
        yield from self._people(report)
        yield f"  {self._form(report)}"
        yield from self._findings(report)
        yield from self._not_searched(report)

    def _made_by(self, report: SourceReport) -> str:
        if not report.generator:
            return ""
        return self._comma + self._say(
            f"文件自称由 {report.generator} 生成", f"made, as it says, by {report.generator}"
        )

    def _count(self, report: SourceReport) -> str:
        if report.records is None:
            return self._say("未按消息切分", "not cut into messages")
        zh = f"{report.records} 条"
        en = f"{report.records} record{'' if report.records == 1 else 's'}"
        if report.ambiguous:
            zh, en = f"表观 {zh}（见下）", f"{en}, apparently (see below)"
        if report.declared_records is not None:
            declared = report.declared_records
            zh, en = f"{zh}，文件自称 {declared} 条", f"{en}; the file says {declared}"
        return self._say(zh, en)

    def _times(self, report: SourceReport) -> str:
        summary = report.summary
        if summary.earliest is None:
            return ""
        first, last = (moment(each, report.clock) for each in (summary.earliest, summary.latest))
        clock = _of(_CLOCKS[report.clock], self._lang)
        if report.offset:
            clock += self._comma + self._say(
                f"导出电脑的时区 {report.offset}", f"the exporting computer at {report.offset}"
            )
        parts = [self._say(f"{first} 至 {last}", f"{first} to {last}"), clock]
        if report.records != 1:
            parts.append(_of(_ORDERS[report.order], self._lang))
        return self._comma + self._comma.join(parts)

    def _people(self, report: SourceReport) -> Iterator[str]:
        senders = report.summary.senders
        if not senders:
            return
        names = [name_of(each, escaped=report.escaped)[:40] for each in senders[:_SENDERS]]
        more = "…" if len(senders) > _SENDERS else ""
        plus = "+" if report.summary.senders_more else ""
        joined = self._say("、", ", ").join(names) + more
        yield "  " + self._say(
            f"发送者 {len(senders)}{plus} 名：{joined}",
            f"{len(senders)}{plus} sender{'' if len(senders) == 1 else 's'}: {joined}",
        )

    def _form(self, report: SourceReport) -> str:
        parts = [report.encoding]
        if report.line_ends is not None:
            ends = report.line_ends.kind
            parts.append(self._say(f"换行 {ends}", f"line ends {ends}"))
        if report.records is not None:
            parts.append(_of(_IDS[report.ids], self._lang))
        media = report.media
        if media["named"]:
            words = self._say(f"媒体文件名 {media['named']} 处", f"{media['named']} media names")
            if "linked" in media:
                there, absent = media["linked"], media["missing"]
                words += self._say(
                    f"（在旁 {there}，缺 {absent}）", f" ({there} there, {absent} not)"
                )
            parts.append(words)
        return self._comma.join(parts)

    def _findings(self, report: SourceReport) -> Iterator[str]:
        for finding in report.findings[:IN_FULL]:
            yield "  " + self._finding(finding, report.records)
        rest = [each.code for each in report.findings[IN_FULL:]]
        if rest:
            codes = " ".join(dict.fromkeys(rest))
            yield "  " + self._say(f"另有：{codes}", f"further: {codes}")

    def _finding(self, finding: SourceFinding, records: int | None) -> str:
        text = _of(finding.text, self._lang).rstrip("。.")
        parts = [text]
        if finding.detail:
            parts.append(_of(detail_text(finding.detail), self._lang))
        count, places = finding.count, finding.places[:_PLACES]
        if count > 1 and count == records:
            parts.append(self._say("所有记录", "all records"))
        elif places:
            numbers = " ".join(map(str, places)) + (" …" if count > len(places) else "")
            word = "record" if count == 1 else "records"
            parts.append(self._say(f"第 {numbers} 条", f"{word} {numbers}"))
        if count > len(places) and count != records:
            parts.append(self._say(f"共 {count} 处", f"{count} in all"))
        joined = self._say("；", "; ").join(parts)
        return f"· {finding.code}{self._colon}{joined}{self._say('。', '.')}"

    def _not_searched(self, report: SourceReport) -> Iterator[str]:
        if report.records is None:
            return
        if report.not_searched:
            codes = " ".join(report.not_searched)
            yield "  " + self._say(f"未检查（无从检查）：{codes}", f"not searched for: {codes}")
        if report.partly_searched:
            codes = " ".join(report.partly_searched)
            yield "  " + self._say(f"只部分检查：{codes}", f"searched for in part only: {codes}")
