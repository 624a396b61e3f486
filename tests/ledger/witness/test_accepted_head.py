"""``serve --accept-existing-head`` with witnesses: all that answer must agree."""

from __future__ import annotations

from functools import partial

import pytest

from ledger.errors import Conflict, Stateless
from ledger.signer import Signer
from tests.app.server.harness import wait_until
from tests.ledger.rolled import keep
from tests.ledger.support import ORIGIN, open_log
from tests.ledger.witness.support import (
    Cosigner,
    Named,
    log_vkey,
    open_witnessed,
    peer,
    state_of,
    witness_here,
)


def _has_cosigned(log, size: int) -> bool:
    return state_of(log, "w1").size == size


@pytest.mark.fault
def test_a_head_is_accepted_only_if_every_witness_that_answers_agrees(rolled, tmp_path):
    """Database, log and signer are old, and the journal is lost: only the witness remembers."""
    made, old, _ = rolled
    vkey = log_vkey(made.data)
    old_head = Signer(old / "signer", ORIGIN).last()
    new_head = Signer(made.data / "signer", ORIGIN).last()
    for shows in (True, False):
        with witness_here(tmp_path / f"w{shows}", "w1", vkey, shows=shows) as (named, _):
            current = tmp_path / f"current{shows}"
            keep(made.data, current)
            with open_witnessed(current, [named]) as log:
                wait_until(partial(_has_cosigned, log, 10))
            back = tmp_path / f"back{shows}"
            keep(old, back)
            for data in (back, current):
                (data / "signer/journal").unlink()
            with pytest.raises(Conflict, match=r"witness w1"):
                open_witnessed(back, [named], accept_existing_head=tuple(old_head))
            with pytest.raises(Stateless):
                open_log(back)
            open_witnessed(current, [named], accept_existing_head=tuple(new_head)).close()


def test_control_without_the_witness_the_old_head_is_accepted(rolled, tmp_path):
    _made, old, _ = rolled
    old_head = Signer(old / "signer", ORIGIN).last()
    (old / "signer/journal").unlink()
    dead = Cosigner("w1")
    with peer(lambda asked, connection, server: connection.close()) as server:
        named = Named("w1", dead.vkey, server.url)
        with open_witnessed(old, [named], accept_existing_head=tuple(old_head)) as log:
            assert log.state().size == 4, "a witness that does not answer says nothing"
