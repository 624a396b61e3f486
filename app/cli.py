"""The command ``beilin``: a table of commands, one file each in ``app/commands``.

A command's file has ``register(subparsers)`` and ``run(args) -> int``. Only the
file of the command that was asked for is imported, and it imports what it needs
when it runs, so that `beilin seal` works where no server library is installed.

Exit codes: 0 done · 64 usage · 65 bad input · 69 server not reachable ·
73 cannot write · 75 try again · 77 refused · 70 internal.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NoReturn

from app.commands.common import (
    EXIT_CANNOT_WRITE,
    EXIT_INTERNAL,
    EXIT_TRY_AGAIN,
    EXIT_USAGE,
    Refusal,
    explain,
    say,
)

COMMANDS: Final = (
    # for those who have something anchored
    "identity",
    "provenance",
    "inspect",
    "diff",
    "seal",
    "upgrade",
    "disclose",
    "demo",
    # for those who run the log
    "init",
    "serve",
    "account",
    "declaration",
    "policy",
    "fsck",
    "backup",
    "recover",
    "erase",
    "hold",
    "audit-log",
    "freeze",
    "handover",
    # for those who watch over logs
    "witness",
    "monitor",
    # for development and tests
    "tsa",
)
MODULES: Final = {"inspect": "inspect_files", "audit-log": "audit_log"}
"""Commands whose file cannot bear their name: one of the standard library, and one with a hyphen."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def make_parser(names: Sequence[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser with these commands."""
    parser = _Parser(prog="beilin", description=say(
        "碑林：证据存证服务。核验请用 beilin-verify。",
        "Beilin, a notarization service for evidence. To verify, use beilin-verify.",
    ))  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in names:
        importlib.import_module(f"app.commands.{MODULES.get(name, name)}").register(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):  # a console that is not UTF-8 shows \\u…, and goes on
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    words = sys.argv[1:] if arguments is None else list(arguments)
    asked = (words[0],) if words and words[0] in COMMANDS else COMMANDS
    try:
        args = make_parser(asked).parse_args(words)
        code: int = args.run(args)
        sys.stdout.flush()
    except Refusal as refusal:
        print(str(refusal), file=sys.stderr)
        return refusal.exit_code
    except (
        BrokenPipeError
    ):  # whoever read our output has had enough; nothing is wrong with the disk
        sys.stdout = None  # or closing it at exit would complain once more
        return EXIT_CANNOT_WRITE
    except KeyboardInterrupt:
        return EXIT_TRY_AGAIN
    except Exception as error:  # noqa: BLE001 - a person gets a sentence, not a traceback
        explained = explain(error)
        print(str(explained), file=sys.stderr)
        if explained.exit_code == EXIT_INTERNAL:
            traceback.print_exc()
        return explained.exit_code
    return code


if __name__ == "__main__":
    sys.exit(main())
