"""T-STATE: hypothesis asks the running service for anything in any order; a model in memory agrees.

Control: a model that forgets one rule disagrees, so the comparison is not empty.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from ledger.log import Log
from tests.app.server.harness import new_account, new_log
from tests.conftest import is_soak
from tests.faults.state_machine import Service

pytestmark = pytest.mark.fault


def prepared(folder: Path) -> type[Service]:
    data = folder / "template"
    new_log(data)

    class Prepared(Service):
        template = data
        keys = (new_account(data, "first"), new_account(data, "second"))

    return Prepared


@pytest.mark.timeout(7200)
def test_the_service_does_what_a_list_would_do(tmp_path: Path) -> None:
    machine = prepared(tmp_path)
    examples, steps = (150, 60) if is_soak() else (2, 25)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, derandomize=not is_soak(),
            # Each step is a request to a process: what fails is not made smaller for an hour.
            phases=[Phase.explicit, Phase.generate],
        ),
    )  # fmt: skip


def test_control_a_model_that_forgets_a_rule_disagrees(tmp_path: Path) -> None:
    """The machine's own rules, in one order, with the model's memory of erasures off."""
    machine = prepared(tmp_path)
    machine.forgets_erasures = True
    beside = machine()
    beside.begin()
    try:
        beside.submit(0, 1, 0, again=False)
        beside.submit(0, 2, 0, again=False)
        beside.stop()
        with Log.open(beside.data) as log:
            log.erase(0)
        beside.erased.add(0)
        beside.start()
        with pytest.raises(AssertionError):
            beside.submit(0, 1, 0, again=False)
    finally:
        beside.stop()
        shutil.rmtree(beside.folder)
