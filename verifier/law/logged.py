"""The fields that no declarant fills in: what the log shows and what this run did.

Keys are a field's id, or ``field#member``. Nothing is taken from a claim: a
value is here only if the verification read it from bound bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from .. import __version__
from ..encoding import to_time
from ..evidence.digests import Digest
from ..result import DONE, Result
from . import saying, words
from .examination import Text
from .material import Material

NAME: Final = "beilin-verify"
_SUFFIXES: Final = (".py", ".json", ".html", ".css", ".toml")
_ALGORITHMS: Final = {
    "sha-256": "SHA-256", "sha-512": "SHA-512", "sm3": "SM3", "ed25519": "Ed25519",
    "md5": "MD5", "md-5": "MD5", "sha-1": "SHA-1", "sha1": "SHA-1",
}  # fmt: skip
WEAK: Final = frozenset({"md5", "md-5", "sha-1", "sha1"})
"""Names of digests for which two different files with one digest are known to have been made."""


def computed(material: Material) -> dict[str, Text]:
    """Return what is known of the fields of ``anc.*`` and ``ver.*``."""
    result = material.result
    if result is None:
        return {}
    found = {
        "ver.tool": saying.ours(f"{NAME} {__version__}", f"{NAME} {__version__}"),
        "ver.tool#name": saying.same(NAME),
        "ver.tool#version": saying.same(__version__),
        "ver.tool#sha256": saying.same(program_sha256()),
        "ver.run": saying.same(to_time(result.at)),
        "ver.results": words.text("results"),
        "ver.scope": words.text("scope"),
    }
    if result.policy_sha256:
        found["ver.inputs"] = saying.same(result.policy_sha256)
    if result.policy_source:
        found["ver.anchors_source"] = saying.theirs(result.policy_source)
        found["ver.anchors_source#from"] = found["ver.anchors_source"]
    if material.receipt is not None:
        found |= _logged(material, result)
    return found


def _logged(material: Material, result: Result) -> dict[str, Text]:
    receipt = material.receipt
    assert receipt is not None
    facts = result.facts
    received = to_time(receipt.entry.received)
    algorithms = algorithms_of(material)
    found = {
        "anc.receipt": words.text("receipt"),
        "anc.content_hashes": saying.listed(
            [saying.same(f"{name_of(d.alg)} {d.value.hex()}") for d in _digests(material)]
        ),
        "anc.alg": saying.listed([saying.same(name) for name in algorithms], saying.ENUMERATION),
        "anc.alg#hash": saying.listed(
            [saying.same(name_of(digest.alg)) for digest in _digests(material)], saying.ENUMERATION
        ),
        "anc.alg#signature": saying.same("Ed25519"),
        "anc.alg#canonicalization": words.text("canonicalization"),
        "anc.inclusion_proof": words.text("inclusion_proof"),
        "anc.checkpoint": saying.same(str(facts.get("root", ""))),
        "anc.time": saying.same(received),
        "anc.service_version": saying.theirs(receipt.statement.service),
    }
    if "root" in facts:
        found["anc.checkpoint#root"] = saying.same(facts["root"])
        found["anc.checkpoint#tree_size"] = saying.same(facts["size"])
    if material.manifest is not None:
        found["anc.bundle_manifest"] = words.text("manifest")
    check = result.check("log_key")
    if check is not None and "key_id" in check.values:
        found["anc.key"] = found["anc.key#key_id"] = saying.same(check.values["key_id"])
    if "operators" in facts and check is not None and check.status == DONE:
        found["anc.chain_facts"] = words.text("chain_facts")
    if has_two_heads(result):
        found["anc.consistency_proof"] = words.text("consistency_proof")
    counted = facts.get("tokens_counted")
    if isinstance(counted, int) and counted:
        found["anc.tsa_token"] = saying.same(counted)
    if receipt.statement.identity != "not checked":
        found["anc.submitter"] = saying.theirs(receipt.statement.identity)
        found["anc.submitter#realname_level"] = found["anc.submitter"]
    return found


def has_two_heads(result: Result) -> bool:
    """Whether a copy of the log larger than the receipt's tree was held against the receipt.

    A failed check counts too: whatever failed is then said to have failed.
    """
    check = result.check("siblings")
    copy = check.values.get("size") if check is not None else None
    size = result.facts.get("size")
    return isinstance(copy, int) and isinstance(size, int) and copy > size


def _digests(material: Material) -> tuple[Digest, ...]:
    return () if material.receipt is None else material.receipt.statement.submission.digests


def name_of(algorithm: str) -> str:
    """Return the usual name of an algorithm."""
    return _ALGORITHMS.get(algorithm, algorithm)


def algorithms_of(material: Material) -> list[str]:
    """Return the usual names of all algorithms that the receipt's proof rests on."""
    return [*dict.fromkeys(name_of(digest.alg) for digest in _digests(material)), "Ed25519"]


def weak_algorithms(material: Material) -> list[str]:
    """Return the names of digests in the receipt that are no longer fit to bind bytes."""
    return [name_of(digest.alg) for digest in _digests(material) if digest.alg in WEAK]


@lru_cache(maxsize=1)
def program_sha256() -> str:
    """Return one SHA-256 over all files of this program.

    It is that of the text ``<hex sha-256>  <path>`` per line, sorted by path,
    over the source and data files of the package ``verifier``: anyone can
    compute it from the installed files with ``sha256sum``.
    """
    top = resources.files(__package__.partition(".")[0] if __package__ else "verifier")
    files = sorted(_files(top, ""), key=lambda file: file[0])
    text = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {p}\n" for p, f in files)
    return hashlib.sha256(text.encode()).hexdigest()


def _files(folder: Traversable, before: str) -> Iterator[tuple[str, Traversable]]:
    for child in folder.iterdir():
        path = f"{before}{child.name}"
        if child.is_dir():
            if child.name != "__pycache__":
                yield from _files(child, f"{path}/")
        elif child.name.endswith(_SUFFIXES):
            yield path, child
