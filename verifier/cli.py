"""``beilin-verify``: check a package, a receipt or a whole log, offline.

Exit codes: 0 consistent, 10 not determinable, 20 not consistent, 64 wrong
usage, 65 could not be read at all, 70 internal, 73 report or print could not be
written. Never 1 or 2: a crash must not look like a verdict, and apart from ``--help`` and ``--version`` nothing but a
verdict exits 0.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .cli_arguments import USAGE, parse, usage_error
from .cli_files import (
    Unreadable,
    Unwritable,
    open_file,
    read_file,
    refuse_existing,
    refuse_others,
    unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .cli_report import Outcome
    from .policy import Policy

UNREADABLE: Final = 65
INTERNAL: Final = 70
CANNOT_WRITE: Final = 73
NOT_VERIFIED: Final = 10

_MAXIMUM_POLICY: Final = (1 << 20) + 1
_MAXIMUM_RECEIPT: Final = (1 << 20) + 1
_TAIL: Final = 1 << 16


def main(argv: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    lang = "zh"
    try:
        options = parse(sys.argv[1:] if argv is None else argv)
        lang = "zh" if options.lang == "both" else options.lang
        _hint(lang)
        report, code = _run(options)
        _print(report, getattr(options, "report", None))
        return code
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else USAGE
    except Unreadable as error:
        _say(lang, error.key, path=str(error.path), why=error.why)
        return UNREADABLE
    except Unwritable as error:
        _say(lang, error.key, path=str(error.path), why=error.why)
        return CANNOT_WRITE
    except KeyboardInterrupt:
        _say(lang, "error.interrupted")
        return INTERNAL
    except Exception as error:  # noqa: BLE001  whatever it is, it is no verdict
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
        _say(lang, "error.internal", why=where)
        return INTERNAL


def _print(report: str, written: Path | None) -> None:
    """Print; raises Unwritable where it does not all come out. ``written`` is the report's file."""
    key, path = ("error.print", Path("-")) if written is None else ("error.print_report", written)
    if sys.stdout is None:  # it was closed before we began
        raise Unwritable(key, path, os.strerror(errno.EBADF))
    try:
        sys.stdout.write(report)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()  # who reads has seen enough; the verdict stands
    except OSError as error:
        _drop_stdout()
        raise Unwritable(key, path, error.strerror or type(error).__name__) from None


def _drop_stdout() -> None:
    """Let what is left go nowhere: Python would try to print it again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(lang: str, key: str, **values: str) -> None:
    from .report.escape import quoted
    from .report.marked import filled
    from .report.texts import texts_for

    text = texts_for(lang).words[key]
    text = filled(text, {name: quoted(value) for name, value in values.items()})
    sys.stderr.write(f"beilin-verify: {text}\n")


def _hint(lang: str) -> None:
    """Say so where Chinese would come out as question marks."""
    if lang == "zh":
        try:
            "核验".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
        except (UnicodeEncodeError, LookupError):
            _say("en", "hint.encoding")


# ------------------------------------------------------------------- commands


def _run(options: argparse.Namespace) -> tuple[str, int]:
    # Imported here, so that a broken installation ends in 70 like every other fault of ours.
    from .cli_report import on_stdout, write_report
    from .errors import PolicyError

    if options.command == "show":
        return _show(options)
    if options.command == "law":
        from .cli_law import law

        return law(options), NOT_VERIFIED
    if options.command == "policy":
        from .cli_policy import show_policy

        return show_policy(options, _policy(options.target)), NOT_VERIFIED
    if options.report is not None:
        refuse_existing(options.report)
    policy = _policy(options.policy)
    at = int(time.time()) if options.at is None else options.at
    try:
        judge = _judge_of(options.command)
        outcome = judge(options, policy, at)
    except PolicyError as error:
        raise Unreadable("error.policy", options.policy, str(error)) from None
    if options.report is not None:
        write_report(options.report, outcome, options.lang)
    report = on_stdout(outcome, options.lang, as_program=options.json)
    return report, outcome.result.exit_code


def _judge_of(command: str) -> Callable[[argparse.Namespace, Policy, int], Outcome]:
    from .cli_compare import compare

    return {"audit": _audit, "compare": compare}.get(command, _verify)


def _policy(path: Path) -> Policy:
    from .errors import PolicyError
    from .policy import parse_policy

    try:
        return parse_policy(read_file(path, _MAXIMUM_POLICY))
    except PolicyError as error:
        raise Unreadable("error.policy", path, str(error)) from None


def _audit(options: argparse.Namespace, policy: Policy, at: int) -> Outcome:
    from .audit import audit_log
    from .cli_report import Outcome

    folder: Path = options.target
    progress = _Progress()
    if not os.path.isfile(folder / "checkpoint"):  # unlike Path, says no where it may not look
        raise Unreadable("error.no_log", folder)
    try:
        return Outcome(
            audit_log(
                folder,
                policy,
                policy_source=options.policy_source,
                at=at,
                at_is_clock=options.at is None,
                progress=progress.entries,
            )
        )
    except OSError as error:
        raise unreadable(error, folder) from None
    finally:
        progress.end()


def _verify(options: argparse.Namespace, policy: Policy, at: int) -> Outcome:
    from .cli_report import Outcome, examine_package
    from .misconduct.check import verify_misconduct
    from .misconduct.proof import FIRST as MISCONDUCT
    from .options import Options
    from .verify import verify_package, verify_receipt

    path: Path = options.target
    progress = _Progress()
    if options.log is not None and not os.path.isfile(options.log / "checkpoint"):
        raise Unreadable("error.no_log", options.log)
    how = Options(at, options.policy_source, options.log, at_is_clock=options.at is None)
    if _is_package(path):
        if options.file is not None:
            usage_error("--file goes with a receipt; a package holds its files")
        try:
            result = verify_package(path, policy, how, progress.members)
            return examine_package(path, result, policy, how, options.annex, progress.entries)
        except OSError as error:
            raise unreadable(error, path) from None
        finally:
            progress.end()
    if options.annex is not None:
        usage_error("--annex goes with a package; a receipt holds no provenance record")
    data = read_file(path, _MAXIMUM_RECEIPT)
    if data.startswith(MISCONDUCT):
        if options.file is not None or options.log is not None:
            usage_error("--file and --log go with a receipt, not with a proof of misconduct")
        return Outcome(verify_misconduct(data, policy, how))
    if options.file is None:
        return Outcome(verify_receipt(data, policy, how))
    try:
        with open_file(options.file) as file:
            return Outcome(verify_receipt(data, policy, how, file))
    except OSError as error:
        raise unreadable(error, options.file) from None


def _is_package(path: Path) -> bool:
    """Decide by content; one damaged end still shows what it was. Neither kind: Unreadable."""
    if path.is_dir():
        raise Unreadable("error.folder", path)
    try:
        with open_file(path) as file:
            head = file.read(_MAXIMUM_RECEIPT)
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _TAIL))
            tail = file.read(_TAIL)
    except OSError as error:
        raise unreadable(error, path) from None
    if head.startswith(b"beilin/receipt/"):
        return False
    if head.startswith(b"PK") or b"PK\x05\x06" in tail:
        return True
    refuse_others(head, path)
    if head.startswith(b"beilin/") or b"\n\nc2sp.org/tlog-proof@v1\n" in head:
        return False
    raise Unreadable("error.not_ours", path)


def _show(options: argparse.Namespace) -> tuple[str, int]:
    """Return a receipt's lines, escaped, between two warnings."""
    from .report.escape import escape
    from .report.texts import texts_for

    data = read_file(options.target, _MAXIMUM_RECEIPT)
    if not data.startswith(b"beilin/receipt/"):
        raise Unreadable("error.not_receipt", options.target)
    words = texts_for(options.lang).words
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    shown = "".join(f"  {escape(line)}\n" for line in lines)
    return f"{words['show.first']}\n{shown}{words['show.last']}\n", NOT_VERIFIED


# ------------------------------------------------------------------- progress


class _Progress:
    """One line on stderr that is written over, and only where a person watches."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def entries(self, done: int, total: int) -> None:
        self.members("entries", done, total)

    def members(self, what: str, done: int, total: int) -> None:
        if self._on:
            sys.stderr.write(f"\r{what} {100 * done // max(total, 1)} % ")
            sys.stderr.flush()

    def end(self) -> None:
        if self._on:
            sys.stderr.write("\r" + " " * 30 + "\r")


if __name__ == "__main__":
    sys.exit(main())
