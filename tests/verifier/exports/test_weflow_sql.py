"""WeFlow's SQL export: statements cut on bytes, numbers that run, statements inside messages."""

from __future__ import annotations

import pytest

from tests.fixtures.exports.generate import HERE
from tests.verifier.exports.texts import (
    opened,
)
from verifier.evidence.segment import FRAMING, RECORD, UNPARSED
from verifier.exports.cutting import sql_cut
from verifier.exports.inspection.summary import summarise
from verifier.exports.reader import Note
from verifier.exports.source import Source
from verifier.exports.tools import weflow_sql


def test_weflow_sql_numbers_run_and_a_gap_is_noted():
    reading, segments, notes = opened("weflow_running.sql")
    assert (reading.reader, reading.clock, reading.ids) == ("weflow-sql/1", "instant", "running")
    assert [each.kind for each in segments] == [FRAMING] * 3 + [RECORD] * 5 + [FRAMING]
    first, second, third, fourth, fifth = segments[3:8]
    assert (first.time, first.te_lo, first.te_hi) == (b"1714530660", 1714530660, 1714530660)
    assert (first.native_id, first.sender, first.type, first.flags) == (b"1", b"wxid_jia", b"1", ())
    assert third.flags == ("system", "recalled")
    assert (fourth.type, fourth.media) == (b"3", (b"images/a'b.jpg",))
    assert fifth.flags == ("voice_transcript",)
    assert notes["ID_GAP"] == Note("ID_GAP", 1, (5,))
    assert notes.keys() == {"FILTER_POSSIBLE", "ID_GAP", "RECALLED", "TRANSCRIPT_NOT_ORIGINAL"}
    data = (HERE / "weflow_running.sql").read_bytes()
    start = sum(each.length for each in segments[:4])
    assert weflow_sql.view(data[start : start + second.length]).text == "It's; fine\n第二行"
    source = Source(data)
    assert [gap.missing for gap in summarise(reading, source).number_gaps] == [1]


def test_weflow_sql_statement_inside_a_message_is_no_record():
    reading, segments, notes = opened("weflow_statement_inside.sql")
    assert sum(each.kind == RECORD for each in segments) == 3
    assert "COUNT_APPARENT" not in notes, "quotes leave nothing to guess"
    assert reading.ids == "running"


def test_weflow_sql_of_two_conversations_and_with_a_foreign_statement():
    reading, segments, notes = opened("weflow_two_sessions.sql")
    assert reading.ids == "native"
    assert "ID_GAP" not in notes
    assert notes["SYNTAX_INVALID"] == Note("SYNTAX_INVALID", 1, (5,), "outside-records")
    assert segments[5].kind == UNPARSED


def test_weflow_sql_cut_off():
    _, segments, notes = opened("weflow_truncated.sql")
    assert segments[-1].kind == UNPARSED
    assert notes["SYNTAX_INVALID"].places == (len(segments) - 1,)


@pytest.mark.parametrize("name", ["weflow_running.sql", "weflow_statement_inside.sql"])
def test_statements_do_not_depend_on_how_the_bytes_arrive(name: str):
    data = (HERE / name).read_bytes() + b"  -- it's a comment;\n;\n \n"
    whole = list(sql_cut.statements([data]))
    assert sum(length for length, _ in whole) == len(data)
    for size in (1, 2, 7, 64):
        parts = [data[n : n + size] for n in range(0, len(data), size)]
        assert list(sql_cut.statements(parts)) == whole


def test_statements_longer_than_a_record(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql_cut, "MAX_RECORD_BYTES", 100)
    long = b"INSERT '" + b"x" * 150 + b"';\n"
    for size in (1, 64, 1000):
        data = b"a;\n" + long + b"b;\n"
        parts = [data[n : n + size] for n in range(0, len(data), size)]
        found = list(sql_cut.statements(parts))
        assert sum(length for length, _ in found) == len(data)
        assert found[0] == (3, b"a;\n")
        assert found[1][1] is None
    assert next(iter(sql_cut.statements([b"'" + b"x" * 300]))) == (301, None)
