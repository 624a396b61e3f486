"""``beilin-verify compare A B``: reading, comparing, and writing the proof of misconduct."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from .cli_files import Unreadable, refuse_existing, unreadable, write_new
from .options import Options

if TYPE_CHECKING:
    from .cli_report import Outcome
    from .policy import Policy


def compare(options: argparse.Namespace, policy: Policy, at: int) -> Outcome:
    """Compare the two files named; write the proof to ``--out`` where there is one.

    Raises Unreadable, and Unwritable where ``--out`` exists already.
    """
    from .cli_report import Outcome
    from .compare.compare import compare_files

    if options.log is not None and not os.path.isfile(options.log / "checkpoint"):
        raise Unreadable("error.no_log", options.log)
    if options.out is not None:
        refuse_existing(options.out)
    how = Options(at, options.policy_source, options.log, at_is_clock=options.at is None)
    for path in (options.target, options.other):
        _check_file(path)
    try:
        comparison = compare_files(options.target, options.other, policy, how)
    except OSError as error:
        raise unreadable(error, Path(error.filename or options.target)) from None
    if options.out is not None and comparison.proof is not None:
        write_new(options.out, comparison.proof)
        comparison.result.note("PROOF_WRITTEN", name=str(options.out))
    return Outcome(comparison.result)


def _check_file(path: Path) -> None:
    """Raise Unreadable unless this is a file that could be something to compare."""
    from .cli_files import open_file
    from .compare.reading import is_comparable

    if path.is_dir():
        raise Unreadable("error.folder", path)
    try:
        with open_file(path) as file:
            head = file.read(1 << 18)
    except OSError as error:
        raise unreadable(error, path) from None
    if not is_comparable(head):
        raise Unreadable("error.not_comparable", path)
