"""``beilin-verify compare``: arguments, exit codes, the proof in its file."""

from __future__ import annotations

import json

import pytest

# ------------------------------------------------------------------- the command


def test_the_command_writes_the_proof_and_a_third_party_verifies_it(run, two, tmp_path):
    out = tmp_path / "proof.txt"
    code, printed, _ = run("compare", "{}/one.receipt.9", "{}/two.receipt.13",
                           "--policy", "{}/policy", "--out", out)  # fmt: skip
    assert code == 20
    assert str(out) in printed.replace("\\", "")
    code, printed, _ = run(out, "--policy", "{}/policy")
    assert code == 20
    assert "cannot be one history" in printed


def test_the_command_says_10_and_0_and_writes_no_proof_then(run, two, tmp_path):
    out = tmp_path / "proof.txt"
    ask = ("compare", "{}/one.receipt.7", "{}/one.receipt.9", "--policy", "{}/policy", "--out", out)
    assert run(*ask)[0] == 10
    assert run(*ask, "--log", "{}/one.log")[0] == 0
    assert not out.exists()


@pytest.mark.parametrize("arguments", [
    ("compare",), ("compare", "{}/one.head.9", "--policy", "{}/policy"),
    ("compare", "{}/one.head.9", "{}/two.head.9"),
    ("compare", "{}/one.head.9", "{}/two.head.9", "--policy", "{}/policy", "--file", "x"),
])  # fmt: skip
def test_wrong_usage_is_64(run, arguments):
    assert run(*arguments)[0] == 64


def test_what_is_nothing_to_compare_is_65_and_an_existing_proof_stays(run, two, tmp_path):
    two.put("photo", b"\xff\xd8\xff" * 100)
    base = ("--policy", "{}/policy")
    assert run("compare", "{}/photo", "{}/one.head.9", *base)[0] == 65
    assert run("compare", "{}/none", "{}/one.head.9", *base)[0] == 65
    assert run("compare", "{}", "{}/one.head.9", *base)[0] == 65
    assert run("compare", "{}/one.head.9", "{}/one.head.9", *base, "--log", "{}")[0] == 65
    (tmp_path / "old").write_bytes(b"kept")
    ask = ("compare", "{}/one.head.9", "{}/two.head.9", *base, "--out", tmp_path / "old")
    assert run(*ask)[0] == 73
    assert (tmp_path / "old").read_bytes() == b"kept"


def test_json_has_the_kind(run):
    code, printed, _ = run("compare", "{}/one.head.9", "{}/two.head.9", "--policy", "{}/policy",
                           "--json")  # fmt: skip
    report = json.loads(printed)
    assert (code, report["verdict"], report["facts"]["misconduct"]) == (20, "TOTAL-FAILED", "fork")


def test_help_lists_compare(run):
    assert "compare A B" in run("--help")[1]
