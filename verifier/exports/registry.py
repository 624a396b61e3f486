"""The readers in their fixed order, and the choice among them.

A file is recognised by what is in it, never by its name. Where several readers
recognise it, all are reported and the first of the list reads it; the order
goes from the most specific signature to the least.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ..errors import Malformed
from .reader import Detection, Note, Reader, Reading
from .source import Source
from .tools import (
    alipay_csv,
    any_file,
    archive_zip,
    chatlab_json,
    chatlab_jsonl,
    chatlog_csv,
    chatlog_json,
    chatlog_text,
    dingtalk_json,
    discord_json,
    feishu_json,
    imessage_text,
    known_unread,
    mail_eml,
    mail_mbox,
    memotrace_ai_text,
    memotrace_csv,
    memotrace_text,
    memotrace_xlsx,
    messenger_json,
    pasted_window,
    pywxdump_csv,
    qq_msgmgr_mht,
    qq_msgmgr_text,
    qqchatexporter_json,
    qqchatexporter_jsonl,
    qqchatexporter_manifest,
    qqchatexporter_text,
    signal_text,
    slack_json,
    sms_xml,
    telegram_html,
    telegram_json,
    training_json,
    wechat_official,
    wechat_official_mail,
    wechatexporter_text,
    wechatpay_csv,
    wechatpay_xlsx,
    weflow_json,
    weflow_markdown,
    weflow_sql,
    weflow_text,
    weflow_weclone_csv,
    weflow_xlsx,
    whatsapp_text,
)

READERS: Final[tuple[Reader, ...]] = (
    weflow_json.READER,
    chatlab_json.READER,
    chatlab_jsonl.READER,
    qqchatexporter_json.READER,
    qqchatexporter_manifest.READER,
    qqchatexporter_jsonl.READER,
    telegram_json.READER,
    discord_json.READER,
    messenger_json.READER,
    feishu_json.READER,
    chatlog_json.READER,
    dingtalk_json.READER,
    slack_json.READER,
    training_json.READER,
    memotrace_csv.READER,
    pywxdump_csv.READER,
    weflow_weclone_csv.READER,
    chatlog_csv.READER,
    alipay_csv.READER,
    wechatpay_csv.READER,
    wechatpay_xlsx.READER,
    memotrace_xlsx.READER,
    weflow_xlsx.READER,
    archive_zip.READER,
    known_unread.READER,
    weflow_sql.READER,
    weflow_markdown.READER,
    qqchatexporter_text.READER,
    qq_msgmgr_text.READER,
    memotrace_ai_text.READER,
    wechat_official_mail.READER,
    wechat_official.READER,
    qq_msgmgr_mht.READER,
    telegram_html.READER,
    sms_xml.READER,
    mail_mbox.READER,
    mail_eml.READER,
    wechatexporter_text.READER,
    chatlog_text.READER,
    weflow_text.READER,
    imessage_text.READER,
    signal_text.READER,
    whatsapp_text.READER,
    memotrace_text.READER,
    pasted_window.READER,
    any_file.READER,
)
"""To add a reader, add it here; ``any_file`` stays last."""


def detect(source: Source) -> list[Detection]:
    """Return every reader that recognises the file, the one to be chosen first."""
    found = []
    for priority, reader in enumerate(READERS):
        reasons = reader.detect(source)
        if reasons:
            found.append(Detection(reader.name, priority, reasons))
    return found


def read(source: Source) -> Reading:
    """Read a file with the first reader that recognises it.

    There always is one: ``any_file`` recognises everything. Others that
    recognised it too are named in a ``READER_AMBIGUOUS`` note.
    """
    found = detect(source)
    reading = READERS[found[0].priority].read(source)
    others = [each.reader for each in found[1:] if each.reader != any_file.NAME]
    if others:
        note = Note("READER_AMBIGUOUS", len(others), detail=" ".join(others))
        reading = replace(reading, notes=(*reading.notes, note))
    return reading


def reader_named(name: str) -> Reader:
    """Return the reader with this name, such as ``whatsapp-text/1``.

    Raises Malformed where this program has none: the anchored segmentation can
    then still be verified, only not derived again.
    """
    for reader in READERS:
        if reader.name == name:
            return reader
    raise Malformed("exports: no reader of that name in this program")


def recognises(name: str, source: Source) -> bool:
    """Tell whether the reader of that name takes the file for its own; False for an unknown name.

    It need not be the first that does.
    """
    return any(bool(reader.detect(source)) for reader in READERS if reader.name == name)


def family_of(name: str) -> list[Reader]:
    """Return the reader with this name and, if there is one, the newest version of the same reader.

    Empty for a name that this program does not have: what a reader did that is
    not known here, an older or newer one of its kind cannot show. A newer
    version may cut or date the same bytes in another way, which is worth saying.
    """
    base, _, _ = name.partition("/")
    versions = [reader for reader in READERS if reader.name.partition("/")[0] == base]
    if not any(reader.name == name for reader in versions):
        return []
    newest = max(versions, key=lambda reader: int(reader.name.partition("/")[2]))
    return [reader for reader in versions if reader.name == name or reader is newest]
