"""Files lying below a chat that no record of any chat names.

An export that comes with its media names each file. One that is not named may
belong to a message that is not there, or to nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet


def unused_media(
    chats: Mapping[bytes, AbstractSet[bytes]], others: Iterable[bytes]
) -> dict[bytes, int]:
    """Return for each chat how many files below its folder no chat names, where there are any.

    ``chats`` has the path of every chat with the names in its records,
    ``others`` the paths of the files that are no chat. A chat that names no
    file comes without media and is not asked.
    """
    named = {
        posixpath.normpath(posixpath.join(posixpath.dirname(chat), name))
        for chat, names in chats.items()
        for name in names
    }
    left = [path for path in others if posixpath.normpath(path) not in named]
    found = {}
    for chat, names in chats.items():
        folder = posixpath.dirname(chat)
        prefix = folder + b"/" if folder else b""
        count = sum(path.startswith(prefix) for path in left)
        if names and count:
            found[chat] = count
    return found
