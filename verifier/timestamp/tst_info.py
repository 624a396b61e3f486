"""TSTInfo: what a time-stamping authority says (RFC 3161 §2.4.2).

TSTInfo ::= SEQUENCE { version 1, policy, MessageImprint, serialNumber, genTime,
                       accuracy OPTIONAL, ordering DEFAULT FALSE, nonce OPTIONAL,
                       [0] tsa OPTIONAL, [1] extensions OPTIONAL }
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..encoding import parse_time
from ..errors import Malformed, NotCheckable
from . import der
from .names import read_hash

# DER: seconds are written, a fraction only if it is not zero and without zeros at its end.
_GEN_TIME: Final = re.compile(rb"([0-9]{14})(?:\.([0-9]{0,17}[1-9]))?Z")

_LAST: Final = 253_370_764_800
"""The beginning of the year 9999."""


class Accuracy(NamedTuple):
    """How far genTime may be off either way, as the authority says it."""

    seconds: int
    millis: int
    micros: int


class TstInfo(NamedTuple):
    """A parsed TSTInfo.

    ``seconds`` is genTime in Unix seconds with the fraction cut off, ``fraction`` its
    digits after the point as written. ``accuracy`` is None where none is stated.
    """

    policy: str
    algorithm: str
    imprint: bytes
    serial: int
    seconds: int
    fraction: str
    accuracy: Accuracy | None
    ordering: bool
    nonce: int | None


def parse_tst_info(content: bytes) -> TstInfo:
    """Return what the authority says. Raises Malformed, NotCheckable for an unknown digest."""
    inside = der.read_one(content, der.SEQUENCE, "time-stamp")
    if inside.integer() != 1:
        raise Malformed("time-stamp: not version 1")
    policy = inside.oid()
    imprint = inside.open(der.SEQUENCE, "imprint")
    algorithm = read_hash(imprint)
    value = imprint.octets()
    imprint.done()
    serial = inside.integer()
    if serial < 0:
        raise Malformed("time-stamp: a negative serial number")
    seconds, fraction = parse_gen_time(inside.take(der.GENERALIZED_TIME).content)
    accuracy = inside.optional(der.SEQUENCE)
    ordering = inside.true_by_default_false()
    nonce = None if inside.peek() != der.INTEGER else inside.integer()
    inside.optional(der.context(0))  # a hint at the authority's name; its certificate says it
    _check_extensions(inside.optional(der.context(1)))
    inside.done()
    return TstInfo(
        policy, algorithm, value, serial, seconds, fraction,
        None if accuracy is None else _accuracy(accuracy.content), ordering, nonce,
    )  # fmt: skip


def parse_gen_time(content: bytes) -> tuple[int, str]:
    """Return Unix seconds and the digits of a fraction of a GeneralizedTime."""
    match = _GEN_TIME.fullmatch(content)
    if match is None:
        raise Malformed("time-stamp: genTime is not in its one spelling")
    d = match[1].decode("ascii")
    text = f"{d[:4]}-{d[4:6]}-{d[6:8]}T{d[8:10]}:{d[10:12]}:{d[12:]}Z"
    seconds = parse_time(text, "time-stamp: genTime")
    if (
        seconds >= _LAST
    ):  # rounded up or with its accuracy it would not be a time that can be written
        raise Malformed("time-stamp: genTime is past the year 9998")
    return seconds, (match[2] or b"").decode("ascii")


def _accuracy(content: bytes) -> Accuracy | None:
    inside = der.Reader(content, "accuracy")
    seconds = 0 if inside.peek() != der.INTEGER else inside.integer()
    parts = [seconds]
    for number in (0, 1):
        tag = der.context(number, constructed=False)
        part = 0 if inside.peek() != tag else inside.integer(tag)
        if not 0 <= part <= 999:
            raise Malformed("accuracy: out of its range")
        parts.append(part)
    inside.done()
    if not 0 <= seconds < 2**31:
        raise Malformed("accuracy: out of its range")
    return Accuracy(*parts) if content else None  # said to be nothing is not said to be exact


def _check_extensions(extensions: der.Element | None) -> None:
    """Refuse a critical extension: none is known here (RFC 3161 §2.4.2)."""
    if extensions is None:
        return
    reader = der.Reader(extensions.content, "time-stamp: extensions")
    while reader.peek() is not None:
        extension = reader.open(der.SEQUENCE)
        extension.oid()
        critical = extension.true_by_default_false()
        extension.octets()
        extension.done()
        if critical:
            raise NotCheckable("time-stamp: a critical extension that is not known here")
