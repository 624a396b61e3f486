"""Entries are read in order, keys come from the policy, and each guard is seen to be needed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.reference import MTH
from tests.verifier import logs
from tests.verifier.audits import audit, build_with, fault, status
from tests.verifier.tlog.support import damaged
from verifier.checks import log_entries, log_key
from verifier.checks.log_copy import cut_bundle
from verifier.checks.log_entries import Entries, check_body
from verifier.errors import Malformed
from verifier.evidence.entry import parse_entry
from verifier.result import DONE, FAILED, INDETERMINATE, NOT_DONE, PASSED, TOTAL_FAILED
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.tiles import to_bundle


@pytest.fixture
def log(tmp_path) -> Path:
    logs.build(tmp_path / "log", logs.entries(600), older=(300,))
    return tmp_path / "log"


# ------------------------------------------------------------------- entries


@pytest.mark.parametrize("pair", [(5, 9), (5, 299), (260, 290), (0, 256)])
def test_a_link_that_stands_twice_fails(pair, tmp_path):
    first, second = pair
    result = build_with(tmp_path, {second: logs.entry(second, link=f"link {first}")})
    found = fault(result, "links")
    assert (found["index"], found["first_index"]) == (second, first)
    assert status(result, "entries") == (DONE, None)
    assert result.sub_indication == "CONSISTENCY_FAILURE"


def test_a_link_of_an_anchor_counts_too(tmp_path):
    result = build_with(tmp_path, {40: logs.anchor(40, 3), 270: logs.entry(270, link="link 40")})
    assert fault(result, "links")["first_index"] == 40


@pytest.mark.parametrize("index", [1, 100, 255, 256, 299])
def test_a_time_that_decreases_fails(index, tmp_path):
    entry = logs.entry(index, time=logs.START - 1 + (index - 1) // 3)
    result = build_with(tmp_path, {index: entry})
    found = fault(result, "entries")
    assert (found["index"], found["reason"]) == (index, "TIME_DECREASES")
    assert status(result, "root") == (DONE, None)


@pytest.mark.parametrize("index", [0, 100, 255, 256, 298])
def test_an_entry_after_a_freeze_fails(index, tmp_path):
    result = build_with(tmp_path, {index: logs.freeze(index)})
    found = fault(result, "entries")
    assert (found["index"], found["reason"]) == (index + 1, "ENTRY_AFTER_FREEZE")


SPELLINGS = {
    "a date that is not": (b"2026-11-21", b"2026-02-30"),
    "a second too many": (b":08:0", b":08:6"),
    "another base64": (b"=\nreceived", b"==\nreceived"),
    "spare bits": (b"=\nreceived", b"\nreceived"),
    "capital": (b"kind evidence", b"kind Evidence"),
    "unknown kind": (b"kind evidence", b"kind evidents"),
    "carriage return": (b"kind evidence\n", b"kind evidence\r\n"),
    "more at the end": (b"\ncommitment", b"\nmore x\ncommitment"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_an_entry_in_another_spelling_fails(name, tmp_path):
    entry = logs.entry(200).replace(*SPELLINGS[name])
    assert entry != logs.entry(200)
    result = build_with(tmp_path, {200: entry})
    found = fault(result, "entries")
    assert (found["index"], found["path"]) == (200, "tile/entries/000")
    assert status(result, "links") == (NOT_DONE, "NOT_REACHED")


@settings(max_examples=400, deadline=None)
@given(entry=damaged(logs.entry(7), logs.entry(8), logs.other_entry("key", 9, "x\n")))
def test_the_quick_pattern_and_the_parser_agree(entry):
    try:
        parsed = parse_entry(entry).kind
    except Malformed:
        parsed = "none"
    try:
        check_body(parse_entry(entry), 300)
    except Malformed:
        parsed = "none"
    for others in ([], [logs.entry(99, time=2**32)]):  # the bundle as a whole, and one by one
        seen = Entries()
        data = to_bundle([entry, *others])
        seen.read("path", data, cut_bundle(data, 1 + len(others)), 300)
        assert seen.unread == (parsed == "none")
        assert sum(seen.counts.values()) == (parsed != "none") + len(others)
        if parsed != "none":
            assert seen.counts[parsed] >= 1


@pytest.mark.parametrize("kind", ["key", "freeze"])
@pytest.mark.parametrize(
    "rest",
    [b"no note at all\n", b"two\n\nparts\n", "— x AAAA\n".encode(), b"x\n\n\xe2\x80\x94 x A\n"],
)
def test_the_body_of_a_key_or_freeze_is_a_signed_note(kind, rest, tmp_path):
    body = f"beilin/{kind}/v1\n".encode() + rest
    result = build_with(tmp_path, {299: logs.unsigned_entry(kind, 299, body)})
    assert fault(result, "entries")["index"] == 299
    assert status(result, "entries") == (FAILED, "FORMAT_FAILURE")


@pytest.mark.parametrize("size", [0, 39, 40, 41, 2**62])
def test_an_anchor_is_for_a_checkpoint_that_was_there(size, tmp_path):
    result = build_with(tmp_path, {40: logs.anchor(40, size)})
    expected = (DONE, None) if size <= 40 else (FAILED, "FORMAT_FAILURE")
    assert status(result, "entries") == expected


def test_an_entry_of_a_newer_version_leaves_the_verdict_open(tmp_path):
    result = build_with(tmp_path, {200: logs.entry(200).replace(b"/v1", b"/v2")})
    assert result.verdict == INDETERMINATE
    assert result.sub_indication == "NEWER_FORMAT"


def test_a_failure_is_named_before_a_newer_entry(tmp_path):
    newer = logs.entry(20).replace(b"/v1", b"/v2")
    result = build_with(tmp_path, {20: newer, 30: b"junk"})
    assert fault(result, "entries")["index"] == 30


# ------------------------------------------------------------------- keys


def test_a_forged_checkpoint_fails(log):
    head = Checkpoint(logs.ORIGIN, 600, b"\1" * 32)
    (log / "checkpoint").write_bytes(logs.note(head, f"{logs.ORIGIN}|another seed"))
    result = audit(log)
    assert status(result, "log_key") == (FAILED, "SIG_CRYPTO_FAILURE")


def test_our_origin_by_another_key_fails_though_the_log_is_consistent(tmp_path):
    logs.build(tmp_path, logs.entries(10), signer=f"{logs.ORIGIN}|another seed")
    result = audit(tmp_path)
    assert status(result, "log_key") == (FAILED, "SIG_CRYPTO_FAILURE")
    assert status(result, "root") == (NOT_DONE, "NOT_REACHED")


def test_under_a_wrong_signature_no_file_is_read(log, monkeypatch):
    head = Checkpoint(logs.ORIGIN, 2**62, b"\1" * 32)
    (log / "checkpoint").write_bytes(logs.note(head, f"{logs.ORIGIN}|another seed"))
    monkeypatch.setattr("verifier.checks.log_copy.LogCopy.read_tile", lambda *a: 1 / 0)
    result = audit(log)
    assert result.sub_indication == "SIG_CRYPTO_FAILURE"
    for check in ("quorum", "bundles", "tiles", "root", "entries", "links"):
        assert status(result, check) == (NOT_DONE, "NOT_REACHED")


@pytest.mark.parametrize("name", ["witness.example/w", logs.ORIGIN])
def test_only_the_logs_own_key_signs_once(name, tmp_path):
    """A witness may cosign again later; who copies the log cannot know the policy's witnesses."""
    logs.build(tmp_path, logs.entries(10))
    path = tmp_path / "checkpoint"
    head = Checkpoint(logs.ORIGIN, 10, MTH(logs.entries(10)))
    cosigners = [name] * 2 if name != logs.ORIGIN else []
    path.write_bytes(logs.note(head, logs.ORIGIN, cosigners=cosigners))
    if name == logs.ORIGIN:
        data = path.read_bytes()
        path.write_bytes(data + data[data.index("—".encode()) :])
    result = audit(tmp_path)
    twice = name == logs.ORIGIN
    assert result.verdict == (TOTAL_FAILED if twice else PASSED)
    assert result.sub_indication == ("FORMAT_FAILURE" if twice else None)


def test_a_log_that_the_policy_does_not_know_leaves_the_verdict_open(tmp_path):
    logs.build(tmp_path, logs.entries(10), origin="other.example/log")
    result = audit(tmp_path)
    assert result.verdict == INDETERMINATE
    assert result.sub_indication == "UNKNOWN_LOG_KEY"
    assert status(result, "links") == (DONE, None)


def test_the_quorum_is_the_policys(tmp_path):
    policy = logs.parsed_policy(witness=True)
    logs.build(tmp_path / "with", logs.entries(3), cosigners=["witness.example/w"])
    logs.build(tmp_path / "without", logs.entries(3))
    assert audit(tmp_path / "with", policy).verdict == PASSED
    result = audit(tmp_path / "without", policy)
    assert (result.verdict, result.sub_indication) == (INDETERMINATE, "WITNESS_QUORUM_NOT_MET")


def test_the_source_of_the_policy_sets_the_level(log):
    assert audit(log).trust_level == "L0"
    assert audit(log, policy_source="by hand").trust_level == "L1"


# ------------------------------------------------------------------- other logs, controls


def test_a_log_of_other_entries_is_sound_and_is_not_ours(shared, tmp_path):
    folder = shared / "vectors" / "tessera" / "log"
    result = audit(folder)
    for check in ("checkpoint", "bundles", "tiles", "root"):
        assert status(result, check) == (DONE, None)
    assert fault(result, "entries")["index"] == 0
    assert status(result, "log_key") == (NOT_DONE, "UNKNOWN_LOG_KEY")
    assert len([f for f in result.findings if f.code == "UNKNOWN_FILE"]) == 16


CONTROLS = {
    # guard that is taken out, fault that must then pass
    "tiles": ("tile/0/001", "verifier.checks.log_tiles.Tiles.compare", lambda *a: None),
    "older bundles": (
        "tile/entries/001.p/44",
        "verifier.audit._Audit._compare_others",
        lambda *a: None,
    ),
}


@pytest.mark.parametrize("name", CONTROLS)
def test_control_without_the_comparison_the_fault_passes(name, log, monkeypatch):
    path, guard, nothing = CONTROLS[name]
    data = (log / path).read_bytes()
    (log / path).write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    assert audit(log).verdict == TOTAL_FAILED
    monkeypatch.setattr(guard, nothing)
    assert audit(log).verdict == PASSED


def test_control_without_the_entry_checks_their_faults_pass(tmp_path, monkeypatch):
    changes = {9: logs.entry(9, link="link 3"), 20: logs.entry(20, time=logs.START), 30: b"junk"}
    assert build_with(tmp_path, changes).verdict == TOTAL_FAILED
    monkeypatch.setattr("verifier.checks.log_entries.Entries.read", lambda *a: None)
    assert audit(tmp_path).verdict == PASSED


def test_control_a_quick_pattern_that_is_too_kind_is_noticed(tmp_path, monkeypatch):
    changes = {200: logs.entry(200).replace(b"kind evidence", b"kind Evidence")}
    assert build_with(tmp_path, changes).verdict == TOTAL_FAILED
    kind = re.compile(log_entries._IN_BUNDLE.pattern, re.IGNORECASE)
    monkeypatch.setattr(log_entries, "_IN_BUNDLE", kind)
    assert audit(tmp_path).verdict == PASSED


def test_control_without_the_signature_a_forged_head_passes(tmp_path, monkeypatch):
    logs.build(tmp_path, logs.entries(10), signer=f"{logs.ORIGIN}|another seed")
    assert audit(tmp_path).verdict == TOTAL_FAILED
    monkeypatch.setattr(log_key, "verify_note", lambda note, keys: list(keys))
    assert audit(tmp_path).verdict == PASSED
