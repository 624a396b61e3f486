"""Materials for the tests of the examination: a record that fits its package, and changes to it.

The record is every field's own example, with what must fit the files put in
its place. It is sealed, verified and gathered by the real parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import worked
from tests.verifier import logs
from tests.worked import Sealed, WorkedLog, seal
from verifier.evidence.provenance.fields import FIELDS
from verifier.evidence.provenance.record import Record, parse_record
from verifier.law.examination import Examination, RowResult
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.law.material import Material, SealedFile
from verifier.policy import parse_policy
from verifier.result import Result
from verifier.verify import Options, verify_package

CHAT = worked.CHAT
AT = worked.NOON + 86400
SOURCE = "由公证处提供的公钥"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (1080).to_bytes(4, "big") + (2400).to_bytes(4, "big")
SCREENS = [PNG + b"\x08\x06\0\0\0" + bytes([n]) * 16 for n in (1, 2)]


def movie(seconds: int) -> bytes:
    """The head of an MP4 that says how long it runs."""
    header = bytes(12) + (1000).to_bytes(4, "big") + (seconds * 1000).to_bytes(4, "big") + bytes(80)
    mvhd = (8 + len(header)).to_bytes(4, "big") + b"mvhd" + header
    moov = (8 + len(mvhd)).to_bytes(4, "big") + b"moov" + mvhd
    return b"\0\0\0\x14ftypisom\0\0\0\0isom" + moov


FILM = movie(1200)
REPORT = "清洁性检查报告：无异常。\n".encode()
TOOL_LOG = b"2026-05-01 10:05 export started\n"
TRANSCRIPT = "张三：借我五万。\n".encode()
SOUND = b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt " + bytes(28)
ALL_FILES = (
    ("聊天记录.txt", CHAT, "original"),
    ("本方界面.png", SCREENS[0], "screenshot"),
    ("对方界面.png", SCREENS[1], "screenshot"),
    ("录屏.mp4", FILM, "recording"),
    ("清洁性检查.txt", REPORT, "attestation"),
    ("工具日志.txt", TOOL_LOG, "log"),
)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _listed(files: Sequence[tuple[str, bytes, str]]) -> str:
    role = {"original": "original_export"}
    items = (
        f'{{ name = "{name}", bytes = {len(data)}, sha256 = "{sha(data)}", '
        f'role = "{role.get(kind, kind)}" }}'
        for name, data, kind in files
    )
    return f"[{', '.join(items)}]"


FITTING: dict[str, str | None] = {
    "decl.created_at": "2026-05-01T11:00:00+08:00",
    "decl.signature": None,  # must stand last; added by who tests it
    "item.files": _listed(ALL_FILES),
    "item.fact_period": "[2026-04-06, 2026-04-07]",
    "src.device.clock_offset": (
        '{ offset_ms = -320, method = "与授时中心网页同框拍照", '
        'measured_at = 2026-05-01T09:40:00+08:00, timezone = "+08:00", auto_time = true }'
    ),
    "src.carrier.custody": '{ custodian = "小明", location = "家中", since = 2026-05-01 }',
    "src.carrier.sealing": '{ sealed = true, seal_no = "A-17" }',
    "acct.own.id": '{ account_id = "wxid_ming", nickname = "小明", holder = "self" }',
    "acct.own.profile_screens": f'["{sha(SCREENS[0])}"]',
    "acct.peer.id": '[{ account_id = "wxid_hong", nickname = "小红" }]',
    "acct.peer.profile_screens": f'["{sha(SCREENS[1])}"]',
    "acct.peer.link_basis": (
        f'[{{ type = "bound_phone", ref = "对方资料页", digest = "{sha(SCREENS[1])}" }}]'
    ),
    "acct.group": None,
    "gen.period": "[2026-04-06, 2026-04-07]",
    "acq.time": (
        "{ started_at = 2026-05-01T10:05:00+08:00, ended_at = 2026-05-01T10:20:00+08:00, "
        'time_grade = "T1" }'
    ),
    "acq.log": f'["{sha(TOOL_LOG)}"]',
    "acq.recording": (
        f'{{ digest = "{sha(FILM)}", continuous = true, starts_at = 2026-05-01T10:00:00+08:00, '
        'covers = ["home_screen", "system_time", "about_page", "account_page", "dialogue", '
        '"export"] }'
    ),
    "acq.env_check": (
        '{ performed = true, items = [{ item = "远程控制软件", observed = "无" }], '
        f'result = "clean", report_digest = "{sha(REPORT)}", when = 2026-05-01T09:50:00+08:00 }}'
    ),
    "acq.steps": '[{ n = 1, action = "打开聊天" }, { n = 2, action = "导出到邮件" }]',
    "acq.output_digests": (
        f'[{{ file = "聊天记录.txt", sha256 = "{sha(CHAT)}", at = 2026-05-01T10:21:00+08:00 }}]'
    ),
    "scope.period": "[2026-04-06, 2026-04-07]",
    "scope.counts": "{ messages = 3 }",
    "scope.boundaries": None,
    "scope.full_available": "true",
    "cust.backup": f'{{ exists = true, digest = "{sha(CHAT)}" }}',
    "cust.transfer": '[{ channel = "mail", at = 2026-05-01T10:19:00+08:00 }]',
    "cor.notarial": (
        '[{ office = "某公证处", cert_no = "（2026）京某证字第1号", date = 2026-05-02, '
        'scope = "both", covers = "聊天内容" }]'
    ),
    "cor.witness": '[{ name = "王某", relation = "无关系", saw = "导出过程", date = 2026-05-01 }]',
    "cor.platform": '[{ platform = "某支付平台", confirms = "转账记录" }]',
    "cor.records": (
        f'[{{ type = "transfer", ref = "银行流水", digest = "{sha(SCREENS[1])}", '
        'matches = "第2条消息" }]'
    ),
    "cor.admission": '[{ where = "庭前会议", what = "认可聊天内容" }]',
    "cor.prior_use": '[{ case_no = "（2026）京民初1号" }]',
    "pres.transcripts": None,
    "pres.translation": None,
    "pres.printouts": f'[{{ file = "打印件.pdf", page_count = 3, digest_of_source = "{sha(CHAT)}" }}]',
    "pres.carriers": f'[{{ carrier_no = "光盘1", type = "DVD-R", contents_digest = "{sha(CHAT)}" }}]',
    "pres.evidence_list": '{ name = "证据目录.pdf" }',
    "pres.channel": '"platform_direct"',
}
"""What the examples cannot know: the files, and times and names that fit them."""

PLATFORM: dict[str, Any] = {
    **worked.DECLARED,
    "plat.filing": {"no": "京网信备1号", "service_name": "某存证服务", "status": "有效"},
    "plat.mlps": {"level": 3, "cert_no": "京公网安备1号", "assessed_on": worked.day("2026-05-20")},
    "plat.standards": [
        {
            "std_no": "GB/T 39786-2021",
            "claim": "密码应用",
            "evidence": "检测报告",
            "covers": ["encryption", "system_environment", "technical_security"],
        }
    ],
    "plat.audits": [
        {
            "type": "清洁性检查",
            "by": "某检测机构",
            "date": worked.day("2026-06-30"),
            "covers": ["cleanliness"],
        }
    ],
    "plat.independence": {
        "shareholding": "无",
        "contracts": "无",
        "fees": "无",
        "case_interest": "无",
        "statement": "与“张某”无利害关系。",
    },
    "plat.clean": "镜像构建有校验记录。",
    "plat.security": "双人复核。",
    "plat.reliability": "每日备份。",
    "plat.incidents": [],
    "plat.availability": {"slo": "99.9%", "history": "近一年无中断"},
    "plat.transmission": "TLS 1.3，摘要由客户端计算",
    "plat.verification": "公开的离线核验程序。",
    "plat.retention": "日志留存一年。",
}


def record_text(changes: Mapping[str, str | None] | None = None, **named: Any) -> bytes:
    """A record of all examples, made fit, with changes on top; None leaves a field out."""
    values = {
        field.id: field.example_zh for field in FIELDS.values() if field.source == "declarant"
    }
    values |= {name: "" if value is None else value for name, value in FITTING.items()}
    values |= {name: "" if value is None else value for name, value in (changes or {}).items()}
    lines = [f"{name} = {value}\n" for name, value in values.items() if value]
    return ('format = "beilin/provenance/v1"\n' + "".join(lines)).encode()


def record(changes: Mapping[str, str | None] | None = None) -> Record:
    return parse_record(record_text(changes))


def unsealed(changes: Mapping[str, str | None] | None = None, kind: str | None = None) -> Material:
    """A record and files before anchoring: what class B says does not need the log."""
    changes = {"item.files": None, **(changes or {})}  # it lists the files of a whole package
    if kind is not None:
        changes["item.kind"] = f'"{kind}"'
    files = [
        SealedFile(n, b"f", "original" if n == 0 else "other", 10, bytes.fromhex(sha(data)), kind_)
        for n, (data, kind_) in enumerate(
            [(CHAT, "chat"), (SCREENS[0], "image"), (SCREENS[1], "image"), (FILM, "video")]
        )
    ]
    if kind in {"audio", "video"}:
        files = [SealedFile(0, b"s", "original", 10, bytes.fromhex(sha(SOUND)), kind)]
        text = bytes.fromhex(sha(TRANSCRIPT))
        files.append(SealedFile(1, b"t", "transcript", 10, text, "text"))
    return Material(record=record(changes), files=files)


def only(*fields: str) -> dict[str, str | None]:
    """Changes that leave nothing but these fields."""
    return {
        field.id: None
        for field in FIELDS.values()
        if field.source == "declarant" and field.id not in fields
    }


@dataclass
class Made:
    """A package on disk, what verifying it gave, and the examination."""

    path: Path
    result: Result
    material: Material
    log: WorkedLog

    @property
    def examination(self) -> Examination:
        return examine(self.material)


def make(
    folder: Path,
    files: Sequence[tuple[str, bytes, str]] = ALL_FILES,
    changes: Mapping[str, str | None] | None = None,
    *,
    with_record: bool = True,
    platform: Mapping[str, Any] | None = PLATFORM,
    source: str | None = SOURCE,
    with_copy: bool = False,
    spoil: Any = None,
    **sealed: Any,
) -> Made:
    """Seal, verify and gather a package; ``spoil`` may change its payload first."""
    log = WorkedLog()
    given: list[Any] = list(files)
    if with_record:
        given.append(("来源声明.toml", record_text(changes), "provenance"))
    declared = None if platform is None else worked.declaration(platform)
    package = seal(given, log, declared=declared, **sealed)
    if spoil is not None:
        spoil(package.payload)
    path = None
    if with_copy:
        log.fill(4)
        path = folder / f"log-{len(list(folder.iterdir()))}"
        write_copy(path, log)
    return verified(folder, package, log, copy=path, source=source)


def write_copy(folder: Path, log: WorkedLog) -> None:
    """A copy of the log's files, with a checkpoint over all of it."""
    logs.write_files(folder, log.entries, len(log.entries))
    (folder / "checkpoint").write_bytes(log.note())


def verified(
    folder: Path,
    sealed: Sealed,
    log: WorkedLog,
    *,
    copy: Path | None = None,
    policy: bytes | None = None,
    source: str | None = SOURCE,
) -> Made:
    """Write a package, verify it and gather what is in it."""
    path = folder / f"package-{len(list(folder.iterdir()))}.zip"
    path.write_bytes(sealed.zip())
    parsed = parse_policy(policy_text(log) if policy is None else policy)
    options = Options(at=AT, policy_source=source, log=copy)
    result = verify_package(path, parsed, options)
    return Made(path, result, gather(path, result, parsed, options), log)


def policy_text(log: WorkedLog) -> bytes:
    """A policy with the service's key, so that the platform's declaration can be read."""
    service = worked.service_key(log.origin).vkey.to_text()
    return (
        b"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n"
        + f"service {service}\n".encode()
        + b"tlog-policy\n"
        + log.policy()
    )


def row(found: Examination | Material, id_: str) -> RowResult:
    """One row of an examination."""
    examination = found if isinstance(found, Examination) else examine(found)
    return next(each for each in examination.rows if each.row.id == id_)
