"""The policy file that this log hands out, for a verifier who decides to trust it.

    beilin/policy/v1
    date 2026-11-21T00:00:00Z
    service <vkey of the service key>
    operator <name> <who runs it>
    tsa <name> <not before> <not after> <certificate>
    tlog-policy
    log <vkey of the log>
    witness …  group …
    quorum none

``--plain`` is the part behind ``tlog-policy``: a bare c2sp.org/tlog-policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.encoding import to_base64, to_time
from verifier.errors import VerifierError
from verifier.policy import KeyStatus, Policy, Tsa, parse_policy

from .config import LogConfig
from .errors import Config
from .witness.roster import read_roster

_MARK = b"\ntlog-policy\n"


def to_policy(
    config: LogConfig,
    now: int,
    *,
    plain: bool,
    witnesses: bytes | None = None,
    operators: Mapping[str, str] | None = None,
    tsas: Sequence[Tsa] = (),
) -> bytes:
    """Return the policy. Raises Config where its parts do not make one.

    ``witnesses`` is the file of ``serve --witness-policy``: its witness, group and
    quorum lines are taken as they are, and where it is a ``beilin/policy/v1`` its
    other statements too; ``operators`` and ``tsas`` are added or replace its own.
    """
    base: Policy | None = None
    block = f"log {config.log.to_text()}\nquorum none\n".encode()
    if witnesses is not None:
        read_roster(witnesses, config.log, addresses=False)
        base = parse_policy(witnesses)
        block = _log_block(config, witnesses)
    if plain:
        return block
    lines = ["beilin/policy/v1", f"date {to_time(now)}", f"service {config.service.to_text()}"]
    named, known = dict(operators or {}), {tsa.name: tsa for tsa in tsas}
    if base is not None:
        named, known = base.operators | named, {tsa.name: tsa for tsa in base.tsas} | known
    lines += [f"operator {name} {who}" for name, who in named.items()]
    lines += [_tsa_line(tsa) for tsa in known.values()]
    if base is not None:
        lines += [_status_line(status) for status in base.statuses]
        required = [word for word in (base.require_level, base.require_grade) if word]
        lines += [f"require {' '.join(required)}"] if required else []
    policy = "\n".join([*lines, "tlog-policy", ""]).encode() + block
    try:
        read = parse_policy(policy)
    except VerifierError as error:
        raise Config(str(error)) from None
    if (read.operators, read.tsas) != (named, tuple(known.values())):
        raise Config("policy: a name or a text that cannot stand in one line")
    return policy


def _log_block(config: LogConfig, witnesses: bytes) -> bytes:
    """Return our own log's line and the lines about witnesses, each as it stands in the file."""
    _, mark, rest = witnesses.partition(_MARK)
    lines = (rest if mark and witnesses.startswith(b"beilin/policy/") else witnesses).split(b"\n")
    own = f"log {config.log.to_text()}".encode()
    kept = [line for line in lines if line.split(maxsplit=1)[:1] in _KINDS]
    own = next((line for line in lines if line.split()[:2] == own.split()), own)
    return b"\n".join([own, *kept, b""])


_KINDS = ([b"witness"], [b"group"], [b"quorum"])


def _tsa_line(tsa: Tsa) -> str:
    certificate = to_base64(tsa.certificate)
    return f"tsa {tsa.name} {to_time(tsa.not_before)} {to_time(tsa.not_after)} {certificate}"


def _status_line(status: KeyStatus) -> str:
    size = "-" if status.size is None else status.size
    time = "-" if status.time is None else to_time(status.time)
    key = f"{status.name}+{status.key_id.hex()}"
    return f"status {key} {status.status} size {size} time {time}"
