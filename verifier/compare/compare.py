"""Holding two files of one log against each other (SPEC §17.5).

    contradiction found        ``history`` failed, and the proof of it for third parties
    one history shown          ``history`` done: every head begins the largest one, by proof
    neither                    ``history`` not done: nothing was found, and nothing is shown

The last is no good news: a fork that has not met itself looks the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..checks.log_copy import LogCopy
from ..encoding import to_base64
from ..errors import BindingFailure, NotDecided, VerifierError
from ..misconduct.build import only_line, prove_misconduct
from ..misconduct.check import note_statuses
from ..misconduct.contradictions import Contradiction, contradiction
from ..options import Options
from ..policy import Policy
from ..result import DONE, FAILED, NOT_DONE, Result
from ..tlog.keys import VKey
from .copy_tree import CopyTree
from .material import Material
from .pairs import Pair, differing, prefixes
from .reading import Unusable, log_key_of, read_material
from .trees import KnownTree, Tree

SCOPE = "compare"


class Comparison(NamedTuple):
    """The result, and the proof of misconduct where there is a contradiction."""

    result: Result
    proof: bytes | None


def compare_files(first: Path, second: Path, policy: Policy, options: Options) -> Comparison:
    """Compare two files; ``options.log`` is a copy of the log that may show their consistency.

    Raises PolicyError for an unusable policy and OSError where a file cannot be read.
    """
    result = Result(
        SCOPE,
        policy_sha256=policy.sha256,
        policy_source=options.policy_source,
        at=options.at,
        at_is_clock=options.at_is_clock,
    )
    found: list[Material] = []
    for side, path in (("A", first), ("B", second)):
        try:
            found.append(read_material(path, policy))
        except Unusable as error:
            result.add("material", NOT_DONE, error.sub_indication, side=side, reason=str(error))
            result.note("FILE_NOT_USED", side=side, name=path.name, log=error.log or "-")
            return Comparison(result, None)
    return compare_materials(result, found, policy, options)


def compare_materials(
    result: Result, found: Sequence[Material], policy: Policy, options: Options
) -> Comparison:
    """Add the checks ``material`` and ``history`` for what was read."""
    keys = {material.log for material in found} - {None}
    if len({material.origin for material in found}) > 1 or len(keys) > 1:
        result.add("material", NOT_DONE, "OTHER_LOG")
        return Comparison(result, None)
    _facts(result, found)
    log = next(iter(keys), None)
    services = [vkey for vkey in policy.services if vkey.name == f"{found[0].origin}/service"]
    said = services if any(material.statements for material in found) else []
    signers = [*([log] if log is not None else []), *said]
    note_statuses(result, signers, policy)
    result.facts["key_ids"] = " ".join(vkey.key_id.hex() for vkey in signers)
    if result.policy_source is not None and log is not None:
        result.trust_level = "L1"
    trees = _trees(found)
    copy = _copy(result, policy, options, found[0].origin, log)
    proven = _contradiction(result, _pairs(result, found, trees, copy), policy)
    if proven is not None:
        kind, proof = proven
        result.add("history", FAILED, "CONSISTENCY_FAILURE", reason=kind.reason, **kind.values)
        result.facts["misconduct"] = kind.kind
        return Comparison(result, proof)
    top = _top(trees, copy)
    if top is not None and _all_begin(found, trees, top):
        by_copy = top is copy
        result.add("history", DONE, size=top.size, heads=len(trees), by_copy=int(by_copy))
    else:
        result.add("history", NOT_DONE, "CONSISTENCY_NOT_SHOWN")
    return Comparison(result, None)


def _facts(result: Result, found: Sequence[Material]) -> None:
    result.facts["origin"] = found[0].origin
    counts: dict[str, str | int] = {}
    counts["heads"] = len(_trees(found))
    for side, material in zip("ab", found, strict=True):
        result.facts[f"{side}.kind"] = material.kind
        heads = list(material.heads())
        if heads:
            result.facts[f"{side}.size"] = heads[-1].size
            result.facts[f"{side}.root"] = to_base64(heads[-1].root)
        for name in material.left_out:
            result.note("NOT_COMPARED", side=side.upper(), name=name)
    counts["items"] = sum(len(material.items) for material in found)
    counts["statements"] = sum(len(material.statements) for material in found)
    result.add("material", DONE, None, **counts)


def _trees(found: Sequence[Material]) -> list[KnownTree]:
    """Return the trees of both sides; one that both hold is one, with what both know of it."""
    merged: dict[tuple[int, bytes], KnownTree] = {}
    for material in found:
        for key, tree in material.trees.items():
            if key in merged:
                merged[key] = merged[key].joined(tree)
            else:
                merged[key] = tree
    return [merged[key] for key in sorted(merged)]


def _copy(
    result: Result, policy: Policy, options: Options, origin: str, log: VKey | None
) -> CopyTree | None:
    """Return the tree of the copy of the log, or say why it cannot be used."""
    if options.log is None:
        return None
    try:
        copy = LogCopy(options.log)
        data = copy.read_checkpoint()
        head, signer = log_key_of(data, policy)
        if head.origin != origin or log not in (None, signer):
            raise BindingFailure("log copy: of another log")
        return CopyTree(head, only_line(data, signer), copy)
    except NotDecided as error:
        result.note("COPY_NOT_USED", reason=error.sub_indication)
    except (VerifierError, OSError) as error:
        result.note("COPY_NOT_USED", reason=str(error))
    return None


def _pairs(
    result: Result, found: Sequence[Material], trees: Sequence[KnownTree], copy: CopyTree | None
) -> Iterator[Pair]:
    items = [held for material in found for held in material.items]
    statements = [held for material in found for held in material.statements]
    yield from differing(trees, items, statements)
    if copy is not None:
        try:
            yield from prefixes(trees, [copy])
            yield from prefixes([copy], trees)
        except VerifierError as error:
            result.note("COPY_NOT_USED", reason=str(error))


def _contradiction(
    result: Result, pairs: Iterator[Pair], policy: Policy
) -> tuple[Contradiction, bytes] | None:
    """Return the first pair that a third party would accept as a proof."""
    refused = 0
    for one, other in pairs:
        try:
            found = contradiction(one, other)
            if found is not None:
                return found, prove_misconduct(one, other, policy)
        except VerifierError:
            refused += 1
    if refused:
        result.note("PAIRS_NOT_PROVEN", count=refused)
    return None


def _top(trees: Sequence[KnownTree], copy: CopyTree | None) -> Tree | None:
    largest = trees[-1] if trees else None
    if copy is not None and (largest is None or copy.size >= largest.size):
        return copy
    return largest


def _all_begin(found: Sequence[Material], trees: Sequence[KnownTree], top: Tree) -> bool:
    """Return whether every head, and every root that the service named, begins the largest tree.

    "Begins" is transitive, so a chain of proofs is as good as one.
    """
    reached: list[Tree] = [top]
    for tree in reversed(trees):
        if tree is top:
            continue
        if not _begins(tree.size, tree.head.root, reached):
            return False
        reached.append(tree)
    return all(
        _begins(held.dossier.size, held.dossier.root, reached)
        for material in found
        for held in material.statements
    )


def _begins(size: int, root: bytes, trees: Sequence[Tree]) -> bool:
    if size == 0:
        return True  # every log begins with nothing, and a head of size 0 has one root
    for tree in trees:
        try:
            part = tree.part(0, size)
        except VerifierError:
            continue
        if part is not None and part.root == root:
            return True
    return False
