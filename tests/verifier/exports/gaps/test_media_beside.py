"""Which named files are there, and which files nobody names."""

from __future__ import annotations

from verifier.exports.inspection.gaps.linked_media import LinkedMedia
from verifier.exports.inspection.gaps.unused_media import unused_media


def test_names_are_linked_or_missing_where_somebody_can_look():
    media = LinkedMedia(lambda name: name == b"a.jpg")
    media.add(1, (b"a.jpg", b"b.jpg"))
    media.add(2, (b"a.jpg",))
    media.add(3, (b"c.jpg", b"b.jpg"))
    assert (media.named, media.linked, media.missing) == (5, 2, 3)
    assert media.records_missing.places == [1, 3]
    assert media.names == {b"a.jpg", b"b.jpg", b"c.jpg"}


def test_where_nobody_can_look_nothing_is_missing():
    media = LinkedMedia(None)
    media.add(1, (b"a.jpg",))
    assert (media.looked, media.named, media.missing, media.records_missing.count) == (
        False, 1, 0, 0,
    )  # fmt: skip


def test_files_below_a_chat_that_no_chat_names():
    chats = {b"x/chat.txt": {b"1.jpg", b"media/2.jpg"}, b"y/chat.txt": {b"../x/3.jpg"}}
    files = [b"x/1.jpg", b"x/media/2.jpg", b"x/3.jpg", b"x/4.jpg", b"y/5.jpg", b"z/6.jpg", b"x2/7"]
    assert unused_media(chats, files) == {b"x/chat.txt": 1, b"y/chat.txt": 1}


def test_a_chat_without_media_is_not_asked():
    assert unused_media({b"x/chat.txt": set()}, [b"x/1.jpg"]) == {}
    assert unused_media({b"chat.txt": {b"2.jpg"}}, [b"1.jpg", b"m/2.jpg", b"2.jpg"]) == {
        b"chat.txt": 2
    }
