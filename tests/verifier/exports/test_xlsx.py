"""Spreadsheet files: recognised, counted, never cut; and nothing in them unfolds or is followed."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile

import pytest

from tests.fixtures.exports import sheet_xlsx as made
from tests.fixtures.exports.generate import HERE
from verifier.evidence.segment import UNPARSED, Segment
from verifier.exports.inspection.source_pass import report_on
from verifier.exports.reader import Note, Reading
from verifier.exports.registry import read, reader_named
from verifier.exports.sheets import xlsx_members, xlsx_report, xlsx_sheet
from verifier.exports.sheets.xlsx_members import NotReadError, Workbook
from verifier.exports.source import Source

NAMES = sorted(made.COUNTS)
DEFLATED = zipfile.ZIP_DEFLATED


def reading_of(data: bytes | str) -> Reading:
    return read(Source(data if isinstance(data, bytes) else HERE / data))


def notes_of(data: bytes | str) -> dict[tuple[str, str], Note]:
    return {(note.code, note.detail): note for note in reading_of(data).notes}


def whole(name: str) -> bytes:
    return (HERE / name).read_bytes()


def wechatpay(**changed: str | bytes) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = dict(made.members(made.wechatpay()))
    return files | {
        name.replace("__", "/").replace("_xml", ".xml"): text for name, text in changed.items()
    }


def sheet_with(extra: str) -> bytes:
    """Return a bill whose sheet has something more after its last row."""
    files = wechatpay()
    text = str(files["xl/worksheets/sheet1.xml"]).replace("</sheetData>", extra + "</sheetData>")
    return made.archive(files | {"xl/worksheets/sheet1.xml": text}, DEFLATED)


# -- what is read -----------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_one_unparsed_segment_and_no_number_of_records(name: str):
    reading = reading_of(name)
    assert list(reading.segments()) == [Segment(UNPARSED, len(whole(name)))]
    assert (reading.clock, reading.variant, reading.ids) == ("none", "xlsx", "none")
    assert {"NO_RECORDS", "SHEET_NOT_CUT"} <= {note.code for note in reading.notes}
    report = report_on(Source(HERE / name), reading)
    assert report.records is None


def test_a_bill_is_counted_and_held_against_what_it_declares():
    notes = notes_of("wechatpay_sheet.xlsx")
    assert notes.keys() == {
        ("NO_RECORDS", ""), ("SHEET_NOT_CUT", ""), ("BEIJING_TIME_IMPLIED", ""), ("DELETED_NOT_INCLUDED", ""),
        ("FILTER_DECLARED", "declared 2024-05-01 00:00:00 to 2024-05-31 23:59:59"), ("SENDER_NAME_ONLY", ""),
    }  # fmt: skip
    assert notes["SHEET_NOT_CUT", ""].count == 4
    assert reading_of("wechatpay_sheet.xlsx").declared_records == 4
    notes = notes_of("wechatpay_sheet_mismatch.xlsx")
    assert ("COUNT_MISMATCH", "declared 43 found 4") in notes
    assert ("TOTALS_MISMATCH", "declared expense 2 102.01 found 2 102.00") in notes


def test_the_report_has_the_number_that_was_found_and_not_none():
    source = Source(HERE / "wechatpay_sheet_mismatch.xlsx")
    found = {each.code: each.detail for each in report_on(source).findings}
    assert found["COUNT_MISMATCH"] == "declared 43 found 4"
    same = Source(HERE / "wechatpay_sheet.xlsx")
    assert "COUNT_MISMATCH" not in {each.code for each in report_on(same).findings}


def test_an_amount_that_is_none_is_said():
    files = wechatpay()
    text = str(files["xl/worksheets/sheet1.xml"]).replace("<v>1500.50</v>", "<v>1500.505</v>")
    notes = notes_of(made.archive(files | {"xl/worksheets/sheet1.xml": text}))
    assert notes["SYNTAX_INVALID", "amount"].count == 1
    assert ("TOTALS_MISMATCH", "declared income 1 1500.50 found 1 0.00") in notes


def test_memotrace_and_weflow():
    notes = notes_of("memotrace_sheet.xlsx")
    assert notes["SHEET_NOT_CUT", ""].count == 3
    assert notes["CONTENT_DROPPED_BY_TOOL", ""].count == 2
    assert notes["TRANSFER_WITHOUT_CONTENT", ""].count == 1
    assert ("BOUNDARY_LOSS_POSSIBLE", "") in notes
    notes = notes_of("weflow_sheet.xlsx")
    assert notes["SHEET_NOT_CUT", ""].count == 2
    assert ("ID_RENUMBERED_BY_TOOL", "") in notes


def test_texts_in_cells_and_compressed_members_are_read_alike():
    for inline in (False, True):
        for method in (zipfile.ZIP_STORED, DEFLATED):
            data = made.archive(made.members(made.wechatpay(), inline=inline), method)
            assert notes_of(data).keys() == notes_of("wechatpay_sheet.xlsx").keys()


def test_names_with_a_prefix_and_unreferenced_cells_are_read():
    files = wechatpay()
    text = str(files["xl/worksheets/sheet1.xml"])
    for name in ("row", "c", "v", "sheetData", "worksheet"):
        text = (
            text.replace(f"<{name} ", f"<x:{name} ")
            .replace(f"<{name}>", f"<x:{name}>")
            .replace(f"</{name}>", f"</x:{name}>")
        )
    assert (
        notes_of(made.archive(files | {"xl/worksheets/sheet1.xml": text})).keys()
        == notes_of("wechatpay_sheet.xlsx").keys()
    )
    [row] = xlsx_sheet.rows(
        b"<row><c t='s'><v>1</v></c><c/><c><v>&#65;&amp;&#x42;&bad;</v></c></row>", ["a", "b"]
    )
    assert row == {0: "b", 2: "A&B&bad;"}
    assert list(
        xlsx_sheet.rows(b"<row/><row></row><row><c r='B1' t='s'><v>9</v></c></row>", ["a"])
    ) == [{1: ""}]


# -- who wrote it -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("application", "core", "saved_by"),
    [
        ("Microsoft Excel", made.CHANGED, "excel"),
        ("Microsoft Excel", "<cp:lastModifiedBy>x</cp:lastModifiedBy>", "excel"),
        ("Microsoft Excel", made.UNCHANGED, None),  # as libraries write it
        ("Microsoft Excel", "", None),
        ("LibreOffice/7.4", made.UNCHANGED, "libreoffice"),
        ("WPS 表格", "", "wps"),
        ("Go Excelize", made.CHANGED, None),
    ],
)
def test_saved_again_by(application: str, core: str, saved_by: str | None):
    data = made.archive(made.members(made.wechatpay()) | made.properties(application, core))
    found = [detail for code, detail in notes_of(data) if code == "RESAVED_BY"]
    assert found == ([] if saved_by is None else [saved_by])
    generator = reading_of(data).generator
    assert generator == (f"{application} 16.0300" if application.isascii() else "")


def test_a_file_that_says_nothing_of_its_maker():
    assert reading_of("wechatpay_sheet.xlsx").generator == ""
    assert not any(code == "RESAVED_BY" for code, _ in notes_of("wechatpay_sheet.xlsx"))


# -- what is not read -------------------------------------------------------------


def _bomb() -> bytes:
    return sheet_with("<row><c><v>" + "0" * 5_000_000 + "</v></c></row>")


def test_a_member_is_unpacked_to_its_bound_and_no_further(monkeypatch: pytest.MonkeyPatch):
    data = _bomb()
    assert len(data) < 20_000
    assert ("SHEET_NOT_CUT", "") in notes_of(data)
    monkeypatch.setattr(xlsx_report, "MAX_SHEET_BYTES", 1 << 20)
    tracemalloc.start()
    notes = notes_of(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ("SHEET_NOT_READ", "") in notes
    assert ("SHEET_NOT_CUT", "") not in notes
    assert peak < 5_000_000


def test_a_size_that_the_directory_lies_about():
    data = bytearray(_bomb())
    at = data.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    reading = reading_of(bytes(data))
    assert sum(s.length for s in reading.segments()) == len(data)
    assert ("SHEET_NOT_CUT", "") not in {(n.code, n.detail) for n in reading.notes}


def refused(data: bytes) -> bool:
    try:
        book = Workbook(Source(data))
        xlsx_sheet.strings(book)
        for name in xlsx_sheet.sheets(book):
            list(xlsx_sheet.rows(book.read(name, 1 << 20), []))
    except NotReadError:
        return True
    return False


def test_what_is_no_plain_spreadsheet_file_is_refused(monkeypatch: pytest.MonkeyPatch):
    data = whole("wechatpay_sheet.xlsx")
    assert not refused(data)
    assert refused(data[:-1])
    assert refused(data + b"x")
    assert refused(
        made.archive(wechatpay(xl__sharedStrings_xml="<!DOCTYPE x [<!ENTITY a 'b'>]><sst/>"))
    )
    assert refused(made.archive(wechatpay(), zipfile.ZIP_BZIP2))
    encrypted = bytearray(data)
    encrypted[data.rindex(b"xl/sharedStrings.xml") - 46 + 8] |= 1
    assert refused(bytes(encrypted))
    damaged = bytearray(data)
    damaged[data.index("交易时间".encode())] ^= 1
    assert refused(bytes(damaged)), "the checksum"
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as twice, pytest.warns(UserWarning, match="Duplicate"):
        twice.writestr("xl/workbook.xml", "x")
    assert refused(out.getvalue())
    for name, bound in (
        ("MAX_FILE_BYTES", len(data) - 1),
        ("MAX_MEMBERS", 3),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(xlsx_members, name, bound)
            assert refused(data), name


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_anchored_whole(name: str):
    data = whole(name)
    for at in range(0, len(data), 97):
        for damaged in (data[:at], data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]):
            for reader in (read(Source(damaged)).reader, made.COUNTS[name][0]):
                reading = reader_named(reader).read(Source(damaged))
                assert sum(each.length for each in reading.segments()) == len(damaged)


def test_an_external_entity_stays_where_it_is():
    text = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><worksheet><row><c><v>&a;</v></c></row>"
    files = wechatpay() | {"xl/worksheets/sheet1.xml": text}
    assert reading_of(made.archive(files)).reader == "any-file/1"
    assert xlsx_sheet._text(b"&a;&xxe;") == "&a;&xxe;"


def test_a_formula_is_text_that_nobody_evaluates():
    """The stored value counts; the formula itself is not read at all."""
    data = sheet_with(
        '<row><c r="A99"><f>HYPERLINK("https://example.com")</f><v>45425.9</v></c><c r="I99" t="str"><f>1/0</f><v>77</v></c></row>'
    )
    assert notes_of(data)["SHEET_NOT_CUT", ""].count == 5


@pytest.mark.parametrize(
    "unit",
    ["<row>", "<c ", "<c><v>1</v></c>", "<v>", "</row>", "&#65;", "<", "<row><c r='A1'/>", "<x:"],
)
def test_time_grows_with_size_and_not_with_its_square(unit: str):
    began = time.process_time()
    data = sheet_with(unit * (2_000_000 // len(unit)))
    reading_of(data)
    assert time.process_time() - began < 12


@pytest.mark.parametrize("rows", [[["x"]], [["交易时间"]], made.memotrace()[1:], made.weflow()[4:]])
def test_another_sheet_is_none_of_them(rows: list[list[str]]):
    assert reading_of(made.archive(made.members(rows))).reader == "any-file/1"
