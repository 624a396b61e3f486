"""Serial numbers and times that survive whatever happens to the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.tsa import state as module
from app.tsa.state import ClockWentBack, InUse, State
from verifier.errors import Malformed


class Clock:
    """A clock that a test sets."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    State.create(tmp_path)
    return tmp_path


def test_numbers_count_from_one_and_seconds_are_cut_off(folder: Path) -> None:
    clock = Clock(1000.999)
    state = State(folder, clock)
    assert [state.next(), state.next()] == [(1, 1000), (2, 1000)]
    assert (folder / "state").read_text() == (
        "beilin/tsa-state/v1\nserial 2\ntime 1970-01-01T00:16:40Z\n"
    )
    state.close()
    assert State(folder, clock).next() == (3, 1000)


def test_time_never_goes_back_and_a_wrong_clock_gives_none(folder: Path) -> None:
    clock = Clock(1000)
    state = State(folder, clock)
    state.next()
    for now, given in ((999, 1000), (995, 1000), (1001, 1001), (1000.5, 1001)):
        clock.now = now
        assert state.next().seconds == given
    clock.now = 995
    with pytest.raises(ClockWentBack):
        state.next()
    clock.now = 1002
    assert state.next() == (6, 1002)  # the refusal has cost no number


@pytest.mark.fault
@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_nothing_is_given_out_that_is_not_on_disk(folder: Path, call: str, monkeypatch) -> None:
    state = State(folder, Clock(1000))
    state.next()

    def fail(*_: object) -> None:
        raise OSError(28, "no space")

    if call == "fsync":
        monkeypatch.setattr("os.fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        state.next()
    monkeypatch.undo()
    state.close()
    assert State(folder, Clock(1000)).next().serial == 2


@pytest.mark.fault
def test_a_number_is_on_disk_before_it_is_given_out(folder: Path, monkeypatch) -> None:
    seen: list[str] = []
    real = module.write_durably

    def watched(path: Path, data: bytes, mode: int) -> None:
        real(path, data, mode)
        seen.append((folder / "state").read_text().splitlines()[1])

    monkeypatch.setattr(module, "write_durably", watched)
    stamp = State(folder, Clock(1000)).next()
    assert seen == [f"serial {stamp.serial}"]


def test_one_process_at_a_time(folder: Path) -> None:
    first = State(folder, Clock(0))
    with pytest.raises(InUse):
        State(folder, Clock(0))
    first.close()
    first.close()
    State(folder, Clock(0)).close()


@pytest.mark.parametrize("text", [
    "", "beilin/tsa-state/v1\n", "beilin/tsa-state/v2\nserial 1\ntime 1970-01-01T00:00:00Z\n",
    "beilin/tsa-state/v1\nserial 01\ntime 1970-01-01T00:00:00Z\n",
    "beilin/tsa-state/v1\nserial 1\ntime 1970-01-01\n",
    "beilin/tsa-state/v1\nserial 1\ntime 1970-01-01T00:00:00Z\nserial 2\n",
    "beilin/tsa-state/v1\ntime 1970-01-01T00:00:00Z\nserial 1\n", "x" * 300 + "\n",
])  # fmt: skip
def test_a_state_that_is_not_ours_is_refused(folder: Path, text: str) -> None:
    (folder / "state").write_text(text)
    with pytest.raises(Malformed):
        State(folder, Clock(0))
