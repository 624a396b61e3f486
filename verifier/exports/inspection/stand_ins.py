"""What stands in a chat's text for something else: a picture, a file, a place, media left out.

Exports write a word in brackets where the thing itself cannot stand. The words
are those of the applications themselves; a line that merely looks like one
is counted too, since nothing in the bytes tells them apart.
"""

from __future__ import annotations

import re
from typing import Final

KINDS: Final = ("image", "video", "voice", "file", "location", "card", "media")
_WORDS: Final = {
    "图片": "image", "照片": "image", "Photo": "image", "image": "image",
    "动画表情": "image", "表情": "image", "Sticker": "image", "sticker": "image", "GIF": "image",
    "视频": "video", "小视频": "video", "Video": "video", "video": "video",
    "语音": "voice", "音频": "voice", "Audio": "voice", "audio": "voice", "Voice": "voice",
    "文件": "file", "File": "file", "document": "file",
    "位置": "location", "Location": "location",
    "链接": "card", "名片": "card", "聊天记录": "card", "小程序": "card", "Link": "card",
    "Contact card": "card",
}  # fmt: skip
_NAMES: Final = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
HINT: Final = re.compile(
    rb"\[[A-Za-z\x80-\xff]|omitted|\xe5\xbf\xbd\xe7\x95\xa5|\xe7\x9c\x81\xe7\x95\xa5"
)
"""What every stand-in has in it: a bracket before a word, or "left out" in English or Chinese."""
_ALONE: Final = re.compile(
    rf'(?:^|(?<=")|(?<=: ))[ \t]*\[({_NAMES})(?:[:：][^\]\r\n]{{0,300}})?\][ \t]*(?=\r?$|")'.encode(),
    re.MULTILINE,
)
_LEFT_OUT: Final = re.compile(
    f"<Media omitted>|<媒体文件已(?:忽略|省略)>|\u200e({_NAMES}) omitted".encode()
)


def count(data: bytes) -> dict[str, int]:
    """Return how many stand-ins of each kind the bytes of one record hold (UTF-8)."""
    found: dict[str, int] = {}
    for pattern in (_ALONE, _LEFT_OUT):
        for match in pattern.finditer(data):
            kind = _WORDS[match[1].decode()] if match[1] else "media"
            found[kind] = found.get(kind, 0) + 1
    return found
