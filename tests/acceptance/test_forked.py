"""T-FORK: two receipts of a log that forked become a proof; a third party needs that and the policy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.conftest import run, verify
from tests.evil.histories import forked, forked_sizes

_GUARD = (
    "import sys\n"
    "def watch(event, args):\n"
    "    if event.startswith('socket.'): raise SystemExit('a socket was used')\n"
    "sys.addaudithook(watch)\n"
    "from verifier.cli import main\n"
    "sys.exit(main())\n"
)


@pytest.mark.parametrize(("make", "kind"), [(forked, "fork"), (forked_sizes, "leaf")])
def test_two_forked_receipts_become_a_proof_that_a_third_party_verifies(
    make, kind, verifier_only: Path, tmp_path: Path
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "a third party's"
    ours.mkdir()
    theirs.mkdir()
    for name, data in make().items():
        (ours / name).write_bytes(data)
    a, b, policy = (ours / name for name in ("receipt", "theirs", "policy"))
    done = verify("compare", a, b, "--policy", policy, "--out", ours / "proof", code=20)
    assert "signed two trees that cannot be one history" in done.stdout
    shutil.copy(ours / "proof", theirs)
    shutil.copy(policy, theirs)
    shutil.rmtree(ours)
    command = [verifier_only, "-I", "-X", "utf8", "-c", _GUARD, "proof", "--policy", "policy"]
    found = run([*command, "--json"], code=20, cwd=theirs)
    report = json.loads(found.stdout)
    assert (report["facts"]["misconduct"], report["sub_indication"]) == (
        kind,
        "CONSISTENCY_FAILURE",
    )
    for lang, said in (
        ("zh", "不能属于同一历史的两棵树"),
        ("en", "two trees that cannot be one history"),
    ):
        assert said in run([*command, "--lang", lang], code=20, cwd=theirs).stdout


def test_control_one_receipt_by_itself_shows_nothing(tmp_path: Path) -> None:
    for name, data in forked().items():
        (tmp_path / name).write_bytes(data)
    verify(
        tmp_path / "receipt", "--file", tmp_path / "file", "--policy", tmp_path / "policy", code=0
    )


def test_control_a_changed_proof_is_no_verdict_about_the_log(tmp_path: Path) -> None:
    for name, data in forked().items():
        (tmp_path / name).write_bytes(data)
    a, b, policy = (tmp_path / name for name in ("receipt", "theirs", "policy"))
    out = tmp_path / "proof"
    verify("compare", a, b, "--policy", policy, "--out", out, code=20)
    out.write_bytes(out.read_bytes().replace(b"kind fork", b"kind leaf"))
    done = verify(out, "--policy", policy, code=10)
    assert "nothing against the log, and nothing for it" in done.stdout
