"""A small log and packages made in memory, from fixed keys: what the tests forge from.

Everything here is deterministic, so that the golden vectors that come out of
it can be regenerated and compared. Proofs come from ``tests.reference`` (the
RFC's recursion), signatures from ``cryptography``: nothing of the ledger.
"""

# long because: all who forge share this one log, its keys and its packages.

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests import reference
from tests.segment_tables import write_table
from verifier.evidence import manifest, messages, package, seeds
from verifier.evidence.declaration import to_declaration_text
from verifier.evidence.declared_values import parse_line
from verifier.evidence.digests import Digest
from verifier.evidence.entry import Entry
from verifier.evidence.manifest import FileLine, Manifest, open_file
from verifier.evidence.provenance.fields import FIELDS, Type
from verifier.evidence.provenance.record import NotApplicable, Span, Unknown
from verifier.evidence.receipt import to_receipt
from verifier.evidence.segment import Segment
from verifier.evidence.statement import Statement, commitment
from verifier.evidence.submission import Submission
from verifier.exports.media import MediaLinks
from verifier.exports.registry import read
from verifier.exports.source import Source
from verifier.tlog.checkpoint import Checkpoint
from verifier.tlog.keys import VKey, make_vkey
from verifier.tlog.note import signature_line
from verifier.tlog.proof import TlogProof

ORIGIN = "log.example.org/beilin"
ACCOUNT = bytes(range(16))
DOSSIER = bytes(range(16, 32))
NOON = 1795262400  # 2026-11-21T12:00:00Z


def seed(label: str) -> bytes:
    """Return 32 bytes that stand for a random draw, the same for one label."""
    return hashlib.sha256(b"worked:" + label.encode()).digest()


@dataclass
class Key:
    """An Ed25519 key with a name, from a label."""

    name: str
    label: str
    type: int = 1

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(seed(self.label))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def vkey(self) -> VKey:
        return make_vkey(self.name, self.type, self.public)

    def line(self, text: bytes) -> bytes:
        """Return this key's signature line over ``text``."""
        return signature_line(self.name, self.vkey.key_id, self.private.sign(text))


@dataclass
class WorkedLog:
    """An append-only list of entries with receipts."""

    origin: str = ORIGIN
    label: str = "log"
    entries: list[bytes] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return Key(self.origin, self.label)

    def note(self, size: int | None = None) -> bytes:
        """Return the signed checkpoint of the first ``size`` entries."""
        size = len(self.entries) if size is None else size
        root = reference.MTH(self.entries[:size])
        text = Checkpoint(self.origin, size, root).to_text()
        return text + b"\n" + self.key.line(text)

    def fill(self, count: int) -> None:
        """Append entries of other people."""
        for _ in range(count):
            n = len(self.entries)
            entry = Entry("evidence", seed(f"link {n}"), NOON + n, seed(f"commitment {n}"), None)
            self.entries.append(entry.to_bytes())

    def anchor(
        self,
        submission: Submission,
        signature: bytes | None = None,
        *,
        link: bytes | None = None,
        **values: Any,
    ) -> Anchored:
        """Append an evidence entry for a submission; ``values`` replace the statement's."""
        n = len(self.entries)
        words: dict[str, Any] = {
            "item": 1,
            "previous": None,
            "next": seed(f"next {n}"),
            "number": 1,
            "identity": "not checked",
            "service": "beilin 0.1.0",
            "declaration": None,
            "epoch": 0,
        }
        statement = Statement(submission, signature, **{**words, **values})
        salt = seed(f"salt {n}")
        value = commitment(salt, statement.to_bytes())
        entry = Entry("evidence", link or seed(f"link {n}"), NOON + n, value, None)
        self.entries.append(entry.to_bytes())
        return Anchored(self, n, salt, statement, entry)

    def policy(self, quorum: str = "quorum none") -> bytes:
        """Return a plain policy that trusts this log."""
        return f"log {self.key.vkey.to_text()}\n{quorum}\n".encode()


@dataclass
class Anchored:
    """One evidence entry and everything its receipt needs."""

    log: WorkedLog
    index: int
    salt: bytes
    statement: Statement
    entry: Entry

    def proof(self, size: int | None = None) -> TlogProof:
        size = len(self.log.entries) if size is None else size
        path = reference.PATH(self.index, self.log.entries[:size])
        return TlogProof(self.index, tuple(path), self.log.note(size))

    def receipt(self, size: int | None = None) -> bytes:
        proof = self.proof(size).to_text()
        return to_receipt(self.salt, self.statement.to_bytes(), self.entry.to_bytes(), proof)


IDENTITY = Key("submitter", "identity")


def day(text: str) -> Span:
    """Return a date as a record holds it."""
    return parse_line(replace(FIELDS["plat.clean"], type=Type("date")), f'"{text}"')


def submission(data: bytes, what: str = "file", *, signed: bool = True, **values: Any) -> tuple[
    Submission, bytes | None
]:  # fmt: skip
    """Return a submission of ``data`` and its signature."""
    words: dict[str, Any] = {
        "origin": ORIGIN,
        "account": ACCOUNT,
        "dossier": DOSSIER,
        "what": what,
        "digests": (Digest("sha-256", hashlib.sha256(data).digest()),),
        "nonce": hashlib.sha256(b"nonce" + data).digest()[:16],
        "position": None,
        "submitter": IDENTITY.public if signed else None,
    }
    made = Submission(**{**words, **values})
    return made, IDENTITY.private.sign(made.to_bytes()) if signed else None


@dataclass
class Sealed:
    """A private package before it is zipped: its payload by member name."""

    payload: dict[str, bytes]
    anchored: Anchored
    log: WorkedLog

    def zip(self, kind: str = "private") -> bytes:
        """Return the ZIP with all tag files, CRCs and sums made anew."""
        return pack(self.payload, kind)


def pack(payload: dict[str, bytes], kind: str = "private") -> bytes:
    """Zip a payload as a forger would: every checksum fits."""
    out = io.BytesIO()
    package.write_package(out, kind, {n: package.small(data) for n, data in payload.items()})
    return out.getvalue()


def tree_members(
    names: Sequence[bytes], position: int, data: bytes, tree_seed: bytes
) -> tuple[bytes, bytes, bytes]:
    """Return (root, root text, segment table) of one file, cut by its own reader."""
    reading = read(Source(data, name=names[position]))
    link = MediaLinks(names).of(position)
    rows: list[Segment] = [link(segment) for segment in reading.segments()]
    return tree_of_rows(reading.reader, reading.variant, reading.clock, rows, data, tree_seed)


def tree_of_rows(
    reader: str, variant: str, clock: str, rows: Iterable[Segment], data: bytes, tree_seed: bytes
) -> tuple[bytes, bytes, bytes]:
    """Return (root, root text, segment table) for rows given by hand."""
    rows = list(rows)
    tree = messages.build_tree(lambda: rows, io.BytesIO(data), tree_seed)
    root = messages.MessagesRoot(
        reader,
        variant,
        clock,
        tree.segments,
        tree.records,
        tree.size,
        tree.tree,
        messages.file_commitment(tree_seed, tree.file_digest),
    )
    table = io.BytesIO()
    write_table(rows, table)
    return root.root(), root.to_bytes(), table.getvalue()


def seal(
    files: Sequence[tuple[str, bytes] | tuple[str, bytes, str]],
    log: WorkedLog | None = None,
    *,
    supplements: bytes | None = None,
    declared: bytes | None = None,
    **statement: Any,
) -> Sealed:
    """Seal files as the client does, with fixed salts and seeds.

    A file may say its role; the one of role ``provenance`` becomes the manifest's record.
    ``declared`` is the platform's declaration, a signed note that the statement then names.
    ``statement`` replaces values of the statement.
    """
    if declared is not None:
        statement = {"declaration": hashlib.sha256(declared).digest(), **statement}
    log = log or WorkedLog()
    if not log.entries:
        log.fill(5)
    names = [each[0].encode() for each in files]
    roles = [each[2] if len(each) == 3 else "original" for each in files]
    payload: dict[str, bytes] = {}
    lines: list[FileLine] = []
    tree_seeds: dict[int, bytes] = {}
    for n, (name, data, *_) in enumerate(files):
        digest = Digest("sha-256", hashlib.sha256(data).digest())
        salts = seed(f"opening {n}"), seed(f"content {n}")
        opening = open_file(names[n], roles[n], len(data), (digest,), *salts)
        tree_seeds[n] = seed(f"tree {n}")
        root, text, table = tree_members(names, n, data, tree_seeds[n])
        payload[package.file_member(n, name.encode())] = data
        payload[package.opening_member(n)] = opening.to_bytes()
        payload[package.messages_member(n)] = text
        payload[package.segments_member(n)] = table
        lines.append(FileLine(opening.commitment(), root))
    payload[package.SEEDS] = seeds.to_bytes(tree_seeds)
    provenance = roles.index("provenance") if "provenance" in roles else None
    sealed = manifest.Manifest(tuple(lines), supplements, provenance).to_bytes()
    payload[package.MANIFEST] = sealed
    anchored = log.anchor(*submission(sealed, "manifest"), **statement)
    log.fill(3)
    payload[package.RECEIPT] = anchored.receipt()
    if declared is not None:
        payload[package.DECLARATION] = declared
    return Sealed(payload, anchored, log)


DECLARED: dict[str, Any] = {
    "plat.operator": {
        "name": "某存证运营者",
        "uscc": "91110000MA00000000",
        "address": "北京市某区某路 1 号",
    },
    "plat.icp": NotApplicable("不经营互联网信息服务"),
    "plat.mlps": {"level": 3, "assessed_on": day("2026-05-20")},
    "plat.audits": [
        {
            "type": "渗透测试",
            "by": "某检测机构",
            "date": day("2026-06-30"),
            "digest": seed("audit report").hex(),
            "covers": ["security", "technical_security"],
        }
    ],
    "plat.admin_controls": "管理员不能改动已公布的条目；\n每次登录均有记录。",
    "plat.incidents": [],
    "plat.retention": Unknown("尚未定下期限"),
}
"""What a platform declares: text of two lines, a list, an empty list, and both kinds of reason."""


def declaration(
    values: Mapping[str, Any] = DECLARED,
    *,
    made: int = NOON - 86400,
    replaces: bytes | None = None,
    origin: str = ORIGIN,
    signer: Key | None = None,
) -> bytes:
    """Return a declaration, signed by the service key of its origin unless another is given."""
    text = to_declaration_text(origin, made, replaces, values)
    return text + b"\n" + (signer or service_key(origin)).line(text)


def service_key(origin: str = ORIGIN) -> Key:
    """Return the key that the service of a log signs with."""
    return Key(f"{origin}/service", "service")


CHAT = (
    "小明 和 小红 在微信上的聊天记录如下，请查收。\n\n"
    "—————  2026-04-06  —————\n\n\n"
    "小红  16:21\n\n有点事，一会儿回\n\n小明  16:21\n\n好的\n\n"
    "—————  2026-04-07  —————\n\n\n小红  09:05\n\n昨天忘了回你\n"
).encode()

__all__ = ["CHAT", "Manifest", "Sealed", "WorkedLog", "pack", "seal", "submission"]
