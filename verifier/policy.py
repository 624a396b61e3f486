"""What the person who verifies trusts: ``beilin/policy/v1`` or a plain tlog-policy.

    beilin/policy/v1
    date 2026-11-21T00:00:00Z
    service log.example.org/beilin/service+…
    operator log.example.org/beilin 某运营者
    require L1
    tlog-policy
    log log.example.org/beilin+…
    quorum none

SPEC §11. Trust comes from this file alone and never from a package. The last
part is a verbatim c2sp.org/tlog-policy, which other tools read as it is.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

from .encoding import decode_text, parse_base64, parse_decimal, parse_time
from .errors import Malformed, NewerFormat, PolicyError
from .timestamp.certificate import parse_certificate
from .tlog.keys import ED25519, VKey, parse_vkey
from .tlog.policy import LogPolicy, parse_log_policy

MAX_BYTES: Final = 1 << 20
_FIRST: Final = b"beilin/policy/v1\n"
_MARK: Final = b"tlog-policy\n"
LEVELS: Final = ("L0", "L1", "L2")
GRADES: Final = ("T0", "T1", "T2", "T3", "T4")


class Tsa(NamedTuple):
    """A time-stamping authority's root and when it may be relied on (Unix seconds)."""

    name: str
    not_before: int
    not_after: int
    certificate: bytes

    def shown(self) -> str:
        """Return the name as an error may have it, at most 200 characters: which line is meant."""
        name = self.name[:200]
        return "".join(c if c.isprintable() else f"%{ord(c):02X}" for c in name)[:200]


class KeyStatus(NamedTuple):
    """What is known against a key: ``retired`` or ``compromised``, since a size and a time.

    None means that the point is not known.
    """

    name: str
    key_id: bytes
    status: str
    size: int | None
    time: int | None


class Policy(NamedTuple):
    """A parsed policy; ``sha256`` is the fingerprint of the file as read.

    ``date`` is None for a plain tlog-policy. ``operators`` maps an origin, a
    witness or a TSA of this policy to the name of who runs it.
    """

    log_policy: LogPolicy
    sha256: str
    date: int | None = None
    services: tuple[VKey, ...] = ()
    operators: dict[str, str] = {}  # noqa: RUF012  NamedTuple default, never written to
    tsas: tuple[Tsa, ...] = ()
    statuses: tuple[KeyStatus, ...] = ()
    require_level: str | None = None
    require_grade: str | None = None


def parse_policy(data: bytes) -> Policy:
    """Return the policy of either form; raises PolicyError saying what to mend."""
    fingerprint = hashlib.sha256(data).hexdigest()
    if len(data) > MAX_BYTES:
        raise PolicyError(f"policy: {len(data)} bytes, more than the {MAX_BYTES} allowed")
    if not data.startswith(b"beilin/policy/"):
        return Policy(parse_log_policy(data), fingerprint)
    try:
        return _parse(data, fingerprint)
    except NewerFormat:
        raise PolicyError("policy: a newer version of the format; use a newer verifier") from None
    except Malformed as error:
        raise PolicyError(str(error)) from None


def _parse(data: bytes, fingerprint: str) -> Policy:
    if not data.startswith(_FIRST):
        if re.match(rb"beilin/policy/v[1-9][0-9]{0,3}\n", data):
            raise NewerFormat("policy")
        raise PolicyError("policy: the first line is not beilin/policy/v1")
    # The last part is another document's: tabs and any bytes are its own affair.
    head_bytes, mark, rest = data.partition(b"\n" + _MARK)
    if not mark:
        raise PolicyError("policy: no line tlog-policy")
    head = decode_text(head_bytes, "policy", maximum_bytes=MAX_BYTES)
    log_policy = parse_log_policy(rest)
    lines = _Head(head.split("\n")[1:])
    date = parse_time(lines.one("date"), "policy: date")
    services = tuple(parse_vkey(value) for value in lines.all("service"))
    pairs = [lines.pair("operator") for _ in range(min(lines.count("operator"), 257))]
    operators = dict(pairs)
    if len(operators) != len(pairs) or len(pairs) > 256:
        raise PolicyError("policy: operator: a name stands twice, or more than 256 lines")
    tsas = tuple(_tsa(value) for value in lines.all("tsa"))
    statuses = tuple(_status(value) for value in lines.all("status"))
    level, grade = _require(lines.all("require"))
    lines.done()
    policy = Policy(
        log_policy, fingerprint, date, services, operators, tsas, statuses, level, grade
    )
    _check(policy)
    return policy


class _Head:
    """The lines before ``tlog-policy``: keys in a fixed order."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def count(self, key: str) -> int:
        n = 0
        while n < len(self._lines) and self._lines[n].startswith(key + " "):
            n += 1
        return n

    def all(self, key: str) -> list[str]:
        n = self.count(key)
        if n > 64:
            raise PolicyError(f"policy: more than 64 lines {key}")
        values = [line[len(key) + 1 :] for line in self._lines[:n]]
        del self._lines[:n]
        return values

    def one(self, key: str) -> str:
        if not self.count(key):
            raise PolicyError(f"policy: no line {key} where one is expected")
        return self._lines.pop(0)[len(key) + 1 :]

    def pair(self, key: str) -> tuple[str, str]:
        name, space, text = self.one(key).partition(" ")
        if not space or not 1 <= len(text.encode()) <= 200 or text != text.strip():
            raise PolicyError(f"policy: {key}: a name and a text of 1 to 200 bytes are expected")
        return name, text

    def done(self) -> None:
        if self._lines:
            raise PolicyError(
                "policy: a line before tlog-policy is unknown or out of order; the order is "
                "date, service, operator, tsa, status, require"
            )


def _tsa(value: str) -> Tsa:
    cells = value.split(" ")
    if len(cells) != 4 or not cells[0]:
        raise PolicyError("policy: tsa: name, not before, not after and certificate are expected")
    tsa = Tsa(
        cells[0],
        parse_time(cells[1], "policy: tsa: not before"),
        parse_time(cells[2], "policy: tsa: not after"),
        parse_base64(cells[3], "policy: tsa: certificate"),
    )
    if tsa.not_before > tsa.not_after:
        raise PolicyError("policy: tsa: not before is later than not after")
    # One that cannot be read would make every token of that authority silently unknown.
    try:
        root = parse_certificate(tsa.certificate)
    except Malformed as error:
        raise PolicyError(f"policy: tsa {tsa.shown()}: {error}") from None
    if root.key is None or root.extensions is None:
        raise PolicyError(
            f"policy: tsa {tsa.shown()}: certificate: its key or its extensions cannot be read"
        )
    if max(root.first, tsa.not_before) > min(root.last, tsa.not_after):
        raise PolicyError(
            "policy: tsa: the certificate is not valid at any time between not before and not after"
        )
    return tsa


def _status(value: str) -> KeyStatus:
    match = re.fullmatch(
        r"([^ +]+)\+([0-9a-f]{8}) (retired|compromised) size (-|[0-9]+) time (-|[^ ]+)", value
    )
    if match is None:
        raise PolicyError("policy: status: expected NAME+ID retired|compromised size N|- time T|-")
    name, key_id, status, size, time = match.groups()
    return KeyStatus(
        name,
        bytes.fromhex(key_id),
        status,
        None if size == "-" else parse_decimal(size, "policy: status: size"),
        None if time == "-" else parse_time(time, "policy: status: time"),
    )


def _require(values: list[str]) -> tuple[str | None, str | None]:
    if len(values) > 1:
        raise PolicyError("policy: more than one line require")
    words = values[0].split(" ") if values else []
    level = words.pop(0) if words and words[0] in LEVELS else None
    grade = words.pop(0) if words and words[0] in GRADES else None
    if words:
        raise PolicyError("policy: require: expected a level L0 to L2, a grade T0 to T4, or both")
    return level, grade


def _check(policy: Policy) -> None:
    """Raise PolicyError where parts of the policy do not fit each other."""
    origins = {log.vkey.name for log in policy.log_policy.logs}
    names = {vkey.name for vkey in policy.services}
    if len(names) != len(policy.services) or not names <= {f"{o}/service" for o in origins}:
        raise PolicyError("policy: service: one key named ORIGIN/service for a log of this policy")
    log_keys = {log.vkey.key for log in policy.log_policy.logs}
    for vkey in policy.services:
        if vkey.type != ED25519 or vkey.key in log_keys:
            raise PolicyError("policy: service: an Ed25519 key that is not also a log's")
    own = log_keys | {vkey.key for vkey in policy.services}
    if any(witness.vkey.key in own for witness in policy.log_policy.witnesses.values()):
        raise PolicyError("policy: witness: a key that is also a log's or a service's")
    known = origins | set(policy.log_policy.witnesses) | {tsa.name for tsa in policy.tsas}
    if not set(policy.operators) <= known:
        raise PolicyError("policy: operator: names something that is not in this policy")
    if len({tsa.name for tsa in policy.tsas}) != len(policy.tsas):
        raise PolicyError("policy: tsa: a name stands twice")
    if len({tsa.certificate for tsa in policy.tsas}) != len(policy.tsas):
        raise PolicyError("policy: tsa: a certificate stands twice")
    if {tsa.name for tsa in policy.tsas} & (origins | set(policy.log_policy.witnesses)):
        raise PolicyError("policy: tsa: a name that is also a log's or a witness's")
    keys = [(status.name, status.key_id, status.status) for status in policy.statuses]
    if len(set(keys)) != len(keys):
        raise PolicyError("policy: status: two lines of one kind for one key")
