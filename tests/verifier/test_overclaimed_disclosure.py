"""A sealing party with a tree builder of its own: nothing that is shown passes as more than it is.

Everything here was anchored as it is shown. Where the values contradict each
other the disclosure fails; where they do not follow from the bytes, what is
said is no more than what was derived.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import worked
from tests.disclosures import outcome, verify
from tests.own_trees import Leaf, Tree, anchored, leaves_of
from tests.verifier.test_disclosure import CHAT, LINES, fact
from verifier.errors import Malformed
from verifier.evidence.period import parse_period
from verifier.evidence.segment import FRAMING, RECORD
from verifier.exports.registry import family_of, read
from verifier.exports.source import Source
from verifier.report.completeness import sentences
from verifier.report.marked import to_plain
from verifier.report.shown_files import shown_files
from verifier.report.words import Words
from verifier.result import PASSED, TOTAL_FAILED, Result

PERIOD = "2024-05-02..2024-05-03"
WHATSAPP = ("whatsapp-text/1", read(Source(CHAT)).variant, "wall")
WECHAT_READING = read(Source(worked.CHAT))
WECHAT = (WECHAT_READING.reader, WECHAT_READING.variant, WECHAT_READING.clock)
PASSES, BINDING = (PASSED, None), (TOTAL_FAILED, "BINDING_FAILURE")


def checked(
    folder: Path, tree: Tree, shown: tuple[bytes, bytes], *whole: tuple[str, bytes]
) -> Result:
    sealed = anchored(tree, shown, *whole)
    return verify(sealed.payload, sealed, folder)


def said(result: Result, lang: str = "en") -> str:
    return " ".join(
        to_plain(each) for each in sentences(result, shown_files(result)[0], Words(lang))
    )


def test_control_an_honest_tree_of_one_s_own_passes(tmp_path: Path):
    tree = Tree(leaves_of(CHAT), WHATSAPP)
    result = checked(tmp_path, tree, tree.show((2, 5), period=PERIOD))
    assert outcome(result) == PASSES
    assert (fact(result, "completeness"), fact(result, "again"), fact(result, "loose")) == (
        "period",
        5,
        2,
    )


def test_wall_time_is_not_made_instants(tmp_path: Path):
    """The period would be converted by an offset that the file does not know."""
    reader, variant, _ = WHATSAPP
    tree = Tree(leaves_of(CHAT), (reader, variant, "instant"))
    result = checked(tmp_path, tree, tree.show((2, 5), period=PERIOD + "+00:00"))
    assert outcome(result) == PASSES
    assert (fact(result, "completeness"), fact(result, "again")) == ("not_shown", 0)


@pytest.mark.parametrize("name", ["whatsapp-text/99", "whatsapp-text", "whatsapp-text/1 certified"])
def test_a_reader_of_nearly_the_name_shows_nothing(tmp_path: Path, name: str):
    assert family_of(name) == []
    tree = Tree(leaves_of(CHAT), (name, *WHATSAPP[1:]))
    result = checked(tmp_path, tree, tree.show((2, 5), period=PERIOD))
    check = result.check("readers")
    assert check is not None
    assert (check.status, check.sub_indication) == ("not_done", "READER_UNKNOWN")
    assert fact(result, "again") == 0


@pytest.mark.parametrize("counts", [{"records": 900}, {"records": 2}, {"size": 6}])
def test_numbers_that_cannot_be(tmp_path: Path, counts: dict[str, int]):
    tree = Tree(leaves_of(CHAT), WHATSAPP, counts)
    assert outcome(checked(tmp_path, tree, tree.show((2, 5)))) == BINDING


def test_a_file_of_bytes_and_no_segments_has_no_empty_period(tmp_path: Path):
    tree = Tree([], WHATSAPP, {"size": 100})
    shown = tree.show((0, 0), period=PERIOD)
    assert outcome(checked(tmp_path, tree, shown, ("x", b"hi"))) == BINDING


@pytest.mark.parametrize("media", ["9999", "0", "1,0"])
def test_media_that_the_manifest_has_not(tmp_path: Path, media: str):
    leaves = leaves_of(CHAT)
    leaves[2].put(media=media)
    tree = Tree(leaves, WHATSAPP)
    assert outcome(checked(tmp_path, tree, tree.show((2, 3)), ("a.jpg", b"x"))) == BINDING


def test_media_where_the_bytes_name_none(tmp_path: Path):
    leaves = leaves_of(CHAT)
    leaves[2].put(media="1")
    tree = Tree(leaves, WHATSAPP)
    result = checked(tmp_path, tree, tree.show((2, 3)), ("contract.jpg", b"x"))
    assert fact(result, "completeness") == "not_shown"


def test_what_stands_beside_a_period_is_a_record(tmp_path: Path):
    """A line end declared as framing shows no date that could be derived again."""
    leaves = leaves_of(CHAT)
    leaves[1].raw = leaves[1].raw[:-1]
    leaves.insert(2, Leaf(FRAMING, b"\n", dict(leaves[1].fields)))
    for n in range(3, len(leaves)):
        leaves[n].put(dated_by=n)
    leaves[2].put(dated_by=1)
    tree = Tree(leaves, WHATSAPP)
    shown = tree.show((3, 6), period=PERIOD, dates=(1,))
    assert outcome(checked(tmp_path, tree, shown)) == (TOTAL_FAILED, "FORMAT_FAILURE")


def test_a_date_that_what_is_shown_does_not_supply(tmp_path: Path):
    """A message is said to be dated by the letterhead, a year later than it was."""
    leaves = leaves_of(worked.CHAT)
    later = int(leaves[3].fields["te_lo"]) + 400 * 86400
    leaves[3].put(te_lo=later, te_hi=later + 59, dated_by=0)
    tree = Tree(leaves, WECHAT)
    result = checked(tmp_path, tree, tree.show((3, 4), dates=(0,)))
    assert (fact(result, "completeness"), fact(result, "again")) == ("not_shown", 1)
    hidden = checked(tmp_path, tree, tree.show((3, 4)))
    assert (fact(hidden, "again"), fact(hidden, "undecided")) == (0, 1)
    assert "leave the time open" in said(hidden)
    honest = Tree(leaves_of(worked.CHAT), WECHAT)
    control = checked(tmp_path, honest, honest.show((3, 4), dates=(1,)))
    assert (fact(control, "completeness"), fact(control, "again")) == ("range", 2)


def test_a_time_that_is_narrower_than_the_bytes_is_not_derived(tmp_path: Path):
    """5/6 is 5 June or 6 May; a day between the two is neither."""
    data = b"5/6/24, 10:00 - A: x\n5/7/24, 10:00 - A: y\n"
    leaves = leaves_of(data)
    middle = (int(leaves[0].fields["te_lo"]) + int(leaves[0].fields["te_hi"])) // 2
    leaves[0].put(te_lo=middle, te_hi=middle)
    tree = Tree(leaves, ("whatsapp-text/1", read(Source(data)).variant, "wall"))
    result = checked(tmp_path, tree, tree.show((0, 1)))
    assert (fact(result, "again"), fact(result, "undecided")) == (0, 1)


def test_what_begins_or_ends_beside_hidden_bytes_is_said(tmp_path: Path):
    """A message of one is made of another's line; a message is cut short, its rest withheld."""
    quoting = "2024/5/1, 10:00 - 甲: he wrote: ".encode()
    lines = [line.encode() for line in LINES]
    middle = leaves_of(lines[0] + lines[2] + lines[4])
    middle.insert(1, Leaf(RECORD, quoting, dict(middle[0].fields)))
    short = leaves_of(lines[0] + lines[3] + lines[4])
    short.insert(2, Leaf(FRAMING, "除非你先付钱\n".encode(), dict(short[1].fields)))
    for leaves, n in ((middle, 2), (short, 1)):
        for index, leaf in enumerate(leaves):
            leaf.put(dated_by=index)
        tree = Tree(leaves, WHATSAPP)
        result = checked(tmp_path, tree, tree.show((n, n + 1)))
        assert outcome(result) == PASSES
        assert fact(result, "loose") == 1
        assert "1 border on bytes that are not shown or are redacted" in said(result)
        assert "1 段紧邻未出示或者已遮盖的字节" in said(result, "zh")
    tree = Tree(leaves_of(CHAT), WHATSAPP)
    everything = checked(tmp_path, tree, tree.show((0, len(LINES))))
    assert (fact(everything, "loose"), "border on" in said(everything)) == (0, False)


def test_of_a_redacted_record_cut_and_time_are_on_the_software_s_word(tmp_path: Path):
    """Three messages glued and redacted as one, all the rest shown."""
    leaves = leaves_of(CHAT)
    leaves[1].raw = b"".join(leaf.raw for leaf in leaves[1:4])
    del leaves[2:4]
    for index, leaf in enumerate(leaves):
        leaf.put(dated_by=index)
    tree = Tree(leaves, WHATSAPP)
    result = checked(tmp_path, tree, tree.show((0, 5), redacted={1}))
    assert outcome(result) == PASSES
    assert "the 1 redacted records are cut and dated as it wrote" in said(result)
    assert "may hold more than one message" in said(result)
    assert fact(result, "loose") == 2


def test_an_hour_that_later_pythons_read_is_no_hour():
    for text in ("2024-05-01T24:00..2024-05-02", "2024-05-01..2024-05-02T24:00:00"):
        with pytest.raises(Malformed):
            parse_period(text, "wall")
    parse_period("2024-05-01T23:59..2024-05-02", "wall")


def test_an_empty_file_is_no_byte_that_was_matched(tmp_path: Path):
    tree = Tree(leaves_of(CHAT), WHATSAPP)
    shown = tree.show((0, 7), redacted=set(range(7)))
    nothing = checked(tmp_path, tree, shown, ("x", b""))
    assert outcome(nothing) == ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")
    assert outcome(checked(tmp_path, tree, shown, ("x", b"hello"))) == PASSES
