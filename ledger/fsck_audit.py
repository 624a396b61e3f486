"""What ``fsck`` and ``beilin audit-log verify`` ask of the audit log: its chain, and what was anchored of it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import Connection

from . import audit_log
from .audit_anchor import anchored, head_text
from .audit_log import AuditHead
from .fsck_rows import Finding


def check_audit_log(
    connection: Connection, origin: str, known: AuditHead | None = None
) -> Iterator[Finding]:
    """Check every record, the heads that the log has anchored, and one that somebody kept."""
    heads: dict[bytes, int] = {}
    last = AuditHead(0, b"")
    kept = known is None

    def keep(head: AuditHead) -> None:
        nonlocal last, kept
        last = head
        kept = kept or head == known
        heads[sha256(head_text(origin, head)).digest()] = head.number

    for number, wrong in audit_log.faults(audit_log.records(connection), keep):
        yield Finding(f"audit_log, record {number}", wrong)
    for each in anchored(connection, origin, heads):
        if each.number is None:
            yield Finding(
                "audit_log",
                f"entry {each.index} anchors a head that is not there: records were changed or cut off",
            )
    if known is not None and not kept:
        yield Finding(
            "audit_log",
            f"ends at {last.to_text()}; the head that was kept, {known.to_text()}, is not in it: "
            "records were changed or cut off",
        )
