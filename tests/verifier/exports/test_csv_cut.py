"""The CSV cutter: the same rows as Python's own reader, in pieces of any size, in linear time."""

from __future__ import annotations

import csv
import io
import sys
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verifier.exports.cutting import csv_cut
from verifier.exports.cutting.csv_cut import Row, cells, odd_quotes, rows, texts

MORSELS = [b'"', b'""', b",", b"\r", b"\n", b"\r\n", b"a", b"bc", csv_cut.BOM, b" ", b"\t"]
SOUP = st.lists(st.sampled_from(MORSELS), max_size=16).map(b"".join)


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[n : n + size] for n in range(0, len(data), size)]


@given(data=SOUP, size=st.integers(1, 6), quoted=st.booleans())
@example(data=b'a,"\n""', size=1, quoted=True)
@example(data=b"a\r\nb", size=2, quoted=True)
def test_rows_partition_the_bytes_however_they_arrive(data: bytes, size: int, quoted: bool):
    whole = list(rows([data], quoted=quoted))
    assert sum(row.length for row in whole) == len(data)
    assert all(row.length for row in whole)
    assert list(rows(in_pieces(data, size), quoted=quoted)) == whole
    assert all(row.closed for row in whole[:-1])
    assert quoted or all(row.closed for row in whole)


@given(data=SOUP)
def test_rows_and_cells_are_those_of_python(data: bytes):
    ours = list(rows([data]))
    body = data.removeprefix(csv_cut.BOM)
    if all(row.closed for row in ours) and body:
        theirs = list(csv.reader(io.StringIO(body.decode(), newline="")))
        assert [[t.decode() for t in texts(row.data)] if row.data else [] for row in ours] == theirs


def test_cells_keep_the_bytes_between_the_quotes():
    assert cells(b'1,"a ""b"" c",,"3985734"\t,x"y"') == [
        b"1",
        b'a ""b"" c',
        b"",
        b"3985734\t",
        b'x"y"',
    ]
    assert texts(b'1,"a ""b"" c"') == [b"1", b'a "b" c']
    assert cells(b"") == [b""]
    assert cells(b"a,") == [b"a", b""]
    assert cells(b'a,"b,c') == [b"a", b'"b', b"c"]


@pytest.mark.parametrize(
    ("data", "odd"),
    [
        (b"a,b", False), (b'a,"b"', False), (b'"x,""b"" y",z', False), (b'"3985"\t,z', False),
        (b'a,b"c"d', False), (b'"a"b,c', True), (b'a,"b', True), (b'"a""",b', False), (b'""a,b', True),
    ],
)  # fmt: skip
def test_a_cell_that_goes_on_after_its_quote_is_odd(data: bytes, odd: bool):
    assert odd_quotes(data) is odd


def test_a_quote_that_nothing_ends_takes_the_rest_and_says_so():
    first, rest = rows([b'a,b\nc,"d\ne,f\n'])
    assert first == Row(4, b"a,b", True)
    assert rest == Row(9, None, False)
    lines = [row.data for row in rows([b'a,b\nc,"d\ne,f\n'], quoted=False)]
    assert lines == [b"a,b", b'c,"d', b"e,f"]


@pytest.mark.parametrize("quoted", [True, False])
@pytest.mark.parametrize("filling", [b"x", b"x,", b'"",', b'"a,b",'])
def test_rows_longer_than_a_record_may_be(
    monkeypatch: pytest.MonkeyPatch, quoted: bool, filling: bytes
):
    monkeypatch.setattr(csv_cut, "MAX_RECORD_BYTES", 50)
    data = b"1,2\n" + filling * (400 // len(filling)) + b"\n3,4\n"
    for size in (1, 7, 64, 1000):
        found = list(rows(in_pieces(data, size), quoted=quoted))
        assert found == [Row(4, b"1,2", True), Row(len(data) - 8, None, True), Row(4, b"3,4", True)]


def test_a_row_of_the_greatest_length_is_held_and_one_more_byte_is_not(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(csv_cut, "MAX_RECORD_BYTES", 50)
    for length, held in ((50, True), (51, False)):
        for size in (1, 1000):
            [row] = rows(in_pieces(b"x" * (length - 1) + b"\n", size))
            assert (row.length, row.data is not None) == (length, held)


def test_no_byte_of_a_longer_character_is_one_that_the_cutter_looks_for():
    """All of Unicode in GB18030; the control is that such bytes do occur elsewhere in ASCII."""
    letters = [chr(n) for n in range(0x80, sys.maxunicode + 1) if not 0xD800 <= n <= 0xDFFF]
    longer = "".join(letters).encode("gb18030")
    assert not set(longer) & set(b'",\r\n\t ')
    assert set(b"[\\|5") < set(longer)
    assert not set("".join(letters[:100_000]).encode()) & set(range(0x80))


@pytest.mark.parametrize(
    "unit",
    [b'"', b'""', b",", b'"a,', b'"a",', b"x", b"\r", b'",', b'""a,', b',"', b"\n", b'a"\n"'],
)
def test_time_grows_with_size_and_not_with_its_square(unit: bytes):
    data = b'a,"' + unit * (3_000_000 // len(unit))
    for quoted in (True, False):
        began = time.process_time()
        for row in rows(in_pieces(data, 1 << 16), quoted=quoted):
            cells(row.data or b"")
            odd_quotes(row.data or b"")
        assert time.process_time() - began < 12
