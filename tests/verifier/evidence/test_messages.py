"""The message tree: every leaf follows from the file, the seed and the cut."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.segment_tables import write_table
from verifier.errors import BindingFailure, Malformed
from verifier.evidence import messages, segment_table, time_bounds
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from verifier.evidence.time_bounds import TimeBounds

SEED = bytes(range(32))
EMPTY = hashlib.sha256(b"").digest()


def lp(data: bytes) -> bytes:
    return len(data).to_bytes(8, "big") + data


def leaf_by_the_book(i: int, offset: int, raw: bytes, kind: int, fields: dict[str, bytes]) -> bytes:
    """SPEC §8.2 written out again, without the code under test."""
    stream = hashlib.shake_256(
        b"CMT1/salts\0" + SEED + lp(b"beilin/messages/v1") + i.to_bytes(8, "big")
    ).digest(480)
    salts = [stream[k : k + 32] for k in range(0, 480, 32)]

    def c(tag: str, salt: bytes, message: bytes) -> bytes:
        return hashlib.sha256(b"CMT1/" + tag.encode() + b"\0" + salt + lp(message)).digest()

    place = offset.to_bytes(8, "big") + len(raw).to_bytes(8, "big")
    body = b"CMT1" + i.to_bytes(8, "big") + bytes([kind]) + c("pos", salts[0], place)
    body += c("raw", salts[1], raw) + (13).to_bytes(2, "big")
    for n, name in enumerate(messages.FIELDS):
        body += c("fld", salts[2 + n], lp(name.encode()) + fields[name])
    return body


def build(rows: Sequence[Segment], data: bytes, seed: bytes = SEED) -> messages.Tree:
    return messages.build_tree(lambda: rows, io.BytesIO(data), seed)


ROWS = [
    Segment(FRAMING, 3),
    Segment(RECORD, 4, b"10:00", 100, 159, 0, b"Al", b"id", b"text", (b"1", b"2"), ("edited",)),
    Segment(UNPARSED, 2),
    Segment(RECORD, 1, b"9:00", 40, 99),
]


def test_a_tree_is_what_the_specification_says() -> None:
    data = b"abcdefghij"
    empty = dict.fromkeys(messages.FIELDS, b"")
    times = [
        # te_lo te_hi pmin pmax smin smax dated_by
        (100, 159, 100, 159, 40, 159, 1),
        (100, 159, 100, 159, 40, 159, 0),
        (100, 159, 100, 159, 40, 159, 1),
        (40, 99, 40, 159, 40, 99, 3),
    ]
    names = ("te_lo", "te_hi", "pmin", "pmax", "smin", "smax", "dated_by")
    bodies, offset = [], 0
    for i, (row, values) in enumerate(zip(ROWS, times, strict=True)):
        fields = empty | {n: str(v).encode() for n, v in zip(names, values, strict=True)}
        fields["time"] = row.time
        if i == 1:
            fields |= {"sender": b"Al", "native_id": b"id", "type": b"text"}
            fields |= {"media": b"1,2", "flags": b"edited"}
        raw = data[offset : offset + row.length]
        bodies.append(leaf_by_the_book(i, offset, raw, row.kind, fields))
        offset += row.length
    tree = build(ROWS, data)
    assert tree == (4, 2, 10, reference.MTH(bodies), hashlib.sha256(data).digest())


def test_an_empty_file_has_a_tree_of_no_leaves() -> None:
    assert build([], b"") == (0, 0, 0, EMPTY, EMPTY)


def test_a_large_segment_is_hashed_in_pieces_to_the_same_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = bytes(range(256)) * 20
    whole = build([Segment(UNPARSED, len(data))], data)
    monkeypatch.setattr(messages, "_CHUNK", 100)
    assert build([Segment(UNPARSED, len(data))], data) == whole


@pytest.mark.parametrize("lengths", [[3, 4], [3, 4, 4], [10, 1], [11], [3, 0, 7], []])
def test_segments_that_do_not_partition_the_file_are_refused(lengths: list[int]) -> None:
    with pytest.raises(BindingFailure):
        build([Segment(RECORD, length) for length in lengths], b"abcdefghij")


def test_two_seeds_have_nothing_in_common_and_a_seed_has_32_bytes() -> None:
    assert messages.salts(SEED, 0)[:32] != messages.salts(bytes(32), 0)[:32]
    assert build(ROWS, b"abcdefghij").tree != build(ROWS, b"abcdefghij", bytes(32)).tree
    with pytest.raises(Malformed):
        build(ROWS, b"abcdefghij", b"short")


times = st.one_of(st.none(), st.tuples(st.integers(-5, 50), st.integers(0, 9)))


@settings(max_examples=60)
@given(st.lists(times, max_size=30), st.integers(1, 7))
def test_bounds_are_the_minima_and_maxima_over_what_is_before_and_after(
    values: list[tuple[int, int] | None], block: int
) -> None:
    spans = [None if v is None else (v[0], v[0] + v[1]) for v in values]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time_bounds, "_BLOCK", block)
        bounds = TimeBounds()
        for span in spans:
            bounds.add(*(span or (None, None)))
        found = list(bounds)
        bounds.close()
    dated = [i for i, span in enumerate(spans) if span is not None]
    if not dated:
        assert all(b == (None,) * 7 for b in found)
        assert len(found) == len(spans)
        return
    sources = [max((d for d in dated if d <= i), default=dated[0]) for i in range(len(spans))]
    effective = [spans[s] or (0, 0) for s in sources]
    for i, b in enumerate(found):
        before, after = effective[: i + 1], effective[i:]
        assert b == (
            *effective[i],
            min(lo for lo, _ in before), max(hi for _, hi in before),
            min(lo for lo, _ in after), max(hi for _, hi in after), sources[i],
        )  # fmt: skip


cells = st.binary(max_size=8)


@given(
    st.lists(
        st.builds(
            Segment,
            st.sampled_from([RECORD, FRAMING, UNPARSED]),
            st.integers(1, 2**40),
            cells,
            te_lo=st.none(),
            te_hi=st.none(),
            dated_by=st.none(),
            sender=cells,
            native_id=cells,
            type=cells,
            media=st.just(()),
            flags=st.just(()),
        ),
        max_size=5,
    )
)
def test_a_table_gives_back_its_segments(rows: list[Segment]) -> None:
    out = io.BytesIO()
    write_table(rows, out)
    data = out.getvalue()
    assert list(segment_table.read_table(io.BytesIO(data), len(data))) == rows


def test_every_changed_bit_of_a_table_is_refused_or_another_table() -> None:
    out = io.BytesIO()
    write_table(ROWS, out)
    data = out.getvalue()
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        try:
            rows = list(segment_table.read_table(io.BytesIO(changed), len(data)))
        except Malformed:
            continue
        assert rows != ROWS
