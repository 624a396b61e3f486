"""By which bytes the files of tools that are known, but not read, are told from others.

A signature is something that the tool or the format itself writes: a magic
number at its place, or words of its own page markup. What merely resembles a
tool's files has none here; a photo, an office file or a ZIP is not in the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from ..source import Source

_HEAD_BYTES: Final = 1 << 18
"""A page begins with its styles; the first message stands within so much."""
_MAIL_FIELD = re.compile(rb"[!-9;-~]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+")
_EMLX = re.compile(rb"\d{1,10} {0,10}\n(?:[!-9;-~]++:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)++\n")
_HTML = re.compile(rb"\s*+(?:\xef\xbb\xbf)?\s*+<(?:!doctype html|html|!--)", re.IGNORECASE)
_NAMED = re.compile(rb"<(?:meta|!--)[^<>]{0,400}|<title>[^<]{0,400}", re.IGNORECASE)


class _Look:
    """What the signatures look at: the file's beginning, and its end where one asks."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.head = source.head(_HEAD_BYTES)
        self.html = _HTML.match(self.head[:4096]) is not None

    def tail(self, size: int) -> bytes:
        return self._source.tail(size)

    def names(self, word: bytes) -> bool:
        """Tell whether the page names that program in its title, a meta element or a comment."""
        return self.html and any(word in each for each in _NAMED.findall(self.head))

    def page(self, *words: bytes) -> bool:
        """Tell whether this is a page that has all these words."""
        return self.html and all(word in self.head for word in words)

    def schema(self, *words: bytes) -> bool:
        """Tell whether this is an SQLite database whose schema has all these words."""
        return self.head.startswith(_SQLITE) and all(word in self.head for word in words)


_SQLITE: Final = b"SQLite format 3\x00"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MSG_STREAM: Final = "__properties_version1.0".encode("utf-16-le")


class Signature(NamedTuple):
    """A kind of file, by its word in ``codes.DETAILS``, and the question whether this is one."""

    slug: str
    matches: Callable[[_Look], bool]


def _rsmf(look: _Look) -> bool:
    """A mail header with the one field that the format requires."""
    at = 0
    while match := _MAIL_FIELD.match(look.head, at):
        if match[0][:15].lower() == b"x-rsmf-version:":
            return True
        at = match.end()
    return False


def _saved_page(look: _Look) -> bool:
    """A page as a browser saves it in one file, not QQ's or a mail."""
    return re.match(
        rb'From: (?:<Saved by Blink>|"?<?Saved by (?:Windows Internet Explorer|Microsoft Internet Explorer|Mozilla))',
        look.head,
    ) is not None  # fmt: skip


def _outlook_store(look: _Look) -> bool:
    """MS-PST 2.2.2.6: dwMagic, wMagicClient (SM a store, SO an offline store)."""
    return look.head[:4] == b"!BDN" and look.head[8:10] in (b"SM", b"SO")


def _outlook_message(look: _Look) -> bool:
    """MS-OXMSG 2.4: a compound file with a property stream of that name, which no document has."""
    return look.head.startswith(_OLE) and _MSG_STREAM in look.head + look.tail(_HEAD_BYTES)


def _imessage_page(look: _Look) -> bool:
    return b'<span class="timestamp">' in look.head and re.search(
        rb'<div class="message">\s{0,40}<div class="(?:sent (?:iMessage|sms)|received)">', look.head
    ) is not None  # fmt: skip


SIGNATURES: Final = (
    Signature("rsmf", _rsmf),
    Signature("saved-web-page", _saved_page),
    Signature("outlook-message", _outlook_message),
    Signature("outlook-store", _outlook_store),
    Signature("apple-mail-message", lambda look: _EMLX.match(look.head) is not None
              and b"<plist" in look.tail(1 << 14)),
    Signature("imessage-exporter-page", _imessage_page),
    Signature("memotrace-page", lambda look: look.html and re.search(
        rb"is_send: ?[01], ?avatar_path: ?['\"]", look.head) is not None),
    Signature("wechat-exporter-page", lambda look: look.html and re.search(
        rb"<div class=\"msg chat[^\"]{0,40}\" msgid=\"[^\"]{0,40}\" msgtype=\"", look.head) is not None),
    Signature("weflow-page", lambda look: look.names(b"WeFlow")),
    Signature("qqchatexporter-page", lambda look: look.names(b"QQChatExporter")),
    Signature("discord-exporter-page", lambda look: look.page(
        b"chatlog__message-container", b"chatlog__message-group")),
    Signature("signalbackup-tools-page", lambda look: look.names(b"signalbackup-tools")),
    Signature("slack-export-viewer-page", lambda look: look.names(b"slack-export-viewer")),
    Signature("whatsapp-database", lambda look: look.schema(b"key_id", b"message_media", b"jid")),
    Signature("imessage-database", lambda look: look.schema(b"chat_message_join", b"handle")),
    Signature("wechat-database", lambda look: look.schema(b"MsgSvrID", b"StrTalker")),
    Signature("sqlite-database", lambda look: look.schema()),
    Signature("warc", lambda look: re.match(rb"WARC/[01]\.\d{1,2}\r\n", look.head) is not None),
    Signature("android-backup", lambda look: re.match(rb"ANDROID BACKUP\n\d\n[01]\n", look.head) is not None),
    Signature("itunes-manifest", lambda look: look.head.startswith(b"mbdb\x05\x00")),
    Signature("ewf-image", lambda look: look.head.startswith(b"EVF\t\r\n\xff\x00")),
)  # fmt: skip
"""In order of trial: the first that matches names the file."""


def known_as(source: Source) -> str:
    """Return the slug of the first signature that the file has, empty where it has none."""
    look = _Look(source)
    return next((each.slug for each in SIGNATURES if each.matches(look)), "")
