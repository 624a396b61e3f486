"""Mutated receipts and packages through the verifier: no exit 0, no crash, no hang.

A few thousand in every run, a million in `make soak`. Control: a verifier with one check less passes
some of them.
"""

from __future__ import annotations

import io
import itertools
import signal
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType

import pytest

from tests import worked
from tests.faults.mutations import mutated, mutated_package
from tests.worked import Sealed, WorkedLog, seal
from verifier import verify
from verifier.checks import receipt as receipt_check
from verifier.options import Options
from verifier.policy import Policy, parse_policy
from verifier.result import EXIT_CODES, PASSED, Result

pytestmark = pytest.mark.fault
OPTIONS = Options(at=worked.NOON)
SECONDS = 2.0
"""Of processor time, for one verification."""
FILES = [("chat.txt", worked.CHAT), ("note.txt", b"a file of its own\n")]


class Hang(BaseException):
    """It took longer than any input may."""


@contextmanager
def watched() -> Iterator[None]:
    """Raise Hang in a block that uses more processor time than SECONDS."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def sealed() -> tuple[Sealed, Sealed]:
    """Return two packages of one log, and of other contents."""
    first = seal(FILES)
    return first, seal([("chat.txt", worked.CHAT), ("note.txt", b"another file\n")], first.log)


def policy() -> Policy:
    return parse_policy(WorkedLog().policy())


def one_receipt(seed: int, first: Sealed, second: Sealed) -> tuple[bytes, bool]:
    """Return a mutation of the first receipt, and whether it differs."""
    good = [each.payload["data/receipt.txt"] for each in (first, second)]
    data = mutated(good[0], [good[1]], Random(seed))
    return data, data != good[0]


def one_package(seed: int, first: Sealed, second: Sealed) -> tuple[bytes, bool]:
    """Return a mutation of the first package, and whether it differs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns of a name twice, which is meant
        data = mutated_package(first.payload, second.payload, Random(seed))
    return data, data != first.zip()


def verified(kind: str, data: bytes, trusted: Policy, first: Sealed, path: Path) -> Result:
    if kind == "receipt":
        file = io.BytesIO(first.payload["data/manifest.txt"])
        with watched():
            return verify.verify_receipt(data, trusted, OPTIONS, file)
    path.write_bytes(data)
    with watched():
        return verify.verify_package(path, trusted, OPTIONS)


def run(kind: str, count: int) -> Counter[str]:
    """Verify so many; return how often each verdict came. The seed of what is wrong is named."""
    first, second = sealed()
    trusted = policy()
    make = one_receipt if kind == "receipt" else one_package
    verdicts: Counter[str] = Counter()
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        for seed in itertools.count():
            data, differs = make(seed, first, second)
            if not differs:
                continue
            try:
                result = verified(kind, data, trusted, first, Path(folder) / "package.zip")
            except (Exception, Hang) as error:
                raise AssertionError(f"{kind}, seed {seed}: {error!r}") from error
            assert result.exit_code in EXIT_CODES.values()
            verdicts[result.verdict] += 1
            assert result.exit_code != 0, f"{kind}, seed {seed}: passed: {data[:200]!r}"
            if verdicts.total() == count:
                break
    return verdicts


@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("kind", ["receipt", "package"])
def test_no_mutation_passes(kind: str, rounds: Callable[[int, int], int]) -> None:
    count = rounds(1200, 600_000) if kind == "receipt" else rounds(400, 400_000)
    verdicts = run(kind, count)
    print(kind, dict(verdicts))
    assert verdicts.total() == count
    assert verdicts[PASSED] == 0


def test_control_a_check_less_lets_some_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the path to the root an entry with another time or link passes."""
    monkeypatch.setattr(receipt_check, "check_inclusion", lambda *_: None)
    with pytest.raises(AssertionError, match=r"seed [0-9]+: passed"):
        run("receipt", 3000)


def test_control_a_hang_is_seen() -> None:
    with pytest.raises(Hang), watched():
        while True:
            pass
