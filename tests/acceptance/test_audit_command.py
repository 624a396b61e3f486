"""``beilin-verify audit`` on the demonstration's log: one flipped bit, and the place is named."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tests.acceptance.conftest import report, verify


def tree(folder: Path) -> list[str]:
    """Return the names of all tiles and bundles."""
    return sorted(
        str(path.relative_to(folder)) for path in (folder / "tile").rglob("*") if path.is_file()
    )


def test_the_untouched_log_is_consistent(demo: Path) -> None:
    found = report("audit", demo / "log", "--policy", demo / "policy.txt", code=0)
    assert {check["status"] for check in found["checks"] if check["required"]} == {"done"}


def test_one_flipped_bit_in_any_file_fails_and_names_the_place(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(demo / "log", copy)
    names = tree(copy)
    assert {name.split("/")[1] for name in names} == {"0", "entries"}
    for name in names:
        good = (copy / name).read_bytes()
        (copy / name).chmod(0o644)
        rng = random.Random(name)
        for at in (0, len(good) - 1, rng.randrange(len(good)), rng.randrange(len(good))):
            changed = bytearray(good)
            changed[at] ^= 1 << rng.randrange(8)
            (copy / name).write_bytes(changed)
            done = verify("audit", copy, "--policy", demo / "policy.txt", code=20)
            assert name in done.stdout, (name, at, done.stdout)
        (copy / name).write_bytes(good)
    verify("audit", copy, "--policy", demo / "policy.txt", code=0)


def test_a_missing_file_is_named(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(demo / "log", copy)
    size = (copy / "checkpoint").read_text().splitlines()[1]
    for name in (f"tile/0/000.p/{size}", f"tile/entries/000.p/{size}"):
        good = (copy / name).read_bytes()
        (copy / name).unlink()
        done = verify("audit", copy, "--policy", demo / "policy.txt")
        assert done.returncode in {10, 20}
        assert name in done.stdout
        (copy / name).write_bytes(good)


def test_a_file_that_does_not_belong_is_named(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(demo / "log", copy)
    (copy / "tile/0/notes.txt").write_text("x")
    done = verify("audit", copy, "--policy", demo / "policy.txt", code=0)
    assert "tile/0/notes.txt" in done.stdout


def test_another_checkpoint_is_not_this_log_s(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(demo / "log", copy)
    origin, size, *rest = (copy / "checkpoint").read_text().split("\n")
    (copy / "checkpoint").chmod(0o644)
    (copy / "checkpoint").write_text("\n".join([origin, str(int(size) - 1), *rest]))
    found = report("audit", copy, "--policy", demo / "policy.txt", code=20)
    assert found["sub_indication"] == "SIG_CRYPTO_FAILURE"
