"""What a server's refusal means to the person: our sentence for each of its codes.

A problem document (RFC 9457) is read only for its ``code`` and ``index``; its
words are not repeated, because an answer is whatever someone on the way made it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from app.commands.common import (
    EXIT_INTERNAL,
    EXIT_NOT_REACHABLE,
    EXIT_REFUSED,
    EXIT_TRY_AGAIN,
    Refusal,
)
from verifier.errors import Malformed

from .strict import parse_object


class _Row(NamedTuple):
    exit_code: int
    zh: str
    en: str


_BY_CODE: Final = {
    "unauthorized": _Row(
        EXIT_REFUSED,
        "API 密钥无效或已被撤销。请向运营方申请新的密钥，再重新运行同一命令。",
        "The API key is not valid, or was revoked. Ask the operator for a new one and run the "
        "same command again.",
    ),
    "digest-known": _Row(
        EXIT_REFUSED,
        "该账号此前已对同一清单存证（序号 {index}）。确需再次存证请加 --again。",
        "This account has anchored the same manifest before (index {index}). To anchor it once "
        "more, add --again.",
    ),
    "key-reused": _Row(
        EXIT_REFUSED,
        "服务器已用同一提交编号受理过另一请求。请删除 .part 文件后重新开始。",
        "The server has taken another request under the same key. Delete the .part file and "
        "start anew.",
    ),
    "signature-required": _Row(
        EXIT_REFUSED,
        "该账号只接受以其登记密钥签名的提交。请用 --identity 指定登记的密钥，并删除 .part 文件后重试。",
        "This account takes only submissions signed with its registered key. Name that key with "
        "--identity, delete the .part file and try again.",
    ),
    "signature-refused": _Row(
        EXIT_REFUSED,
        "服务器认为提交人签名不成立。请检查 --identity。",
        "The server holds that the submitter's signature is not good. Check --identity.",
    ),
    "frozen": _Row(
        EXIT_REFUSED,
        "该日志已终止接收。请向运营方指明的后继日志存证；已有回执继续有效。",
        "This log is closed for good. Use the successor that the operator names; receipts stay "
        "valid.",
    ),
    "disk-full": _Row(
        EXIT_TRY_AGAIN,
        "服务器磁盘空间不足，暂停受理。请稍后重新运行同一命令，不会重复存证。",
        "The server is out of disk space and takes nothing new. Run the same command later; "
        "nothing is anchored twice.",
    ),
    "writing-stopped": _Row(
        EXIT_TRY_AGAIN,
        "服务器已停止写入，须待运营方处理。请稍后重新运行同一命令，不会重复存证。",
        "The server has stopped writing until its operator has looked. Run the same command "
        "later; nothing is anchored twice.",
    ),
}
_STATUS: Final = {401: "unauthorized", 403: "unauthorized", 507: "disk-full"}
_CODE: Final = re.compile(r"[a-z]+(?:-[a-z]+)*", re.ASCII)
_INDEX: Final = re.compile(r"[0-9]{1,19}", re.ASCII)


def _read(body: bytes) -> tuple[str, str]:
    """Return (code, index) of a problem document, empty where there is none."""
    try:
        values = parse_object(body, "problem")
    except Malformed:
        return "", ""
    code, index = values.get("code"), values.get("index")
    return (
        code if isinstance(code, str) and _CODE.fullmatch(code) else "",
        index if isinstance(index, str) and _INDEX.fullmatch(index) else "?",
    )


def of_problem(status: int, body: bytes) -> Refusal:
    """Return the refusal for an answer that is not a success."""
    code, index = _read(body)
    known = _BY_CODE.get(code) or _BY_CODE.get(_STATUS.get(status, ""))
    if known is not None:
        exit_code, zh, en = known
        return Refusal(exit_code, zh.format(index=index or "?"), en.format(index=index or "?"))
    if (
        (status == 409 and code in ("in-progress", ""))
        or status in (408, 425, 429)
        or status >= 500
    ):
        return Refusal(
            EXIT_TRY_AGAIN,
            f"服务器暂时无法处理（HTTP {status}）。请稍后重新运行同一命令，不会重复存证。",
            f"The server cannot answer at the moment (HTTP {status}). Run the same command later; "
            "nothing is anchored twice.",
        )
    if status == 404 or 300 <= status < 400 or not code:
        return Refusal(
            EXIT_NOT_REACHABLE,
            f"对方的应答不是碑林服务的应答（HTTP {status}）。请检查 --server 地址。",
            f"What answered is not this service (HTTP {status}). Check --server.",
        )
    if status in (400, 415):
        return Refusal(
            EXIT_INTERNAL,
            f"服务器无法读取本程序的请求（{code}）；请更新程序。",
            f"The server cannot read this program's request ({code}); use a newer version.",
        )
    return Refusal(
        EXIT_REFUSED,
        f"服务器拒绝了该请求（HTTP {status}，{code}）。",
        f"The server refused the request (HTTP {status}, {code}).",
    )
