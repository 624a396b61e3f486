"""Settings: every one documented, bounded, read once; no other name is accepted."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from app.server.settings import SettingError, Settings, read_settings, variable

NUMBERS = [entry for entry in fields(Settings) if isinstance(entry.default, int)]


@pytest.mark.parametrize("entry", NUMBERS, ids=lambda entry: entry.name)
def test_each_setting(entry) -> None:
    low, high = entry.metadata["low"], entry.metadata["high"]
    assert low <= entry.default <= high
    assert len(entry.metadata["what"]) > 20
    assert entry.metadata["attacker"].startswith("can ")
    assert entry.name.endswith(("_ms", "_seconds", "_bytes", "_connections", "_log", "_per_minute"))
    for value in (low, high):
        assert getattr(read_settings({variable(entry.name): str(value)}), entry.name) == value
    for text in (str(low - 1), str(high + 1), "", " 1", "1 ", "+1", "01", "1.0", "1e3", "x", "１"):
        with pytest.raises(SettingError, match=variable(entry.name)):
            read_settings({variable(entry.name): text})


def test_whom_to_trust() -> None:
    (entry,) = (entry for entry in fields(Settings) if entry not in NUMBERS)
    assert entry.name == "trusted_proxy"
    assert len(entry.metadata["what"]) > 20
    assert entry.metadata["attacker"].startswith("can ")
    for text in ("0", "1", "9", "127.0.0.1", "10.0.0.0/8, ::1"):
        assert read_settings({"BEILIN_TRUSTED_PROXY": text}).trusted_proxy == text
    for text in ("", "10", "-1", "1.0", "x", "127.0.0.1,", "10.0.0.1/8", "１", "*", "localhost"):
        with pytest.raises(SettingError, match="BEILIN_TRUSTED_PROXY"):
            read_settings({"BEILIN_TRUSTED_PROXY": text})


def test_defaults_and_foreign_names() -> None:
    assert read_settings({"PATH": "/bin", "BEILINX": "1", "BEILIN_HOME": "/h"}) == Settings()
    for name in ("BEILIN_", "BEILIN_X", "BEILIN_batch_interval_ms"):
        with pytest.raises(SettingError, match="unknown setting"):
            read_settings({name: "1"})
    with pytest.raises(FrozenInstanceError):
        Settings().max_body_bytes = 1  # type: ignore[misc]


def test_the_value_is_never_repeated() -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({"BEILIN_MAX_BODY_BYTES": "secret"})
    assert "secret" not in str(caught.value)
