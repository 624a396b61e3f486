"""``beilin monitor URL --policy FILE --mirror DIR``: follow a log, mirror it, raise alarms.

Exit codes with ``--once``: 0 all that is served was followed and checked ·
20 an alarm: the log contradicts itself, or what it shows · 10 not determined
(not reachable, not shown, the policy not met, stalled) · 64 · 65 · 73 · 75.
Without it, those of the last round once a signal ends it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .common import EXIT_BAD_INPUT, EXIT_TRY_AGAIN, EXIT_USAGE, Refusal, say

if TYPE_CHECKING:
    from app.monitor.alarms import Alarm
    from app.monitor.following import Round
    from verifier.policy import Policy


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "monitor", help=say("监视一个日志并镜像", "follow a log and mirror it")
    )
    parser.add_argument("url", metavar="URL", type=_url)
    parser.add_argument(
        "--policy", type=Path, required=True, metavar="FILE",
        help=say("核验策略：信任哪个日志密钥、要求哪些见证者", "whom you trust: the log's key, the witnesses"),
    )  # fmt: skip
    parser.add_argument(
        "--mirror", type=Path, required=True, metavar="DIR",
        help=say("保存检查点、镜像（DIR/log）与证据（DIR/evidence）的目录",
                 "where its head, the mirror (DIR/log) and evidence (DIR/evidence) are kept"),
    )  # fmt: skip
    parser.add_argument("--once", action="store_true", help=say("只查一轮", "do one round and end"))
    parser.add_argument(
        "--interval", type=_seconds, default=30, metavar="SECONDS",
        help=say("两轮之间的秒数，默认 30", "between two rounds, 30 by default"),
    )  # fmt: skip
    parser.add_argument(
        "--stall-seconds", type=_seconds, default=3600, metavar="N",
        help=say("多久不能跟随即告警，默认 3600", "raise an alarm when it could not be followed for "
                 "so long, 3600 by default"),
    )  # fmt: skip
    parser.set_defaults(run=run)


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and plain
    except ValueError:
        good = False
    if not good:
        raise argparse.ArgumentTypeError("an address that starts with http:// or https://")
    return text


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= 10**8 and len(text) < 10):
        raise argparse.ArgumentTypeError("a whole number of seconds, at least 1")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Follow once, or until a signal."""
    from app.monitor.errors import Damaged, Foreign, Held, MonitorError
    from app.monitor.fetching import Source
    from app.monitor.following import Follower
    from app.monitor.running import locked, once, until_stopped

    policy = _policy(args.policy)
    source = Source(args.url)
    try:
        with locked(args.mirror):
            follower = Follower(
                args.mirror, policy, source, stall_seconds=args.stall_seconds, alarm=_alarm,
                progress=_Progress().show,
            )  # fmt: skip
            try:
                if args.once:
                    return once(follower, _told)
                return until_stopped(follower, args.interval, _Quiet().told)
            finally:
                follower.close()
    except MonitorError as error:
        codes = {Held: EXIT_TRY_AGAIN, Foreign: EXIT_BAD_INPUT, Damaged: EXIT_BAD_INPUT}
        raise Refusal(codes[type(error)], error.zh, error.en) from None
    finally:
        source.close()


def _policy(path: Path) -> Policy:
    from verifier.errors import PolicyError
    from verifier.policy import MAX_BYTES, parse_policy

    try:
        with path.open("rb") as file:
            policy = parse_policy(file.read(MAX_BYTES + 1))
    except PolicyError as error:
        raise Refusal(
            EXIT_BAD_INPUT, f"核验策略无法使用：{error}", f"the policy cannot be used: {error}"
        ) from None
    if not policy.log_policy.logs:
        raise Refusal(
            EXIT_USAGE,
            "核验策略没有 log 行，无从判断跟随哪个日志",
            "the policy has no log line, so there is no log to follow",
        )
    return policy


def _told(came: Round) -> None:
    from app.monitor.following import ALARM, FINE

    if came.reason is not None:
        zh, en = came.reason
        print(say(f"未能判断：{zh}。", f"Not determined: {en}."), flush=True)
    size = came.size
    if came.code == FINE:
        print(say(
            f"已跟随至 {size} 项，新增核对 {came.fresh} 项，未见异常。",
            f"Followed to {size} entries, {came.fresh} of them new; nothing contradicts.",
        ), flush=True)  # fmt: skip
    elif came.code == ALARM:
        print(say(
            f"已跟随的大小为 {size}。存在告警（其中 {came.standing} 项不会消失），证据见 evidence 目录。",
            f"The followed size is {size}. There is an alarm ({came.standing} that will stand); "
            "see the folder evidence.",
        ), flush=True)  # fmt: skip
    if came.closed is not None:
        print(_closed(came.closed, came.successor), flush=True)
    if came.waiting:
        print(say(
            "有已签名而尚未发布的检查点（checkpoint.pending），正等待见证者签名。",
            "A signed checkpoint is not published yet and waits for witnesses (checkpoint.pending).",
        ), flush=True)  # fmt: skip


def _closed(index: int, successor: str | None) -> str:
    if successor is None:
        return say(
            f"日志已由第 {index} 项（自 0 起计）永久终止，未指明后续日志。",
            f"Entry {index} (counted from 0) closed the log for good and names no log that goes on.",
        )
    return say(
        f"日志已由第 {index} 项（自 0 起计）永久终止；其指明的后续日志：{successor}。监视后续日志须另用其核验策略。",
        f"Entry {index} (counted from 0) closed the log for good and names the log that goes on: "
        f"{successor}. To follow that one takes its own policy.",
    )


class _Quiet:
    """Says a round only if it is not like the one before."""

    def __init__(self) -> None:
        self._last: object = None

    def told(self, came: Round) -> None:
        if came._replace(fresh=0) != self._last or came.fresh:
            _told(came)
        self._last = came._replace(fresh=0)


class _Progress:
    """A line now and then while much is read."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    def show(self, done: int, size: int) -> None:
        now = time.monotonic()
        if now - self._at >= 5:
            self._at = now
            print(
                say(f"已核对 {done} / {size} 项", f"checked {done} of {size} entries"), flush=True
            )


def _alarm(alarm: Alarm, place: Path) -> None:
    zh, en = alarm.words()
    print(say(
        f"告警（{alarm.kind}）：{zh}证据：{place}", f"ALARM ({alarm.kind}): {en} Evidence: {place}"
    ), file=sys.stderr, flush=True)  # fmt: skip
