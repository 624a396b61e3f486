"""Words that WeChat and its exporters write in place of a message. Facts of several formats."""

from __future__ import annotations

import re
from typing import Final

PLACEHOLDERS: Final = frozenset(
    word.encode()
    for word in (
        "[图片]", "[语音]", "[视频]", "[表情包]", "[文件]", "[音乐分享]", "[表情]", "[动画表情]", "[音频]", "[照片]",
    )
)  # fmt: skip
"""Bodies that are nothing but a stand-in for what is not in the file."""

RECALLED: Final = "撤回了一条消息".encode()
"""In what is known to be a notice of the app, these words are enough."""
_RECALL: Final = re.compile(
    '(?:你|您|You|"[^"\r\n]{1,300}"|[^\r\n]{1,120}?) ?(?:撤回了一条消息|recalled a message)'
    "[。.]?(?: ?(?:重新编辑|Edit))?".encode()
)
TRANSFER: Final = re.compile(
    "\\[(?:微信转账|转账|微信红包|红包)|【(?:转账|红包)】|(?:微信转账|Weixin Transfer)(?=[ :\\[]|：|$)".encode()
)
"""A transfer or red packet, at the beginning of a body."""


def is_recall(text: bytes) -> bool:
    """Tell whether a text is the app's notice of a message taken back, and nothing else."""
    if RECALLED not in text and b"recalled a message" not in text:  # nearly always, and quick
        return False
    return len(text) < 500 and _RECALL.fullmatch(text) is not None
