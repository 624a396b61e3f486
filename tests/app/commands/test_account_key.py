"""``beilin account key new|list|revoke``, ``account list`` and ``account quota``, as the shell sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.accounts import Accounts
from ledger.config import open_database, read_config
from tests.app.server.harness import beilin, new_account, new_log


@pytest.fixture
def data(tmp_path: Path) -> Path:
    new_log(tmp_path / "data")
    return tmp_path / "data"


def test_a_key_is_changed_for_another(data: Path) -> None:
    first = new_account(data, "party")
    second = beilin(
        "account", "key", "new", "party", "--scope", "read", "--expires", "90d",
        "--label", "刘助理的电脑", "--data", data,
    ).strip()  # fmt: skip
    listed = beilin("account", "key", "list", "party", "--data", data).splitlines()
    by_id = {line[:16]: line for line in listed}  # made within one second: in either order
    assert by_id[first[7:23]][16:].startswith("  read,submit  good  made ")
    assert by_id[second[7:23]][16:].startswith("  read  good until ")
    assert by_id[second[7:23]].endswith("no use seen  刘助理的电脑")
    assert first[24:] not in "".join(listed)
    assert "revoked the key" in beilin("account", "key", "revoke", first[7:23], "--data", data)
    assert "already" in beilin("account", "key", "revoke", first[7:23], "--data", data)
    assert "revoked 20" in beilin("account", "key", "list", "party", "--data", data)
    engine = open_database(data, read_config(data))
    assert Accounts(engine).authenticate(first) is None
    assert Accounts(engine).authenticate(second) is not None
    engine.dispose()
    assert beilin("account", "list", "--data", data).endswith("==  party\n")


def test_what_is_refused(data: Path) -> None:
    new_account(data, "party")
    new = ["account", "key", "new", "party", "--data", data]
    for when in ("yesterday", "1999-01-01", "0d", "-1d", "2027-02-30", "9999999d", ""):
        assert "--expires" in beilin(*new, f"--expires={when}", code=65)
    beilin(*new, "--scope", "write", code=64)
    beilin(*new, "--label", " x", code=65)
    beilin("account", "key", "new", "nobody", "--data", data, code=65)
    beilin("account", "key", "revoke", "0" * 16, "--data", data, code=65)
    for number in ("-1", "x", "1.5", "1" * 20):
        beilin("account", "quota", "party", f"--entries-per-day={number}", "--data", data, code=65)
    assert len(beilin("account", "key", "list", "party", "--data", data).splitlines()) == 1


def test_a_quota_is_set_shown_and_lifted(data: Path) -> None:
    new_account(data, "party")
    quota = ["account", "quota", "party", "--data", data]
    assert "no limit; 0 today" in beilin(*quota)
    assert "at most 5 entries" in beilin(*quota, "--entries-per-day", "5")
    assert "at most 5 entries" in beilin(*quota)
    assert "no limit" in beilin(*quota, "--entries-per-day", "none")
