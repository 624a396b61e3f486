"""Media names become positions by exact path, one rule for sealing and for checking."""

from __future__ import annotations

import pytest

from verifier.evidence.segment import RECORD, Segment
from verifier.exports.media import MediaLinks

NAMES = [b"a/_chat.txt", b"a/1.jpg", b"a/sub/2.jpg", b"1.jpg", b"b/1.jpg", b"a/1.jpg"]


@pytest.mark.parametrize(
    ("chat", "written", "found"),
    [
        (0, (b"1.jpg",), (b"1",)),
        (0, (b"sub/2.jpg", b"1.jpg"), (b"2", b"1")),
        (0, (b"../1.jpg", b"./1.jpg", b"/1.jpg", b"a/1.jpg", b"1.JPG", b""), ()),
        (0, (b"_chat.txt",), ()),
        (3, (b"a/1.jpg",), (b"1",)),
        (4, (b"1.jpg",), ()),
    ],
)
def test_a_name_is_a_path_below_the_chats_own_folder(
    chat: int, written: tuple[bytes, ...], found: tuple[bytes, ...]
) -> None:
    segment = Segment(RECORD, 1, media=written)
    assert MediaLinks(NAMES).of(chat)(segment).media == found
