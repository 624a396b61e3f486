"""Writes ``tests/vectors/evidence``: golden files of every format of SPEC.

Deterministic: running it again changes nothing, so that a change of a format
is a diff to be read. ``test_golden.py`` runs it and compares.

    python -m tests.vectors.generate            writes
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests import worked
from tests.disclosures import disclose
from tests.verifier.misconduct import forging, proofs
from verifier.encoding import to_base64
from verifier.evidence import package
from verifier.evidence.entry import Anchor, Entry
from verifier.evidence.freeze import Freeze
from verifier.evidence.handover import Handover, Party
from verifier.evidence.manifest import Manifest, parse_manifest
from verifier.tlog.checkpoint import Checkpoint

HERE = Path(__file__).parent / "evidence"
BINARY = bytes(range(256)) * 4
DUPLICATE = "12/11/2024, 10:00 - Alice: 你好\n12/11/2024, 10:01 - Bob: <Media omitted>\n".encode()


def policy(log: worked.WorkedLog) -> bytes:
    """Return a full policy with every kind of line."""
    service = worked.Key(f"{log.origin}/service", "service")
    witness = worked.Key("witness.example.org/w1", "witness", 4)
    return (
        "beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n"
        f"service {service.vkey.to_text()}\n"
        f"operator {log.origin} 某存证运营者\noperator w1 某公证机构\n"
        f"tsa tsa1 2026-01-01T00:00:00Z 2036-01-01T00:00:00Z {to_base64(tsa_certificate())}\n"
        "status old.example.org+01020304 compromised size - time 2026-10-01T00:00:00Z\n"
        "require L1 T0\ntlog-policy\n"
        f"log {log.key.vkey.to_text()}\nwitness w1 {witness.vkey.to_text()}\nquorum none\n"
    ).encode()


def closing() -> dict[str, bytes]:
    """Return the closing statement of the worked log, and its handover to another."""
    old = [worked.Key(worked.ORIGIN, "log"), worked.Key(f"{worked.ORIGIN}/service", "service")]
    name = "log2.example.org/beilin"
    new = [worked.Key(name, "log 2"), worked.Key(f"{name}/service", "service 2")]
    freeze = Freeze(worked.ORIGIN, 9, worked.NOON + 60, "服务终止", new[0].vkey).to_text()
    head = Checkpoint(worked.ORIGIN, 10, worked.seed("last root"))
    signature = old[0].private.sign(head.to_text())
    parties = [Party(log.vkey, service.vkey) for log, service in (new, old)]
    text = Handover(parties[0], worked.NOON + 120, parties[1], 10, head.root, signature).to_text()
    return {
        "freeze.txt": freeze + b"\n" + old[1].line(freeze),
        "handover.txt": text + b"\n" + old[1].line(text) + new[1].line(text),
    }


def tsa_certificate() -> bytes:
    """Return an authority's own certificate: Ed25519, because its signatures are always the same."""
    key = worked.Key("tsa", "tsa").private
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example TSA")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1))
        .not_valid_after(datetime(2036, 1, 1))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, None)
    )
    return made.public_bytes(Encoding.DER)


def files() -> dict[str, bytes]:
    """Return every golden file by name."""
    sealed = worked.seal([("聊天记录.txt", worked.CHAT), ("folder/raw.dat", BINARY), ("e", b"")])
    payload = sealed.payload
    single = worked.WorkedLog()
    single.fill(2)
    anchored = single.anchor(*worked.submission(b"hello", signed=False))
    anchor = Anchor(7, tuple(sorted((worked.seed("token 1"), worked.seed("token 2")))))
    entry = Entry("anchor", worked.seed("link a"), worked.NOON, None, anchor.to_bytes())
    whatsapp = worked.seal([("WhatsApp Chat with Alice.txt", DUPLICATE)]).payload
    supplement = Manifest(
        parse_manifest(payload[package.MANIFEST]).files, worked.seed("earlier leaf"), 2
    )
    tags = package.tag_files(
        "private",
        {name: (hashlib.sha256(data).digest(), len(data)) for name, data in payload.items()},
    )
    declared = worked.seal([("聊天记录.txt", worked.CHAT)], declared=worked.declaration())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = disclose(sealed, folder, "聊天记录.txt", records="1-2", redact=("2",))
        period = disclose(sealed, folder, "聊天记录.txt", period="2026-04-06..2026-04-06")
        whole = disclose(sealed, folder, "folder/raw.dat")
    shown = ("bagit.txt", "bag-info.txt", "beilin.txt", "README.txt")
    return {f"tag-{name}": tags[name] for name in shown} | {
        "submission.txt": sealed.anchored.statement.submission.to_bytes(),
        "statement.txt": sealed.anchored.statement.to_bytes(),
        "entry.txt": sealed.anchored.entry.to_bytes(),
        "entry-anchor.txt": entry.to_bytes(),
        "receipt.txt": payload[package.RECEIPT],
        "receipt-file.txt": anchored.receipt(),
        "manifest.txt": payload[package.MANIFEST],
        "manifest-supplement.txt": supplement.to_bytes(),
        "opening.txt": payload[package.opening_member(0)],
        "messages.txt": payload[package.messages_member(0)],
        "segments.txt": payload[package.segments_member(0)],
        "segments-whatsapp.txt": whatsapp[package.segments_member(0)],
        "messages-whatsapp.txt": whatsapp[package.messages_member(0)],
        "seeds.txt": payload[package.SEEDS],
        **closing(),
        "misconduct.txt": proofs.proof_of("PREFIX_DIFFERS"),
        "dossier.txt": forging.said(proofs.honest(), [(1, 3), (2, 7)]).note,
        "declaration.txt": declared.payload[package.DECLARATION],
        "policy.txt": policy(sealed.log),
        "policy-plain.txt": sealed.log.policy(),
        "policy-plain-file.txt": single.policy(),
        "package.zip": sealed.zip(),
        "package-declared.zip": declared.zip(),
        "disclosed-records.txt": records[package.disclosed_member(0)],
        "disclosed-period.txt": period[package.disclosed_member(0)],
        "disclosure-records.zip": worked.pack(records, "disclosure"),
        "disclosure-period.zip": worked.pack(period, "disclosure"),
        "disclosure-whole.zip": worked.pack(whole, "disclosure"),
    }


def main() -> int:
    """Write the files."""
    HERE.mkdir(exist_ok=True)
    for name, data in files().items():
        (HERE / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
