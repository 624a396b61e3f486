"""Single records, taken out of their file, are read as they were in it; what was changed is not."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.exports.generate import HERE, paths
from verifier.evidence.leaf_opening import NAMES, LeafOpening
from verifier.evidence.messages import field_values
from verifier.evidence.segment import FRAMING, RECORD, Segment
from verifier.evidence.time_bounds import TimeBounds
from verifier.exports.again import Again, Piece, derive_again
from verifier.exports.reader import Reader
from verifier.exports.registry import read, reader_named
from verifier.exports.source import Source

SALT = bytes(32)


class Cut:
    """A file cut by its reader, with the leaf of each segment."""

    def __init__(self, data: bytes, rows: list[Segment] | None = None) -> None:
        reading = read(Source(data))
        self.data, self.variant, self.clock = data, reading.variant, reading.clock
        self.reader: Reader = reader_named(reading.reader)
        self.rows = [row._replace(media=()) for row in rows or reading.segments()]
        bounds = TimeBounds()
        for row in self.rows:
            bounds.add(row.te_lo, row.te_hi)
        self.leaves: list[LeafOpening] = []
        self.offsets: list[int] = []
        offset = 0
        for index, (row, bound) in enumerate(zip(self.rows, bounds, strict=True)):
            values = (b"%d %d" % (offset, row.length), b"", *field_values(index, row, bound))
            self.leaves.append(LeafOpening(index, row.kind, tuple((SALT, v) for v in values)))
            self.offsets.append(offset)
            offset += row.length
        bounds.close()

    def with_dates(self, index: int) -> list[int]:
        """Return the segment and the date row that dates it, if one does."""
        by = self.leaves[index].second("dated_by")
        rows = {index} if by is None or self.rows[by].kind != FRAMING else {index, by}
        return sorted(rows)

    def again(self, shown: Sequence[int], bare: Sequence[int] = ()) -> Again | None:
        """Derive the shown segments again; those in ``bare`` open their bytes only."""
        raw = b"".join(
            self.data[self.offsets[n] : self.offsets[n] + self.rows[n].length] for n in shown
        )

        def pieces() -> Iterator[Piece]:
            at = 0
            for n in shown:
                leaf = self.leaves[n]
                if n in bare:
                    leaf = leaf._replace(
                        columns=tuple(
                            column if name in ("pos", "raw") else (None, SALT)
                            for name, column in zip(NAMES, leaf.columns, strict=True)
                        )
                    )
                yield Piece(leaf, at, self.rows[n].length)
                at += self.rows[n].length

        return derive_again(self.reader, self.variant, self.clock, pieces, io.BytesIO(raw))


def cuttable() -> list[Path]:
    """Return the fixtures whose readers read pieces."""
    return [p for p in paths() if reader_named(read(Source(p)).reader).context is not None]


def test_nearly_every_reader_reads_pieces():
    left = {read(Source(p)).reader for p in paths()} - {read(Source(p)).reader for p in cuttable()}
    assert left <= NOT_IN_PIECES


NOT_IN_PIECES: frozenset[str] = frozenset()
"""Readers whose records cannot be read apart; a verifier then says that it did not."""


def agreed(found: Again | None) -> int:
    """Return how many pieces are not contradicted, 0 if any is; the bytes shown may leave a time open."""
    return 0 if found is None or found.differ else found.same + found.undecided


@pytest.mark.parametrize("path", cuttable(), ids=lambda path: path.name)
def test_each_record_alone_and_all_together(path: Path):
    cut = Cut(path.read_bytes())
    records = [n for n, row in enumerate(cut.rows) if row.kind == RECORD]
    for n in records[:40]:
        shown = cut.with_dates(n)
        bare = [k for k in shown if k != n]
        assert agreed(cut.again(shown, bare)) == len(shown), n
    whole = cut.again(range(len(cut.rows)), [n for n in range(len(cut.rows)) if n not in records])
    assert whole is not None
    assert whole.differ == 0


CHAT = (HERE / "android_zh_CN.txt").read_bytes()


def test_the_beginning_of_a_json_file_and_a_record_far_behind_it():
    """The made beginning may not stand before the file's own: its records would lie inside one."""
    for name in ("weflow_plain.json", "telegram_chat.json", "telegram_account.json", "telegram_mixed_clocks.json",
                 "chatlog_plain.json", "feishu_pages.json", "qqchatexporter_group.json"):  # fmt: skip
        cut = Cut((HERE / name).read_bytes())
        records = [n for n, row in enumerate(cut.rows) if row.kind == RECORD]
        assert agreed(cut.again([0, records[0], records[-1]], [0])) == 3, name


def test_wall_time_in_a_file_with_instants_spans_zones_alone_too():
    cut = Cut((HERE / "telegram_mixed_clocks.json").read_bytes())
    wall = next(n for n, row in enumerate(cut.rows) if "zone_unknown" in row.flags)
    assert cut.again([wall]) == Again(1, 0, ())
    assert cut.again([0, wall], [0]) == Again(2, 0, ())
    cut.clock = "wall"
    assert cut.again([wall]) == Again(0, 1, (wall,))


def test_all_behind_the_beginning_of_an_account():
    cut = Cut((HERE / "telegram_account.json").read_bytes())
    framing = [n for n, row in enumerate(cut.rows) if row.kind == FRAMING]
    behind = range(1, len(cut.rows))
    assert cut.again(behind, framing) == Again(len(behind), 0, ())


def changed(cut: Cut, n: int, **values: Any) -> Again | None:
    rows = list(cut.rows)
    rows[n] = rows[n]._replace(**values)
    return Cut(cut.data, rows).again([n])


def test_what_was_committed_to_must_follow_from_the_bytes():
    cut = Cut(CHAT)
    n = 2
    row = cut.rows[n]
    assert row.te_lo is not None
    assert row.te_hi is not None
    good = cut.again([n])
    assert good == Again(1, 0, ())
    for values in (
        {"time": b"x" + row.time}, {"sender": row.sender + b"!"}, {"native_id": b"1"},
        {"type": b"text"}, {"te_lo": row.te_lo - 1}, {"te_hi": row.te_hi + 1},
        {"te_lo": row.te_lo + 86400, "te_hi": row.te_hi + 86400},
    ):  # fmt: skip
        assert changed(cut, n, **values) == Again(0, 1, (n,)), values


def test_a_narrower_time_is_what_the_whole_file_may_have_decided():
    cut = Cut(b"1/2/24, 10:00 - A: x\n13/2/24, 10:00 - A: y\n")
    assert cut.rows[0].te_lo == 1706781600
    alone = cut.again([0])
    assert alone == Again(0, 0, (), 1), "nor is it derived again from what is shown"
    undecided = Cut(b"1/2/24, 10:00 - A: x\n").rows[0]
    assert undecided.te_lo is not None
    assert undecided.te_lo < 1706781600, "alone it can be 2 January too"


def test_glued_split_and_hidden_records_differ():
    cut = Cut(CHAT)
    rows = cut.rows
    glued = [*rows[:1], rows[1]._replace(length=rows[1].length + rows[2].length), *rows[3:]]
    assert Cut(CHAT, glued).again([1]) == Again(0, 1, (1,))
    half = rows[1]._replace(length=10), rows[1]._replace(length=rows[1].length - 10)
    split = Cut(CHAT, [rows[0], *half, *rows[2:]]).again([1, 2])
    assert split is not None
    assert split.differ
    hidden = [rows[0], rows[1]._replace(kind=FRAMING), *rows[2:]]
    assert Cut(CHAT, hidden).again([1], [1]) == Again(0, 1, (1,))


def test_a_reader_that_cannot_is_none():
    cut = Cut(CHAT)
    cut.reader = Reader(**{**vars(cut.reader), "context": None})
    assert cut.again([1]) is None
