"""A chat with everything beside it, and its record: what the tests of the examination start from.

``files`` and ``fields`` describe one sealed matter in which nothing contradicts:
an export of WeChat's own, two profile screens, a voice message with its
transcript, a printout, the recording of the extraction, the report of the
cleanliness check, a notarial certificate and a bank record. Tests change one
thing. Everything is made here; no real person or file is in it.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.worked import NOON, ORIGIN, Key, Sealed, WorkedLog, seal
from verifier.encoding import to_base64
from verifier.evidence.declaration import to_declaration_text
from verifier.evidence.provenance.record import Record, parse_record
from verifier.law.gather import gather
from verifier.law.material import Material
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import Result
from verifier.verify import verify_package

AT = NOON + 86400
DONE = "2026-11-21T18:31:00+08:00"
SERVICE = Key(f"{ORIGIN}/service", "service")


def png(width: int = 8, height: int = 8, shade: int = 0) -> bytes:
    """Return a grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    rows = b"".join(b"\x00" + bytes([shade]) * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )  # fmt: skip


def box(kind: bytes, *content: bytes) -> bytes:
    """Return one box of an ISO media file."""
    data = b"".join(content)
    return struct.pack(">I4s", len(data) + 8, kind) + data


def movie(seconds: float, handler: bytes = b"vide", brand: bytes = b"isom") -> bytes:
    """Return an MP4 that says it runs so long and has one empty track."""
    mvhd = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, round(seconds * 1000)), bytes(80))
    hdlr = box(b"hdlr", bytes(8), handler, bytes(13))
    trak = box(b"trak", box(b"mdia", hdlr))
    return box(b"ftyp", brand, bytes(4), brand) + box(b"moov", mvhd, trak) + box(b"mdat", bytes(32))


def wave(seconds: int, rate: int = 8000) -> bytes:
    """Return silence."""
    data = bytes(seconds * rate)
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate, 1, 8)
    body = fmt + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI4s", b"RIFF", len(body) + 4, b"WAVE") + body


def sha(data: bytes) -> str:
    """Return a SHA-256 as a record writes it."""
    return hashlib.sha256(data).hexdigest()


CHAT = (
    "小明 和 小红 在微信上的聊天记录如下，请查收。\n\n"
    "—————  2026-11-06  —————\n\n\n"
    "小红  16:21\n\n有点事，一会儿回\n\n小明  16:21\n\n好的\n\n"
    "—————  2026-11-07  —————\n\n\n小红  09:05\n\n昨天忘了回你\n"
).encode()

File = tuple[str, bytes, str]


def the_files() -> list[File]:
    """Return name, bytes and role of everything that is sealed beside the record."""
    return [
        ("chat.txt", CHAT, "original"),
        ("own.png", png(shade=1), "screenshot"),
        ("peer.png", png(shade=2), "screenshot"),
        ("voice.wav", wave(2), "original"),
        ("voice.txt", "小红：昨天忘了回你\n".encode(), "transcript"),
        ("chat.pdf", b"%PDF-1.7\n%%EOF\n", "derived"),
        ("screen.mp4", movie(1300), "recording"),
        ("clean.txt", "检查报告\n".encode(), "log"),
        ("notary.pdf", b"%PDF-1.7\nnotary\n%%EOF\n", "attestation"),
        ("bank.pdf", b"%PDF-1.7\nbank\n%%EOF\n", "attestation"),
    ]


_LISTED = {"original": "original_export"}


def listing(files: list[File]) -> str:
    """Return ``item.files`` for these files."""
    return "[" + ", ".join(
        f'{{ name = "{name}", bytes = {len(data)}, sha256 = "{sha(data)}",'
        f' role = "{_LISTED.get(role, role)}" }}'
        for name, data, role in files
    ) + "]"  # fmt: skip


def the_fields(files: list[File]) -> dict[str, str]:
    """Return the record of these files: TOML by field. The device is eight hours east."""
    by = {name: sha(data) for name, data, _ in files}
    return {
        "decl.id": '"PD-1"',
        "decl.schema_version": '"1.0"',
        "decl.created_at": "2026-11-21T19:30:00+08:00",
        "decl.declarant": '{ name = "李小明", role = "party", relation_to_party = "本人" }',
        "item.kind": '"chat_export"',
        "item.files": listing(files),
        "item.conversions": (
            f'[{{ from = "txt", to = "pdf", digest_before = "{by["chat.txt"]}",'
            f' digest_after = "{by["chat.pdf"]}" }}]'
        ),
        "src.device.owner": '"self"',
        "src.device.rooted": '"no"',
        "src.device.clock_offset": (
            '{ offset_ms = -320, method = "photo", measured_at = 2026-11-21T18:00:00+08:00,'
            ' timezone = "Asia/Shanghai" }'
        ),
        "app.integrity": '{ install_source = "应用商店", modded = false }',
        "acct.own.id": '{ account_id = "wxid_ming", nickname = "小明", holder = "self" }',
        "acct.own.profile_screens": f'["{by["own.png"]}"]',
        "acct.peer.id": '[{ account_id = "wxid_hong", nickname = "小红" }]',
        "acct.peer.profile_screens": f'["{by["peer.png"]}"]',
        "gen.period": "[2026-11-06, 2026-11-07]",
        "gen.deletions": '{ deleted = "none_known", recalled = 0, known_gaps = false }',
        "gen.recovery_used": '{ used = "no" }',
        "acq.method": '"native_export"',
        "acq.tool": f'{{ name = "微信", version = "8.0", sha256 = "{sha(b"the tool")}" }}',
        "acq.operator": '{ name = "李小明", relation_to_party = "本人" }',
        "acq.time": (
            "{ started_at = 2026-11-21T18:10:00+08:00, ended_at = 2026-11-21T18:30:00+08:00 }"
        ),
        "acq.recording": (
            f'{{ digest = "{by["screen.mp4"]}", continuous = true,'
            " starts_at = 2026-11-21T18:09:30+08:00 }"
        ),
        "acq.env_check": (
            '{ performed = true, items = [{ item = "时间", observed = "自动" },'
            ' { item = "代理", observed = "无" }], result = "clean",'
            f' report_digest = "{by["clean.txt"]}", when = 2026-11-21T18:05:00+08:00 }}'
        ),
        "acq.output_digests": (
            f'[{{ file = "chat.txt", sha256 = "{by["chat.txt"]}", at = {DONE} }},'
            f' {{ file = "voice.wav", sha256 = "{by["voice.wav"]}", at = {DONE} }}]'
        ),
        "scope.period": "[2026-11-06, 2026-11-07]",
        "scope.counts": "{ messages = 3 }",
        "scope.boundaries": (
            "{ first_at = 2026-11-06T16:21:00+08:00, last_at = 2026-11-07T09:05:00+08:00 }"
        ),
        "scope.gaps": "[]",
        "scope.assertion": '"full_period"',
        "scope.redactions": "[]",
        "cust.events": (
            '[{ at = 2026-11-21T18:40:00+08:00, from = "手机", to = "电脑", action = "传输",'
            f' digest_before = "{by["chat.txt"]}", digest_after = "{by["chat.txt"]}" }}]'
        ),
        "cust.transfer": '[{ channel = "cable" }]',
        "cor.notarial": (
            '[{ office = "公证处", cert_no = "1", date = 2026-11-21, scope = "both",'
            f' digest = "{by["notary.pdf"]}" }}]'
        ),
        "cor.witness": '[{ name = "王某", relation = "无利害关系" }]',
        "cor.records": (
            f'[{{ type = "transfer", ref = "回单", digest = "{by["bank.pdf"]}",'
            ' matches = "第3条" }]'
        ),
        "law.account_consent": '"own_account"',
        "law.method": '"own_chat"',
        "law.privacy": "{ private_chat = true, third_parties = false, logout_signal = false }",
        "law.pi": '{ sensitive = "none_known", third_party = false, minors = false }',
        "pres.transcripts": (
            f'[{{ media_digest = "{by["voice.wav"]}", text_digest = "{by["voice.txt"]}" }}]'
        ),
    }


def toml(fields: Mapping[str, str]) -> bytes:
    """Return a record's bytes."""
    lines = "".join(f"{name} = {value}\n" for name, value in fields.items())
    return f'format = "beilin/provenance/v1"\n{lines}'.encode()


@dataclass
class Matter:
    """Files and the fields of their record, ready to be changed and sealed."""

    files: list[File] = field(default_factory=the_files)
    fields: dict[str, str] = field(default_factory=dict)
    platform: dict[str, Any] | None = None
    record: bytes | None = None

    def __post_init__(self) -> None:
        if not self.fields:
            self.fields = the_fields(self.files)

    def declare(self, **fields: str | None) -> Matter:
        """Change fields, ``acq_time`` for ``acq.time``; None takes one out."""
        for name, value in fields.items():
            self.set(name.replace("_", ".", 1), value)
        return self

    def set(self, name: str, value: str | None) -> Matter:
        """Change one field by its id; None takes it out."""
        if value is None:
            self.fields.pop(name, None)
        else:
            self.fields[name] = value
        return self

    def put(self, name: str, data: bytes, role: str = "original") -> Matter:
        """Replace or add a file and list it anew; digests elsewhere stay as they are."""
        self.files = [each for each in self.files if each[0] != name] + [(name, data, role)]
        self.fields["item.files"] = listing(self.files)
        return self

    def bytes(self) -> bytes:
        """Return the record as it is sealed."""
        return toml(self.fields) if self.record is None else self.record

    def parsed(self) -> Record:
        """Return the record, read."""
        return parse_record(self.bytes())

    def sealed(self, log: WorkedLog | None = None, **statement: Any) -> Sealed:
        """Seal files and record; with a platform's declaration if there is one."""
        files = [*self.files, ("prov.toml", self.bytes(), "provenance")]
        if self.platform is None:
            return seal(files, log, **statement)
        text = to_declaration_text(ORIGIN, NOON - 3600, None, self.platform)
        note = text + b"\n" + SERVICE.line(text)
        made = seal(files, log, declaration=hashlib.sha256(note).digest(), **statement)
        made.payload["data/declaration.txt"] = note
        return made

    def gathered(self, folder: Path, *, at: int = AT) -> Material:
        """Seal, write, verify and gather."""
        path = folder / "case.zip"
        made = self.sealed()
        path.write_bytes(made.zip())
        return gathered(path, made.log, at=at)


def policy_of(log: WorkedLog) -> bytes:
    """Return a policy that trusts the log and its service."""
    return (
        f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nservice {SERVICE.vkey.to_text()}\n"
        f"tlog-policy\n"
    ).encode() + log.policy()


def verified(path: Path, log: WorkedLog, *, at: int = AT) -> Result:
    """Verify a package."""
    return verify_package(path, parse_policy(policy_of(log)), Options(at=at))


def gathered(path: Path, log: WorkedLog, *, at: int = AT) -> Material:
    """Verify a package and gather from it."""
    policy = parse_policy(policy_of(log))
    return gather(path, verified(path, log, at=at), policy, Options(at=at))


def b64(data: bytes) -> str:
    """Return base64, for tests that write texts by hand."""
    return to_base64(data)
