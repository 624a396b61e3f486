"""`beilin upgrade`: a package gets the better receipt, and never a worse one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.client.better import Shows
from app.client.standing import Standing
from app.client.upgrading import POINTS
from tests.app.client.support import CHAT, Client, beilin, write
from tests.app.client.upgrades import LATEST, arguments, leftovers, members, upgrade
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import DONE, FAILED
from verifier.verify import verify_package


def test_the_better_receipt_comes_into_the_package(person: Client) -> None:
    # First in this file: once the log has recorded a time, every later entry has a better receipt.
    before, plain = person.out.read_bytes(), members(person.out)
    mode = person.out.stat().st_mode
    done = upgrade(person)
    assert done.returncode == 75, done.stderr
    assert "no better receipt yet" in done.stderr
    assert person.out.read_bytes() == before
    person.service.stamp()
    done = upgrade(person)
    assert done.returncode == 0, done.stderr
    assert "1 time-stamps over it" in done.stdout
    now = members(person.out)
    assert set(now) == {*plain, LATEST}
    tags = {name for name in plain if not name.startswith("package/data/")}
    assert {name for name in plain if now[name] != plain[name]} < tags
    assert now["package/data/receipt.txt"] == plain["package/data/receipt.txt"]
    assert person.out.stat().st_mode == mode
    result = person.verify()
    assert FAILED not in {check.status for check in result.checks}
    latest = result.check("receipt_latest")
    assert latest is not None
    assert latest.status == DONE
    assert result.time_grade == "T3"
    # The same once more: nothing better, nothing changed, and that is no failure.
    upgraded = person.out.read_bytes()
    again = upgrade(person)
    assert (again.returncode, person.out.read_bytes()) == (0, upgraded)
    assert "Nothing better; unchanged" in again.stdout
    assert leftovers(person) == set()


def test_an_entry_behind_an_anchor_gets_both_times(person: Client, tmp_path: Path) -> None:
    person.service.stamp()
    later = tmp_path / "later.zip"
    done = person.seal(write(tmp_path / "in/more.txt", CHAT + b"x"), out=later, dossier="more")
    assert done.returncode == 0, done.stderr
    person.service.stamp()
    assert upgrade(person, later).returncode == 0
    result = verify_package(later, parse_policy(person.service.policy.read_bytes()), Options())
    assert result.time_grade == "T3"
    first, received, last = (
        str(result.facts[name]) for name in ("not_before", "received", "not_after")
    )
    assert first <= received <= last


def test_to_another_file_and_without_a_policy(person: Client, tmp_path: Path) -> None:
    person.service.stamp()
    before, out = person.out.read_bytes(), tmp_path / "better.zip"
    done = upgrade(person, policy=None, out=out)
    assert done.returncode == 0, done.stderr
    assert "neither the log's signature nor the chains" in done.stderr
    assert person.out.read_bytes() == before
    assert LATEST in members(out)
    assert person.verify(out).time_grade == "T3"
    taken = upgrade(person, out=out)
    assert taken.returncode == 73
    assert "exists and was not changed" in taken.stderr


def test_in_its_place_without_a_policy_the_old_package_is_kept(person: Client) -> None:
    person.service.stamp()
    before, kept = person.out.read_bytes(), person.out.with_name("package.zip.before-upgrade")
    done = upgrade(person, policy=None)
    assert done.returncode == 0, done.stderr
    assert "package.zip.before-upgrade" in done.stderr
    assert kept.read_bytes() == before != person.out.read_bytes()
    assert person.verify(kept).verdict == person.verify().verdict


def test_disclosures_are_upgraded_too_and_carry_it_on(person: Client, tmp_path: Path) -> None:
    shown = tmp_path / "shown.zip"
    disclose = ["disclose", str(person.out), "--file", "chat.txt", "--all", "--out", str(shown)]
    assert beilin(*disclose, env=person.environment()).returncode == 0
    person.service.stamp()
    assert upgrade(person, shown).returncode == 0
    result = person.verify(shown)
    assert (result.scope, result.time_grade) == ("disclosure", "T3")
    assert upgrade(person).returncode == 0
    shown.unlink()
    assert beilin(*disclose, env=person.environment()).returncode == 0
    assert LATEST in members(shown)


@pytest.mark.fault
@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_there_is_the_old_package_or_the_new_one(ready: Client, point: str) -> None:
    before = ready.out.read_bytes()
    words = arguments(ready)
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.client.upgrade_killed", point, *words],
        env=ready.environment(), capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    assert (ready.out.read_bytes() == before) == (point != "renamed")
    assert upgrade(ready).returncode == 0
    assert ready.verify().time_grade == "T3"
    assert leftovers(ready) == set()


# -- what is better ------------------------------------------------------------------------

PLAIN = Shows(0, 0, 0, True, True, 1, 0, "", "")
TIMED = PLAIN._replace(tokens=1, grade=3, not_after="2026-11-21T12:10:00Z")


@pytest.mark.parametrize(
    "better",
    [
        TIMED,
        PLAIN._replace(cosigners=1),
        PLAIN._replace(proofs=1, not_before="2026-11-21T12:00:00Z"),
        PLAIN._replace(level=2),
    ],
)
def test_more_in_something_and_less_in_nothing(better: Shows) -> None:
    assert better.is_better_than(PLAIN)
    assert not PLAIN.is_better_than(better)
    assert not better.is_better_than(better)


BASE = Standing(1, 1, 0, 1, 0, "", "9999-12-31T23:59:59Z", 0)
STAMPED = BASE._replace(grade=3, anchors=1, not_after="2026-11-21T12:10:00Z", blocks=1)


def test_a_package_is_replaced_by_none_that_comes_to_less() -> None:
    for more in (
        STAMPED, BASE._replace(verdict=2), BASE._replace(level=2), BASE._replace(blocks=1),
        BASE._replace(not_before="2026-11-21T12:00:00Z"),
    ):  # fmt: skip
        assert more.gains_over(BASE)
        assert not more.loses_against(BASE)
        assert not BASE.gains_over(more)
    # Blocks that nobody here can check keep nothing better away.
    assert not STAMPED.loses_against(BASE._replace(blocks=8))
    # The quorum, and a later time: both more and less.
    away = STAMPED._replace(not_after="2026-11-21T12:01:00Z")
    back = STAMPED._replace(verdict=2, level=2)
    assert back.gains_over(away)
    assert back.loses_against(away)


def test_not_ordered_means_not_better() -> None:
    cosigned = PLAIN._replace(cosigners=3)
    earlier = TIMED._replace(not_after="2026-11-21T12:05:00Z")
    assert earlier.is_better_than(TIMED)
    for one, other in (
        (TIMED, cosigned), (cosigned, TIMED), (TIMED, earlier),
        (TIMED._replace(tokens=2, not_after="2026-11-21T13:00:00Z"), TIMED),
    ):  # fmt: skip
        assert not one.is_better_than(other)
