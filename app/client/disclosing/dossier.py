"""The receipts of a dossier's whole chain, from what sealing kept on this machine."""

from __future__ import annotations

from pathlib import Path

from app.client.durable import read_small
from app.client.state import State
from app.client.words import shown
from app.commands.common import EXIT_BAD_INPUT, Refusal
from verifier.errors import VerifierError
from verifier.evidence.chain import check_chain
from verifier.evidence.receipt import MAX_BYTES, Receipt, parse_receipt


def chain_of(state: State, own: bytes, others: list[Path]) -> list[bytes]:
    """Return the receipts of items 1 to the last one known, as bytes.

    ``own`` is the receipt of the package; ``others`` are receipts that the
    person gives beside those kept. Raises Refusal 65 naming what is missing.
    """
    receipt = parse_receipt(own)
    found = {receipt.statement.item: own}
    submission = receipt.statement.submission
    kept = state.receipts(submission.origin, submission.account, submission.dossier)
    for data in [*kept, *(read_small(path, MAX_BYTES) for path in others)]:
        item = _item(data, receipt)
        if item is not None:
            found.setdefault(item, data)
    last = max(found)
    missing = [item for item in range(1, last + 1) if item not in found]
    if missing:
        listed = ", ".join(map(str, missing[:10]))
        raise Refusal(
            EXIT_BAD_INPUT,
            f"案卷链缺第 {listed} 项的回执，未写出任何内容。请以 --receipt 文件 补充"
            "（可由服务器的 /v1/dossiers 与 /v1/entries 取得），或去掉 --chain。",
            f"The chain of the dossier lacks the receipt of item {listed}; nothing was written. "
            "Add it with --receipt FILE (the server has it under /v1/dossiers and /v1/entries), or "
            "leave out --chain.",
        )
    chain = [found[item] for item in range(1, last + 1)]
    try:
        check_chain([parse_receipt(data) for data in chain])
    except VerifierError as error:
        raise Refusal(
            EXIT_BAD_INPUT,
            f"案卷链不成立（{error}），未写出任何内容。",
            f"The chain of the dossier does not hold ({error}); nothing was written.",
        ) from None
    return chain


def _item(data: bytes, own: Receipt) -> int | None:
    """Return the item of a receipt of the same dossier; raises Refusal 65 for another."""
    try:
        found = parse_receipt(data)
    except VerifierError as error:
        raise Refusal(
            EXIT_BAD_INPUT, f"回执无法读取：{error}", f"a receipt cannot be read: {error}"
        ) from None
    ours, theirs = own.statement.submission, found.statement.submission
    if (ours.origin, ours.account, ours.dossier) != (theirs.origin, theirs.account, theirs.dossier):
        raise Refusal(
            EXIT_BAD_INPUT,
            f"{shown('--receipt')} 所给回执属于另一案卷。",
            "A receipt given with --receipt is of another dossier.",
        )
    return found.statement.item if found.statement.epoch == own.statement.epoch else None
