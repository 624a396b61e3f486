"""T-SIM: the sequencer and its order of writes in a simulated world, from a seed.

Controls: ten planted bugs, each of which must be found within 10,000 steps. Two of them were not
planted at first: the simulation found them in the ledger, and they stay as controls.

A failure names its seed; ``play(seed, …)`` takes the same steps again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.log import create
from tests.faults.sim.plants import PLANTS, Plant
from tests.faults.sim.world import World, play
from tests.ledger.support import ORIGIN

pytestmark = pytest.mark.fault
MOST = 10_000
FAULTS = {"Crash", "OSError", "EIO", "crash in a file call", "power cut", "clock", "witness",
          "old copy refused"}  # fmt: skip


BEGIN = {
    "chains_kept_after_a_failure": 10, "head_moved_without_compare_and_swap": 7,
    "checkpoint_before_its_tiles": 3, "folders_not_synced_again": 10,
}  # fmt: skip
"""Where the short form begins with a plant: near the first seed that found it, to save time only."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty log, to be copied."""
    folder: Path = tmp_path_factory.mktemp("simulated") / "template"
    create(folder, ORIGIN)
    return folder


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Each failure of storage would be a line in the output."""
    log = logging.getLogger("beilin.ledger")
    log.setLevel(logging.CRITICAL + 1)
    yield
    log.setLevel(logging.NOTSET)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Return a place in memory where there is one: thousands of fsyncs say nothing more on a disk."""
    import tempfile

    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


@pytest.mark.timeout(7200)
def test_nothing_that_fails_breaks_a_promise(
    template: Path, folder: Path, rounds: Callable[[int, int], int]
) -> None:
    fired: Counter[str] = Counter()
    steps = 0
    for seed in range(rounds(12, 6000)):
        world, found = play(seed, template, folder / "world")
        assert found is None, f"seed {seed}: {found}\n{found.__notes__[0]}"
        fired.update(world.fired)
        steps += world.steps
    assert steps >= rounds(2000, 1_000_000)
    assert fired.keys() >= FAULTS, "a fault that never fired shows nothing"


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(template: Path, folder: Path, plant: Plant, soak: bool) -> None:
    steps = 0
    seed = 0 if soak else BEGIN.get(plant.__name__, 0)
    while steps < MOST:
        world, found = play(seed, template, folder / "world", plant)
        steps += world.steps
        if found is not None:
            print(f"{plant.__name__}: found after {steps} steps, seed {seed}: {found}")
            return
        seed += 1
    raise AssertionError(f"{plant.__name__} was not found in {steps} steps")


def test_a_seed_takes_the_same_steps_again(template: Path, folder: Path) -> None:
    def steps(seed: int) -> tuple[list[str], int]:
        world: World = play(seed, template, folder / "world")[0]
        return world.trace, len(world.model.entries)

    assert steps(2) == steps(2)
    assert steps(2) != steps(6)
