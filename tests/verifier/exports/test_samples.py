"""Public samples outside the project: the number of records is the one that others counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verifier.evidence.segment import RECORD
from verifier.exports.registry import detect, read
from verifier.exports.source import Source

OURS = {
    "telegram/test_single_export.json": "telegram-json/1",
    "telegram/DM_2A_7M.json": "telegram-json/1",
    "dingtalk/syn_dingtalk_messages.json": "dingtalk-json/1",
    "feishu/syn_feishu_im_v1_messages.json": "feishu-json/1",
    "messenger/2A_7M.json": "messenger-json/1",
    "discord/GC_3A_5M.json": "discord-json/1",
    "discord/DM_2A_2M.json": "discord-json/1",
    "slack/zulip_normal_thread.json": "slack-json/1",
    "slack/syn_slack_day.json": "slack-json/1",
    "wechat/chatarchive_chatlab-current.jsonl": "chatlab-jsonl/1",
    "wechat/syn_chatlog_api.json": "chatlog-json/1",
    "email/cpython_msg_01.txt": "mail-eml/1",
    "email/cpython_msg_02.txt": "mail-eml/1",
    "email/cpython_msg_10.txt": "mail-eml/1",
    "email/dkimpy_rfc6376.signed.msg": "mail-eml/1",
    "email/dkimpy_test.message": "mail-eml/1",
    "email/japanese.txt": "mail-eml/1",
    "email/simple-embedded-message.eml": "mail-eml/1",
    "email/simple.mbox.txt": "mail-mbox/1",
    "email/syn_qqmail_gbk.eml": "mail-eml/1",
    "email/unmunged.mbox.txt": "mail-mbox/1",
    "qq/syn_qq_msgmgr.mht": "qq-msgmgr-mht/1",
    "sms/syn_mms.xml": "sms-xml/1",
    "telegram/syn_messages.html": "telegram-html/1",
    "imessage/syn_imessage_exporter_simple.txt": "imessage-exporter-txt/1",
    "qq/chatarchive_qq-current.txt": "qqchatexporter-txt/1",
    "qq/qq_msgmgr_group_12h.txt": "qq-msgmgr-txt/1",
    "qq/syn_qq_msgmgr_private.txt": "qq-msgmgr-txt/1",
    "signal/test_export.txt": "signal-export-txt/1",
    "wechat/chatarchive_weflow-current.txt": "weflow-txt/1",
    "wechat/syn_memotrace.txt": "memotrace-txt/1",
    "wechat/wechat_official_mail_private.txt": "wechat-official/1",
    "wechat/syn_wechat_official_mail.eml": "wechat-official-mail/1",
    "wechat/chatarchive_weflow-standard.json": "weflow-json/1",
    "wechat/syn_weflow_private.json": "weflow-json/1",
    "wechat/syn_memotrace_private.csv": "memotrace-csv/1",
    "wechat/pywxdump_test_person.csv": "pywxdump-csv/1",
    "alipay/alipay_app_2023_gbk.csv": "alipay-csv/1",
    "wechatpay/wechatpay.csv": "wechatpay-csv/1",
    "whatsapp/4A_11M.txt": "whatsapp-text/1",
    "whatsapp/android_private_Alice.txt": "whatsapp-text/1",
    "whatsapp/asian-format-test.txt": "whatsapp-text/1",
    "whatsapp/bracketed-year-first-test.txt": "whatsapp-text/1",
    "whatsapp/european-ampm-format-test.txt": "whatsapp-text/1",
    "whatsapp/german-format-test.txt": "whatsapp-text/1",
    "whatsapp/ios_group__chat.txt": "whatsapp-text/1",
    "whatsapp/lorem.txt": "whatsapp-text/1",
    "whatsapp/pokemon.txt": "whatsapp-text/1",
    "whatsapp/syn_ios_zhCN.txt": "whatsapp-text/1",
}
NAMED_ONLY = {"imessage/imessage_exporter_example.html", "rsmf/sample.rsmf"}
"""Known by their signature; nobody says how many records they hold."""


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "samples"


@pytest.mark.parametrize("name", sorted(OURS))
def test_count_is_the_true_one(samples: Path, name: str):
    source = Source(samples / name)
    reading = read(source)
    segments = list(reading.segments())
    true = json.loads((samples / "EXPECTED.json").read_text("utf-8"))[name]["records"]
    assert reading.reader == OURS[name]
    assert sum(each.kind == RECORD for each in segments) == true
    assert sum(each.length for each in segments) == source.size


def test_no_sample_of_another_tool_is_claimed(samples: Path):
    expected = json.loads((samples / "EXPECTED.json").read_text("utf-8"))
    present = {name.split("/")[0] for name in expected}
    assert {"wechat", "whatsapp", "signal", "qq", "email"} <= present
    assert all(expected[name]["records"] is None for name in NAMED_ONLY)
    for name in NAMED_ONLY:
        assert read(Source(samples / name)).reader == "known-unread/1", name
    for name in expected.keys() - OURS.keys() - NAMED_ONLY:
        assert [each.reader for each in detect(Source(samples / name))] == ["any-file/1"], name


def test_every_whatsapp_sample_is_listed(samples: Path):
    assert {f"whatsapp/{path.name}" for path in (samples / "whatsapp").iterdir()} <= OURS.keys()


def test_out_of_order_and_undecidable(samples: Path):
    """23:55, 23:16, 23:55 …, and 12/9/20 is 12 September or 9 December."""
    reading = read(Source(samples / "whatsapp/4A_11M.txt"))
    notes = {note.code: note for note in reading.notes}
    assert notes["DATE_ORDER_AMBIGUOUS"].count == 14
    assert notes["TIME_NOT_MONOTONE"].places == (1,)
    assert notes["HEADER_AMBIGUOUS"].detail == "backwards"
    first, second, *_ = reading.segments()
    assert (first.te_lo, first.te_hi) == (1599954900, 1607558159)
    assert second.flags == ("system", "date_order_ambiguous", "header_ambiguous")


def test_offset_is_inferred_from_the_file_not_assumed(samples: Path):
    for name, offset in (
        ("wechat/chatarchive_weflow-standard.json", "+00:00"),
        ("wechat/syn_weflow_private.json", "+08:00"),
    ):
        notes = {note.code: note for note in read(Source(samples / name)).notes}
        assert notes["TZ_INFERRED"].detail == offset
        assert notes["ID_RENUMBERED_BY_TOOL"].detail == "localId"


def test_encoded_mail_asserts_no_number_of_messages(samples: Path):
    reading = read(Source(samples / "wechat/syn_wechat_official_mail.eml"))
    record, rest = reading.segments()
    assert reading.clock == "instant"
    assert (record.te_lo, record.native_id) == (1714530605, b"<0000@example.com>")
    assert rest.te_lo is None
    assert [note.code for note in reading.notes] == ["TRANSCRIPT_NOT_CUT"]


def test_bills_that_people_edited_by_hand_contradict_themselves(samples: Path):
    """The range and totals of the first, the range and count of the second are not those of its rows."""
    for name, count in (
        ("alipay/alipay_app_2023_gbk.csv", "declared 66 found 10"),
        ("wechatpay/wechatpay.csv", "declared 43 found 27"),
    ):
        notes = {note.code: note for note in read(Source(samples / name)).notes}
        assert notes["COUNT_MISMATCH"].detail == count
        assert {"TOTALS_MISMATCH", "DELETED_NOT_INCLUDED", "OUTSIDE_DECLARED_RANGE"} <= notes.keys()
