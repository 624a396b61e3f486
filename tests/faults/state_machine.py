"""The service beside its model, for hypothesis (``test_state.py``).

The model is a list and three dictionaries.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from ledger.fsck import fsck
from ledger.log import Log
from tests.app.server.harness import (
    Server,
    b64,
    beilin,
    check_problem,
    check_problem_bytes,
    entry,
    post,
    size_of,
    wait_until,
)
from verifier.evidence.receipt import parse_receipt
from verifier.tlog.note import parse_note

ACCOUNTS = st.integers(0, 1)
CONTENTS = st.integers(0, 7)
DOSSIERS = st.integers(0, 2)


class Kept(NamedTuple):
    """What the model knows of an entry."""

    account: int
    content: int
    dossier: int
    receipt: str


class Asked(NamedTuple):
    account: int
    path: str
    body: Any
    indices: list[int]


def dossier_id(number: int) -> bytes:
    return bytes([number]) * 16


def one(content: int, dossier: int, again: bool) -> dict[str, Any]:
    return entry(b"content %d" % content, dossier=b64(dossier_id(dossier)), again=again)


class Service(RuleBasedStateMachine):
    """The service beside its model."""

    template: Path
    keys: tuple[str, str]
    forgets_erasures = False

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="state-"))
        self.data = self.folder / "data"
        shutil.copytree(self.template, self.data)
        self.entries: list[Kept] = []
        self.asked: dict[bytes, Asked] = {}
        self.erased: set[int] = set()
        self.frozen = False
        self.clients: list[httpx.Client] = []
        self.server: Server | None = None

    @initialize()
    def begin(self) -> None:
        self.start()

    def start(self) -> None:
        self.server = Server(self.data, batch_interval_ms=0, access_log=0)
        self.clients = [self.server.client(key) for key in self.keys]

    def stop(self, *, kill: bool = False) -> None:
        for client in self.clients:
            client.close()
        assert self.server is not None
        if kill:
            self.server.kill()
        else:
            assert self.server.stop() == 0
        self.server.close()

    def teardown(self) -> None:
        if self.server is not None:
            self.stop()
            found = list(fsck(self.data))
            assert found == []
        shutil.rmtree(self.folder)

    # -- what the model says

    def known(self, account: int, content: int) -> list[int]:
        """Return the entries in which this account anchored a content before."""
        return [
            index for index, kept in enumerate(self.entries)
            if (kept.account, kept.content) == (account, content)
            and (index not in self.erased or self.forgets_erasures)
        ]  # fmt: skip

    def post(self, account: int, path: str, body: Any, items: list[tuple[int, int, bool]]) -> None:
        nonce = os.urandom(16)
        answer = repeat_at(self.clients[account], path, body, nonce)
        if self.frozen:
            check_problem(answer, 409, "frozen")
            return
        for content, _, again in items:
            before = self.known(account, content)
            if before and not again:
                assert check_problem(answer, 409, "digest-known")["index"] == str(before[0])
                return
        assert answer.status_code == 201, answer.text
        document = answer.json()
        outs = document.get("entries", [document])
        indices = [int(out["index"]) for out in outs]
        assert indices == list(range(len(self.entries), len(self.entries) + len(items)))
        for (content, dossier, _), out in zip(items, outs, strict=True):
            self.entries.append(Kept(account, content, dossier, out["receipt"]))
        self.asked[nonce] = Asked(account, path, body, indices)

    # -- rules

    @rule(account=ACCOUNTS, content=CONTENTS, dossier=DOSSIERS, again=st.booleans())
    def submit(self, account: int, content: int, dossier: int, again: bool) -> None:
        items = [(content, dossier, again)]
        self.post(account, "/v1/entries", one(content, dossier, again), items)

    @rule(account=ACCOUNTS, again=st.booleans(), dossier=DOSSIERS,
          contents=st.lists(CONTENTS, min_size=1, max_size=4, unique=True))  # fmt: skip
    def batch(self, account: int, again: bool, dossier: int, contents: list[int]) -> None:
        items = [(content, (dossier + n) % 3, again) for n, content in enumerate(contents)]
        self.post(account, "/v1/batches", {"entries": [one(*each) for each in items]}, items)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), other=st.booleans())
    def ask_again(self, data: st.DataObject, other: bool) -> None:
        nonce = list(self.asked)[data.draw(st.integers(0, len(self.asked) - 1))]
        account, path, body, indices = self.asked[nonce]
        sent = body
        if other:
            different = one(9, 0, False)
            sent = {"entries": [different]} if "entries" in body else different
        answer = repeat_at(self.clients[account], path, sent, nonce)
        if self.frozen:
            check_problem(answer, 409, "frozen")
        elif other:
            check_problem(answer, 422, "key-reused")
        elif set(indices) & self.erased:
            assert answer.status_code == 404, answer.text
        else:
            assert answer.status_code == 200, answer.text
            document = answer.json()
            outs = document.get("entries", [document])
            assert [int(out["index"]) for out in outs] == indices
            assert [out["receipt"] for out in outs] == [self.entries[n].receipt for n in indices]

    @rule(account=ACCOUNTS, index=st.integers(0, 40), latest=st.booleans())
    def receipt(self, account: int, index: int, latest: bool) -> None:
        index = min(index, len(self.entries))  # one beyond the end is asked for too
        path = f"/v1/entries/{index}/receipt" + ("/latest" if latest else "")
        answer = self.clients[account].get(path)
        mine = index < len(self.entries) and self.entries[index].account == account
        if not mine or index in self.erased:
            assert answer.status_code == 404, answer.text
            check_problem_bytes(answer.content)
            return
        assert answer.status_code == 200, answer.text
        first = self.entries[index].receipt
        if latest:
            now, then = parse_receipt(answer.content), parse_receipt(first.encode())
            assert now.statement_bytes == then.statement_bytes
            assert now.entry_bytes == then.entry_bytes
        else:
            assert answer.text == first

    @rule(account=ACCOUNTS, dossier=DOSSIERS)
    def dossier(self, account: int, dossier: int) -> None:
        spelled = b64(dossier_id(dossier)).replace("+", "-").replace("/", "_")
        answer = self.clients[account].get(f"/v1/dossiers/{spelled}/statement")
        items = [n for n, kept in enumerate(self.entries)
                 if (kept.account, kept.dossier) == (account, dossier)]  # fmt: skip
        if not items:
            assert answer.status_code == 404
            return
        assert answer.status_code == 200, answer.text
        lines = parse_note(answer.content).text.decode().split("\n")
        told = [line.split(" ")[1:3] for line in lines if line.startswith("item ")]
        assert told == [[str(n), str(at)] for n, at in enumerate(items, 1)]

    @rule(kill=st.booleans(), now=st.integers(0, 3))
    def restart(self, kill: bool, now: int) -> None:
        if now == 0:  # a second or two each: rarer than requests
            self.stop(kill=kill)
            self.start()

    @precondition(lambda self: len(self.entries) > len(self.erased))
    @rule(data=st.data(), now=st.integers(0, 2))
    def erase(self, data: st.DataObject, now: int) -> None:
        index = data.draw(st.integers(0, len(self.entries) - 1))
        if index in self.erased or now:
            return
        self.stop()
        with Log.open(self.data) as log:
            log.erase(index)
        self.erased.add(index)
        self.start()

    @precondition(lambda self: len(self.entries) > 6 and not self.frozen)
    @rule()
    def freeze(self) -> None:
        self.stop()
        beilin("freeze", "--data", self.data, "--yes")
        self.frozen = True
        self.start()

    @invariant()
    def sizes_agree(self) -> None:
        if self.server is not None:
            assert size_of(self.data) == len(self.entries) + self.frozen


def repeat_at(client: httpx.Client, path: str, body: Any, nonce: bytes) -> httpx.Response:
    """Post; for a moment after an answer the same key may be in progress still."""
    answers: list[httpx.Response] = []

    def settled() -> bool:
        answers.append(post(client, body, nonce, path))
        return answers[-1].status_code != 409 or answers[-1].json()["code"] != "in-progress"

    wait_until(settled)
    return answers[-1]
