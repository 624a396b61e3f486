"""A process with an open log, to be killed or stopped by the tests.

    child.py DATA ACCOUNT POINT:NTH:ACTION PLAN [BREAK…]

PLAN is a list of ``name:count`` requests, sent one after the other, or ``loop:FROM``:
requests FROM, FROM+1, … of varying size from four threads until killed. For each
request that is answered a line goes to standard output:

    ack NAME INDEX,… RECEIPT,…      (base64)
    error NAME TYPE

ACTION is kill (SIGKILL to itself), stop (SIGSTOP), or none. BREAK removes a guard;
``barrier`` instead makes the process wait, with its log open, for a line on standard input, and
``policy=FILE`` has it ask the witnesses of that file.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
from base64 import b64encode
from pathlib import Path

from ledger import log as log_module
from ledger import sequencer
from ledger.accept import Outcome
from ledger.config import read_config
from ledger.errors import LedgerError
from ledger.witness.member import Patience
from ledger.witness.roster import read_roster
from tests.ledger.support import open_log, request

_print = threading.Lock()


def say(*words: str) -> None:
    with _print:
        os.write(1, (" ".join(words) + "\n").encode())


class At:
    """Kills or stops this process at the nth time a step is reached."""

    def __init__(self, spec: str) -> None:
        self.point, nth, self.action = spec.split(":")
        self.left = int(nth)

    def __call__(self, point: str) -> None:
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0 and self.action != "none":
            say("reached", point)
            sign = signal.SIGKILL if self.action == "kill" else signal.SIGSTOP
            # To this thread, so that it takes no further step before the signal acts.
            signal.pthread_kill(threading.get_ident(), sign)


write_for_real = sequencer.Sequencer._write


def answer_early(self, jobs):
    """A guard removed: answer before anything is committed."""
    size = self._writer.count
    for job in jobs:
        indices = tuple(range(size, size + len(job.items)))
        size += len(job.items)
        say("ack", "early", ",".join(map(str, indices)), ",".join("" for _ in indices))
    return write_for_real(self, jobs)


def ask(log, account: bytes, name: str, count: int) -> None:
    try:
        outcome: Outcome = log.submit(*request(account, name, count)).result()
        receipts = log.receipts(outcome.indices)
    except LedgerError as error:
        say("error", name, type(error).__name__)
        return
    indices = ",".join(map(str, outcome.indices))
    say("ack", name, indices, ",".join(b64encode(receipt).decode() for receipt in receipts))


def loop(log, account: bytes, begin: int) -> None:
    def client(thread: int) -> None:
        number = begin
        while True:
            ask(log, account, f"{thread}-{number}", 1 + (number * 7 + thread) % 13)
            number += 1

    threads = [threading.Thread(target=client, args=(n,), daemon=True) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> int:
    data, account_hex, spec, plan, *broken = sys.argv[1:]
    account = bytes.fromhex(account_hex)
    if "answer-early" in broken:
        setattr(sequencer.Sequencer, "_write", answer_early)  # noqa: B010 - mypy knows better
    if "no-lock" in broken:
        fcntl.flock = lambda *_: None
        setattr(log_module, "lead", lambda *_: None)  # noqa: B010 - mypy knows better
    stopped = threading.Event()
    witnesses = {}
    for word in broken:
        if word.startswith("policy="):
            policy = Path(word.removeprefix("policy=")).read_bytes()
            witnesses = {
                "witnesses": read_roster(policy, read_config(Path(data)).log),
                "patience": Patience(deadline=30, exchange=30, look=30),
            }
    try:
        log = open_log(
            Path(data), hooks=At(spec), on_stopped=lambda _error: stopped.set(), **witnesses
        )
    except LedgerError as error:
        say("refused", type(error).__name__, str(error))
        return 3
    say("open")
    if "barrier" in broken:
        sys.stdin.readline()
    if plan.startswith("loop:"):
        loop(log, account, int(plan[5:]))
    for part in plan.split(","):
        name, count = part.split(":")
        ask(log, account, name, int(count))
    # Callers are told that the log stopped before ``on_stopped`` is called: closing waits for it.
    log.close()
    if stopped.is_set():
        say("stopped", type(log.state().last_error).__name__, str(log.state().last_error))
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
