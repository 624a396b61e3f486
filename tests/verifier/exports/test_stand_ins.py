"""Words in a chat that stand for what the file does not hold: counted by kind, and nothing else."""

from __future__ import annotations

import pytest

from verifier.exports.inspection.stand_ins import HINT, KINDS, count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("小红  16:21\n\n[图片]\n", {"image": 1}),
        ("小红  16:21\r\n\r\n[图片]\r\n[语音]\r\n", {"image": 1, "voice": 1}),
        ("[文件: 借条（终）.pdf]\n[文件：a]\n", {"file": 2}),
        ("[位置]\n[链接]\n[视频]", {"location": 1, "card": 1, "video": 1}),
        ("12/1/23, 10:00 - A: <Media omitted>\n", {"media": 1}),
        ("[2023/12/1, 10:00:00] A: \u200eimage omitted\n", {"image": 1}),
        ("2023/12/1 10:00 - A: <媒体文件已忽略>\n", {"media": 1}),
        ('{"content":"[图片]","type":"x"}', {"image": 1}),
        ("好的[微笑]\n[微笑]\n我发了[图片]给你\n", {}),
        ("the image omitted nothing\n", {}),
        ("", {}),
    ],
)
def test_what_stands_for_something_else(text, found):
    data = text.encode()
    assert count(data) == found
    assert set(found) <= set(KINDS)
    assert not found or HINT.search(data) is not None


def test_other_bytes_are_no_error():
    assert count(b"\xff\xfe[\xcd\xbc\xc6\xac]\n" * 100) == {}
