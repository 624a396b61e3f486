"""Disclosures made in memory from ``tests.worked``'s packages, whole or taken apart by a forger."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.client.disclosing import beside
from app.client.disclosing.asked import parse_asked
from app.client.disclosing.opened import Private
from app.client.disclosing.selection import select
from app.client.disclosing.writing import write
from tests.worked import Sealed, pack
from verifier.evidence import package
from verifier.evidence.disclosed import Disclosed, Head
from verifier.evidence.leaf_opening import LeafOpening
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import Result
from verifier.verify import verify_package

BASE = package.BASE


def disclose(
    sealed: Sealed,
    folder: Path,
    name: str,
    *,
    records: str | None = None,
    period: str | None = None,
    redact: tuple[str, ...] = (),
    fields: tuple[str, ...] = (),
    media: bool = False,
    provenance: bool = False,
    chain: list[bytes] | None = None,
) -> dict[str, bytes]:
    """Return the payload (members below ``data/``) of a disclosure of one file."""
    private_path, out = folder / "private.zip", folder / "disclosure.zip"
    private_path.write_bytes(sealed.zip())
    out.unlink(missing_ok=True)
    whole = records is None and period is None
    asked = parse_asked(
        whole=whole, records=records, period=period, redact=list(redact), fields=list(fields)
    )
    with Private(private_path) as private:
        n = private.position(name)
        selection = None if whole else select(private, n, asked)
        along = beside.provenance(private) if provenance else []
        if media and selection is not None:
            along += beside.linked_media(private, n, selection)
        write(private, n, selection, sorted(set(along) - {n}), chain or [], out)
    return payload_of(out.read_bytes())


def payload_of(data: bytes) -> dict[str, bytes]:
    """Return the members below ``data/`` of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        members = {each.removeprefix(BASE): box.read(each) for each in box.namelist()}
    return {name: data for name, data in members.items() if name.startswith("data/")}


def verify(
    payload: dict[str, bytes], sealed: Sealed, folder: Path, *, policy: bytes | None = None,
    log: Path | None = None,
) -> Result:  # fmt: skip
    """Pack as a forger would, every sum fitting, and verify."""
    path = folder / "forged.zip"
    path.write_bytes(pack(payload, "disclosure"))
    return verify_package(
        path, parse_policy(policy or sealed.log.policy()), Options(policy_source="by hand", log=log)
    )


def outcome(result: Result) -> tuple[str, str | None]:
    """Return verdict and sub-indication."""
    return result.verdict, result.sub_indication


def text_of(payload: dict[str, bytes], n: int = 0) -> tuple[Head, list[LeafOpening]]:
    """Return the head and leaves of what is shown of a file."""
    data = payload[package.disclosed_member(n)]
    disclosed = Disclosed(io.BytesIO(data), len(data))
    return disclosed.head, list(disclosed.leaves())


def with_text(
    payload: dict[str, bytes], head: Head, leaves: list[LeafOpening], n: int = 0
) -> dict[str, bytes]:
    """Return the payload with another text, its count of leaves fitting."""
    head = head._replace(leaves=len(leaves))
    data = head.to_bytes() + b"".join(leaf.to_line() for leaf in leaves)
    return payload | {package.disclosed_member(n): data}


def edited(
    payload: dict[str, bytes], change: Callable[[Head, list[LeafOpening]], Any], n: int = 0
) -> dict[str, bytes]:
    """Return the payload after ``change(head, leaves)``, which returns either or both anew."""
    head, leaves = text_of(payload, n)
    changed = change(head, leaves)
    if isinstance(changed, Head):
        head = changed
    elif isinstance(changed, list):
        leaves = changed
    elif changed is not None:
        head, leaves = changed
    return with_text(payload, head, leaves, n)
