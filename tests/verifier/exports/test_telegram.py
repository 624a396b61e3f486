"""Telegram Desktop JSON: one chat or a whole account, valid JSON or not."""

from __future__ import annotations

import json

import pytest

from tests.fixtures.exports.telegram import START, chat, message, written
from tests.verifier.exports.json_reading import fixture, read_bytes, read_fixture, views
from verifier.evidence.segment import Segment
from verifier.exports.reader import Note
from verifier.exports.registry import detect
from verifier.exports.source import Source


def test_fields_of_every_kind_of_message():
    reading, records, notes = read_fixture("telegram_chat.json")
    assert (reading.variant, reading.clock, reading.ids) == (
        "json personal_chat",
        "instant",
        "native",
    )
    assert [(r.time, r.te_lo, r.te_hi) for r in records[:-1]] == [
        (b"%d" % (START + 60 * n), START + 60 * n, START + 60 * n) for n in range(1, 9)
    ]
    assert [r.native_id for r in records] == [b"%d" % n for n in range(101, 110)]
    assert [r.sender for r in records] == [b"user7"] * 7 + [b"user8", b""]
    assert [r.type for r in records] == [
        *[b"message"] * 3, b"voice_message", *[b"message"] * 3, b"phone_call", b"unsupported",
    ]  # fmt: skip
    assert [r.flags for r in records] == [
        (), (), (), ("media_omitted",), ("edited",), ("forward", "quote"), (), ("system",), (),
    ]  # fmt: skip
    assert [r.media for r in records[2:4]] == [(b"photos/photo_1@01-05-2024.jpg",), ()]
    assert notes["TZ_INFERRED"] == Note("TZ_INFERRED", 8, (), "+08:00")
    assert notes["TIME_UNREADABLE"].places == (17,)
    assert notes["EDITED"].places == (9,)
    assert notes["MEDIA_OMITTED"].places == (7,)
    assert notes.keys() == {
        "FILTER_POSSIBLE", "TZ_INFERRED", "EDITED", "MEDIA_OMITTED", "TIME_UNREADABLE",
    }  # fmt: skip


def test_records_are_exactly_the_objects():
    data = fixture("telegram_chat.json")
    _, _, raw = read_bytes(data)
    assert [json.loads(each) for each in raw] == json.loads(data)["messages"]


def test_words_of_a_string_or_an_array_and_the_reply():
    shown = views(fixture("telegram_chat.json"))
    assert [each.text for each in shown[:2]] == ["第 1 条", "看 https://example.com/a，好"]
    assert [each.reply_to for each in shown[4:7]] == [b"", b"101", b""]
    other = views(written(chat([message(1, reply_to_message_id=1, reply_to_peer_id="channel9")])))
    assert other[0].reply_to == b""


@pytest.mark.parametrize(
    ("kind", "ids"),
    [("personal_chat", "native"), ("private_group", "native"), ("public_channel", "running"),
     ("private_supergroup", "running")],
)  # fmt: skip
def test_ids_run_on_only_within_a_supergroup_or_channel(kind: str, ids: str):
    assert read_bytes(written(chat([message(1)], kind)))[0].ids == ids


def test_an_account_is_many_conversations_and_its_contacts_are_none():
    reading, records, notes = read_fixture("telegram_account.json")
    assert (reading.variant, reading.ids) == ("json account", "native")
    assert [r.native_id for r in records] == [b"105", b"106", b"101", b"102"]
    assert notes["SEVERAL_CONVERSATIONS"].count == 3
    assert "TIME_NOT_MONOTONE" not in notes, "the second chat begins anew"


def test_an_account_of_an_older_version_in_any_language():
    old = {key: each for key, each in message(1).items() if key != "date_unixtime"}
    data = written({"about": "这是您请求的数据。", "chats": {"list": [chat([old])]}})
    reading, records, _ = read_bytes(data)
    assert (reading.variant, reading.clock, len(records)) == ("json account", "wall", 1)
    owner = written({"personal_information": {"user_id": 7}})
    assert read_bytes(owner)[0].reader == "telegram-json/1"


def test_a_large_address_book_before_the_chats():
    contacts = [{"first_name": str(n), "phone": str(n), "a": 1, "b": 2} for n in range(30_000)]
    data = written({"personal_information": {"user_id": 7}, "contacts": {"list": contacts},
                    "chats": {"list": [chat([message(1)])]}})  # fmt: skip
    reading, records, _ = read_bytes(data)
    assert (reading.variant, len(records)) == ("json account", 1)
    assert Note("RECORD_TOO_COMPLEX", 0, (), "outside-records") in reading.notes


def test_wall_time_alone_stays_wall_time():
    reading, records, notes = read_fixture("telegram_wall.json")
    assert (reading.clock, records[0].time) == ("wall", b"2024-05-01T10:31:05")
    assert records[0].te_lo == records[0].te_hi == START + 60 + 28_800
    assert notes["NO_TIMEZONE"].count == 3
    assert not notes.keys() & {"TIME_SPANS_ZONES", "TZ_INFERRED"}


def test_wall_time_among_instants_spans_every_zone():
    reading, records, notes = read_fixture("telegram_mixed_clocks.json")
    assert reading.clock == "instant"
    wall = START + 120 + 28_800
    assert (records[1].te_lo, records[1].te_hi) == (wall - 14 * 3600, wall + 12 * 3600)
    assert wall - 14 * 3600 <= START + 120 <= wall + 12 * 3600, "the true instant is in it"
    assert records[1].flags == ("zone_unknown",)
    assert notes["TIME_SPANS_ZONES"].places == (3,)
    assert not notes.keys() & {"TIME_NOT_MONOTONE", "NO_TIMEZONE"}


def test_summer_time_is_noted_and_no_conflict():
    reading, records, notes = read_fixture("telegram_summer_time.json")
    offsets = [note for note in reading.notes if note.code == "TZ_INFERRED"]
    assert offsets == [
        Note("TZ_INFERRED", 3, (), "+08:00"),
        Note("TZ_INFERRED", 1, (7,), "+09:00"),
    ]
    assert "TZ_CONFLICT" not in notes
    assert [r.flags for r in records] == [()] * 4


def test_two_times_that_disagree_are_flagged():
    _, records, notes = read_fixture("telegram_tz_conflict.json")
    assert [r.flags for r in records] == [(), (), ("tz_conflict",)]
    assert notes["TZ_CONFLICT"] == Note("TZ_CONFLICT", 1, (5,), "+08:00")


@pytest.mark.parametrize("name", ["control_character", "unquoted_id"])
def test_what_a_parser_refuses_is_cut_and_flagged(name: str):
    with pytest.raises(ValueError, match=r"column"):
        json.loads(fixture(f"telegram_{name}.json"))
    _, records, notes = read_fixture(f"telegram_{name}.json")
    assert records[0].flags == ("syntax_invalid",)
    assert (records[0].te_lo, records[0].native_id) == (START + 60, b"101")
    assert notes["SYNTAX_INVALID"] == Note("SYNTAX_INVALID", 1, (1,))


def test_invalid_syntax_outside_of_the_records():
    plain = fixture("telegram_chat.json")
    for damaged in (
        plain.replace("乙".encode(), rb"\x07", 1),
        plain.replace(b'"id": 8,', b'"id": 8'),
        plain.replace(b"},\n  {", b"}\n  {", 1),
        plain.replace(b"},\n  {", b"},,\n  {", 1),
        plain.replace(b"}\n ]", b"},\n ]"),
    ):
        assert damaged != plain
        reading, records, _ = read_bytes(damaged)
        assert len(records) == 9
        assert Note("SYNTAX_INVALID", 0, (), "outside-records") in reading.notes
    assert "SYNTAX_INVALID" not in {note.code for note in read_bytes(plain)[0].notes}


def test_truncated_file_keeps_its_whole_records():
    _, records, notes = read_fixture("telegram_truncated.json")
    assert len(records) == 7
    assert notes["SYNTAX_INVALID"].detail == "outside-records"


def test_duplicate_key_is_flagged_and_both_times_spanned():
    _, records, notes = read_fixture("telegram_duplicate_key.json")
    assert records[0].flags == ("duplicate_key",)
    assert (records[0].te_lo, records[0].te_hi) == (START + 60, 1_714_600_000)
    assert notes["DUPLICATE_KEYS"].places == (1,)


def test_an_array_whose_name_is_escaped_hides_nothing():
    reading, records, _ = read_fixture("telegram_hidden_array.json")
    assert records[-1].native_id == b"109"
    assert Note("DUPLICATE_KEYS", 0, (), "outside-records") in reading.notes


def test_names_stand_in_for_ids():
    nameless = [message(1, from_id=""), message(2)]
    reading, records, _ = read_bytes(written(chat(nameless)))
    assert records[0].sender == "甲".encode()
    assert Note("SENDER_NAME_ONLY", 1, (1,)) in reading.notes


def test_cleared_history_is_a_mark_of_deletion():
    cleared = message(2, type="service", actor_id="user7", action="clear_history")
    reading, records, _ = read_bytes(written(chat([message(1), cleared])))
    assert records[1].flags == ("system", "deleted")
    assert Note("RECALLED", 1, (3,)) in reading.notes


def test_backwards_and_newest_first():
    def codes(order: tuple[int, ...]) -> list[Note]:
        notes = read_bytes(written(chat([message(n) for n in order])))[0].notes
        return [n for n in notes if n.code in ("TIME_NOT_MONOTONE", "NEWEST_FIRST")]

    assert codes((1, 2, 3)) == []
    assert codes((1, 3, 2)) == [Note("TIME_NOT_MONOTONE", 1, (5,))]
    assert codes((9, 8, 7, 6)) == [Note("NEWEST_FIRST")]
    assert codes((9, 8, 7, 6, 3, 2, 4)) == [Note("NEWEST_FIRST", 1, (13,))]


@pytest.mark.parametrize(
    "data",
    [
        b'{"messages":[{"type":"message","text":"no time"}]}',
        b'{"type":"personal_chat","messages":[]}',
        b'{"about":"my own notes","chats":{"list":[{"type":"group"}]}}',
        b'{"personal_information":{"name":"A"},"type":"personal_chat"}',
        b'[{"type":"message","date_unixtime":"1714530605"}]',
        b'{"x":{"messages":[{"type":"message","date_unixtime":"1714530605"}]}}',
    ],
)
def test_other_files_are_not_taken_for_its_own(data: bytes):
    assert [each.reader for each in detect(Source(data))] == ["any-file/1"]


def test_a_chat_without_messages():
    reading, records, _ = read_bytes(written(chat([])))
    assert (reading.reader, reading.ids, records) == ("telegram-json/1", "none", [])


def test_nested_values_are_not_the_messages_own():
    forged = message(1, extra={"id": 5, "date_unixtime": "1", "from_id": "user9"})
    _, records, _ = read_bytes(written(chat([forged])))
    one: Segment = records[0]
    assert (one.native_id, one.te_lo, one.sender) == (b"101", START + 60, b"user7")
