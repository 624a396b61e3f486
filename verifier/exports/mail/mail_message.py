"""One mail's bytes: which header fields it has, and what they show.

The header is what stands before the first empty line (RFC 5322 §2.1); a field
may be folded over several lines. Nothing is decoded: the sender is the value
of ``From`` as written, unfolded (RFC 5322 §2.2.3), encoded words and all.

A field that may stand once only (§3.6) and stands twice is flagged, because
two mail programs then show two senders or dates; two dates are both spanned.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .mail_date import DATE, read_date

EMPTY_LINE: Final = re.compile(rb"\n\r?\n")
FIELD: Final = re.compile(rb"[!-9;-~]++[ \t]*+:")
"""How a line of a header begins."""
HEADER: Final = re.compile(
    rb"(?:[!-9;-~]++[ \t]*+:[^\n]*+\n(?:[ \t]++[^\s][^\n]*+\n)*+)++(?=\r?\n|\Z)"
)
"""A whole header, to its empty line."""
_WANTED = re.compile(
    rb"^(from|date|message-id|received|dkim-signature|content-length)[ \t]*+:[ \t]*+"
    rb"([^\n]*+(?:\n[ \t][^\n]*+)*+)",
    re.IGNORECASE | re.MULTILINE,
)
_FOLD = re.compile(rb"\r?\n[ \t]++")
_ONCE: Final = frozenset((b"from", b"date", b"message-id"))
_ADDRESS = re.compile(rb"[^\s<>@]++@[^\s<>@]")
DAY_SECONDS: Final = 86400
"""A sender's date this far from the first server's is noted."""


class Mail(NamedTuple):
    """What the header of one mail shows; ``body`` is where its body begins in the data."""

    time: bytes
    te_lo: int | None
    te_hi: int | None
    sender: bytes
    native_id: bytes
    flags: tuple[str, ...]
    signed: bool
    received: bool
    content_length: int | None
    body: int


def unfolded(value: bytes) -> bytes:
    """Return a field's value on one line, without the spaces around it."""
    return (_FOLD.sub(b" ", value) if b"\n" in value else value).strip(b" \t\r\n")


def is_mail(head: bytes) -> bool:
    """Tell whether ``head`` begins with a header that has an address in From and a Date."""
    header = HEADER.match(head)
    if header is None:
        return False
    fields = {name.lower(): value for name, value in _WANTED.findall(header[0])}
    sender, date = fields.get(b"from", b""), fields.get(b"date", b"")
    return bool(_ADDRESS.search(sender) and DATE.match(unfolded(date)))


def read_mail(data: bytes) -> Mail:
    """Return what the mail that begins at byte 0 of ``data`` shows; never raises."""
    end = EMPTY_LINE.search(data)
    header = data if end is None else data[: end.start() + 1]
    first: dict[bytes, bytes] = {}
    dates: list[bytes] = []
    twice = False
    hops: list[bytes] = []
    for name, value in _WANTED.findall(header):
        key = name.lower()
        if key == b"received":
            hops.append(value)
        elif key in first:
            twice = twice or key in _ONCE
        else:
            first[key] = value
        if key == b"date":
            dates.append(value)
    time, te_lo, te_hi = _when(dates)
    flags: tuple[str, ...] = ("duplicate_key",) if twice else ()
    if te_lo is not None and hops and _differs(te_lo, hops[-1]):
        flags += ("received_differs",)
    length = first.get(b"content-length", b"").strip()
    return Mail(
        time,
        te_lo,
        te_hi,
        unfolded(first.get(b"from", b"")),
        unfolded(first.get(b"message-id", b"")),
        flags,
        b"dkim-signature" in first,
        bool(hops),
        int(length) if length.isdigit() and len(length) <= 12 else None,
        len(data) if end is None else end.end(),
    )


def _when(dates: list[bytes]) -> tuple[bytes, int | None, int | None]:
    """Return the first date as written and the span of all, None where one is no instant."""
    if not dates:
        return b"", None, None
    if len(dates) == 1:
        one = read_date(unfolded(dates[0]))
        return one or (unfolded(dates[0]), None, None)
    found = [read_date(unfolded(date)) for date in dates]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return unfolded(dates[0]), None, None
    return known[0].written, min(each.lo for each in known), max(each.hi for each in known)


def _differs(sent: int, hop: bytes) -> bool:
    """Tell whether the first server, whose line is the last one, was more than a day away."""
    arrived = read_date(unfolded(hop.rpartition(b";")[2]))
    return arrived is not None and abs(arrived.lo - sent) > DAY_SECONDS
