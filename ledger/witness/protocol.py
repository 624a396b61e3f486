r"""One request to a witness, and what the answer to it means (c2sp.org/tlog-witness).

    POST <url>/add-checkpoint                           GET <url>/<SHA-256 of the origin, hex>/checkpoint
        old <size that it cosigned last>\n                  the newest checkpoint that it cosigned
        <base64 of a hash>\n        0 to 63 lines
        \n
        <checkpoint with the log's own line>

    200  cosignature lines        409 + text/x.tlog.size  <size>\n      422, 409 otherwise  disagreement

An answer is a stranger's word until its line verifies under the policy's key over
exactly the text that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, NamedTuple

from verifier.encoding import parse_decimal, to_base64
from verifier.errors import Malformed, VerifierError
from verifier.tlog.cosignature import check_cosignature
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note, signature_line

from ..exchange import Answer

MAXIMUM_ANSWER_BYTES: Final = 32_768
"""Room for several ML-DSA-44 lines of 3.3 kB; a witness sends one line."""

MAXIMUM_SKEW_SECONDS: Final = 3600
"""A cosignature whose time is further from our clock is not taken: one of the two is wrong, and
the time would stand in receipts as a witness's word."""

REQUEST_KIND: Final = "text/plain; charset=utf-8"
_SIZE_KIND: Final = "text/x.tlog.size"


class Line(NamedTuple):
    """A cosignature that was verified; ``line`` ends in LF, ``time`` is the witness's own."""

    line: bytes
    time: int


class Stale(NamedTuple):
    """The witness has cosigned this size, not the one that was named as old."""

    size: int


class Disagrees(NamedTuple):
    """The witness says that this head does not extend what it has cosigned."""

    why: str


class Refuses(NamedTuple):
    """No cosignature, for a reason that may pass."""

    why: str


Reply = Line | Stale | Disagrees | Refuses


def submission_url(prefix: str) -> str:
    """Return the address that takes checkpoints."""
    return f"{prefix.rstrip('/')}/add-checkpoint"


def checkpoint_url(prefix: str, origin: str) -> str:
    """Return the address of the newest checkpoint that the witness cosigned for a log."""
    return f"{prefix.rstrip('/')}/{sha256(origin.encode()).hexdigest()}/checkpoint"


def to_request(old: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Return the body of a request; ``proof`` leads from ``old`` to the note's size."""
    lines = [f"old {old}", *map(to_base64, proof), "", ""]
    return "\n".join(lines).encode() + note


def read_answer(answer: Answer, text: bytes, vkey: VKey, now: float) -> Reply:
    """Return what an answer means for the checkpoint ``text`` that was sent. Raises nothing."""
    if answer.status == 200:
        return _read_line(answer.body, text, vkey, now)
    if answer.status == 409:
        if answer.kind != _SIZE_KIND:
            return Disagrees("409 without a size")
        try:
            return Stale(parse_decimal(answer.body.decode("ascii").removesuffix("\n"), "size"))
        except (Malformed, UnicodeDecodeError):
            return Disagrees("409 without a size")
    if answer.status == 422:
        return Disagrees("422: it does not follow from what the witness has cosigned")
    if answer.status in (403, 404):
        return Refuses(f"{answer.status}: this log or its key is not known there")
    return Refuses(f"status {answer.status}")


def _read_line(body: bytes, text: bytes, vkey: VKey, now: float) -> Reply:
    try:
        lines = parse_note(text + b"\n" + body).signatures
    except VerifierError:
        return Refuses("200 with something else than signature lines")
    for line in lines:
        try:
            time = check_cosignature(text, line, vkey)
        except VerifierError:
            continue
        if time == 0:
            return Refuses("a cosignature without a time")
        if abs(time - now) > MAXIMUM_SKEW_SECONDS:
            return Refuses("a cosignature whose time is far from that of this machine")
        return Line(signature_line(line.name, line.key_id, line.signature), time)
    return Refuses("200 without a cosignature that verifies")
