"""Counting the entries of a day, against a plain count over all rows."""

from __future__ import annotations

import pytest

from ledger.accounts.quota import DAY_SECONDS, entries_since
from ledger.engine import reading
from ledger.errors import Config
from tests.ledger.support import open_log, submit

PLAIN = (
    "SELECT count(*) FROM submissions s JOIN entries e ON e.entry_index = s.entry_index "
    "WHERE s.account = ? AND e.received >= ?"
)


def test_counting_by_halves_is_counting(made):
    now = 1_800_000_000
    with open_log(made.data, clock=lambda: now) as log:
        other, _ = log.accounts.new("other")
        for number, count in enumerate([1, 3, 2, 1, 7, 1]):
            now += number * 40_000
            submit(log, made.account, f"mine {number}", count)
            submit(log, other, f"other {number}", 2)
        with reading(log._engine) as connection:
            for account in (made.account.id, other.id, b"nobody" + bytes(10)):
                times = [0, now + 1, *(now - step for step in range(0, 700_000, 9_999))]
                for since in times:
                    plain = connection.exec_driver_sql(PLAIN, (account, since)).scalar()
                    assert entries_since(connection, account, since) == plain, since
        today = now - now % DAY_SECONDS
        with reading(log._engine) as connection:
            counted = entries_since(connection, made.account.id, today)
        assert log.accounts.entries_today(made.account.id) == counted == 1


def test_setting_and_lifting(log, made):
    for most in (0, 5, 10**12, None):
        log.accounts.set_quota(made.account.id, most)
        assert log.accounts.get(made.account.id).entries_per_day == most
    for wrong in (-1, 10**12 + 1):
        with pytest.raises(Config):
            log.accounts.set_quota(made.account.id, wrong)
