"""The verifier's own policy: which logs count, and which witnesses must have cosigned.

c2sp.org/tlog-policy, one item a line, separated by spaces or tabs:

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <member>...
    quorum <name>|none

Lines that begin with "#" and blank lines are comments. A checkpoint is valid if
any one of the logs signed it and the quorum cosigned it. A group counts as having
cosigned if at least k of its members have. Names are only for use within the
file; they must be defined on an earlier line, and each may be a member once, so
that a witness counts in one way only.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from verifier.encoding import escape_bytes, parse_decimal
from verifier.errors import Malformed, PolicyError

from .keys import ED25519, ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE, VKey, parse_vkey

MAXIMUM_BYTES: Final = 262_144
"""Room for the 64 longest ML-DSA-44 keys (2 kB each) with their URLs; more is a mistake."""

MAXIMUM_ITEMS: Final = 64
"""Of each kind. The specification asks for 32; the limit bounds what a verification costs."""

NONE: Final = "none"

_NOT_ALLOWED = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_BLANKS = re.compile(rb"[ \t]+")


class LogKey(NamedTuple):
    """A log that is trusted; its origin is ``vkey.name``."""

    vkey: VKey
    url: str | None


class Witness(NamedTuple):
    """A witness; ``name`` is its name in the policy, not that of its key."""

    name: str
    vkey: VKey
    url: str | None


class Group(NamedTuple):
    """A group that counts once ``threshold`` of its members do."""

    name: str
    threshold: int
    members: tuple[str, ...]


class LogPolicy(NamedTuple):
    """A policy as ``parse_log_policy`` checked it; ``quorum`` is a name or ``"none"``."""

    logs: tuple[LogKey, ...]
    witnesses: dict[str, Witness]
    groups: dict[str, Group]
    quorum: str

    def quorum_met(self, names: AbstractSet[str]) -> bool:
        """Return whether these witnesses, by their names in the policy, are enough.

        Names that are no witness of the policy do not count.
        """
        if self.quorum == NONE:
            return True
        met = names & self.witnesses.keys()
        for group in self.groups.values():  # members stand before their group
            if sum(member in met for member in group.members) >= group.threshold:
                met = met | {group.name}
        return self.quorum in met

    def required_names(self) -> frozenset[str]:
        """Return the witnesses without whom the quorum cannot be met."""
        everyone = frozenset(self.witnesses)
        return frozenset(name for name in everyone if not self.quorum_met(everyone - {name}))


def parse_log_policy(data: bytes) -> LogPolicy:
    """Parse a policy file. Raises PolicyError, which names the line.

    Names are text as ``encoding.escape_bytes`` spells them, because the file
    may hold any bytes in them. The last line must end with LF, so that a file
    that was cut off is noticed.
    """
    if len(data) > MAXIMUM_BYTES:
        raise PolicyError(f"policy: {len(data)} bytes, more than the {MAXIMUM_BYTES} allowed")
    if _NOT_ALLOWED.search(data):
        raise PolicyError("policy: holds a control character other than tab and line feed")
    if data and not data.endswith(b"\n"):
        raise PolicyError("policy: the last line does not end with a line feed")
    reader = _Reader()
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        words = _BLANKS.split(line.strip(b" \t"))
        if not words[0] or words[0].startswith(b"#"):
            continue
        try:
            reader.read(words)
        except (PolicyError, Malformed) as error:
            raise PolicyError(f"policy, line {number}: {error}") from None
    if reader.quorum is None:
        raise PolicyError("policy: no quorum line")
    return LogPolicy(tuple(reader.logs), reader.witnesses, reader.groups, reader.quorum)


class _Reader:
    """What the lines read so far define."""

    def __init__(self) -> None:
        self.logs: list[LogKey] = []
        self.witnesses: dict[str, Witness] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()
        self._key_ids: set[tuple[str, bytes]] = set()

    def read(self, words: list[bytes]) -> None:
        match words:
            case [b"log", key, *rest] if len(rest) <= 1:
                self._log(key, rest)
            case [b"witness", name, key, *rest] if len(rest) <= 1:
                self._witness(escape_bytes(name), key, rest)
            case [b"group", name, threshold, first, *rest]:
                members = [escape_bytes(member) for member in (first, *rest)]
                self._group(escape_bytes(name), threshold, members)
            case [b"quorum", name]:
                self._quorum(escape_bytes(name))
            case _:
                raise PolicyError("not a line that a policy can have")

    def _log(self, key: bytes, rest: list[bytes]) -> None:
        vkey = self._key(key, (ED25519,), [log.vkey for log in self.logs])
        _check_room(len(self.logs), "logs")
        self.logs.append(LogKey(vkey, _url(rest)))

    def _witness(self, name: str, key: bytes, rest: list[bytes]) -> None:
        types = (ED25519_COSIGNATURE, ML_DSA_44_COSIGNATURE)
        self._check_new(name)
        vkey = self._key(key, types, [witness.vkey for witness in self.witnesses.values()])
        _check_room(len(self.witnesses), "witnesses")
        self.witnesses[name] = Witness(name, vkey, _url(rest))

    def _group(self, name: str, threshold: bytes, members: list[str]) -> None:
        self._check_new(name)
        _check_room(len(self.groups), "groups")
        for member in members:
            self._check_defined(member)
            if member in self._members:
                raise PolicyError("a name that is already a member of a group")
            self._members.add(member)
        if threshold == b"any":
            needed = 1
        elif threshold == b"all":
            needed = len(members)
        else:
            needed = parse_decimal(threshold.decode("latin-1"), "threshold", maximum=len(members))
            if needed < 1:
                raise PolicyError("a threshold below 1")
        self.groups[name] = Group(name, needed, tuple(members))

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise PolicyError("a second quorum line")
        if name != NONE:
            self._check_defined(name)
        self.quorum = name

    def _check_new(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise PolicyError("a name that is reserved or already defined")

    def _check_defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyError("a name that is not defined on an earlier line")

    def _key(self, text: bytes, types: tuple[int, ...], others: list[VKey]) -> VKey:
        try:
            vkey = parse_vkey(text.decode("utf-8"))
        except UnicodeDecodeError:
            raise PolicyError("a key that is not UTF-8") from None
        if vkey.type not in types:
            raise PolicyError("a key of a type that is not for this use")
        if any(vkey.key == other.key for other in others):
            raise PolicyError("a key that an earlier line has already")
        if (vkey.name, vkey.key_id) in self._key_ids:
            raise PolicyError("two keys with the same name and the same key id")
        self._key_ids.add((vkey.name, vkey.key_id))
        return vkey


def _check_room(count: int, what: str) -> None:
    if count >= MAXIMUM_ITEMS:
        raise PolicyError(f"more than {MAXIMUM_ITEMS} {what}")


def _url(rest: list[bytes]) -> str | None:
    """Return the URL as text; what is not UTF-8 becomes ``%XX``, as URLs spell bytes."""
    if not rest:
        return None
    text = rest[0].decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda found: f"%{ord(found[0]) - 0xDC00:02X}", text)
