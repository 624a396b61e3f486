"""Text copied from a chat window of WeChat or QQ on a PC: said to be that, and not an export.

    甲 2024/05/01 10:30              甲(10001) 10:30:05             甲: 05-01 10:30:05
    好的                             好的                           好的

What is copied is what somebody marked, in the order in which it was pasted;
it names no tool and nothing limits what was changed (``PASTED_WINDOW``). The
shapes are those of the usual clipboards: a line of name and time, with or
without a date, then the text. A third, names alone below rows of date and time,
is recognised only where such a row comes first:

    2024年5月1日 10:30
    甲:
    好的

Its records show no time of their own. So does nothing else here claim more than
is written: times without a date or year give no second (``DATE_PARTIAL``), and
where the file does not decide the order of day and month the times span both.

Ordinary texts, logs and tables are to be left alone: the first line must be a
header or a row, names are short and hold none of the signs of tables and
programs, most headers have a text below, there are at least two, and somewhere
there is Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from ..cutting.headed_text import stretches
from ..families.headed_chat import Survey, read_chat
from ..families.headed_format import BOM, END_OF_LINE, Format, Head, Look, Row, Said, look, view_of
from ..families.wall_time import any_clock, any_date
from ..reader import HEAD_BYTES, Note, Reader, Reading, Reason
from ..source import Source
from ..tally import Tally
from ..text import Text
from .wechat_words import PLACEHOLDERS, is_recall
from .whatsapp_time import ORDERS

NAME = "pasted-window/1"

_DATE = (
    rb"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    + "|\\d{4}年\\d{1,2}月\\d{1,2}日".encode() + rb")"
)  # fmt: skip
_HALF = "(?:上午|下午|凌晨|清晨|早上|中午|晚上) ?".encode()
_TIME = rb"(?:" + _HALF + rb")?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?"
_NO_NAME = rb"\r\n\t:,;=|{}\[\]\\\"`~^$%"
_NAME = rb"[^" + _NO_NAME + rb" '#*>-][^" + _NO_NAME + rb"]{0,90}?"
_ENDS = rb"(?=[^\r\n]{3,200}+(?<=[0-9Mm:\x9a \t])" + END_OF_LINE + rb")"
"""A line that ends as a header may; rules most lines out at once."""
_OPENING = re.compile(
    rb"\n" + BOM + _ENDS + rb"(?:(" + _DATE + rb" {1,2}" + _TIME + rb")|(" + _NAME + rb")(?:(: | {1,2})(?:(" + _DATE
    + rb") {1,2}|(\d\d-\d\d) )?(" + _TIME + rb")|(:|\xef\xbc\x9a)))[ \t]*" + END_OF_LINE
)  # fmt: skip
_LOOKALIKE = re.compile(
    rb"[\n\r](?:[^\r\n]{0,120}? {1,2}|[ \t>|]{0,8})" + _TIME + rb"[ \t]*(?=\r?\n|\r?$|\r)"
)
_YEAR_LAST = re.compile(rb"\d[-/.]\d{4} ")
_PROGRAM = re.compile(
    r"(?i).*\b(?:trace|debug|info|warn|warning|error|fatal|started|finished|updated?|created?|modified"
    r"|published|posted|date|time|from|to|at|on|by)|.*(?:更新|发布|发表|时间|日期|截止|修改|编辑|创建|完成|于|自|至|到)".encode()
)  # fmt: skip
"""Names that end so are a text's or program's line about a time, not somebody's."""
_CJK = re.compile(rb"[\xe4-\xe9][\x80-\xbf][\x80-\xbf]")
_ACCOUNT = re.compile(rb".*(?:\(\d{5,12}\)|<[^<>]{3,80}>)", re.DOTALL)
_OTHERS = re.compile(rb".*\((?:wxid_|gh_|" + "我".encode() + rb"\))|wxid_|.*@chatroom", re.DOTALL)
"""Accounts as no window shows them; chatlog writes them so."""
_WIDE_COLON: Final = "：".encode()
_NOTHING: Final = re.compile(rb"")


@lru_cache(maxsize=4096)
def _account(name: bytes) -> bool | None:
    """Tell whether a name shows an account; None for what is no name in a window."""
    if _WIDE_COLON in name or _OTHERS.match(name):
        return None
    return _ACCOUNT.fullmatch(name) is not None


def _reads(orders: tuple[int, ...]) -> Callable[[re.Match[bytes]], Head | Row | None]:
    """Return what reads a header whose date may be in any of these orders of ``ORDERS``."""

    def parse(match: re.Match[bytes]) -> Head | Row | None:
        _, name, join, date, day, clock, _ = match.groups()
        if clock is None:
            return None
        account, time = _account(name), any_clock(clock)
        if account is None or time is None:
            return None
        written = clock
        spelling, sender = join + b"|" + time.shape, name.strip()
        if date is None:
            partial = "year-missing" if day else "time-of-day-only"
            if day:
                written, spelling = day + b" " + written, spelling + b"|day"
            return Head(
                written, (), time.span, sender, spelling, time.padding, partial, account=account
            )
        forms = any_date(date)
        if forms is None:
            return None
        moments: tuple[int, ...]
        if forms.days[2] is not None:  # the year stands in front
            moments = (forms.days[2] * 86400 + time.second,)
        else:
            days = {forms.days[order] for order in orders} - {None} or set(forms.days) - {None}
            moments = tuple(sorted(each * 86400 + time.second for each in days if each is not None))
        written = match.string[match.start(4) : match.end(6)]
        flags = ("date_order_ambiguous",) if len(moments) > 1 else ()
        return Head(
            written, moments, time.span, sender, spelling + b"|" + forms.shape, time.padding,
            flags=flags, account=account,
        )  # fmt: skip

    return parse


def _reads_rows(match: re.Match[bytes]) -> Head | Row | None:
    """Read rows of date and time, and names alone below them."""
    row, name, _, _, _, _, colon = match.groups()
    if row is not None:
        return Row(match.end() - match.start() - 1, _NOTHING)
    if colon is None or _account(name) is None:
        return None
    return Head(b"", (), sender=name.strip(), spelling=colon)


def _said(head: Head, body: bytes) -> Said:
    text = body.strip()
    if text in PLACEHOLDERS:
        return Said(head.sender, ("media_omitted",))
    if is_recall(text):
        return Said(head.sender, ("recalled",))
    return Said(head.sender)


FORMAT: Final = Format(
    _OPENING,
    _reads((0, 1, 2)),
    _LOOKALIKE,
    _said,
    codes=("PASTED_WINDOW", "FILTER_POSSIBLE", "NO_NATIVE_ID", "NO_TIMEZONE"),
    flag_codes=(("recalled", "RECALLED"), ("media_omitted", "MEDIA_OMITTED")),
)
_UNDER_ROWS: Final = replace(FORMAT, parse=_reads_rows)


def detect(source: Source) -> tuple[Reason, ...]:
    """Recognise the usual clipboards; see above for what is left alone."""
    head = source.head(HEAD_BYTES)
    if _CJK.search(head) is None and _is_utf8(head):
        return ()
    seen = look(source, FORMAT)
    if isinstance(seen.first, Head) and _plausible(seen):
        return (Reason("WINDOW_HEADERS", len(seen.heads)),)
    seen = look(source, _UNDER_ROWS)
    if isinstance(seen.first, Row) and _plausible(seen):
        return (Reason("WINDOW_ROWS", len(seen.rows)), Reason("WINDOW_NAMES", len(seen.heads)))
    return ()


def _plausible(seen: Look) -> bool:
    """Tell whether headers and texts take turns, by few enough people, as in a chat."""
    n, names = len(seen.heads), {head.sender for head in seen.heads}
    texts = seen.lines - n - len(seen.rows)
    return (
        n >= 2
        and 8 * n <= texts * 10 <= 80 * n
        and len(names) * 10 <= n * 7 + 10
        and not any(_PROGRAM.fullmatch(name) for name in names)
    )


def _is_utf8(head: bytes) -> bool:
    try:
        head[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 6  # a character cut by the end of the head
    return True


def read(source: Source) -> Reading:
    """Read a pasted text: one pass for its dates, one to survey it, one for each ``segments``."""
    if isinstance(look(source, _UNDER_ROWS).first, Row):
        return read_chat(source, NAME, _UNDER_ROWS, "rows")
    dates = _Dates()
    if _has_year_last(source):
        for _ in stretches(source.chunks(), _OPENING, dates.add):
            pass
    orders = dates.orders()
    text = "-or-".join(ORDERS[order] for order in orders) or "orders-conflict"

    def also(seen: Survey) -> tuple[Note, ...]:
        undecided = seen.flags.get("date_order_ambiguous", Tally())
        if not undecided.count:
            return ()
        return (Note("DATE_ORDER_AMBIGUOUS", undecided.count, tuple(undecided.places), text),)

    form = replace(FORMAT, parse=_reads(orders))
    return read_chat(source, NAME, form, text, also=also)


def _has_year_last(source: Source) -> bool:
    """Tell whether a date with its year last may be anywhere; without one no order is open."""
    end = b""
    for chunk in source.chunks():
        if _YEAR_LAST.search(end + chunk):
            return True
        end = chunk[-16:]
    return False


class _Dates:
    """Which orders of day, month and year read every date of a file."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._possible = [True, True]
        self._year_first = True

    def add(self, match: re.Match[bytes]) -> None:
        """Take one header into account."""
        date = match[4]
        if date is None or date in self._seen:
            return
        if len(self._seen) < 10_000:
            self._seen.add(date)
        forms = any_date(date)
        if forms is not None and forms.days[2] is None:
            self._year_first = False
            for order in (0, 1):
                self._possible[order] &= forms.days[order] is not None

    def orders(self) -> tuple[int, ...]:
        """Return entries of ``ORDERS``; none where no order reads every date."""
        if self._year_first:
            return (2,)
        return tuple(order for order in (0, 1) if self._possible[order])


REASONS: Final = {
    "WINDOW_HEADERS": Text(
        "开头部分是“姓名 时间”行与正文交替的文字，与聊天窗口复制出的文字一致。",
        "Lines of name and time take turns with texts, as text copied from a chat window does.",
    ),
    "WINDOW_ROWS": Text("首行为单独的日期时间行。", "The first line is a date and time alone."),
    "WINDOW_NAMES": Text(
        "其下为“姓名:”行与正文交替的文字。", "Below it lines of a name take turns with texts."
    ),
}

_ROW: Final = "2024年5月13日 10:30\n甲:\n-\n乙:\n-\n".encode()
"""What tells that names stand below rows of date and time; its own records are not compared."""

READER = Reader(
    NAME,
    Text("从聊天窗口复制粘贴的文字", "text pasted from a chat window"),
    detect,
    read,
    REASONS,
    view=view_of(FORMAT),
    context=lambda variant, _clock: _ROW if variant == "rows" else b"",
)
