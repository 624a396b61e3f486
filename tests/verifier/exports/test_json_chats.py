"""Chats as JSON by chatlog, ChatLab, Slack, Discord, Messenger, Feishu, DingTalk."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.exports import json_chats as fx
from tests.fixtures.exports.json_chats import START, written
from tests.verifier.exports.json_reading import fixture, read_bytes, read_fixture, views
from verifier.evidence.segment import UNPARSED
from verifier.exports.reader import Note
from verifier.exports.registry import detect, read
from verifier.exports.source import Source

SECONDS = [START + 60 * n for n in range(1, 10)]
ARRAYS = {
    "chatlog_plain.json": "", "chatlab_plain.json": "messages", "qqchatexporter_group.json": "messages",
    "slack_day.json": "", "discord_plain.json": "messages", "messenger_plain.json": "messages", "dingtalk_plain.json": "",
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_records_are_exactly_the_objects_and_dated_to_the_second(name: str):
    data = fixture(name)
    parsed = json.loads(data.decode("utf-8-sig"))
    _, records, raw = read_bytes(data)
    key = ARRAYS[name]
    assert [json.loads(each) for each in raw] == (parsed[key] if key else parsed)
    assert all(r.te_lo == r.te_hi for r in records)
    expected = SECONDS[: len(records)]
    if name.startswith("qq"):
        expected = [SECONDS[n] for n in (0, 2, 3, 4, 5)]
    if name.startswith("messenger"):
        expected.reverse()
    assert [r.te_lo for r in records] == expected


@pytest.mark.parametrize("name", sorted(fx.COUNTS))
def test_only_one_reader_takes_a_file_for_its_own(name: str):
    found = [each.reader for each in detect(Source(fixture(name)))]
    assert found == [fx.COUNTS[name][0], "any-file/1"]


def test_chatlog():
    reading, records, notes = read_fixture("chatlog_plain.json")
    assert (reading.variant, reading.clock, reading.ids) == ("json", "instant", "none")
    assert [(r.time, r.sender, r.native_id, r.type, r.flags) for r in records] == [
        (b"2024-05-01T10:31:05+08:00", b"wxid_jia", b"", b"1", ()),
        (b"2024-05-01T10:32:05+08:00", b"wxid_jia", b"", b"3", ()),
        (b"2024-05-01T10:33:05+08:00", b"", b"", b"10000", ("system", "recalled")),
    ]
    assert notes == {
        "FILTER_POSSIBLE": Note("FILTER_POSSIBLE", 3),
        "NO_NATIVE_ID": Note("NO_NATIVE_ID", 3, (1, 3, 5)),
        "SELF_IDENTITY_GUESSED": Note("SELF_IDENTITY_GUESSED", 3, (1, 3, 5)),
        "HOST_IN_RECORDS": Note("HOST_IN_RECORDS", 1, (3,)),
        "RECALLED": Note("RECALLED", 1, (5,)),
    }
    assert views(fixture("chatlog_plain.json"))[0].text == "第 1 条"


def test_chatlog_time_written_twice_is_spanned():
    _, records, notes = read_fixture("chatlog_twice.json")
    assert (records[0].te_lo, records[0].te_hi) == (START + 60, START + 60 + 5335)
    assert records[0].flags == ("duplicate_key",)
    assert notes["DUPLICATE_KEYS"].places == (1,)


@pytest.mark.parametrize("name", ["chatlab_plain.json", "chatlab_plain.jsonl"])
def test_chatlab(name: str):
    reading, records, notes = read_fixture(name)
    assert reading.variant == name.rpartition(".")[2] + " 0.0.2"
    assert (reading.generator, reading.ids, reading.clock) == (
        "My Converter 1.2",
        "native",
        "instant",
    )
    assert [r.te_lo for r in records] == SECONDS[:7]
    assert [r.native_id for r in records] == [b"m1", b"m2", b"m3", b"m4", b"", b"m6", b"m7"]
    assert [r.sender for r in records] == [b"wxid_jia"] * 6 + ["甲".encode()]
    assert [r.type for r in records] == [b"0", b"2", b"21", b"21", b"80", b"0", b"0"]
    assert [r.flags for r in records] == [
        (), ("voice_transcript",), ("transfer",), ("transfer",), ("system", "recalled"), ("quote", "forward"), (),
    ]  # fmt: skip
    assert {code: note.count for code, note in notes.items()} == {
        "CONVERTED_FORMAT": 0, "FILTER_POSSIBLE": 7, "NO_NATIVE_ID": 1, "SENDER_NAME_ONLY": 1,
        "TRANSFER_WITHOUT_CONTENT": 1, "RECALLED": 1, "TRANSCRIPT_NOT_ORIGINAL": 1,
    }  # fmt: skip
    shown = views(fixture(name))
    assert (shown[5].text, shown[5].reply_to) == ("第 6 条", b"m1")


def test_chatlab_that_was_merged_from_files_says_so():
    assert read_fixture("chatlab_merged.json")[2]["MERGED_FILES"].count == 1
    assert "MERGED_FILES" not in read_fixture("chatlab_plain.json")[2]


def test_a_damaged_line_takes_no_other_with_it():
    _, records, notes = read_fixture("chatlab_damaged.jsonl")
    assert [r.native_id for r in records] == [b"m1", b"", b"m3"]
    note = notes["SYNTAX_INVALID"]
    assert (note.count, note.detail) == (1, "outside-records")
    kinds = [s.kind for s in read(Source(fixture("chatlab_damaged.jsonl"))).segments()]
    assert kinds[note.places[0]] == UNPARSED


@pytest.mark.parametrize("generator", ["", "x" * 101, "甲", "a\nb", " a"])
def test_a_generator_is_printable_or_none(generator: str):
    header = fx.CHATLAB["chatlab"] | {"generator": generator}
    assert read_bytes(written(fx.CHATLAB | {"chatlab": header, "messages": []}))[0].generator == ""


def test_slack():
    reading, records, notes = read_fixture("slack_day.json")
    assert (reading.ids, reading.clock) == ("native", "instant")
    assert [r.native_id for r in records] == [b"%d.000100" % second for second in SECONDS[:6]]
    assert [r.time for r in records] == [r.native_id for r in records]
    assert [r.sender for r in records] == [b"U1", b"U1", b"USLACKBOT", b"U1", b"U1", b"bot"]
    assert [r.type for r in records[2:5]] == [b"tombstone", b"message", b"channel_join"]
    assert [r.flags for r in records] == [
        (), ("edited",), ("deleted",), ("media_remote",), ("system",), (),
    ]  # fmt: skip
    assert {code: note.places for code, note in notes.items()} == {
        "PARTS_OF_ONE_EXPORT": (), "FILTER_POSSIBLE": (), "SECRETS_PRESENT": (7,), "SENDER_NAME_ONLY": (11,),
        "RECALLED": (5,), "EDITED": (3,), "MEDIA_REMOTE": (7,),
    }  # fmt: skip
    assert views(fixture("slack_day.json"))[1].reply_to == b"%d.000100" % SECONDS[0]


def test_slack_without_a_token_warns_of_none():
    clean = fixture("slack_day.json").replace(b"?t=xoxe-0000-FAKE", b"")
    assert "SECRETS_PRESENT" not in {note.code for note in read_bytes(clean)[0].notes}


def test_discord():
    reading, records, notes = read_fixture("discord_plain.json")
    assert (reading.generator, reading.declared_records) == ("DiscordChatExporter", 6)
    assert records[0].time == b"2024-05-01T10:31:05.007+08:00"
    assert [r.sender for r in records] == [b"111"] * 6
    assert [r.flags for r in records] == [
        (), ("snowflake_mismatch",), ("system",), ("edited", "quote"), ("media_remote",), (),
    ]  # fmt: skip
    assert records[5].media == (b"chat_Files/a.png",)
    assert {code: note.places for code, note in notes.items()} == {
        "FILTER_POSSIBLE": (), "EDITED": (7,), "MEDIA_REMOTE": (9,), "SNOWFLAKE_MISMATCH": (3,),
    }  # fmt: skip
    assert views(fixture("discord_plain.json"))[3].reply_to == fx.snowflake(1).encode()


def test_discord_range_and_count_are_its_own_words():
    _, _, notes = read_fixture("discord_filtered.json")
    assert "FILTER_DECLARED" in notes
    assert notes["COUNT_MISMATCH"].detail == "declared 5 found 1"


def test_a_snowflake_of_another_millisecond():
    late = fx.discord(1, id=str(int(fx.snowflake(1)) + (1 << 22)))
    _, records, _ = read_bytes(
        written(fx.discord_file([late, fx.discord(2, id="x"), fx.discord(3)]))
    )
    assert [r.flags for r in records] == [("snowflake_mismatch",), ("snowflake_mismatch",), ()]


def test_messenger():
    reading, records, notes = read_fixture("messenger_plain.json")
    assert (reading.encoding, reading.ids) == ("utf-8-bom", "none")
    assert [r.flags for r in records] == [(), (), ("deleted",), ("media_remote",), ()]
    assert records[1].media == (b"messages/inbox/a/photos/1.jpg",)
    assert {code: (note.count, note.places) for code, note in notes.items()} == {
        "FILTER_POSSIBLE": (5, ()), "NO_NATIVE_ID": (5, (1, 3, 5, 7, 9)), "SENDER_NAME_ONLY": (5, (1, 3, 5, 7, 9)),
        "RECALLED": (1, (5,)), "MEDIA_REMOTE": (1, (7,)), "NEWEST_FIRST": (0, ()),
    }  # fmt: skip
    assert [each.text for each in views(fixture("messenger_plain.json"))[:1]] == ["你"]


def test_feishu():
    reading, records, notes = read_fixture("feishu_page.json")
    assert [r.te_lo for r in records] == SECONDS[:3]
    assert (records[0].time, records[0].sender) == (b"1714530665123", b"ou_1")
    assert records[0].native_id == b"om_%030d" % 1
    assert [r.type for r in records] == [b"text", b"text", b"image"]
    assert [r.flags for r in records] == [(), ("deleted",), ("edited", "quote")]
    assert notes.keys() == {"FILTER_POSSIBLE", "PAGINATION_INCOMPLETE", "RECALLED", "EDITED"}
    shown = views(fixture("feishu_page.json"))
    assert [each.text for each in shown] == [
        "第 1 条",
        "This message was recalled",
        '{"image_key":"k"}',
    ]
    assert shown[2].reply_to == b"om_%030d" % 1
    assert reading.ids == "native"


def test_the_last_of_several_feishu_pages_decides_whether_more_follow():
    assert "PAGINATION_INCOMPLETE" not in read_fixture("feishu_pages.json")[2]
    pages = [fx.feishu_page(fx.FEISHU, more=False), fx.feishu_page(fx.FEISHU, more=True)]
    assert Note("PAGINATION_INCOMPLETE") in read_bytes(written(pages))[0].notes


def test_dingtalk():
    reading, records, notes = read_fixture("dingtalk_plain.json")
    assert [r.native_id for r in records] == [b"1", b"2", b"3"]
    assert [r.sender for r in records] == [b"1001", b"1001", "小周".encode()]
    assert [r.flags for r in records] == [(), ("from_index",), ("media_omitted",)]
    assert notes["RECOVERED_FROM_INDEX"].places == (3,)
    assert reading.clock == "instant"


def test_what_was_rewritten_for_training_is_no_record():
    reading, records, notes = read_fixture("training_conversations.json")
    assert not records
    assert notes.keys() == {"LOSSY_EXPORT", "NO_RECORDS"}
    assert [s.kind for s in reading.segments()] == [UNPARSED]


@pytest.mark.parametrize(
    "data",
    [
        written([{"conversations": "none"}]), written({"conversations": [{"id": 1}]}), written([{"ts": "1714530605.000100"}]),
        written([{"id": 1, "senderId": 2}]), written({"guild": {}, "channel": {}, "messages": []}), written({"messages": [fx.messenger(1)]}),
        written({"data": {"items": [{"message_id": "1", "create_time": "1"}]}}), written({"chatlab": {}, "messages": []}),
        written({"metadata": {"name": "QQChatExporter"}}), written({"_type": "header"}), written(fx.CHATLAB["meta"]),
        written([[fx.chatlog(1)]]), b"{}", b"[]",
    ],
)  # fmt: skip
def test_less_than_a_signature_is_any_file(data: bytes):
    assert [each.reader for each in detect(Source(data))] == ["any-file/1"]


@pytest.mark.parametrize("name", sorted(fx.COUNTS))
def test_a_key_that_occurs_twice_is_flagged_and_its_times_spanned(name: str):
    keys = {"chatlog": "time", "slack": "ts", "discord": "timestamp", "messenger": "timestamp_ms", "feishu": "create_time", "dingtalk": "createdAt"}  # fmt: skip
    key = keys.get(name.partition("_")[0], "timestamp")
    data = fixture(name)
    reading, before, _ = read_bytes(data)
    if not before or name == "chatlog_twice.json":
        return
    mark = b'"%s": ' % key.encode()
    at = data.index(before[0].time) - (
        1 if data[data.index(before[0].time) - 1 :].startswith(b'"') else 0
    )
    start = data.rindex(mark, 0, at + 1)
    later = before[0].time.replace(b"1714530", b"1714531").replace(b"T10:", b"T11:")
    quote = data[at : at + 1] if data[at : at + 1] == b'"' else b""
    twice = data[:start] + mark + quote + later + quote + b", " + data[start:]
    after, records, _ = read_bytes(twice)
    assert after.reader == reading.reader
    assert "duplicate_key" in records[0].flags
    assert records[0].te_lo == before[0].te_lo
    assert (records[0].te_hi or 0) > (before[0].te_hi or 0)
    assert "DUPLICATE_KEYS" in {note.code for note in after.notes}
