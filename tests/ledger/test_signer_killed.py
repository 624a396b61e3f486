"""The signer after a process that was killed while it wrote the journal."""

from __future__ import annotations

import os

import pytest

from ledger.signer import Signer
from tests.ledger.test_signer import Grower

ORIGIN = "log.example.org/beilin"


def test_a_line_of_a_process_that_died_before_its_fsync_is_made_durable(tmp_path, monkeypatch):
    """It can be read, so its head would be signed again; a power cut would still take it away."""
    folder = tmp_path / "signer"
    grower = Grower(Signer.create(folder, ORIGIN))
    head, proof = grower.grow(2)
    monkeypatch.setattr(os, "fsync", lambda _handle: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        grower.signer.sign(head, proof)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    again = Signer(folder, ORIGIN)
    assert again.last() == head
    assert synced == []
    again.sign(head, [])
    assert len(synced) == 1, "before the signature, once"
    again.sign(head, [])
    assert len(synced) == 1
