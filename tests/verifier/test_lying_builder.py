"""A sealing software that lied: what a disclosure shows of it, what it cannot, and what is said.

Every tree here was anchored with false leaves, so the disclosure agrees with
what was anchored. What the verifier can derive from shown bytes it does; the
rest it leaves on the sealing software's word, and the whole package, with its
seeds, convicts the liar.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.client.disclosing.opened import Private
from app.commands.common import Refusal
from tests import worked
from tests.disclosures import disclose, outcome, verify
from tests.verifier.test_disclosure import CHAT, LINES, NAME, fact
from tests.worked import Sealed, seal, tree_of_rows
from verifier.evidence import package
from verifier.evidence.manifest import FileLine, Manifest, parse_manifest
from verifier.evidence.segment import FRAMING, Segment
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import PASSED, TOTAL_FAILED, Result
from verifier.verify import verify_package

Rows = list[Segment]


def lying(
    change: Callable[[Rows], Rows], data: bytes = CHAT, *, over: bytes | None = None
) -> Sealed:
    """Seal a chat with a message tree of changed rows, over other bytes if given, and anchor that."""
    honest = seal([(NAME, data)])
    over = over or data
    reading = read(Source(over))
    rows = change([row._replace(media=()) for row in reading.segments()])
    root, text, table = tree_of_rows(
        reading.reader, reading.variant, reading.clock, rows, over, worked.seed("tree 0")
    )
    payload = dict(honest.payload)
    payload[package.messages_member(0)] = text
    payload[package.segments_member(0)] = table
    old = parse_manifest(payload[package.MANIFEST])
    line = FileLine(old.files[0].commitment, root)
    payload[package.MANIFEST] = Manifest((line,), None, None).to_bytes()
    log = worked.WorkedLog()
    log.fill(5)
    anchored = log.anchor(*worked.submission(payload[package.MANIFEST], "manifest"))
    log.fill(3)
    payload[package.RECEIPT] = anchored.receipt()
    return Sealed(payload, anchored, log)


@pytest.fixture
def unsuspecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the liar's own client make disclosures: ours refuses a package that does not hold."""
    monkeypatch.setattr("app.client.disclosing.opened.verify_package", _pretend)


def _pretend(path: Path, *_: object) -> Result:
    result = Result("package")
    result.facts["kind"] = "private"
    return result


def whole(sealed: Sealed, folder: Path) -> Result:
    path = folder / "whole.zip"
    path.write_bytes(sealed.zip())
    return verify_package(path, parse_policy(sealed.log.policy()), Options())


def at(rows: Rows, n: int, **values: object) -> Rows:
    return [*rows[:n], rows[n]._replace(**values), *rows[n + 1 :]]  # type: ignore[arg-type]


def moved(rows: Rows, n: int, seconds: int) -> Rows:
    low, high = rows[n].te_lo, rows[n].te_hi
    assert low is not None
    assert high is not None
    return at(rows, n, te_lo=low + seconds, te_hi=high + seconds)


def glued(rows: Rows) -> Rows:
    return [*rows[:2], rows[2]._replace(length=rows[2].length + rows[3].length), *rows[4:]]


PERIOD = "2024-05-02..2024-05-03"


@pytest.mark.usefixtures("unsuspecting")
def test_false_times_of_withheld_records_are_on_the_software_s_word(tmp_path: Path):
    """The first record is of the period and was dated a year earlier: the shown period misses it."""
    data = "".join([LINES[2], LINES[0], LINES[1], *LINES[3:]]).encode()
    sealed = lying(lambda rows: moved(rows, 0, -366 * 86400), data)
    payload = disclose(sealed, tmp_path, NAME, period=PERIOD)
    assert LINES[2].encode() not in payload[package.shown_member(0)]
    result = verify(payload, sealed, tmp_path)
    assert outcome(result) == (PASSED, None), "nothing that is shown contradicts it"
    assert fact(result, "completeness") == "period"
    assert (fact(result, "again"), fact(result, "leaves"), fact(result, "withheld_segments")) == (
        4,
        4,
        3,
    )
    assert outcome(whole(sealed, tmp_path)) == (TOTAL_FAILED, "BINDING_FAILURE")


@pytest.mark.usefixtures("unsuspecting")
def test_a_false_time_beside_the_period_is_seen(tmp_path: Path):
    """The segment just before a period opens its bytes for this."""
    sealed = lying(lambda rows: moved(rows, 2, -366 * 86400))
    payload = disclose(sealed, tmp_path, NAME, period=PERIOD)
    result = verify(payload, sealed, tmp_path)
    assert result.verdict == PASSED
    assert fact(result, "completeness") == "not_shown"


@pytest.mark.usefixtures("unsuspecting")
@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("a false time", lambda rows: moved(rows, 3, 60)),
        ("two messages glued", glued),
        ("a record declared as framing", lambda rows: at(rows, 3, kind=FRAMING)),
        ("another sender", lambda rows: at(rows, 3, sender=b"\xe4\xb8\x99")),
        ("an invented id", lambda rows: at(rows, 3, native_id=b"7")),
    ],
)
def test_what_is_shown_is_derived_again(tmp_path: Path, what: str, change: Callable[[Rows], Rows]):
    """Neither FAILED, for the bytes are the anchored ones, nor silence: completeness is not shown."""
    sealed = lying(change)
    payload = disclose(sealed, tmp_path, NAME, period=PERIOD)
    result = verify(payload, sealed, tmp_path)
    assert result.verdict == PASSED, what
    assert fact(result, "completeness") == "not_shown"
    check = result.check("readers")
    assert check is not None
    assert (check.status, check.sub_indication) == ("not_done", "READER_DIFFERS")
    assert "READER_DIFFERS" in {finding.code for finding in result.findings}
    assert whole(sealed, tmp_path).verdict == TOTAL_FAILED


@pytest.mark.usefixtures("unsuspecting")
def test_a_tree_that_was_not_built_from_the_file(tmp_path: Path):
    """The file's digest is of one text, its tree over another of the same size."""
    other = "".join([LINES[0], LINES[2], LINES[1], *LINES[3:]]).encode()
    assert len(other) == len(CHAT)
    sealed = lying(lambda rows: rows, over=other)
    path = tmp_path / "p.zip"
    path.write_bytes(sealed.zip())
    with Private(path) as private, pytest.raises(AssertionError):
        # Even with the liar's client, shown bytes are the file's and not the tree's.
        data = private.read("data/files/0000.txt", 1 << 20)
        assert data == other
    assert outcome(whole(sealed, tmp_path)) == (TOTAL_FAILED, "BINDING_FAILURE")


def test_our_client_makes_no_disclosure_of_a_false_package(tmp_path: Path):
    sealed = lying(lambda rows: moved(rows, 3, 60))
    with pytest.raises(Refusal, match=r"does not hold|未通过核验"):
        disclose(sealed, tmp_path, NAME, period=PERIOD)


def test_control_an_honest_tree_by_the_same_hand_passes(tmp_path: Path):
    sealed = lying(lambda rows: rows)
    assert whole(sealed, tmp_path).verdict == PASSED
    payload = disclose(sealed, tmp_path, NAME, period=PERIOD)
    result = verify(payload, sealed, tmp_path)
    assert fact(result, "completeness") == "period"
