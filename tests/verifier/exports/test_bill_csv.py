"""Bills as CSV: exact segments, what they declare computed again, lines that are no rows."""

from __future__ import annotations

import pytest

from tests.fixtures.exports.bill_csv import BILLS, alipay_2019, alipay_2023, wechatpay
from tests.fixtures.exports.generate import HERE
from tests.verifier.exports.readings import (
    codes_of,
    notes_of,
    reading_of,
    records_of,
    segments_of,
)
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED, Segment
from verifier.exports.cutting import csv_cut
from verifier.exports.registry import read, reader_named
from verifier.exports.segment_bytes import with_bytes
from verifier.exports.source import Source

WHOLE = ["alipay_app_2023.csv", "alipay_app_2021.csv", "alipay_web_2019.csv", "wechatpay_plain.csv"]


# -- segments ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variant", "encoding", "kinds"),
    [
        (
            "alipay_app_2023.csv",
            "csv app-2023 gb18030 13-cells",
            "gb18030",
            [FRAMING, *[RECORD] * 4],
        ),
        (
            "alipay_app_2021.csv",
            "csv app-2021 gb18030 12-cells",
            "gb18030",
            [FRAMING, *[RECORD] * 4, FRAMING],
        ),
        (
            "alipay_web_2019.csv",
            "csv web-2019 gb18030 17-cells",
            "gb18030",
            [FRAMING, *[RECORD] * 4, FRAMING],
        ),
        ("wechatpay_plain.csv", "csv app utf-8 11-cells", "utf-8", [FRAMING, *[RECORD] * 4]),
    ],
)
def test_each_generation(name: str, variant: str, encoding: str, kinds: list[int]):
    reading = reading_of(name)
    assert (reading.variant, reading.clock, reading.encoding) == (variant, "wall", encoding)
    assert (reading.ids, reading.declared_records, reading.generator) == ("native", 4, "")
    assert [each.kind for each in reading.segments()] == kinds
    records = records_of(name)
    for record, bill in zip(records, BILLS, strict=True):
        assert record.time.decode() == bill[0]
        assert record.sender.decode(encoding) == bill[2]
        assert record.native_id.decode() == bill[7]
    assert (records[0].te_lo, records[0].te_hi) == (1715722334, 1715722334)
    assert [each.flags for each in records] == [(), (), ("refund",), ("closed",)]


def test_the_kind_is_the_platforms_own_word():
    assert [each.type.decode("gb18030") for each in records_of("alipay_app_2023.csv")] == [
        bill[1] for bill in BILLS
    ]
    assert {each.type.decode("gb18030") for each in records_of("alipay_web_2019.csv")} == {
        "即时到账交易"
    }
    assert {each.type.decode() for each in records_of("wechatpay_plain.csv")} == {"商户消费"}


def test_a_bill_saved_again_in_utf8_and_other_line_ends_has_the_same_records():
    for name in WHOLE[:3]:
        text = (HERE / name).read_bytes().decode("gb18030")
        ours = [(r.te_lo, r.native_id, r.sender.decode("gb18030")) for r in records_of(name)]
        for changed in (
            text,
            "\ufeff" + text,
            text.replace("\r\n", "\n"),
            text.replace("\r\n", "\r"),
        ):
            found = records_of(changed.encode())
            assert [(r.te_lo, r.native_id, r.sender.decode()) for r in found] == ours


def test_what_a_record_shows_to_a_person():
    source = Source(HERE / "wechatpay_plain.csv")
    view = reader_named("wechatpay-csv/1").view
    shown = [
        view(d).text for s, d in with_bytes(read(source).segments(), source) if s.kind == RECORD
    ]
    assert (
        shown[0]
        == "2024-05-14 21:32:14\t商户消费\t某超市\t纸巾\t支出\t¥20.00\t零钱\t交易成功\t2024051422001400000001"
    )


# -- what the file declares -------------------------------------------------------

ALWAYS = {"COUNT_APPARENT", "BEIJING_TIME_IMPLIED", "FILTER_DECLARED"}


def test_notes_of_bills_that_agree_with_themselves():
    assert codes_of("alipay_app_2023.csv") == ALWAYS | {"DELETED_NOT_INCLUDED"}
    assert codes_of("alipay_web_2019.csv") == ALWAYS
    assert codes_of("wechatpay_plain.csv") == ALWAYS | {"DELETED_NOT_INCLUDED", "SENDER_NAME_ONLY"}
    assert ("FILTER_DECLARED", "declared 2024-05-01 00:00:00 to 2024-05-31 23:59:59") in notes_of(
        "alipay_app_2023.csv"
    )


def test_records_outside_the_declared_range_also_where_it_stands_below():
    notes = notes_of("alipay_app_2021.csv")
    assert notes["OUTSIDE_DECLARED_RANGE", ""].places == (1,)
    above = alipay_2023().replace("2024-05-31 23:59:59", "2024-05-13 23:59:59").encode("gb18030")
    assert notes_of(above)["OUTSIDE_DECLARED_RANGE", ""].places == (1,)


def test_declared_counts_and_totals_are_computed_again():
    notes = notes_of("alipay_mismatch.csv")
    assert ("COUNT_MISMATCH", "declared 66 found 4") in notes
    assert ("TOTALS_MISMATCH", "declared expense 63 16.54 found 2 102.00") in notes
    assert sum(code == "TOTALS_MISMATCH" for code, _ in notes) == 1
    notes = notes_of("alipay_web_mismatch.csv")
    assert ("TOTALS_MISMATCH", "declared received 2 13.67 found 1 1500.50") in notes
    assert "COUNT_MISMATCH" not in codes_of("alipay_web_mismatch.csv")
    notes = notes_of("wechatpay_mismatch.csv")
    assert ("COUNT_MISMATCH", "declared 43 found 4") in notes
    assert ("TOTALS_MISMATCH", "declared expense 2 102.01 found 2 102.00") in notes


@pytest.mark.parametrize(
    ("spent", "agrees"),
    [
        ("2笔 102.00元", True),  # all
        ("1笔 20.00元", True),  # without the closed one
        ("2笔 97.00元", True),  # less the refund
        ("1笔 15.00元", True),  # both
        ("2笔 101.99元", False), ("3笔 102.00元", False), ("0笔 102.00元", False), ("2笔 107.00元", False),
    ],
)  # fmt: skip
def test_the_ways_in_which_platforms_count(spent: str, agrees: bool):
    data = alipay_2023(spent=spent).encode("gb18030")
    assert ("TOTALS_MISMATCH" not in codes_of(data)) is agrees


@pytest.mark.parametrize("text", [alipay_2023(), alipay_2019(), wechatpay()])
def test_any_row_taken_away_or_added_is_seen(text: str):
    """The control: the count and one total stop agreeing."""
    lines = text.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if BILLS[1][7] in line)
    for changed in ([*lines[:at], *lines[at + 1 :]], [*lines[:at], lines[at], *lines[at:]]):
        found = codes_of("".join(changed).encode("gb18030"))
        assert {"COUNT_MISMATCH", "TOTALS_MISMATCH"} <= found


def test_an_amount_changed_is_seen():
    data = alipay_2023().replace("1500.50  ", "1500.51  ").encode("gb18030")
    assert codes_of(data) == ALWAYS | {"DELETED_NOT_INCLUDED", "TOTALS_MISMATCH"}


def test_a_bill_without_a_range_may_have_been_filtered():
    lines = alipay_2023().splitlines(keepends=True)
    data = "".join(line for line in lines if "起始时间" not in line).encode("gb18030")
    assert "FILTER_POSSIBLE" in codes_of(data)
    assert "FILTER_DECLARED" not in codes_of(data)


def test_goods_that_speak_like_the_file_declare_nothing():
    data = alipay_2023().replace("纸巾", "共9笔记录").encode("gb18030")
    assert reading_of(data).declared_records == 4
    assert "COUNT_MISMATCH" not in codes_of(data)


def test_a_cell_with_a_line_end_and_what_looks_like_a_row():
    """Alipay does not quote: nothing tells the two apart, so a bare count is never given."""
    assert len(records_of("alipay_injected.csv")) == 2
    notes = notes_of("alipay_injected.csv")
    assert notes["COUNT_APPARENT", ""].count == 2
    assert ("COUNT_MISMATCH", "declared 4 found 2") in notes


def test_a_comma_too_many_an_amount_in_words_and_a_strange_line():
    first, second, *_ = records_of("alipay_broken.csv")
    assert first == Segment(
        RECORD,
        first.length,
        b"2024-05-14 21:32:14",
        1715722334,
        1715722334,
        flags=("syntax_invalid",),
    )
    assert second.flags == ("syntax_invalid",)
    assert second.native_id.decode() == BILLS[1][7]
    assert segments_of("alipay_broken.csv")[-1].kind == UNPARSED
    notes = notes_of("alipay_broken.csv")
    assert notes["SYNTAX_INVALID", "columns"].places == (1,)
    assert notes["SYNTAX_INVALID", "amount"].places == (2,)
    assert notes["SYNTAX_INVALID", "outside-records"].places == (5,)


@pytest.mark.parametrize("name", WHOLE)
def test_a_comma_too_many_never_moves_a_cell_into_another_column(name: str):
    for where in range(4, 60, 7):
        data = (HERE / name).read_bytes().replace(b'"', b"")
        lines = data.splitlines(keepends=True)
        at = next(n for n, line in enumerate(lines) if BILLS[0][7].encode() in line)
        lines[at] = lines[at][:where] + b"," + lines[at][where:]
        changed = b"".join(lines)
        ids = {bill[7].encode() for bill in BILLS} | {b""}
        assert {each.native_id for each in records_of(changed)} <= ids
        assert "SYNTAX_INVALID" in codes_of(changed)


def test_a_quoted_cell_with_a_line_end_is_a_short_row_and_a_line_that_is_none():
    kinds = [each.kind for each in segments_of("wechatpay_line_end_in_cell.csv")]
    assert kinds == [FRAMING, RECORD, UNPARSED, RECORD, RECORD, RECORD]
    notes = notes_of("wechatpay_line_end_in_cell.csv")
    assert notes["SYNTAX_INVALID", "columns"].places == (1,)
    assert notes["SYNTAX_INVALID", "outside-records"].places == (2,)
    assert notes["NO_NATIVE_ID", ""].places == (1,)


def test_what_a_spreadsheet_program_leaves():
    notes = notes_of("wechatpay_saved_again.csv")
    assert notes["TIME_MINUTE_ONLY", ""].count == 4
    assert notes["ID_PRECISION_LOST", ""].places == (1, 2, 3, 4)


@pytest.mark.parametrize("name", WHOLE)
def test_a_row_above_the_names_is_not_taken_for_preamble(name: str):
    data = (HERE / name).read_bytes()
    row = next(line for line in data.splitlines(keepends=True) if BILLS[0][7].encode() in line)
    kinds = [each.kind for each in segments_of(row + data)]
    rowlike = row[:4] == b"2024" and row[4:5] == b"-"
    assert (kinds[0] == UNPARSED) is rowlike
    assert kinds.count(RECORD) == 4


@pytest.mark.parametrize("name", WHOLE)
def test_order_time_and_length_of_a_field(name: str):
    data = (HERE / name).read_bytes()
    assert "TIME_NOT_MONOTONE" not in codes_of(data), "newest first, throughout"
    swapped = data.replace(b"2024-05-12 09:00:00", b"2024-05-14 09:00:00")
    assert notes_of(swapped)["TIME_NOT_MONOTONE", ""].places == (2, 4)
    never = data.replace(b"2024-05-14 21:32:14", b"2024-05-34 21:32:14")
    assert notes_of(never)["TIME_UNREADABLE", ""].places == (1,)
    long = data.replace(BILLS[0][7].encode(), b"9" * 1500)
    assert notes_of(long)["FIELD_TOO_LONG", ""].places == (1,)


def test_a_row_longer_than_a_record_may_be(monkeypatch: pytest.MonkeyPatch):
    data = (HERE / "wechatpay_plain.csv").read_bytes()
    monkeypatch.setattr(csv_cut, "MAX_RECORD_BYTES", 400)
    assert notes_of(data + b"2024-01-01 10:00:00," + b"x" * 500)["RECORD_TOO_LARGE", ""].places == (
        5,
    )


@pytest.mark.parametrize("name", WHOLE)
def test_another_row_of_names_is_none_of_them(name: str):
    data = (HERE / name).read_bytes()
    other = data.replace("交易".encode("gb18030"), b"x").replace("交易".encode(), b"x")
    assert reading_of(other).reader == "any-file/1"


def test_a_file_that_is_not_all_of_the_encoding_of_its_names():
    data = alipay_2023().encode("gb18030") + b"\xff\xff\xff"
    assert ("ENCODING_UNCERTAIN", "unknown") in notes_of(data)
