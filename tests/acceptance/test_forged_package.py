"""Fifty forgeries of the demonstration's package through the command, every checksum made to fit.

The same in thousands, in process: tests/verifier/test_forgery.py.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.acceptance.conftest import verify
from tests.verifier.test_forgery import expected
from tests.worked import pack
from verifier.evidence.package import BASE, DECLARATION
from verifier.evidence.zip_container import write_container

WANTED = 50
LATEST = "data/receipt-latest.txt"
VERSION = "another version in beilin.txt"
DISCLOSURE = "called a disclosure in beilin.txt"
NEWER = {VERSION, DISCLOSURE}
"""What a program that does not know the kind or the version cannot judge: exit 10, never 0."""


class Forgery(NamedTuple):
    what: str
    data: bytes
    reasons: set[str]


def members(package: Path) -> dict[str, bytes]:
    """Return all members of a package by name, without the folder."""
    with zipfile.ZipFile(package) as box:
        return {name.removeprefix(BASE): box.read(name) for name in box.namelist()}


def with_tags(payload: dict[str, bytes], **tags: bytes) -> bytes:
    """Return a package some of whose tag files are forged, with the sums over them made anew."""
    made = members_of(pack(payload)) | {name.replace("__", "."): v for name, v in tags.items()}
    listed = sorted(name for name in made if not name.startswith(("data/", "tag", "SHA256")))

    def sums(names: list[str]) -> bytes:
        return b"".join(b"%s  %s\n" % (digest(made[name]), name.encode()) for name in names)

    made["SHA256SUMS"] = made["manifest-sha256.txt"] + sums(listed)
    made["tagmanifest-sha256.txt"] = sums(sorted([*listed, "SHA256SUMS"]))
    out = io.BytesIO()
    write_container(out, ((BASE + n, len(made[n]), (made[n],)) for n in sorted(made)))
    return out.getvalue()


def members_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as box:
        return {name.removeprefix(BASE): box.read(name) for name in box.namelist()}


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def forgeries(package: Path) -> Iterator[Forgery]:
    """Yield more than fifty, the same ones for the same package."""
    payload = {n: data for n, data in members(package).items() if n.startswith("data/")}
    form = {"FORMAT_FAILURE"}
    for name, data in sorted(payload.items()):
        if name == LATEST:
            continue  # has a test of its own: what it adds can be taken away again
        rng = random.Random(name)
        for at in rng.sample(without_cosignatures(data), 2):
            changed = bytearray(data)
            changed[at] ^= 1 << rng.randrange(8)
            yield Forgery(
                f"bit {at} of {name}", pack(payload | {name: bytes(changed)}), expected(name)
            )
    # The operator's own may be missing, and so may what `beilin upgrade` brought.
    for name in sorted(set(payload) - {DECLARATION, LATEST}):
        left = {other: data for other, data in payload.items() if other != name}
        yield Forgery(f"without {name}", pack(left), form)
    pairs = [
        (a, b) for a, b in itertools.combinations(sorted(payload), 2) if payload[a] != payload[b]
    ]
    for a, b in random.Random(1).sample(pairs, 10):
        swapped = payload | {a: payload[b], b: payload[a]}
        yield Forgery(f"{a} for {b}", pack(swapped), reasons(a) | reasons(b) | form)
    for name in ("data/policy.txt", "data/files/0002.txt", "data/receipt-latest.txt"):
        yield Forgery(f"{name} added", pack(payload | {name: payload["data/manifest.txt"]}),
                      form | expected("data/receipt.txt"))  # fmt: skip
    yield Forgery("called a disclosure", pack(payload, "disclosure"), form)
    yield Forgery(
        VERSION, with_tags(payload, beilin__txt=b"beilin/package/v2\nkind private\n"), set()
    )
    yield Forgery("another README", with_tags(payload, README__txt=b"verified\n"), form)
    yield Forgery("another bag-info", with_tags(payload, **{"bag-info__txt": b"x: y\n"}), form)
    good = package.read_bytes()
    for what, data in (("cut off", good[:-1]), ("padded", good + b"\0"), ("twice", good * 2)):
        yield Forgery(what, data, form)


def without_cosignatures(data: bytes) -> list[int]:
    """Return all positions but those in witnesses' lines: such a line, damaged, is not counted."""
    found: list[int] = []
    at = 0
    for line in data.splitlines(keepends=True):
        if not line.startswith("— demo.example/w".encode()):
            found += range(at, at + len(line))
        at += len(line)
    return found


def reasons(name: str) -> set[str]:
    if name == LATEST:
        return expected("data/receipt.txt") | {"HASH_FAILURE", "CONSISTENCY_FAILURE"}
    return expected(name)


def test_a_later_receipt_that_was_changed_fails_or_shows_less(demo: Path, tmp_path: Path) -> None:
    payload = {
        n: data for n, data in members(demo / "package.zip").items() if n.startswith("data/")
    }
    package = tmp_path / "package.zip"

    def judged(data: bytes) -> tuple[int, dict[str, Any]]:
        package.write_bytes(pack(payload | {LATEST: data}))
        done = verify(package, "--policy", demo / "policy-as-if-independent.txt", "--json",
                      "--policy-source", "test")  # fmt: skip
        return done.returncode, json.loads(done.stdout)

    good = payload[LATEST]
    code, whole = judged(good)
    assert (code, whole["trust_level"], whole["time_grade"]) == (0, "L2", "T3")
    rng, failed = random.Random(1), 0
    for at in rng.sample(range(len(good)), 24):
        changed = bytearray(good)
        changed[at] ^= 1 << rng.randrange(8)
        code, found = judged(bytes(changed))
        failed += code == 20
        if code == 20:
            assert found["sub_indication"] in reasons(LATEST) | {"TIMESTAMP_ORDER_FAILURE"}
            continue
        # A certificate beside a token that does not fit any more, or a witness's line.
        assert code == 0
        assert found["trust_level"] <= "L2"
        assert found["time_grade"] <= "T3"
        assert len(found["findings"]) > len(whole["findings"]), at
    assert failed >= 12


def test_control_the_forger_s_hand_changes_nothing_by_itself(demo: Path) -> None:
    payload = {n: d for n, d in members(demo / "package.zip").items() if n.startswith("data/")}
    good = (demo / "package.zip").read_bytes()
    assert pack(payload) == good
    assert with_tags(payload) == good


def test_fifty_forgeries_through_the_command(demo: Path, tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    tried = 0
    for what, data, reasons in forgeries(demo / "package.zip"):
        package.write_bytes(data)
        done = verify(package, "--policy", demo / "policy.txt", "--json")
        newer = what in NEWER
        assert done.returncode == (10 if newer else 20), what
        sub = json.loads(done.stdout)["sub_indication"]
        assert sub in ({"NEWER_FORMAT"} if newer else reasons), (what, sub)
        tried += 1
    assert tried >= WANTED


def test_without_the_platform_s_declaration_it_is_not_checked(demo: Path, tmp_path: Path) -> None:
    """Nobody loses a package because of the operator's paper; nobody may claim it either."""
    payload = {n: d for n, d in members(demo / "package.zip").items() if n.startswith("data/")}
    package = tmp_path / "package.zip"
    package.write_bytes(pack({n: d for n, d in payload.items() if n != DECLARATION}))
    done = verify(package, "--policy", demo / "policy.txt", "--json", code=0)
    report = json.loads(done.stdout)
    status = {check["id"]: check["status"] for check in report["checks"]}
    assert status["declaration"] == "not_done"
    rows = {row["id"]: row for row in report["examination"]["rows"]}
    assert all(
        row["status"] == "missing"
        for row in rows.values()
        if row["id"].startswith("M17") and row["class"] == "B"
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_forged_report_says_so_first_and_last(lang: str, demo: Path, tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    package.write_bytes(next(forgeries(demo / "package.zip")).data)
    done = verify(package, "--policy", demo / "policy.txt", "--lang", lang, code=20)
    headline = {"zh": "核验不一致", "en": "not consistent"}[lang]
    assert headline in done.stdout.split("\n\n")[1]  # below the title, and the last lines
    assert headline in done.stdout.split("\n\n")[-1]
