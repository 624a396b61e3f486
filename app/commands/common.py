"""What the commands share: language, refusals and their exit codes."""

from __future__ import annotations

import argparse
import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

EXIT_USAGE: Final = 64
EXIT_BAD_INPUT: Final = 65
EXIT_NOT_REACHABLE: Final = 69
EXIT_INTERNAL: Final = 70
EXIT_CANNOT_WRITE: Final = 73
EXIT_TRY_AGAIN: Final = 75
EXIT_REFUSED: Final = 77


def language() -> str:
    """Return ``en`` where LANG begins with en, else ``zh``."""
    return "en" if os.environ.get("LANG", "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """Return the sentence in the user's language."""
    return en if language() == "en" else zh


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add ``--data DIR``, which every command of the operator has."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")


def add_signer_state(parser: argparse.ArgumentParser) -> None:
    """Add ``--signer-state DIR`` for a signer that does not lie in DIR/signer."""
    parser.add_argument(
        "--signer-state", type=Path, metavar="DIR",
        help=say("签名器目录，默认为 DIR/signer；宜放在另一存储卷",
                 "the signer's folder, DIR/signer by default; best on another volume"),
    )  # fmt: skip


def progress(word: str) -> Callable[[int, int], None] | None:
    """Return what shows progress on a terminal, None where nobody would see it."""
    if not sys.stderr.isatty():
        return None
    shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if done == total or now - shown > 0.1:
            shown = now
            print(f"\r{word} {done} / {total}", end="\n" if done == total else "",
                  file=sys.stderr, flush=True)  # fmt: skip

    return show


class Refusal(Exception):
    """The command ends here. The sentence says what is wrong and what to do next."""

    def __init__(self, exit_code: int, zh: str, en: str) -> None:
        super().__init__(say(zh, en))
        self.exit_code = exit_code


def _by_name(error: Exception) -> Refusal | None:
    # By the names of their classes, so that no server library is imported to say it.
    names = {kind.__name__ for kind in type(error).__mro__}
    if "LedgerError" in names:
        for name, code, zh, en in (
            ("Held", EXIT_TRY_AGAIN,
             "日志正被另一进程使用，请先停止它", "another process uses this log; stop it first"),
            ("AlreadyExists", EXIT_REFUSED,
             "已经存在，不会覆盖；请换一个名称或目录",
             "it exists already and is never overwritten; choose another name or folder"),
            ("NoSpace", EXIT_CANNOT_WRITE, "磁盘空间不足", "free some space on the volume"),
            ("Unavailable", EXIT_TRY_AGAIN, "日志暂不可写，请稍后再试", "the log does not write now; try again later"),
            ("Overloaded", EXIT_TRY_AGAIN, "服务繁忙，请稍后再试", "busy; try again later"),
            ("NotFound", EXIT_BAD_INPUT, "找不到，请检查名称", "not found; check the name"),
            ("Stateless", EXIT_REFUSED,
             "请放回签名器目录的现状，切勿使用旧副本；确已丢失的，以任何人见过的最大检查点一次性写明：beilin serve --accept-existing-head 大小:根（见 deploy/HANDBOOK.md）",
             ("put the signer's folder back as it was last, never an older copy; where it is lost for good, "
              "say once which is the largest head that anyone has seen: "
              "beilin serve --accept-existing-head SIZE:ROOT (deploy/HANDBOOK.md)")),
            ("Given", EXIT_BAD_INPUT, "请更正后重试", "mend it and try again"),
            ("Config", EXIT_BAD_INPUT, "请检查数据目录及其配置", "check the data folder and its configuration"),
            ("Frozen", EXIT_REFUSED,
             "不再接受登记；已有回执照常查询，继续登记请新建日志并运行 beilin handover",
             ("it takes nothing more; receipts are served as before, and to go on create a new log and "
              "run beilin handover")),
            ("Fatal", EXIT_REFUSED,
             "为避免自相矛盾，拒绝写入。请勿删除任何文件，先运行 beilin fsck；数据库较旧的，从日志副本补回：beilin recover（见 README.md 与 ledger/DESIGN.md 的恢复表）",
             ("writing is refused, so that the log cannot contradict itself. Delete nothing; "
              "run beilin fsck first; a database that is older is filled up from a copy of the log by "
              "beilin recover (README.md, and the recovery table in ledger/DESIGN.md)")),
        ):  # fmt: skip
            if name in names:
                return Refusal(code, f"{zh}：{error}", f"{error}: {en}")
    if "SettingError" in names:
        return Refusal(EXIT_USAGE, f"设置有误：{error}", f"settings: {error}")
    if "VerifierError" in names:
        return Refusal(
            EXIT_BAD_INPUT, f"输入不符合格式：{error}", f"not in the expected format: {error}"
        )
    return None


def explain(error: Exception) -> Refusal:
    """Return the sentence and exit code for any exception that reached the top."""
    known = _by_name(error)
    if known is not None:
        return known
    if isinstance(error, ModuleNotFoundError) and error.name is not None:
        extra = error.name.partition(".")[0]
        if extra in ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "sqlalchemy",
                     "msgspec", "alembic"):  # fmt: skip
            return Refusal(
                EXIT_USAGE,
                f"此命令需要服务端组件（缺少 {extra}），请安装：pip install 'beilin[server]'",
                f"this command needs the server libraries ({extra} is missing): "
                "pip install 'beilin[server]'",
            )
    if isinstance(error, OSError):
        place = f" {error.filename}" if error.filename else ""
        words = error.strerror or type(error).__name__
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR):
            return Refusal(
                EXIT_BAD_INPUT, f"无法读取{place}：{words}", f"cannot read{place}: {words}"
            )
        return Refusal(
            EXIT_CANNOT_WRITE,
            f"无法写入{place}：{words}。请检查权限和磁盘空间",
            f"cannot write{place}: {words}; check permissions and free space",
        )
    name = type(error).__name__
    return Refusal(
        EXIT_INTERNAL,
        f"程序内部故障（{name}），数据未因此改变；请将以下信息交给维护者",
        f"internal fault ({name}); please give what follows to the maintainers",
    )


def read_witnesses(data: Path, path: Path | None) -> Any:
    """Return the witnesses of ``--witness-policy``, None without one."""
    from ledger.config import read_config
    from ledger.witness.roster import read_roster
    from verifier.policy import MAX_BYTES

    if path is None:
        return None
    with path.open("rb") as file:
        return read_roster(file.read(MAX_BYTES + 1), read_config(data).log)
