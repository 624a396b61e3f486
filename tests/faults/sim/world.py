"""The world of the simulation: two sequencers, two witnesses, clients, and everything that fails.

Single-threaded. Every step is drawn from one seed: which sequencer goes on, what a client asks,
what fails. The same seed gives the same steps, so a failure is played again by its seed.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ledger.errors import Fatal
from ledger.fsck import fsck
from ledger.signer import Head

from .clients import Asking, new_asking
from .disk import Disk
from .model import Model, Violation
from .node import Crash, Node
from .patches import Clock, install
from .witnesses import both

START = 1_800_000_000.0


class World:
    """One log and its fate for some steps."""

    def __init__(self, seed: int, template: Path, folder: Path) -> None:
        self.seed = seed
        self.chance = Random(seed)
        self.data = folder / "data"
        shutil.copytree(template, self.data)
        self.model = Model(self.data)
        self.disk = Disk(self.data, self.chance)
        self.witnesses = both()
        self.nodes: list[Node] = []
        self.asked: list[Asking] = []
        self.now, self.elapsed = START, 0.0
        self.faults = True
        self.steps = 0
        self.fired: dict[str, int] = {}
        self.trace: list[str] = []
        self.found: Violation | None = None
        self._old: Path = folder / "old"
        self._old_size = -1

    # -- the machine -----------------------------------------------------------------

    def installed(self, patch: pytest.MonkeyPatch) -> None:
        install(patch, self._file_point, self._synced, Clock(lambda: self.elapsed), self._drawn)

    def _drawn(self, size: int) -> bytes:
        return self.chance.randbytes(size)

    def _synced(self, handle: int) -> None:
        self.disk.synced(handle)

    def _file_point(self, name: str) -> None:
        if self.faults and self.chance.random() < 0.004:
            self._note("crash in a file call" if self.chance.random() < 0.5 else "EIO", name)
            raise (Crash(name) if self.trace[-1].startswith("crash") else OSError(5, "EIO"))

    def _note(self, what: str, detail: object = "") -> None:
        self.fired[what] = self.fired.get(what, 0) + 1
        self.trace.append(f"{what} {detail}")

    # -- steps -----------------------------------------------------------------------

    def run(self, steps: int) -> None:
        """Take so many steps, then let everything come to rest and check everything."""
        for _ in range(steps):
            self._step()
        self.come_to_rest()

    def _step(self) -> None:
        self.steps += 1
        self.now += self.chance.choice([0, 0, 1])
        self.elapsed += 1
        draw = self.chance.random()
        if draw < 0.70:
            self._resume()
        elif draw < 0.85:
            self._ask()
        elif draw < 0.90:
            self._ask_again()
        else:
            self._misfortune()
        for each in self.asked:
            each.collect()
        self.model.step()

    def _resume(self) -> None:
        self.nodes = [node for node in self.nodes if node.alive]
        if not self.nodes or (len(self.nodes) < 2 and self.chance.random() < 0.05):
            self._start()
        node = self.chance.choice(self.nodes)
        error: BaseException | None = None
        if self.faults:
            draw = self.chance.random()
            if draw < 0.02:
                error = Crash(node.at)
            elif draw < 0.06 and node.at not in ("wait", "witness"):
                error = OSError(self.chance.choice([5, 28]), "storage")
        self._note("go on" if error is None else type(error).__name__, f"{node.name} {node.at}")
        node.resume(error)
        self._look_at(node)

    def _look_at(self, node: Node) -> None:
        """Hear what was found within the sequencer, where it only ends the sequencer."""
        if self.found is not None:
            raise self.found
        if isinstance(node.why, AssertionError):
            raise Violation(str(node.why))

    def _start(self) -> Node:
        name = f"node-{self.steps}"
        node = Node(name, self.data, self.witnesses, clock=lambda: self.now, signed=self._signed)
        self.nodes.append(node)
        self._note("start", name)
        return node

    def _signed(self, head: Head) -> None:
        try:
            self.model.signed(head)
        except Violation as found:
            self.found = found
            raise

    def _ask(self) -> None:
        if not self.nodes:
            return
        self.asked.append(new_asking(self.chance, len(self.asked)))
        node = self.chance.choice(self.nodes)
        self._note("ask", f"{node.name} {self.asked[-1].send(node)}")

    def _ask_again(self) -> None:
        if not self.nodes or not self.asked:
            return
        # Mostly one of the last, whose fate is open.
        recent = self.asked[-5:] if self.chance.random() < 0.8 else self.asked
        asking, node = self.chance.choice(recent), self.chance.choice(self.nodes)
        self._note("ask again", f"{node.name} {asking.name} {asking.send(node)}")

    # -- what goes wrong ---------------------------------------------------------------

    def _misfortune(self) -> None:
        draw = self.chance.random()
        if draw < 0.3:
            jump = self.chance.choice([-3600, -300_000_000, 3600, 60, -60])
            self.now = max(1.0, self.now + jump)
            self._note("clock", jump)
        elif draw < 0.5:
            witness = self.chance.choice(self.witnesses)
            witness.away = not witness.away
            self._note("witness", witness.away)
        elif draw < 0.6:
            self._power_cut()
        elif draw < 0.7:
            self._keep_a_copy()
        elif draw < 0.8:
            self._put_old_copy_back()

    def _kill_all(self) -> None:
        for node in self.nodes:
            while node.alive and node.at != "start":
                node.resume(Crash("power"))
        self.nodes = []

    def _power_cut(self) -> None:
        faults, self.faults = self.faults, False
        self._kill_all()
        self._note("power cut", self.disk.power_cut())
        self.faults = faults
        self.model.after_a_cut()

    def _keep_a_copy(self) -> None:
        """Copy database and static tree while nobody writes: a backup."""
        self._kill_all()
        shutil.rmtree(self._old, ignore_errors=True)
        shutil.copytree(self.data, self._old, ignore=shutil.ignore_patterns("signer"))
        self.model.after_a_cut()
        self._old_size = len(self.model.entries)
        self._note("copy kept", self._old_size)

    def _put_old_copy_back(self) -> None:
        """An operator restores a backup beside a signer that has signed more: it must refuse."""
        signed = max(self.model.roots, default=0)
        if not 0 <= self._old_size < signed or not (self._old / "beilin.db").exists():
            return
        self._power_cut()
        new = self.data.with_name("new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(self.data, new)
        self._put(self._old)
        away = [each.away for each in self.witnesses]
        for each in self.witnesses:
            each.away = True  # the service alone has to notice
        node = Node("restored", self.data, self.witnesses, clock=lambda: self.now,
                    signed=self._signed)  # fmt: skip
        while node.alive and node.at != "wait":
            node.resume()
            self._look_at(node)
        if not isinstance(node.why, Fatal):
            raise Violation(f"a backup of {self._old_size} entries opened; {signed} were signed")
        self._note("old copy refused", self._old_size)
        for each, was in zip(self.witnesses, away, strict=True):
            each.away = was
        self._put(new)
        self.disk.everything_is_durable()

    def _put(self, folder: Path) -> None:
        for name in ("beilin.db", "beilin.db-wal", "beilin.db-shm"):
            (self.data / name).unlink(missing_ok=True)
            if (folder / name).exists():
                shutil.copy(folder / name, self.data / name)
        shutil.rmtree(self.data / "log")
        shutil.copytree(folder / "log", self.data / "log")

    # -- the end -----------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """Nothing fails any more: one sequencer recovers, answers everyone, and is checked."""
        self.faults = False
        self._power_cut()
        for each in self.witnesses:
            each.away = False
        node = self._start()
        self._until_it_waits(node)
        for asking in self.asked:
            said = asking.send(node)
            if said != "sent":
                raise Violation(f"{asking.name}: {said} at the end")
            self._until_it_waits(node)
            asking.collect()
            if asking.receipts is None:
                raise Violation(f"{asking.name}: no answer at the end")
        for asking in self.asked:
            asking.check(node, self.model.vkey)
        places = [at for asking in self.asked for at in asking.places or ()]
        if len(set(places)) != len(places):
            raise Violation("two requests at one place")
        self.model.step()
        self.model.after_a_cut()
        if sorted(places) != list(range(len(self.model.entries))):
            raise Violation(f"{len(self.model.entries)} entries of {len(places)} that were asked")
        self._kill_all()
        if found := list(fsck(self.data)):
            raise Violation(f"fsck: {found[0]}")

    def _until_it_waits(self, node: Node) -> None:
        for _ in range(10_000):
            node.resume()
            self._look_at(node)
            if not node.alive:
                raise Violation(f"the log does not go on: {node.why}")
            if node.at == "wait" and node.sequencer is not None and not node.sequencer.pending:
                return
        raise AssertionError("it never came to rest")


def play(
    seed: int, template: Path, folder: Path, plant: Any = None
) -> tuple[World, Violation | None]:
    """Play one world; return it, and what it found.

    Many are short: the first batches of a log make folders and take other ways than later ones.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    world = World(seed, template, folder)
    with pytest.MonkeyPatch.context() as patch:
        world.installed(patch)
        if plant is not None:
            plant(patch, world)
        try:
            world.run((60, 60, 150, 400)[seed % 4])
        except Violation as found:
            found.add_note("".join(f"{line}\n" for line in world.trace[-30:]))
            return world, found
        finally:
            world.faults = False
            world._kill_all()
    return world, None
