"""The schemas: what a body holds, so exactly that what they allow is accepted, bar what no schema can say.

What none can say: that a signature holds, that a key was not used before, that no digest
stands twice in a batch.
"""

from __future__ import annotations

from typing import Any, Final

from ..problem_kinds import KINDS
from .examples import REAL
from .words import both

Schema = dict[str, Any]

INDEX: Final[Schema] = {
    "type": "string",
    "pattern": "^(0|[1-9][0-9]{0,18})$",
    "description": both("Place in the log, from 0, for good; a decimal number as a text.",
                        "在日志中的序号，从 0 起，永久不变；以文本写出的十进制数。"),
    "examples": ["57"],
}  # fmt: skip


def base64(length: int, en: str, zh: str, example: str, *, in_path: bool = False) -> Schema:
    """Return the schema of bytes in their one spelling: padded, and no bit beyond them."""
    size = (length + 2) // 3 * 4
    letters = "A-Za-z0-9+/" + ("_-" if in_path else "")
    full, rest = divmod(length, 3)
    # The last character of an incomplete group has two or four bits that must be 0.
    end = {0: "", 1: f"[{letters}][AQgw]==", 2: f"[{letters}]{{2}}[AEIMQUYcgkosw048]="}[rest]
    return {
        "type": "string",
        **({} if in_path else {"contentEncoding": "base64"}),
        "pattern": f"^[{letters}]{{{4 * full}}}{end}$",
        "minLength": size,
        "maxLength": size,
        "description": both(f"{en}; {length} bytes in base64 (RFC 4648 §4, padded, one spelling).",
                            f"{zh}；{length} 字节，base64（RFC 4648 §4，带填充，唯一写法）。"),
        "examples": [example],
    }  # fmt: skip


def text(en: str, zh: str, example: str, **more: Any) -> Schema:
    """Return the schema of a text."""
    return {"type": "string", **more, "description": both(en, zh), "examples": [example]}


def _record(en: str, zh: str, required: list[str], properties: Schema, example: Any) -> Schema:
    return {"type": "object", "description": both(en, zh), "additionalProperties": False,
            "required": required, "properties": properties, "examples": [example]}  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_SAMPLE: Final = {"sha-256": REAL["entry_in"]["digests"][0]["value"],
                  "sm3": "ZsfwRi7u2dn7SkLNokPFPSnnYi8KBlcF+bT1tbU6Xrw=",
                  "sha-512": "3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9"
                             "RU1EI2Q86A4qmslPpUyknw=="}  # fmt: skip


def _digest(alg: str) -> Schema:
    length = 64 if alg == "sha-512" else 32
    return {"properties": {"alg": {"const": alg}, "value": {
        key: value for key, value in base64(length, "", "", "").items()
        if key in {"pattern", "minLength", "maxLength"}}}}  # fmt: skip


def _orders() -> list[Schema]:
    # sha-256 always and first; then sm3, then sha-512, each or not.
    orders = [["sha-256", *more] for more in ([], ["sm3"], ["sha-512"], ["sm3", "sha-512"])]
    return [{"prefixItems": list(map(_digest, order)), "minItems": len(order),
             "maxItems": len(order)} for order in orders]  # fmt: skip


SCHEMAS: Final[dict[str, Schema]] = {
    "DigestIn": _record(
        "One digest over the submitted bytes.", "对所提交字节的一个摘要。",
        ["alg", "value"], {
            "alg": {"type": "string", "enum": list(_SAMPLE), "examples": ["sha-256"],
                    "description": both("The algorithm.", "摘要算法。")},
            "value": {
                "type": "string", "contentEncoding": "base64", "minLength": 44, "maxLength": 88,
                "description": both("The digest in base64 (RFC 4648 §4, padded, one spelling).",
                                    "摘要值的 base64（RFC 4648 §4，带填充，唯一写法）。"),
                "examples": list(_SAMPLE.values())},
        }, {"alg": "sha-256", "value": _SAMPLE["sha-256"]}),
    "EntryIn": {**_record(
        "What is anchored: digests only, never content.", "存证的内容：只有摘要，从不含原文。",
        ["what", "digests", "dossier"], {
            "what": {"type": "string", "enum": ["manifest", "file"], "examples": ["file"],
                     "description": both("What the digests are over: a manifest of `beilin seal`, "
                                         "or any file.",
                                         "摘要所对应的对象：`beilin seal` 的清单，或任意文件。")},
            "digests": {"type": "array", "minItems": 1, "maxItems": 3, "items": _ref("DigestIn"),
                        "anyOf": _orders(),
                        "description": both("sha-256, then sm3, then sha-512, all over the same "
                                            "bytes; sha-256 is always there.",
                                            "依次为 sha-256、sm3、sha-512，均针对同一字节；sha-256 必有。"),
                        "examples": [REAL["entry_in"]["digests"]]},
            "dossier": base64(16, "The dossier: one matter's chain of entries",
                              "案卷：同一事项的存证链", REAL["entry_in"]["dossier"]),
            "submitter": base64(32, "Ed25519 public key; stands together with signature",
                                "Ed25519 公钥，与 signature 一并出现", REAL["signed"]["submitter"]),
            "signature": base64(64, "Ed25519 over the submission text (verifier/SPEC.md §3)",
                                "对提交文本（verifier/SPEC.md §3）的 Ed25519 签名",
                                REAL["signed"]["signature"]),
            "again": {"type": "boolean", "examples": [True],
                      "description": both("true: anchor a known digest once more.",
                                          "true：对已存证的摘要再次存证。")},
        }, REAL["entry_in"]),
        "dependentRequired": {"submitter": ["signature"], "signature": ["submitter"]}},
    "BatchIn": _record(
        "Entries that are anchored together; no digest stands twice.",
        "一并存证的各项；摘要不得重复。",
        ["entries"], {
            "entries": {"type": "array", "minItems": 1, "maxItems": 1000,
                        "items": _ref("EntryIn"),
                        "description": both("All are anchored or none.", "全部存证，或全部不存证。"),
                        "examples": [REAL["batch_in"]["entries"]]},
        }, REAL["batch_in"]),
    "EntryOut": _record(
        "What is answered for one entry.", "对一项存证的答复。",
        ["index", "leaf_hash", "receipt", "state"], {
            "index": INDEX,
            "leaf_hash": base64(32, "RFC 6962 leaf hash of the entry", "该项的 RFC 6962 叶哈希",
                                REAL["entry_out"]["leaf_hash"]),
            "receipt": text("The receipt, beilin/receipt/v1 (verifier/SPEC.md §6).",
                            "存证回执 beilin/receipt/v1（verifier/SPEC.md §6）。",
                            REAL["entry_out"]["receipt"], pattern="^beilin/receipt/v1\\n"),
            "state": {"type": "string", "enum": ["published", "witnessed"],
                      "examples": ["published"],
                      "description": both("What this receipt itself shows: `witnessed` where the "
                                          "cosignatures in it are the quorum of the service's "
                                          "policy.",
                                          "回执自身所示：其中的见证签名达到服务方策略要求的为 "
                                          "`witnessed`。")},
        }, REAL["entry_out"]),
    "BatchOut": _record(
        "What is answered for a batch.", "对一批存证的答复。", ["entries"], {
            "entries": {"type": "array", "items": _ref("EntryOut"),
                        "description": both("In the order of the request.", "顺序与请求一致。"),
                        "examples": [REAL["batch_out"]["entries"]]},
        }, REAL["batch_out"]),
    "Accepted": _record(
        "The entry has its place, for good, and is not yet published.",
        "已取得永久序号，尚未公布。", ["index"], {"index": INDEX}, REAL["accepted"]),
    "Account": _record(
        "What a submission needs besides the digests.", "提交文本除摘要外所需的内容。",
        ["account", "origin"], {
            "account": base64(16, "Account id, a line of every submission",
                              "账号标识，每份提交文本都含此行", REAL["account"]["account"]),
            "origin": text("The log's name, a line of every submission.",
                           "日志名称，每份提交文本都含此行。", REAL["account"]["origin"]),
        }, REAL["account"]),
    "Problem": {
        "type": "object",
        "description": both("RFC 9457. `code` is stable; `action` says what to do next; the input "
                            "is never echoed.",
                            "RFC 9457。`code` 固定不变；`action_zh` 说明下一步怎么做；输入内容不会被回显。"),
        "required": ["type", "status", "code", "title", "title_zh", "detail", "action",
                     "action_zh", "retryable", "trace_id"],
        "properties": {
            "type": text("Stable name of the kind of problem.", "问题类别的固定名称。",
                         "urn:beilin:problem:not-found", pattern="^urn:beilin:problem:[a-z-]+$"),
            "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [404],
                       "description": both("The HTTP status once more.", "HTTP 状态码。")},
            "code": {"type": "string", "enum": sorted(KINDS), "examples": ["not-found"],
                     "description": both("The end of `type`.", "`type` 的末段。")},
            "title": text("What is wrong, in English.", "问题说明（英文）。",
                          KINDS["not-found"].title),
            "title_zh": text("What is wrong, in Chinese.", "问题说明（中文）。",
                             KINDS["not-found"].title_zh),
            "detail": text("More about this one case, in English.", "本次的具体情形（英文）。",
                           "receipt"),
            "action": text("What to do next, in English.", "下一步怎么做（英文）。",
                           KINDS["not-found"].action),
            "action_zh": text("What to do next, in Chinese.", "下一步怎么做（中文）。",
                              KINDS["not-found"].action_zh),
            "retryable": {"type": "boolean", "examples": [False],
                          "description": both("The very same request may succeed later.",
                                              "同一请求稍后可能成功。")},
            "trace_id": text("Names this answer in the service's log.",
                             "在服务日志中标识本次答复。",
                             "4bf92f3577b34da6a3ce929d0e0e4736", pattern="^[0-9a-f]{32}$"),
            "index": INDEX,
        },
        "examples": [{
            "type": "urn:beilin:problem:not-found", "status": 404, "code": "not-found",
            "title": KINDS["not-found"].title, "title_zh": KINDS["not-found"].title_zh,
            "detail": KINDS["not-found"].title, "action": KINDS["not-found"].action,
            "action_zh": KINDS["not-found"].action_zh, "retryable": False,
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}],
    },
}  # fmt: skip
