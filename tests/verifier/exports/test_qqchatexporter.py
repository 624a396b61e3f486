"""QQChatExporter: one JSON file, or chunks of lines with a manifest beside them."""

from __future__ import annotations

from tests.fixtures.exports import json_chats as fx
from tests.fixtures.exports.json_chats import START, written
from tests.verifier.exports.json_reading import fixture, read_bytes, read_fixture, views
from verifier.exports.reader import Note


def test_qq_group():
    reading, records, notes = read_fixture("qqchatexporter_group.json")
    assert (reading.variant, reading.generator) == ("json group 5.1.0", "QQChatExporter 5.1.0")
    assert (reading.ids, reading.declared_records) == ("running", 5)
    assert [r.native_id for r in records] == [b"501", b"503", b"504", b"505", b"506"]
    assert [r.sender for r in records] == [b"10001"] * 3 + [b"u_yi", "系统".encode()]
    assert [r.flags for r in records] == [
        (), ("quote",), ("forward", "media_remote"), ("recalled", "words_kept"), ("system",),
    ]  # fmt: skip
    assert [r.media for r in records[:3]] == [(), (b"images/a.jpg",), ()]
    assert notes["TZ_INFERRED"].detail == "+08:00"
    assert {"RECORDS_DROPPED_BY_TOOL", "REORDERED_BY_TOOL", "FILTER_POSSIBLE"} <= notes.keys()
    assert notes["RECALLED_CONTENT_KEPT"].places == (7,)
    assert not notes.keys() & {"RECALLED", "COUNT_MISMATCH", "FILTER_DECLARED", "NO_NATIVE_ID"}
    assert views(fixture("qqchatexporter_group.json"))[1].quoted == "第 1 条"


def test_a_recalled_message_without_words_has_lost_them():
    empty = fx.qce(1, recalled=True, content={"text": "", "elements": []})
    reading, records, _ = read_bytes(written(fx.qce_file([empty], "group")))
    assert records[0].flags == ("recalled",)
    assert Note("RECALLED", 1, (1,)) in reading.notes


def test_qq_private_declares_a_filter_and_another_count():
    reading, records, notes = read_fixture("qqchatexporter_private.json")
    assert (reading.ids, records[0].native_id) == ("native", b"7000000000000000001")
    assert "FILTER_DECLARED" in notes
    assert notes["COUNT_MISMATCH"].detail == "declared 3 found 2"


def test_leaving_out_notices_is_a_declared_filter():
    options = {"filters": {}, "options": {"includeSystemMessages": False}}
    reading, _, _ = read_bytes(written(fx.qce_file([fx.qce(1)], "group", exportOptions=options)))
    assert Note("FILTER_DECLARED") in reading.notes


def test_qq_times_of_an_older_version():
    older = fx.qce(1, timestamp="2024-05-01T02:31:05.000Z")
    _, records, _ = read_bytes(written(fx.qce_file([older], "private")))
    assert records[0].te_lo == START + 60


def test_qq_chunk_and_its_manifest():
    reading, records, notes = read_fixture("qqchatexporter_chunk.jsonl")
    assert (reading.variant, reading.ids) == ("jsonl chunk", "native")
    assert [r.native_id for r in records] == [b"7000000000000000001", b"7000000000000000003"]
    assert {"PARTS_OF_ONE_EXPORT", "RECORDS_DROPPED_BY_TOOL"} <= notes.keys()
    reading, records, notes = read_fixture("qqchatexporter_manifest.json")
    assert (reading.variant, records) == ("json manifest 5.1.0", [])
    assert {"PARTS_OF_ONE_EXPORT", "NO_RECORDS"} <= notes.keys()
