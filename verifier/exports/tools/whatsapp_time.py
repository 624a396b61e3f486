"""The header lines of WhatsApp's "Export chat", and the times written in them.

The app writes a header in the language and clock of the phone that exported,
so there are many. Three families, all read on bytes:

    dash      12/9/20, 23:55 - Alice: text          Android; no seconds
    bracket   [2024/5/1 下午2:31:00] Alice: text     iPhone; seconds
    colon     13.06.18 21.25.15: Alice: text        older iPhone; seconds

Nothing here decides between day and month: a date comes back with every
reading that the calendar allows.
"""

from __future__ import annotations

import re
from datetime import date as calendar_date
from typing import Final, NamedTuple

LRM: Final = b"\xe2\x80\x8e"
"""U+200E, which the app puts before brackets and before its own placeholders."""

_BOM = b"\xef\xbb\xbf"
_SPACE = rb"(?: |\xc2\xa0|\xe2\x80\xaf)"  # also U+00A0, and U+202F since iOS 16
_SEPARATOR = rb"(?:/|-|\. |\.)"


def _words(*words: str) -> bytes:
    """Return an alternation of the words in UTF-8 and, where it differs, in GB18030."""
    spelled = {word.encode(codec): None for word in words for codec in ("utf-8", "gb18030")}
    return b"(?:" + b"|".join(re.escape(each) for each in spelled) + b")"


# Half-days before the time. Not 晚上, which can stand at both ends of a night:
# with 12 it has two readings, so only its unmistakable hours are read (below).
_BEFORE_NOON = _words("上午", "凌晨", "清晨", "早上", "午前")
_AFTER_NOON = _words("下午", "晚上", "午後")
_NOON = _words("中午")
_HANGUL = "(?:오전|오후)".encode()
_PREFIX = b"(?:" + b"|".join((_BEFORE_NOON, _AFTER_NOON, _NOON, _HANGUL)) + b")" + _SPACE + b"?"
_SUFFIX = _SPACE + rb"{0,2}[AaPp]\.?" + _SPACE + rb"?[Mm]\.?"

_DATE = (
    rb"(?:\d{4}" + _SEPARATOR + rb"\d{1,2}" + _SEPARATOR + rb"\d{1,2}\.?"
    rb"|\d{1,2}" + _SEPARATOR + rb"\d{1,2}" + _SEPARATOR + rb"(?:\d{4}|\d{2})\.?"
    rb"|\d{4}\xe5\xb9\xb4\d{1,2}\xe6\x9c\x88\d{1,2}\xe6\x97\xa5)"
)
_JOIN = (
    rb"(?:,|\xd8\x8c)?" + _SPACE + rb"{1,2}(?:(?:klo|kl\.?|at|um|\xc3\xa0|\xc3\xa0s)"
    + _SPACE + rb")?"
)  # fmt: skip
_TIME = (
    rb"(?:\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    rb"|\d{1,2}" + _SPACE + rb"?h" + _SPACE + rb"?\d{2}(?:" + _SPACE + rb"min" + _SPACE
    + rb"\d{2}" + _SPACE + rb"s)?)"
)  # fmt: skip
_LEAD = rb"(" + LRM + rb"|" + _BOM + rb")?"
_CLOCK = rb"(" + _JOIN + rb"(?:" + _PREFIX + rb")?" + _TIME + rb"(?:" + _SUFFIX + rb")?)"
# A name is bounded; the app allows 25 characters, an address book more.
_SENDER = rb"(?:([^:\r\n]{1,256}+):(?: |(?=[\r\n]|$)))?"
_CLOSE_DASH = rb"( - | \xe2\x80\x93 )"

HEADERS: Final[dict[str, re.Pattern[bytes]]] = {
    "dash": re.compile(rb"\n" + _LEAD + rb"(" + _DATE + rb")" + _CLOCK + _CLOSE_DASH + _SENDER),
    "bracket": re.compile(
        rb"\n" + _LEAD + rb"\[(" + _DATE + rb")" + _CLOCK + rb"(\])" + _SPACE + _SENDER
    ),
    "colon": re.compile(rb"\n" + _LEAD + rb"(" + _DATE + rb")" + _CLOCK + rb"(: )" + _SENDER),
}
"""Groups of each: lead, date, clock, closer, sender. In the order they are tried."""

LOOKALIKE: Final = re.compile(
    rb"[\n\r](?:[ \t>|*_~\"']|\xc2\xa0|\xe3\x80\x80|" + LRM + rb"|" + _BOM + rb"){0,8}+\[?"
    rb"(?:" + _DATE + _JOIN + rb"(?:" + _PREFIX + rb")?" + _TIME
    + rb"|" + _TIME + rb"(?:" + _SUFFIX + rb")?," + _SPACE + rb"?" + _DATE + rb")"
)  # fmt: skip
"""A line in a body that starts like a header: quoted, of another family, or copied from the
app (which writes ``[time, date] name:`` on its clipboard)."""

ORDERS: Final = ("dmy", "mdy", "ymd")
FIRST_YEAR: Final = 2009
"""The app was published in 2009; a two-digit year below 09 is no year of this century's chats."""


class DateForms(NamedTuple):
    """What a written date can mean: days since 1970 per entry of ``ORDERS``, or None."""

    days: tuple[int | None, int | None, int | None]
    shape: bytes
    padding: str
    two_digit_year: bool


class ClockTime(NamedTuple):
    """A written time: first second of the day it can mean, and how many more it spans."""

    second: int
    span: int
    half_days: bool
    shape: bytes
    padding: str


_NUMBERS = re.compile(rb"\d+")


def read_date(written: bytes, *, year_first: bool) -> DateForms | None:
    """Return the calendar readings of a date that ``HEADERS`` matched; None if it has none.

    A four-digit year shows its own place. A two-digit year may come last, or
    first where ``year_first`` or a hyphen allows it: Chinese phones wrote
    16/5/1 until about 2016 (CLDR 30), Canadian French ones write 16-05-01.
    """
    numbers = _NUMBERS.findall(written)
    first, middle, last = (int(each) for each in numbers)
    shape = _NUMBERS.sub(b"#", written)
    if len(numbers[0]) == 4:
        day = _day(first, middle, last)
        if day is None:
            return None
        return DateForms((None, None, day), b"y" + shape, _padding(*numbers[1:]), False)
    dmy = mdy = ymd = None
    if len(numbers[2]) == 4:
        dmy, mdy = _day(last, middle, first), _day(last, first, middle)
    else:
        if last >= FIRST_YEAR % 100:
            dmy, mdy = _day(2000 + last, middle, first), _day(2000 + last, first, middle)
        if first >= FIRST_YEAR % 100 and (year_first or b"-" in written):
            ymd = _day(2000 + first, middle, last)
    if dmy is None and mdy is None and ymd is None:
        return None
    short = len(numbers[2]) == 2
    return DateForms(
        (dmy, mdy, ymd), (b"2" if short else b"4") + shape, _padding(*numbers[:2]), short
    )


def _padding(*numbers: bytes) -> str:
    """Return how numbers below ten are written: ``0`` filled, ``1`` bare, empty if none is."""
    small = {"1" if len(each) == 1 else "0" for each in numbers if len(each) == 1 or each < b"1"}
    return "".join(sorted(small))


def _day(year: int, month: int, day: int) -> int | None:
    if not 1970 <= year:
        return None
    try:
        return calendar_date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None


_EPOCH = calendar_date(1970, 1, 1).toordinal()
_PARTS = re.compile(
    rb"(" + _JOIN + rb")((?:" + _PREFIX + rb")?)(" + _TIME + rb")((?:" + _SUFFIX + rb")?)"
)
_BEFORE = re.compile(_BEFORE_NOON + rb"|" + "오전".encode())
_EVENING = re.compile(_words("晚上"))
_MIDDAY = re.compile(_NOON)


def read_clock(written: bytes) -> ClockTime | None:
    """Return the time in a clock text that ``HEADERS`` matched; None if no clock shows it."""
    match = _PARTS.fullmatch(written)
    if match is None:
        return None
    join, prefix, digits, suffix = match.groups()
    numbers = [int(each) for each in _NUMBERS.findall(digits)]
    hour, minute = numbers[0], numbers[1]
    second = numbers[2] if len(numbers) == 3 else 0
    half_days = bool(prefix or suffix)
    if half_days:
        late = suffix.lstrip(b" \xc2\xa0\xe2\x80\xaf")[:1] in b"pP" if suffix else False
        known = _half_day_hour(hour, prefix, late=late)
        if known is None:
            return None
        hour = known
    if hour > 23 or minute > 59 or second > 59:
        return None
    shape = b"|".join(
        (
            join,
            b"^" if prefix else b"",
            _NUMBERS.sub(b"#", digits),
            suffix.translate(_ONE_HALF),
        )
    )
    return ClockTime(
        hour * 3600 + minute * 60 + second,
        0 if len(numbers) == 3 else 59,
        half_days,
        shape,
        _padding(_NUMBERS.findall(digits)[0]),
    )


_ONE_HALF = bytes.maketrans(b"aApP", b"xXxX")  # AM and PM are one spelling, am and PM are two


def _half_day_hour(hour: int, prefix: bytes, *, late: bool) -> int | None:
    """Return the hour 0-23 of a 12-hour clock; None where the words and the hour disagree."""
    if prefix and _MIDDAY.match(prefix):
        return {11: 11, 12: 12, 1: 13, 2: 14}.get(hour)
    if prefix and _EVENING.match(prefix):
        return hour + 12 if 5 <= hour <= 11 else None
    if prefix:
        late = not _BEFORE.match(prefix)
    if hour > 12:
        return None
    return hour % 12 + (12 if late else 0)
