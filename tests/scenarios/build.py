"""Three cases from beginning to end, sealed with fixed keys, so that their reports can be golden.

    wechat_full        a WeChat export with everything a careful person writes down
    wechat_none        the same export, and nothing said about it
    returned_computer  a screen recording from a returned office computer, after the account's
                       owner had logged out from afar: the circumstances of BIC-CASE

A record is a template here: ``@sha256(NAME)``, ``@bytes(NAME)`` and
``@commit(WORD)`` are filled in from the files beside it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.demo_data.material import png
from tests import worked
from verifier.evidence.provenance.annex import commit
from verifier.options import Options

HERE: Final = Path(__file__).parent
AT: Final = worked.NOON + 10 * 86400
NAMES: Final = ("wechat_full", "wechat_none", "returned_computer")
RECORD: Final = "来源声明.toml"

_FULL: Final = (
    ("聊天记录.txt", "original"), ("录屏.mp4", "recording"), ("本方个人信息.png", "screenshot"),
    ("对方个人信息.png", "screenshot"), ("导出工具日志.log", "log"),
    ("清洁性检查报告.txt", "attestation"), ("转账凭证.png", "attestation"),
    ("公证书.png", "attestation"), (RECORD, "provenance"),
)  # fmt: skip
_FILES: Final = {
    "wechat_full": _FULL,
    "wechat_none": _FULL[:1],
    "returned_computer": (("办公电脑录屏.mp4", "original"), (RECORD, "provenance")),
}
_MADE: Final = {
    "本方个人信息.png": png(90, 160),
    "对方个人信息.png": png(90, 161),
    "转账凭证.png": png(90, 162),
    "公证书.png": png(210, 297),
    "导出工具日志.log": "19:33:05 多选 40 条\n19:33:10 合并转发完成\n".encode(),
    "清洁性检查报告.txt": "代理与VPN：未启用\nROOT：否\n投屏与远程控制：无\n自动时间：开启\n".encode(),
}
_PLACE: Final = re.compile(r"@(sha256|bytes|commit)\(([^)]*)\)")


@dataclass(frozen=True)
class Case:
    """One case: its package and with what it is verified."""

    name: str
    package: bytes
    policy: bytes
    options: Options


def files(name: str) -> list[tuple[str, bytes, str]]:
    """Return the files of a case: name, bytes, role."""
    known: dict[str, bytes] = {}
    for each, _ in _FILES[name]:
        if each != RECORD:
            known[each] = _MADE[each] if each in _MADE else _read(name, each)
    if (RECORD, "provenance") in _FILES[name]:
        known[RECORD] = _fill(_read(name, RECORD).decode(), known).encode()
    return [(each, known[each], role) for each, role in _FILES[name]]


def _read(name: str, file: str) -> bytes:
    folder = HERE / ("wechat_full" if name == "wechat_none" else name)
    return (folder / file).read_bytes()


def _fill(template: str, known: dict[str, bytes]) -> str:
    def value(match: re.Match[str]) -> str:
        what, name = match.groups()
        if what == "commit":
            return commit(worked.seed(f"annex {name}"), f"value of {name}")
        if what == "bytes":
            return str(len(known[name]))
        return hashlib.sha256(known[name]).hexdigest()

    return _PLACE.sub(value, template)


def case(name: str) -> Case:
    """Return a case, the same bytes each time."""
    declared = worked.declaration() if name == "wechat_full" else None
    sealed = worked.seal(files(name), declared=declared)
    service = worked.Key(f"{worked.ORIGIN}/service", "service")
    policy = (
        "beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n"
        f"service {service.vkey.to_text()}\noperator {worked.ORIGIN} 某存证运营者\n"
        f"tlog-policy\nlog {sealed.log.key.vkey.to_text()}\nquorum none\n"
    )
    source = None if name == "wechat_none" else "运营者官网公布，由核验人下载"
    return Case(name, sealed.zip(), policy.encode(), Options(AT, source, None))


__all__ = ["AT", "NAMES", "Case", "case", "files"]
