"""What is gathered is of the bytes that were compared, and of a log that stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verifier.law.recorded import AT, CHAT, Matter, policy_of, verified
from tests.worked import pack
from verifier.exports.source import Source
from verifier.law import bound, shelf
from verifier.law.gather import gather
from verifier.law.media_facts import Facts, facts_of
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import FAILED, NOT_DONE


@pytest.mark.parametrize(("check", "status"), [
    ("log_key", FAILED), ("log_key", NOT_DONE), ("inclusion", FAILED), ("inclusion", ""),
])  # fmt: skip
def test_a_declaration_is_not_used_without_the_log(tmp_path: Path, check: str, status: str):
    made = Matter(platform={"plat.operator": {"name": "某运营者"}}).sealed()
    path = tmp_path / "case.zip"
    path.write_bytes(made.zip())
    result, policy = verified(path, made.log), parse_policy(policy_of(made.log))
    assert gather(path, result, policy, Options(at=AT)).declaration is not None
    result.checks = [each for each in result.checks if each.id != check]
    if status:
        result.add(check, status)
    assert gather(path, result, policy, Options(at=AT)).declaration is None


@pytest.mark.parametrize("held", [True, False])
def test_bytes_exchanged_between_two_looks_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool
):
    """Facts are of the bytes compared: from memory, or compared after the last look."""
    if not held:
        monkeypatch.setattr(bound, "HELD_BYTES", 0)
        monkeypatch.setattr(shelf, "HELD_BYTES", 0)
    made = Matter().sealed()
    path = tmp_path / "case.zip"
    path.write_bytes(made.zip())
    result = verified(path, made.log)
    other = CHAT.replace(b"16:21", b"16:22")
    forged = pack({**made.payload, "data/files/0000.txt": other})

    def swapping(source: Source) -> Facts:
        path.write_bytes(forged)
        return facts_of(source)

    monkeypatch.setattr(shelf, "facts_of", swapping)
    material = gather(path, result, parse_policy(policy_of(made.log)), Options(at=AT))
    assert (0 in [file.position for file in material.files]) is held
    times = [each.first.time for each in material.summaries.values() if each.first]
    assert [b"16:21" in time for time in times] == [True] * held
