"""A file → what it holds. Whatever does not verify is left out, and that is said.

Kinds are told by content: a receipt, a package, a signed note (checkpoint or
dossier statement), a ``.tlog-proof``, a proof of misconduct.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..checks.members import MAX_RECEIPT, read_member
from ..checks.receipt import check_receipt, sub_of
from ..encoding import escape_bytes
from ..errors import Malformed, NotDecided, VerifierError
from ..evidence import package
from ..evidence.dossier import parse_dossier
from ..evidence.receipt import AnchorProof, Receipt, parse_receipt
from ..evidence.zip_container import Container
from ..misconduct import build
from ..misconduct.check import UnknownKey, check_paths, check_signature
from ..misconduct.exhibits import Exhibit, Item, Logged, Part, Said, head_of, note_of
from ..misconduct.proof import FIRST as MISCONDUCT
from ..misconduct.proof import parse_misconduct
from ..options import Options
from ..policy import Policy
from ..result import Result
from ..tlog.checkpoint import Checkpoint, parse_checkpoint
from ..tlog.keys import VKey
from ..tlog.merkle import check_inclusion, leaf_hash
from ..tlog.note import parse_note, verify_note
from ..tlog.proof import parse_tlog_proof
from .material import HeldItem, HeldStatement, Material

MAX_BYTES: Final = 1 << 20
"""Of a file that is no package."""
MAX_RECEIPTS: Final = 512
"""So many receipts of one package are compared, in the order of their names."""


class Unusable(VerifierError):
    """Nothing in a file can be compared; ``sub_indication`` says why, ``log`` whose it claims to be."""

    def __init__(self, sub_indication: str, reason: str, log: str = "") -> None:
        super().__init__(reason)
        self.sub_indication = sub_indication
        self.log = log


def read_material(path: Path, policy: Policy) -> Material:
    """Return what a file holds. Raises Unusable, PolicyError, and OSError where it cannot be read."""
    with open(path, "rb") as file:
        head = file.read(MAX_BYTES + 1)
    if head.startswith(b"PK"):
        return _package(path, policy)
    return material_of(head, policy)


def material_of(data: bytes, policy: Policy) -> Material:
    """Return what bytes that are no package hold. Raises Unusable or PolicyError."""
    if len(data) > MAX_BYTES:
        raise Unusable("FORMAT_FAILURE", f"compare: more than {MAX_BYTES} bytes")
    try:
        if data.startswith(b"beilin/receipt/"):
            return _receipts("receipt", {"receipt": data}, policy)
        if data.startswith(MISCONDUCT):
            return _misconduct(data, policy)
        if data.startswith(b"beilin/dossier/"):
            return _said(data, policy)
        if data.startswith(b"c2sp.org/tlog-proof@"):
            return _head("tlog-proof", parse_tlog_proof(data).note, policy)
        return _head("checkpoint", data, policy)
    except Unusable:
        raise
    except NotDecided as error:
        raise Unusable(error.sub_indication, str(error), claimed_log(data)) from None
    except VerifierError as error:
        raise Unusable(sub_of(error), str(error), claimed_log(data)) from None


def claimed_log(note: bytes) -> str:
    """Return name and key id of each line of a note that bears its log's name; "" for no note.

    Nothing of it is verified: it is for finding the policy or the file that was meant.
    """
    try:
        parsed = parse_note(note)
        origin = parse_checkpoint(parsed.text).origin
    except VerifierError:
        return ""
    lines = [line for line in parsed.signatures if line.name == origin]
    found = {f"{line.name}+{line.key_id.hex()}" for line in lines} or {origin}
    return " ".join(escape_bytes(each.encode()) for each in sorted(found))


def is_comparable(head: bytes) -> bool:
    """Return whether the beginning of a file is that of something that can be compared."""
    if head.startswith((b"PK", b"beilin/", b"c2sp.org/tlog-proof@")):
        return True
    return "\n\n\u2014 ".encode() in head  # a signed note


# ------------------------------------------------------------------- one head


def log_key_of(data: bytes, policy: Policy) -> tuple[Checkpoint, VKey]:
    """Return a checkpoint and the policy's key that signed it; what stands against that key is not asked.

    Raises UnknownKey, SignatureFailure, PolicyError or Malformed.
    """
    note = parse_note(data)
    head = parse_checkpoint(note.text)
    logs = [log.vkey for log in policy.log_policy.logs if log.vkey.name == head.origin]
    if not logs:
        raise UnknownKey("UNKNOWN_LOG_KEY")
    return head, verify_note(note, logs)[0]


def _head(kind: str, data: bytes, policy: Policy) -> Material:
    head, log = log_key_of(data, policy)
    material = Material(kind, head.origin, log)
    material.tree(head, data)
    return material


def _said(data: bytes, policy: Policy) -> Material:
    origin = parse_dossier(parse_note(data).text).origin
    material = Material("dossier", origin, None)
    _add_said(material, Said(data), policy)
    return material


def _add_said(material: Material, exhibit: Said, policy: Policy) -> None:
    service = check_signature(exhibit, material.origin, policy)
    dossier = parse_dossier(note_of(exhibit).text)
    material.statements.append(HeldStatement(dossier, build.said(exhibit.note, service)))


# ------------------------------------------------------------------- receipts


def _package(path: Path, policy: Policy) -> Material:
    try:
        with Container(path) as container:
            names = [name.removeprefix(package.BASE) for name in container.members]
            chain = sorted(filter(package.is_chain_member, names))
            wanted = [n for n in (package.RECEIPT, package.RECEIPT_LATEST) if n in names] + chain
            found = {
                name: read_member(container, name, MAX_RECEIPT) for name in wanted[:MAX_RECEIPTS]
            }
    except Malformed as error:
        raise Unusable("FORMAT_FAILURE", str(error)) from None
    material = _receipts("package", found, policy)
    material.left_out += [f"{package.BASE}{name}" for name in wanted[MAX_RECEIPTS:]]
    return material


def _receipts(kind: str, found: dict[str, bytes], policy: Policy) -> Material:
    material: Material | None = None
    why: Unusable | None = None
    left_out = []
    for name, data in found.items():
        try:
            receipt, head, log = _verified(data, policy)
        except Unusable as error:
            why = why or error
            left_out.append(name)
            continue
        if material is None:
            material = Material(kind, head.origin, log)
        if (head.origin, log) != (material.origin, material.log):
            left_out.append(name)
            continue
        material.add_receipt(data, receipt, head)
        left_out += [
            f"{name}: anchor-proof"
            for anchor in receipt.anchor_proofs
            if not _add_anchor(material, receipt, head, anchor, policy)
        ]
    if material is None:
        raise why or Unusable("FORMAT_FAILURE", "compare: no receipt in it")
    material.left_out += left_out
    return material


def _verified(data: bytes, policy: Policy) -> tuple[Receipt, Checkpoint, VKey]:
    """Return a receipt whose entry is in a tree that the log's key signed. Raises Unusable."""
    trial = Result("receipt")
    # Whether a token saves the key is not asked here, and tokens are what takes time.
    receipt = check_receipt(trial, data, policy, Options(), with_time=False)
    log_key = trial.check("log_key")
    if receipt is None or log_key is None or log_key.sub_indication == "UNKNOWN_LOG_KEY":
        sub = trial.sub_indication
        if sub == "SIGNED_DATA_NOT_FOUND":  # the file of a receipt is not asked for here
            sub = "UNKNOWN_LOG_KEY"
        said = claimed_log(receipt.proof.note) if receipt is not None else ""
        raise Unusable(sub or "FORMAT_FAILURE", "compare: a receipt that does not hold", said)
    try:
        head, log = log_key_of(receipt.proof.note, policy)
    except NotDecided as error:
        raise Unusable(error.sub_indication, str(error)) from None
    except VerifierError as error:
        raise Unusable(sub_of(error), str(error)) from None
    return receipt, head, log


def _add_anchor(
    material: Material, receipt: Receipt, head: Checkpoint, anchor: AnchorProof, policy: Policy
) -> bool:
    """Take in an anchor entry and the earlier head it stands for; return whether both hold."""
    try:
        leaf = leaf_hash(anchor.entry)
        check_inclusion(leaf, anchor.index, head.size, anchor.hashes, head.root)
        tree = material.tree(head, receipt.proof.note)
        tree.add_entry(anchor.index, anchor.entry, leaf, anchor.hashes)
        old, log = log_key_of(anchor.note, policy)
        if log != material.log:
            return False
        material.tree(old, anchor.note)
    except VerifierError:
        return False
    return True


# ------------------------------------------------------------------- a proof of misconduct


def _misconduct(data: bytes, policy: Policy) -> Material:
    proof = parse_misconduct(data)
    material = Material("misconduct", proof.origin, None)
    for exhibit in (proof.first, proof.second):
        signer = check_signature(exhibit, proof.origin, policy)
        check_paths(exhibit, policy)
        if not isinstance(exhibit, Said):
            if material.log not in (None, signer):
                raise Unusable("BINDING_FAILURE", "compare: two keys signed, not one")
            material.log = signer
    for exhibit in (proof.first, proof.second):
        _add(material, exhibit, policy)
    return material


def _add(material: Material, exhibit: Exhibit, policy: Policy) -> None:
    match exhibit:
        case Part():
            tree = material.tree(head_of(exhibit), exhibit.note)
            if exhibit.hashes:
                tree.add_part(exhibit)
        case Logged():
            tree = material.tree(head_of(exhibit), exhibit.note)
            leaf = leaf_hash(exhibit.entry)
            tree.add_entry(exhibit.index, exhibit.entry, leaf, exhibit.hashes)
        case Item():
            receipt = parse_receipt(exhibit.receipt)
            tree = material.tree(head_of(exhibit), receipt.proof.note)
            entry, proof = receipt.entry_bytes, receipt.proof
            tree.add_entry(proof.index, entry, leaf_hash(entry), proof.hashes)
            material.items.append(HeldItem(receipt, exhibit))
        case Said():
            _add_said(material, exhibit, policy)
