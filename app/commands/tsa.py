"""``beilin tsa init|serve``: a time-stamping authority for development, never an independent one."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Final

from .common import (
    EXIT_BAD_INPUT,
    EXIT_REFUSED,
    EXIT_TRY_AGAIN,
    EXIT_USAGE,
    Refusal,
    add_data,
    say,
)

NAME: Final = "development-tsa"
"""The name in the policy line that ``init`` prints; the demonstration and the by-hand page use it too."""


def _label() -> str:
    return say(
        "仅供开发测试：本时间戳服务并非独立第三方，其时间不能向他人证明任何事项。",
        "Development only: this authority is not independent, and its times show nothing to others.",
    )


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "tsa",
        help=say("开发用时间戳服务（非独立第三方）",
                 "a time-stamping authority for development (not independent)"),
    )  # fmt: skip
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="init|serve")
    init = verbs.add_parser("init", description=_label(), help=say("新建", "create one"))
    init.set_defaults(run=run_init)
    serve = verbs.add_parser("serve", description=_label(), help=say("运行", "run it"))
    serve.add_argument("--listen", default="127.0.0.1:8090", metavar="HOST:PORT")
    serve.set_defaults(run=run_serve)
    for verb in (init, serve):
        add_data(verb)


def run_init(args: argparse.Namespace) -> int:
    """Create the authority; the policy line is the only one on standard output."""
    from app.tsa import folder

    data: Path = args.data
    try:
        keys = folder.create(data)
    except FileExistsError:
        raise Refusal(
            EXIT_REFUSED,
            f"{data} 不是空目录，未作任何改动。请换一个目录",
            f"{data} is not an empty folder; nothing was changed. Choose another one",
        ) from None
    print(say(
        f"{_label()}\n已新建于 {data}。在测试用的核验策略中加入下面一行（位于 operator 各行之后）。\n"
        f"下一步：beilin tsa serve --data {data}",
        f"{_label()}\nCreated in {data}. Add the line that follows to a policy for tests, after its "
        f"lines operator.\nNext: beilin tsa serve --data {data}",
    ), file=sys.stderr)  # fmt: skip
    print(folder.policy_line(keys, NAME))
    return 0


def run_serve(args: argparse.Namespace) -> int:
    """Serve until SIGTERM."""
    from app.tsa import folder, serving
    from app.tsa.authority import Authority
    from app.tsa.state import InUse, State
    from app.web.listening import listen, url_of
    from verifier.errors import Malformed

    data: Path = args.data
    try:
        keys, state = folder.load(data), State(data, time.time)
    except InUse:
        raise Refusal(
            EXIT_TRY_AGAIN,
            f"{data} 正被另一进程使用，请先停止它",
            f"another process uses {data}; stop it first",
        ) from None
    except (FileNotFoundError, NotADirectoryError, Malformed, ValueError):
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{data} 不是完整的开发用时间戳目录。请用 beilin tsa init 在新目录中另建",
            f"{data} is not a whole folder of a development authority. "
            "Make one in a new folder: beilin tsa init",
        ) from None
    try:
        try:
            listener = listen(args.listen)
        except ValueError:
            raise Refusal(
                EXIT_USAGE, "--listen 应为 主机:端口", "--listen must be HOST:PORT"
            ) from None
        except OSError as error:
            raise Refusal(
                EXIT_TRY_AGAIN,
                f"无法监听 {args.listen}：{error.strerror}。请换一个端口，或停止占用它的程序",
                f"cannot listen on {args.listen}: {error.strerror}; "
                "choose another port, or stop the program that has it",
            ) from None
        with listener:
            address = url_of(listener)
            print(_label(), file=sys.stderr)
            serving.run(
                Authority(keys, state),
                listener,
                lambda: print(f"listening on {address} ({serving.LABEL})", flush=True),
            )
    finally:
        state.close()
    return 0
