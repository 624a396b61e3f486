"""``beilin handover``: an empty log goes on from a closed one; entry 0 says so, signed by both."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .common import EXIT_REFUSED, Refusal, add_data, add_signer_state, read_witnesses, say


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "handover", help=say("由新日志承接已终止的日志", "let a new log go on from a closed one")
    )
    add_data(parser)
    add_signer_state(parser)
    parser.add_argument(
        "--to", type=Path, required=True, metavar="DIR2",
        help=say("新日志的目录，须已新建而尚无条目", "the folder of the new log, created and empty"),
    )  # fmt: skip
    parser.add_argument(
        "--to-signer-state", type=Path, metavar="DIR",
        help=say("新日志的签名器目录，默认为 DIR2/signer", "the new log's signer, DIR2/signer by default"),
    )  # fmt: skip
    parser.add_argument(
        "--witness-policy",
        type=Path,
        metavar="FILE",
        help=say("新日志的见证者及见证要求", "witnesses and quorum of the new log"),
    )
    parser.add_argument(
        "--lost", action="store_true",
        help=say("原日志已签名的条目丢失且无副本可补，无法终止，仅以承接结束它",
                 "the former log lost entries it had signed and there is no copy: it ends by the handover"),
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Sign, log and print the handover."""
    from ledger.closing import HANDOVER_FILE
    from ledger.errors import Unacceptable
    from ledger.handover import hand_over
    from verifier.evidence.handover import verify_handover

    try:
        note = hand_over(
            args.data,
            args.to,
            signer_state=args.signer_state,
            to_signer_state=args.to_signer_state,
            lost=args.lost,
            witnesses=read_witnesses(args.to, args.witness_policy),
        )
    except Unacceptable as error:
        raise Refusal(
            EXIT_REFUSED,
            f"{error}；请核对 --data 与 --to",
            f"{error}; check --data and --to",
        ) from None
    handover = verify_handover(note)
    sys.stdout.write(note.decode())
    print(say(
        f"{handover.new.origin} 已在第 0 条说明其承接 {handover.old.origin}（{handover.size} 条）。"
        f"副本在两个目录的 {HANDOVER_FILE}。请把新日志的策略交给核验人；旧策略仍用于核验旧回执。",
        f"Entry 0 of {handover.new.origin} says that it goes on from {handover.old.origin} "
        f"({handover.size} entries). Copies: {HANDOVER_FILE} in both folders. Give the new log's policy to "
        "those who verify; old receipts are verified with the old one.",
    ), file=sys.stderr)  # fmt: skip
    return 0
