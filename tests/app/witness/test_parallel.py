"""Many at once: of two forks at most one is cosigned for each size."""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path

from tests.app.server.harness import PATIENCE
from tests.app.witness.support import WatchedLog, cosigned_at, new_witness, serving

HONEST = WatchedLog("a", fork_at=3)
FORK = WatchedLog("b", fork_at=3)
SIZES = range(4, 9)
CLIENTS = 50


def cosigned_heads(data: Path, *, fault: str = "") -> dict[int, set[str]]:
    """Let 50 clients ask for two histories at once; return who was cosigned at each size."""
    vkey = new_witness(data, HONEST)
    with serving(data) as witness, witness.client() as client:
        assert client.post("/add-checkpoint", content=HONEST.request(0, 3)).status_code == 200
        assert witness.stop() == 0
    heads: dict[int, set[str]] = defaultdict(set)
    broken: list[object] = []
    start = threading.Barrier(CLIENTS)

    def ask(number: int) -> None:
        log, name = ((HONEST, "honest"), (FORK, "fork"))[number % 2]
        with witness.client() as client:
            start.wait(PATIENCE)
            for size in SIZES:
                old = 3 if size == 4 else size - 1
                while True:
                    answer = client.post("/add-checkpoint", content=log.request(old, size))
                    if answer.status_code not in (429, 503):
                        break
                if answer.status_code == 200:
                    cosigned_at(answer.content, log.text(size), vkey)
                    heads[size].add(name)
                elif answer.status_code not in (409, 422):
                    broken.append(answer)

    with serving(data, fault=fault) as witness:
        threads = [threading.Thread(target=ask, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert not any(thread.is_alive() for thread in threads)
        assert fault or witness.stop() == 0
    assert broken == []
    return heads


def test_of_two_forks_at_most_one_is_cosigned_for_each_size(tmp_path: Path) -> None:
    heads = cosigned_heads(tmp_path / "w")
    assert heads  # somebody was first
    assert {len(names) for names in heads.values()} == {1}
    assert len(set.union(*heads.values())) == 1  # and it stays with that history


def test_control_without_comparison_both_are_cosigned(tmp_path: Path) -> None:
    heads = cosigned_heads(tmp_path / "w", fault="no-lock")
    assert any(len(names) == 2 for names in heads.values())
