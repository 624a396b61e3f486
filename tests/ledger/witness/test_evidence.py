"""The folder of evidence."""

from __future__ import annotations

from ledger.witness.evidence import keep


def test_the_same_evidence_is_kept_once_and_under_a_harmless_name(tmp_path):
    first, second = (keep(tmp_path, "a/../b", b"ours", b"theirs") for _ in range(2))
    assert first == second
    assert first.parent == tmp_path / "evidence"
    found = sorted(each.read_bytes() for each in (tmp_path / "evidence").iterdir())
    assert found == [b"ours", b"theirs"]
    other = keep(tmp_path, "a/../b", b"ours", b"others")
    assert other != first
    assert other.stat().st_mode & 0o777 == 0o444
