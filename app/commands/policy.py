"""``beilin policy``: the file that a verifier is given, on standard output."""

from __future__ import annotations

import argparse
import base64
import re
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from .common import EXIT_BAD_INPUT, EXIT_USAGE, Refusal, add_data, say

_CERTIFICATE_BYTES: Final = 1 << 16
"""The policy takes 16 KiB of DER; PEM has a third more, and text about it."""
_PEM: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*+)-----END CERTIFICATE-----", re.ASCII
)


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("policy", help=say("输出核验策略文件", "print the policy file"))
    add_data(parser)
    parser.add_argument(
        "--plain", action="store_true", help=say("仅输出 C2SP tlog-policy", "a bare tlog-policy")
    )
    parser.add_argument(
        "--witness-policy", type=Path, metavar="FILE",
        help=say("beilin serve 所用的见证者文件", "the file of witnesses that beilin serve is given"),
    )  # fmt: skip
    parser.add_argument(
        "--operator", action="append", default=[], metavar="NAME=TEXT",
        help=say("某日志、见证者或时间戳机构由谁运营，可多次",
                 "who runs a log, a witness or a TSA of this policy; may stand several times"),
    )  # fmt: skip
    parser.add_argument(
        "--tsa", action="append", default=[], metavar="NAME=CERTFILE",
        help=say("时间戳机构的根证书（PEM 或 DER），可多次",
                 "the root certificate of a TSA, PEM or DER; may stand several times"),
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the policy; it is handed over through a separate channel."""
    from ledger.audit_log import Event, record
    from ledger.log import Log
    from verifier.policy import MAX_BYTES

    witnesses = None
    if args.witness_policy is not None:
        with args.witness_policy.open("rb") as file:
            witnesses = file.read(MAX_BYTES + 1)
    operators = dict(_pair("--operator", text) for text in args.operator)
    tsas = [_tsa(*_pair("--tsa", text)) for text in args.tsa]
    log = Log.open(args.data, read_only=True)
    try:
        text = log.policy(plain=args.plain, witnesses=witnesses, operators=operators, tsas=tsas)
        record(log.engine, Event("policy", detail=f"SHA-256 {sha256(text).hexdigest()}"))
    finally:
        log.close()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    print(say(
        "请经独立渠道把此文件交给核验人（不要与证据包放在一起）。",
        "Give this file to whoever verifies, through a separate channel and not with the evidence.",
    ), file=sys.stderr)  # fmt: skip
    if not args.plain:
        _tell_unnamed(text)
    return 0


def _tell_unnamed(text: bytes) -> None:
    """Say whose operator the policy leaves open, where that keeps a level or a grade from counting."""
    from verifier.policy import parse_policy

    policy = parse_policy(text)
    logs = [log.vkey.name for log in policy.log_policy.logs]
    others = [*policy.log_policy.witnesses, *(tsa.name for tsa in policy.tsas)]
    unnamed = [name for name in (*logs, *others) if name not in policy.operators]
    if others and unnamed:
        names = say("、", ", ").join(unnamed)
        print(say(
            f"注意：策略未载明由谁运营：{names}。L2 与 T4 只计策略载明运营者的见证者与时间戳机构，且须同时载明日志由谁运营；"
            "请用 --operator 名称=运营者 逐一载明。",
            f"Note: this policy does not say who runs {names}. L2 and T4 count only witnesses and authorities "
            "whose operator it names, and only where it names the log's too: add --operator NAME=WHO for each.",
        ), file=sys.stderr)  # fmt: skip


def _pair(option: str, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise Refusal(
            EXIT_USAGE, f"{option} 应为 名称=值", f"{option} must be NAME and a value, joined by ="
        )
    return name, value


def _tsa(name: str, path: str) -> Any:
    """Return a TSA with its root certificate, which may be relied on as long as it says itself."""
    from verifier.errors import Malformed
    from verifier.policy import Tsa
    from verifier.timestamp.certificate import parse_certificate

    with Path(path).open("rb") as file:
        data = file.read(_CERTIFICATE_BYTES)
    try:
        root = parse_certificate(_der(data))
    except (Malformed, ValueError):
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{path}：不是 X.509 证书（PEM 或 DER）",
            f"{path}: not an X.509 certificate in PEM or DER",
        ) from None
    # A policy has no times before 1970.
    return Tsa(name, max(root.first, 0), max(root.last, 0), root.data)


def _der(data: bytes) -> bytes:
    """Return the DER of a file that may be PEM (RFC 7468). Raises ValueError."""
    if b"-----BEGIN" not in data:
        return data
    match = _PEM.search(data)
    if match is None:
        raise ValueError("no certificate in the PEM")
    return base64.b64decode(b"".join(match[1].split()), validate=True)
