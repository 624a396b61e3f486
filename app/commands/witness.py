"""``beilin witness init|add-log|serve|key|evidence|recover``: run a witness for any logs.

A witness is a folder of its own and needs neither a log nor a client of ours.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .common import (
    EXIT_BAD_INPUT,
    EXIT_CANNOT_WRITE,
    EXIT_REFUSED,
    EXIT_TRY_AGAIN,
    Refusal,
    add_data,
    add_signer_state,
    say,
)


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "witness",
        help=say("见证者：联署日志的检查点", "a witness, which cosigns checkpoints of logs"),
    )
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="init|add-log|serve|key|evidence|recover"
    )
    init = actions.add_parser("init", help=say("新建见证者", "create a witness"))
    init.add_argument(
        "--name", required=True, metavar="NAME",
        help=say("见证者名称，如 witness.example.org/w1，永久不变",
                 "its name for life, like witness.example.org/w1"),
    )  # fmt: skip
    add_log = actions.add_parser("add-log", help=say("加入一个日志的公钥", "add a key of a log"))
    add_log.add_argument(
        "vkey", metavar="VKEY", help=say("日志的公钥（一行）", "the log's key, one line")
    )
    serve = actions.add_parser("serve", help=say("运行", "run it"))
    serve.add_argument("--listen", default="127.0.0.1:8081", metavar="HOST:PORT")
    key = actions.add_parser("key", help=say("输出见证者的公钥", "print the witness's key"))
    evidence = actions.add_parser(
        "evidence", help=say("导出留存的证据", "write out the evidence that was kept")
    )
    evidence.add_argument("--out", type=Path, required=True, metavar="DIR")
    recover = actions.add_parser(
        "recover",
        help=say("人工查看后继续", "go on after a person has looked"),
    )
    recover.add_argument(
        "--this-copy-is-current", action="store_true",
        help=say("声明此目录复制之后，别处没有签过名",
                 "state that nothing was cosigned after this folder was copied"),
    )  # fmt: skip
    recover.add_argument(
        "--clock-was-wrong",
        action="store_true",
        help=say("声明时钟曾超前，现已校正", "state that the clock was ahead and is right now"),
    )
    recover.add_argument(
        "--note", type=Path, action="append", default=[], metavar="FILE",
        help=say("带有本见证者联署的检查点", "a checkpoint with this witness's cosignature"),
    )  # fmt: skip
    for action, does in (
        (init, _init), (add_log, _add_log), (serve, _serve), (key, _key),
        (evidence, _evidence), (recover, _recover),
    ):  # fmt: skip
        add_data(action)
        add_signer_state(action)
        action.set_defaults(run=run, does=does)


def run(args: argparse.Namespace) -> int:
    """Run one action."""
    signer: Path = args.signer_state or args.data / "signer"
    with _explained():
        done: int = args.does(args, signer)
    return done


@contextmanager
def _explained() -> Iterator[None]:
    from app.witness import errors

    try:
        yield
    except errors.WitnessError as error:
        codes = {errors.Held: EXIT_TRY_AGAIN, errors.Unusable: EXIT_BAD_INPUT}
        raise Refusal(codes.get(type(error), EXIT_REFUSED), error.zh, error.en) from None


def _init(args: argparse.Namespace, signer: Path) -> int:
    from app.witness.opening import create

    vkey = create(args.data, signer, args.name)
    print(say(
        f"已新建见证者，私钥在 {signer}：请单独保管，勿纳入备份，勿恢复旧副本。\n"
        f"下一步：beilin witness add-log --data {args.data} VKEY，"
        f"然后 beilin witness serve --data {args.data}。公钥（交给日志运营者和核验人）：",
        f"created a witness. Its key is in {signer}: keep it apart, out of every backup, and never "
        f"put an older copy back.\n"
        f"Next: beilin witness add-log --data {args.data} VKEY, then beilin witness serve "
        f"--data {args.data}. Its public key, for operators of logs and for who verifies:",
    ), file=sys.stderr)  # fmt: skip
    print(vkey.to_text())
    return 0


def _add_log(args: argparse.Namespace, signer: Path) -> int:
    from app.witness.opening import add_log

    vkey, new = add_log(args.data, signer, args.vkey)
    print(
        say(f"已加入日志 {vkey.name} 的公钥", f"added a key of the log {vkey.name}")
        if new
        else say(f"日志 {vkey.name} 的此公钥早已加入", f"this key of {vkey.name} was there already")
    )
    return 0


def _serve(args: argparse.Namespace, signer: Path) -> int:
    from app.web.listening import url_of
    from app.witness import run as witness_run
    from app.witness.opening import open_witness

    from .serve import listen_at, warn_of_one_volume

    with (
        open_witness(args.data, signer, alarm=witness_run.alarm) as witness,
        listen_at(args.listen) as listener,
    ):
        warn_of_one_volume(args.data, signer)
        address = url_of(listener)
        return witness_run.run(
            witness, listener, announce=lambda: print(f"listening on {address}", flush=True)
        )


def _key(_: argparse.Namespace, signer: Path) -> int:
    from app.witness.opening import read_vkey

    print(read_vkey(signer).to_text())
    return 0


def _evidence(args: argparse.Namespace, _: Path) -> int:
    from app.witness.evidence import write_evidence

    try:
        count = write_evidence(args.data, args.out)
    except FileExistsError:
        raise Refusal(
            EXIT_CANNOT_WRITE,
            f"{args.out} 已存在，不会覆盖；请换一个目录",
            f"{args.out} is there already and is never overwritten; choose another folder",
        ) from None
    print(say(
        f"已导出 {count} 项至 {args.out}。每项是日志签名的检查点；fork 一项的两个文件大小相同、根不同，"
        "是该日志自相矛盾的证明，任何人可用日志公钥核验。",
        f"wrote {count} items to {args.out}. Each is a checkpoint that its log signed. The two files "
        "of a fork have one size and two roots: anyone can check with the log's key that it "
        "contradicted itself.",
    ))  # fmt: skip
    return 0


def _recover(args: argparse.Namespace, signer: Path) -> int:
    from app.witness.opening import recover
    from verifier.tlog.note import MAXIMUM_BYTES

    notes = []
    for path in args.note:
        with path.open("rb") as file:
            notes.append(file.read(MAXIMUM_BYTES + 1))
    done = recover(
        args.data, signer, this_copy_is_current=args.this_copy_is_current,
        clock_was_wrong=args.clock_was_wrong, notes=notes,
    )  # fmt: skip
    for log in done:
        print(f"{log.origin}: {log.before} → {log.after}")
    print(say(
        "各日志从所列大小继续。此前的联署若大于所列，请以 --note 提供；缺失的日志公钥请重新 add-log。",
        "Each log goes on from the size shown. If you know of a larger one that this witness has "
        "cosigned, give it with --note; add keys of logs that are missing with add-log.",
    ))  # fmt: skip
    return 0
