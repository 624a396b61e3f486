"""How many numbers in a record look like personal data. Counts only, never a value.

Three kinds, each by its own arithmetic, so that an ordinary number is not one:

* resident identity numbers, 18 characters, a date that exists and the check
  character of GB 11643-1999 (ISO 7064 MOD 11-2);
* mainland mobile numbers, 11 digits from 13 to 19, also as 3-4-4 groups and
  with +86;
* bank cards, of issuers and lengths that are in use, with Luhn's check digit.

A number that touches another digit, a Latin letter or ``_`` is part of
something longer and is not counted. Other spellings, other countries' numbers
and text in an encoding other than ASCII's family are not seen: the counts are
"found", never "all".
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

ID_NUMBERS: Final = "id_numbers"
PHONES: Final = "phones"
BANK_CARDS: Final = "bank_cards"
KINDS: Final = (ID_NUMBERS, PHONES, BANK_CARDS)

_BEFORE = rb"(?<![0-9A-Za-z_])(?<![0-9]\.)"
_AFTER = rb"(?![0-9A-Za-z_])"
_SPACE = rb"[ -]?"
HINT: Final = re.compile(rb"[0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}")
"""Whatever is counted below holds this; one search rules nearly every record out."""
_LONGEST: Final = 24
"""No number that is counted is longer, so none begins so far before the first hint."""
_NUMBER = re.compile(
    _BEFORE
    + rb"(?:(?P<id>[1-9][0-9]{16}[0-9Xx])"
    + rb"|(?P<phone>(?:\+?86[ -]?)?1[3-9][0-9]" + _SPACE + rb"[0-9]{4}" + _SPACE + rb"[0-9]{4})"
    + rb"|(?P<card>[2-69][0-9]{14,18}|[2-69][0-9]{3}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?))"
    + _AFTER
)  # fmt: skip
_ESCAPE = re.compile(rb"\\(?:u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD: Final = re.compile(
    rb"62[0-9]{14,17}|60[0-9]{14,17}|9558[0-9]{15}|4[0-9]{15}|5[1-5][0-9]{14}|35[0-9]{14}"
    rb"|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}"
)


def count(data: bytes, own: tuple[bytes, ...] = (), *, escaped: bool = False) -> dict[str, int]:
    """Return how many of each kind stand in ``data``; kinds without any are left out.

    ``own`` are the format's own numbers of this record (its id, its time),
    which are no one's. ``escaped`` says that the data is JSON, whose escapes
    end in letters and digits that belong to no number.
    """
    first = HINT.search(data)
    if first is None:
        return {}
    at = max(0, first.start() - _LONGEST)
    if escaped and b"\\" in data:
        data, at = _ESCAPE.sub(b" ", data), 0
    found: dict[str, int] = {}
    while (match := _NUMBER.search(data, at)) is not None:
        kind = None if match[0] in own else _kind(match)
        if kind is not None:
            found[kind] = found.get(kind, 0) + 1
        # What is nothing itself may begin with something, as "62 138…" in groups does.
        at = match.end() if kind is not None or match[0] in own else match.start() + 1
    return found


def _kind(match: re.Match[bytes]) -> str | None:
    if match["id"] is not None and is_id_number(match["id"]):
        return ID_NUMBERS
    if match["phone"] is not None:
        return PHONES
    number = (match["id"] or match["card"] or b"").replace(b" ", b"").replace(b"-", b"")
    return BANK_CARDS if is_bank_card(number) else None


def is_id_number(number: bytes) -> bool:
    """Tell whether 18 characters are a resident identity number by GB 11643-1999."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if not 1900 <= int(number[6:10]) <= 2100:
        return False
    total = sum(weight * (digit - 48) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return b"10X98765432"[total % 11] == number[17:18].upper()[0]


def is_bank_card(number: bytes) -> bool:
    """Tell whether digits are a card number of a known issuer and length with Luhn's digit."""
    if _CARD.fullmatch(number) is None:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = (digit - 48) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
