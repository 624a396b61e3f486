"""``beilin freeze``: close a log for good, with a closing statement as its last entry."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .common import (
    EXIT_REFUSED,
    EXIT_USAGE,
    Refusal,
    add_data,
    add_signer_state,
    read_witnesses,
    say,
)


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "freeze", help=say("永久终止日志（不可撤销）", "close the log for good")
    )
    add_data(parser)
    add_signer_state(parser)
    parser.add_argument(
        "--reason", metavar="TEXT",
        help=say("事由，公开记入日志，至多 200 字节", "why; it is logged in clear, at most 200 bytes"),
    )  # fmt: skip
    parser.add_argument(
        "--successor",
        metavar="VKEY",
        help=say("后续日志的公钥（一行）", "the key of the log that will go on, one line"),
    )
    parser.add_argument(
        "--witness-policy", type=Path, metavar="FILE",
        help=say("见证者及见证要求，与 beilin serve 相同", "witnesses and quorum, as with beilin serve"),
    )  # fmt: skip
    parser.add_argument(
        "--unwitnessed", action="store_true",
        help=say("不请见证者签名（见证者已不在时）", "without witnesses, where they are gone for good"),
    )  # fmt: skip
    parser.add_argument(
        "--yes", action="store_true", help=say("不再询问", "do not ask for confirmation")
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, close, print the closing statement."""
    from ledger.config import read_config
    from ledger.errors import Unacceptable
    from ledger.log import Log

    successor = None if args.successor is None else _vkey(args.successor)
    origin = read_config(args.data).origin
    roster = read_witnesses(args.data, args.witness_policy)
    with Log.open(args.data, signer_state=args.signer_state, witnesses=roster) as log:
        if roster is None and not args.unwitnessed and log.is_cosigned() and not log.state().frozen:
            raise Refusal(
                EXIT_USAGE,
                "该日志曾有见证者签名：请以 --witness-policy 给出见证者，使终止后的检查点也有签名；"
                "见证者确已不在的，加 --unwitnessed",
                "witnesses have signed heads of this log: give them with --witness-policy, so that they "
                "sign the closing one too; where they are gone for good, add --unwitnessed",
            )
        if not log.state().frozen and not args.yes:
            _confirm(origin, log.state().size)
        try:
            note = log.freeze(args.reason, successor)
        except Unacceptable as error:
            raise Refusal(
                EXIT_USAGE, f"--reason 不能写入声明：{error}", f"--reason cannot be stated: {error}"
            ) from None
        state = log.state()
        size = state.size
    sys.stdout.write(note.decode())
    print(say(
        f"日志 {origin} 已终止，末条序号 {size - 1}，此后不再登记；回执照常可查。"
        "请保留整个目录和密钥；继续登记请新建日志，再运行 beilin handover。",
        f"{origin} is closed; its last entry is {size - 1} and nothing more is accepted. Receipts are "
        "still served. Keep the folder and its keys; to go on, create a new log and run beilin handover.",
    ), file=sys.stderr)  # fmt: skip
    if state.quorum_size is not None and state.quorum_size < size:
        print(say(
            "尚未满足见证要求，终止后的检查点待发布：请以 beilin serve 和同一 --witness-policy 运行，"
            f"直至 log/checkpoint 的大小为 {size}。",
            "The witnesses' quorum is not met yet, so the last checkpoint is not published: run beilin "
            f"serve with the same --witness-policy until log/checkpoint has size {size}.",
        ), file=sys.stderr)  # fmt: skip
    return 0


def _vkey(text: str) -> Any:
    from verifier.errors import Malformed
    from verifier.tlog.keys import parse_vkey

    try:
        return parse_vkey(text)
    except Malformed as error:
        raise Refusal(
            EXIT_USAGE, f"--successor 应为日志公钥：{error}", f"--successor: a log's key: {error}"
        ) from None


def _confirm(origin: str, size: int) -> None:
    """Have the person type the origin: what follows cannot be undone."""
    print(say(
        f"将永久终止日志 {origin}（现有 {size} 条）。此举不可撤销。确认请键入日志名称：",
        f"This closes {origin} ({size} entries) for good and cannot be undone. To confirm, type its name:",
    ), file=sys.stderr, flush=True)  # fmt: skip
    if sys.stdin is None or sys.stdin.readline().removesuffix("\n") != origin:
        raise Refusal(
            EXIT_REFUSED,
            "未确认，日志未作改动。核对名称后重新运行；无人值守时加 --yes",
            "not confirmed, and nothing was changed; run it again with the name, or with --yes where "
            "nobody can type",
        )
