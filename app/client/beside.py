"""What is sealed beside the evidence: the provenance record, attached files, and what is added to.

Everything here is checked before the first request: a record with a mistake in
it would be anchored with the mistake, for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.commands.common import EXIT_BAD_INPUT, EXIT_USAGE, Refusal
from verifier.checks.receipt import check_receipt
from verifier.errors import VerifierError
from verifier.evidence import package
from verifier.evidence.zip_container import Container
from verifier.options import Options
from verifier.policy import Policy
from verifier.result import DONE, Result
from verifier.tlog.merkle import leaf_hash

from .durable import read_small, reading
from .inputs import ATTACHED, PROVENANCE, Input
from .record import load_record, tell_gaps
from .words import shown

_MAX_RECEIPT: int = 1 << 20


def beside(attach: Sequence[str], provenance: str | None) -> Iterator[tuple[str, str]]:
    """Yield (role, path) for ``--attach role=FILE`` and ``--provenance FILE``; raises Refusal."""
    for text in attach:
        role, equals, path = text.partition("=")
        if not equals or role not in ATTACHED or not path:
            roles = " ".join(ATTACHED)
            raise Refusal(
                EXIT_USAGE,
                f"--attach 的写法为 用途=文件；用途为以下之一：{roles}",
                f"--attach takes ROLE=FILE, where ROLE is one of: {roles}",
            )
        yield role, path
    if provenance is not None:
        yield PROVENANCE, provenance


def check_record(path: Path, inputs: Sequence[Input]) -> bytes:
    """Refuse a record that does not read; say in short what it leaves open.

    Returns the SHA-256 of the bytes that were checked: these and no others may be sealed.
    """
    record = load_record(path)  # every mistake named by line and field
    if not record.values:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 没有填写任何内容，未作任何提交。请先填写：beilin provenance new --out {shown(path)}",
            f"Nothing is filled in in {shown(path)}; nothing was sent. Fill it in first: beilin provenance new --out "
            f"{shown(path)}",
        )
    tell_gaps(path, {each.path: each.role for each in inputs if each.role != PROVENANCE})
    return record.sha256


def leaf_of(path: Path, policy: Policy) -> bytes:
    """Return the leaf hash of the entry that a package's or a receipt file's receipt is for."""
    data = _receipt(path)
    result = Result("receipt")
    receipt = check_receipt(result, data, policy, Options())
    # A receipt comes back only if it is included; that its log is the policy's is asked here.
    followed = (result.check(name) for name in ("checkpoint", "log_key"))
    if receipt is None or any(check is None or check.status != DONE for check in followed):
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 中的回执未能核验，不能作为所补充的存证。请先用 beilin-verify 核验它。",
            f"The receipt in {shown(path)} does not verify, so nothing can be added to it. Check "
            "it with beilin-verify first.",
        )
    return leaf_hash(receipt.entry_bytes)


def _receipt(path: Path) -> bytes:
    with reading(path), path.open("rb") as file:
        head = file.read(2)
    if head != b"PK":
        return read_small(path, _MAX_RECEIPT)
    try:
        with Container(path) as container:
            return container.read(package.BASE + package.RECEIPT, _MAX_RECEIPT)
    except (VerifierError, KeyError):
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown(path)} 不是证据包。请指定证据包（ZIP）或存证回执。",
            f"{shown(path)} is no evidence package. Name a package (ZIP) or a receipt.",
        ) from None
