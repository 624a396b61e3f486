"""Packages whose later receipt bears tokens and cosignatures, made, verified and examined for real.

0…2   other people's entries      size 3 is stamped at noon + 2 s
3     the anchor entry with the digest of that token
4     another one
5     the package, received at noon + 5 s
6…8   others                      size 9 is the later receipt's checkpoint
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests import reference, worked
from tests.verifier import stamped
from tests.verifier.law.examined import ALL_FILES, PLATFORM, Made, record_text, verified, write_copy
from tests.verifier.stamped import BEFORE, EARLIER, ONE, Stamped, cosigned
from tests.worked import Key, WorkedLog, seal
from verifier.evidence import package
from verifier.evidence.receipt import AnchorProof, Token, to_receipt

OWN = "operator log.example.org/beilin 甲\noperator tsa1 甲\n"
"""Operators of a policy in which the log's own operator runs the authority."""


def stamped_package(
    folder: Path,
    tokens: Callable[[bytes], Sequence[Token]] = lambda note: [ONE.token(note)],
    *,
    before: bool = False,
    early: int = BEFORE,
    member: str = package.RECEIPT_LATEST,
    witnesses: Sequence[tuple[Key, int]] = (),
    policy: bytes | None = None,
    with_copy: bool = False,
    **options: Any,
) -> Made:
    """Return a package whose later receipt bears ``tokens``, which are given its note.

    ``before``: and an anchor proof with a token of the time ``early``, which is there by
    itself where it is another. ``member`` is the receipt that bears all of them.
    """
    log = WorkedLog()
    log.fill(EARLIER)
    early_note = log.note(EARLIER)
    token = ONE.token(early_note, early)
    log.entries.append(Stamped.anchor_entry(EARLIER, [token]))
    log.fill(1)
    files = [*ALL_FILES, ("来源声明.toml", record_text(), "provenance")]
    sealed = seal(files, log, declared=worked.declaration(PLATFORM))
    proof = sealed.anchored.proof()
    blocks: list[Token | AnchorProof] = list(tokens(proof.note))
    if before or early != BEFORE:
        path = tuple(reference.PATH(EARLIER, log.entries))
        blocks.append(AnchorProof(EARLIER, path, log.entries[EARLIER], early_note, token))
    proof = proof._replace(note=cosigned(proof.note, *witnesses))
    made = sealed.anchored
    sealed.payload[member] = to_receipt(
        made.salt, made.statement.to_bytes(), made.entry.to_bytes(), proof.to_text(), blocks
    )
    copy = None
    if with_copy:
        log.fill(4)
        copy = folder / f"log-{len(list(folder.iterdir()))}"
        write_copy(copy, log)
    text = stamped.policy(log=log) if policy is None else policy
    service = worked.service_key(log.origin).vkey.to_text()
    text = text.replace(b"Z\n", f"Z\nservice {service}\n".encode(), 1)
    return verified(folder, sealed, log, copy=copy, policy=text, **options)
