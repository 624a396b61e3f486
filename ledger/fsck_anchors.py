"""fsck, time from outside: does each token stand, and do anchor entries and tables agree?

    tokens    digest, imprint over the stamped note of its head, and signature, all but its chain
    anchors   exactly one row for each digest in each ``anchor`` entry, and no other

A token without an entry waits for it, unless later ones have theirs. An entry whose token is
not there is found too, unless the log lost its database once: a copy of the static log holds
entries and no tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from verifier.encoding import to_base64
from verifier.errors import VerifierError
from verifier.evidence.entry import Anchor
from verifier.timestamp.sound import check_sound
from verifier.timestamp.stamped_note import stamped_note
from verifier.tlog.keys import VKey
from verifier.tlog.note import parse_note

from .anchors.authority import RFC3161
from .anchors.rows import StoredToken, all_tokens, digest_of
from .fsck_rows import Finding
from .queries import fetch


def check_anchors(
    connection: Connection,
    vkey: VKey,
    published: Mapping[int, bytes],
    anchors: Mapping[int, Anchor],
) -> Iterator[Finding]:
    """Yield what is wrong; ``anchors`` are the bodies of all anchor entries by index."""
    logged: dict[bytes, int] = {}
    for index, anchor in anchors.items():
        if anchor.size > index:
            yield Finding(f"entries.entry, index {index}", f"anchors a later head, {anchor.size}")
        for digest in anchor.tokens:
            if digest in logged:
                where = f"entries.entry, index {index}"
                yield Finding(where, f"anchors a token that entry {logged[digest]} has")
            logged.setdefault(digest, index)
    yield from _table(connection, anchors)
    lost_before = fetch(connection, "SELECT coalesce(max(size), 0) FROM epochs")[0][0]
    there: dict[bytes, StoredToken] = {}
    newest = max((anchor.size for anchor in anchors.values()), default=0)
    for token in all_tokens(connection):
        there[token.digest] = token
        where = f"tokens, size {token.size}, digest {to_base64(token.digest)}"
        yield from _token(token, where, vkey, published)
        holder = logged.get(token.digest)
        if holder is None:
            if token.size < newest and token.kind == RFC3161:
                yield Finding(where, "is in no anchor entry, and later ones are")
        elif anchors[holder].size != token.size:
            yield Finding(where, f"is in entry {holder}, of size {anchors[holder].size}")
    for digest, index in logged.items():
        if digest not in there and index >= lost_before:
            where = f"entries.entry, index {index}"
            yield Finding(where, f"token {to_base64(digest)} is missing")


def _table(connection: Connection, anchors: Mapping[int, Anchor]) -> Iterator[Finding]:
    wanted = {
        (digest, index, anchor.size)
        for index, anchor in anchors.items()
        for digest in anchor.tokens
    }
    sql = "SELECT digest, entry_index, size FROM anchors"
    there = {(bytes(row[0]), row[1], row[2]) for row in fetch(connection, sql)}
    for digest, index, _ in sorted(wanted ^ there):
        yield Finding(
            f"anchors, index {index}", f"does not say what the entry says of {to_base64(digest)}"
        )


def _token(
    token: StoredToken, where: str, vkey: VKey, published: Mapping[int, bytes]
) -> Iterator[Finding]:
    if digest_of(token.token) != token.digest:
        yield Finding(where, "is not the digest of its token")
    if token.size not in published:
        yield Finding(where, "no such size is published")
        return
    try:
        block = token.to_block()
        if token.kind == RFC3161:
            note = stamped_note(parse_note(published[token.size]), vkey)
            check_sound(token.token, note, block.certificates)
    except VerifierError as error:
        yield Finding(where, str(error))
