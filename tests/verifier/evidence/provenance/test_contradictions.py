"""Answers that cannot both be right are told; the same answers apart are not."""

from __future__ import annotations

import pytest

from tests.verifier.evidence.provenance.support import H, codes, record
from verifier.evidence.provenance.record import RecordError

CASES = {
    # name: (first half, second half, line, field, code)
    "end before start": (
        "acq.time.started_at = 2026-03-02T10:00:01Z\n",
        "acq.time.ended_at = 2026-03-02T18:00:00+08:00\n",
        ("acq.time", "times_reversed"),
    ),
    "no recording that runs": (
        "acq.recording.made = false\n",
        f"acq.recording.digest = {H}\nacq.recording.continuous = false\n",
        ("acq.recording", "no_but"),
    ),
    "last before first": (
        "scope.boundaries.first_at = 2026-03-02T10:00:01Z\n",
        "scope.boundaries.last_at = 2026-03-02T10:00:00Z\n",
        ("scope.boundaries", "times_reversed"),
    ),
    "complete with gaps": (
        'scope.assertion = "full_conversation"\n',
        "gen.deletions.known_gaps = true\n",
        ("scope.assertion", "full_with_gaps"),
    ),
    "no recovery by a method": (
        'gen.recovery_used.used = "no"\n',
        'gen.recovery_used.method = "carving"\n',
        ("gen.recovery_used", "no_but"),
    ),
    "no check with items": (
        "acq.env_check.performed = false\n",
        'acq.env_check.items = [{ item = "hosts", observed = "empty" }]\n',
        ("acq.env_check", "no_but"),
    ),
    "not sealed with a number": (
        "src.carrier.sealing.sealed = false\n",
        'src.carrier.sealing.seal_no = "1"\n',
        ("src.carrier.sealing", "no_but"),
    ),
    "no copy that compares": (
        "cor.peer_copy.available = false\n",
        'cor.peer_copy.comparison = "same"\n',
        ("cor.peer_copy", "no_but"),
    ),
    "no backup with a digest": (
        "cust.backup.exists = false\n",
        f"cust.backup.digest = {H}\n",
        ("cust.backup", "no_but"),
    ),
    "lost and available": (
        'src.carrier.status = "lost"\n',
        "src.carrier.available_for_court = true\n",
        ("src.carrier.available_for_court", "lost_but_available"),
    ),
    "own account is the other side's": (
        'acct.own.id.account_id = "a"\n',
        'acct.peer.id = [{ nickname = "b" }, { account_id = "a" }]\n',
        ("acct.peer.id", "own_is_peer"),
    ),
    "own account of the employer": (
        'acct.own.id.account_id = "a"\nacct.own.id.holder = "employer"\n',
        'law.account_consent = "own_account"\n',
        ("law.account_consent", "own_account_of_another"),
    ),
}


def is_told(text: str, code: str) -> bool:
    try:
        record(text)
    except RecordError:  # whatever else is missing from the half
        return code in [each[2] for each in codes(text)]
    return False


@pytest.mark.parametrize("name", CASES)
def test_both_halves_contradict_and_neither_alone_does(name):
    first, second, (field, code) = CASES[name]
    told = codes(first + second)
    assert [(each[1], each[2]) for each in told] == [(field, code)]
    assert not is_told(first, code)
    assert not is_told(second, code)


def test_a_continuous_recording_has_a_digest():
    assert codes("acq.recording.continuous = true\n") == [
        (2, "acq.recording", "recording_without_digest")
    ]
    record("acq.recording.continuous = false\n")
    record('acq.recording = { made = false, note = "当时没有想到" }\n')
    record("acq.recording = { made = false, continuous = false }\n")
    record(f"acq.recording = {{ made = true, continuous = true, digest = {H} }}\n")
    for said in ("made = true", f"digest = {H}", "starts_at = 2026-03-02T10:00:00Z"):
        assert codes(f"acq.recording = {{ {said} }}\n") == [(2, "acq.recording", "missing_member")]
    record(f"acq.recording.continuous = true\nacq.recording.digest = {H}\n")


def test_equal_times_and_explained_gaps_are_no_contradiction():
    record("acq.time = { started_at = 2026-03-02T10:00:00Z, ended_at = 2026-03-02T18:00:00+08:00 }")
    record(
        'scope.assertion = "full_conversation"\n'
        'scope.gaps = [{ from = "12", to = "14", reason = "recalled" }]\n'
        "gen.deletions = { known_gaps = false, recalled = 1 }\n"
    )


def test_what_is_unknown_contradicts_nothing():
    record('src.carrier.status = "lost"\nsrc.carrier.available_for_court.unknown = "a"\n')
