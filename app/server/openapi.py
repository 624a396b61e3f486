"""The OpenAPI document: written by hand, because the routes are plain ones.

``python -m app.server.openapi`` writes ``openapi.json`` beside this file; a test
compares it with the document, the document with the route table, and the
schemas with the records that the server reads. Shapes, answers and examples are in
``documented/``; every text is in English and in Chinese.
"""

# long because: the table of addresses is read as one.

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import msgspec

from .documented.answers import HEADERS, JSON, TEXT, answer, problems
from .documented.examples import EXAMPLES, REAL, refer
from .documented.shapes import INDEX, SCHEMAS, base64
from .documented.words import both

_ANY: Final = ("bad-request", "request-timeout", "headers-too-large", "internal",
               "too-many-connections")  # fmt: skip
_KEYED: Final = ("unauthorized", "rate-limited", "too-many-failures")
_OWNER: Final = (*_ANY, *_KEYED, "scope-missing", "bad-query", "not-found", "method-not-allowed")
_WRITE: Final = (
    *_ANY, *_KEYED, "scope-missing", "quota-used-up", "bad-query", "bad-json", "idempotency-key", "body-too-large",
    "media-type", "method-not-allowed", "bad-shape", "bad-value", "signature-refused",
    "signature-required", "key-reused", "erased", "in-progress", "digest-known", "frozen", "overloaded",
    "answer-timeout", "writing-stopped", "shutting-down", "disk-full",
)  # fmt: skip
_BEARER: Final[list[dict[str, list[str]]]] = [{"apiKey": []}]


def _parameter(
    place: str, name: str, en: str, zh: str, schema: dict[str, Any], *, required: bool = True
) -> dict[str, Any]:
    return {"name": name, "in": place, "required": required, "description": both(en, zh),
            "schema": schema, "example": schema["examples"][0]}  # fmt: skip


def _path(name: str, en: str, zh: str, schema: dict[str, Any]) -> dict[str, Any]:
    return _parameter("path", name, en, zh, schema)


_KEY: Final = _parameter(
    "header", "Idempotency-Key",
    "16 random bytes; the nonce of the submission. Keep it for repeats.",
    "16 个随机字节，即提交的 nonce；请保存以便重发。",
    base64(16, "Nonce", "随机数", REAL["idempotency_key"]),
)  # fmt: skip
_PREFER: Final = _parameter(
    "header", "Prefer",
    "`respond-async`: 202 as soon as the entry has its place; anything else is ignored (RFC 7240).",
    "`respond-async`：取得序号即答复 202；其他值不予理会（RFC 7240）。",
    {"type": "string", "examples": ["respond-async"]}, required=False,
)  # fmt: skip


def _links(index: str, dossier: str) -> dict[str, Any]:
    """Return what can be asked after a success: where each parameter's value stands."""
    receipt = "The receipt of this entry", "该项的回执"
    return {
        "receipt": {"operationId": "get_receipt", "parameters": {"index": index},
                    "description": both(*receipt)},
        "latest_receipt": {"operationId": "get_latest_receipt", "parameters": {"index": index},
                           "description": both(*receipt)},
        "dossier": {"operationId": "get_dossier_statement", "parameters": {"id": dossier},
                    "description": both("The statement of its dossier", "所在案卷的陈述")},
    }  # fmt: skip


def _post(
    name: str, summary: tuple[str, str], about: tuple[str, str], taken: str, given: str,
    codes: tuple[str, ...], sample: tuple[str, str], links: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    extra = ("Location",) if given == "EntryOut" else ()
    answered = {
        "200": answer("The same request as before: the first answer.",
                      "与之前的请求相同：原样答复。", JSON, given, sample[1], headers=extra),
        "201": answer("Anchored and published.", "已存证并公布。", JSON, given, sample[1],
                      headers=extra),
    }  # fmt: skip
    for each in answered.values():
        each["links"] = links
    return {"post": {
        "operationId": name, "tags": ["anchor"], "summary": " · ".join(summary),
        "description": both(*about), "security": _BEARER, "parameters": [_KEY],
        "requestBody": {
            "required": True,
            "description": both("Strict JSON: UTF-8 without BOM, no key twice.",
                                "严格的 JSON：无 BOM 的 UTF-8，键不得重复。"),
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{taken}"},
                               "examples": refer(sample[0])}}},
        "responses": {**answered, **problems(*codes)},
    }}  # fmt: skip


def _get(
    name: str, tag: str, summary: tuple[str, str], about: tuple[str, str], given: dict[str, Any],
    codes: tuple[str, ...], *, owner: bool = False, parameters: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:  # fmt: skip
    got: dict[str, Any] = {
        "operationId": name, "tags": [tag], "summary": " · ".join(summary),
        "description": both(*about), "parameters": list(parameters),
        "responses": {"200": given, **problems(*codes)}, "security": _BEARER if owner else [],
    }  # fmt: skip
    head = {**got, "operationId": f"{name}_head",
            "summary": f"{summary[0]} (headers only) · {summary[1]}（仅响应头）"}  # fmt: skip
    return {"get": got, "head": head}


def _document() -> dict[str, Any]:
    index = _path("index", "Place in the log, from 0, for good.", "在日志中的序号，从 0 起，永久不变。",
                  INDEX)  # fmt: skip
    entries = _post(
        "post_entry", ("Anchor one digest", "存证一项摘要"),
        ("Waits until the entry is published and answers with its receipt.",
         "等到公布后答复，并附存证回执。"),
        "EntryIn", "EntryOut", _WRITE, ("entry_in", "entry_out"),
        _links("$response.body#/index", "$request.body#/dossier"),
    )  # fmt: skip
    entries["post"]["parameters"] = [_KEY, _PREFER]
    entries["post"]["responses"]["202"] = answer(
        "It has its place and will be published; until then Location is a 404 with Retry-After.",
        "已取得序号，即将公布；在此之前 Location 所指地址答复 404 并附 Retry-After。",
        JSON, "Accepted", "accepted", headers=("Location", "Preference-Applied", "Retry-After"),
    )  # fmt: skip
    batches = _post(
        "post_batch", ("Anchor up to 1,000 digests", "存证至多 1,000 项摘要"),
        ("All are anchored or none.", "全部存证，或全部不存证。"), "BatchIn", "BatchOut",
        (*_WRITE, "digest-twice-in-batch"), ("batch_in", "batch_out"),
        _links("$response.body#/entries/0/index", "$request.body#/entries/0/dossier"),
    )  # fmt: skip
    always = (*_ANY, "method-not-allowed")
    public = (*always, "rate-limited")
    receipt = answer("The receipt, beilin/receipt/v1.", "存证回执 beilin/receipt/v1。", TEXT,
                     {"pattern": "^beilin/receipt/v1\n"}, "receipt")  # fmt: skip
    declaration = answer(
        "beilin/declaration/v1, a note signed by the service key.",
        "beilin/declaration/v1，由服务密钥签名。", TEXT, {"pattern": "^beilin/declaration/v1\n"},
        "declaration",
    )  # fmt: skip
    checkpoint = answer("A signed note (c2sp.org/tlog-checkpoint).",
                        "已签名的检查点（c2sp.org/tlog-checkpoint）。", TEXT, None, "checkpoint")  # fmt: skip
    spelled = ("`+` and `/` may be written `-` and `_`", "`+` 与 `/` 可写作 `-` 与 `_`")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Beilin 碑林", "version": _version(),
            "description": both(
                "Hash-chain notarization of evidence. Only digests are sent; the content never "
                "leaves the client. Every error is a problem document (RFC 9457).",
                "电子证据的哈希链存证。只提交摘要，内容不离开本机。每个错误都是问题文档（RFC 9457）。"),
        },
        "servers": [{"url": "/", "description": both("This service.", "本服务。")}],
        "tags": [
            {"name": "anchor", "description": both("Anchor digests.", "存证摘要。")},
            {"name": "read", "description": both("What an account has anchored.", "账号已存证的内容。")},
            {"name": "log", "description": both("The log itself, open to everyone.",
                                                "日志本身，人人可读。")},
            {"name": "machine", "description": both("For operators and machines.",
                                                    "供运营方与机器使用。")},
        ],
        "components": {
            "schemas": SCHEMAS, "headers": HEADERS, "examples": EXAMPLES,
            "securitySchemes": {"apiKey": {
                "type": "http", "scheme": "bearer",
                "description": both(
                    "An API key of an account. Its scopes: `submit` for both POSTs, `read` for receipts "
                    "and dossier statements; `/v1/accounts/me` takes either.",
                    "账号的 API 密钥。权限：`submit` 可提交（两个 POST），`read` 可读取回执与案卷陈述；"
                    "`/v1/accounts/me` 任一即可。")}},
        },
        "paths": {
            "/v1/entries": entries,
            "/v1/batches": batches,
            "/v1/entries/{index}/receipt": _get(
                "get_receipt", "read", ("The first receipt", "首份存证回执"),
                ("For ever the same bytes.", "字节永久不变。"), receipt,
                (*_OWNER, "not-yet-published", "erased"), owner=True, parameters=(index,)),
            "/v1/entries/{index}/receipt/latest": _get(
                "get_latest_receipt", "read", ("The better receipt", "较完整的回执"),
                ("With the proofs of time and cosignatures that were added since.",
                 "附有此后补充的时间证明与见证签名。"), receipt,
                (*_OWNER, "not-yet-published", "erased"), owner=True, parameters=(index,)),
            "/v1/dossiers/{id}/statement": _get(
                "get_dossier_statement", "read", ("The items of a dossier", "案卷各项"),
                ("The service key's signed word on what the dossier holds, in order.",
                 "由服务密钥签名，依次列明案卷所含各项。"),
                answer("beilin/dossier/v1, a note signed by the service key.",
                       "beilin/dossier/v1，由服务密钥签名。", TEXT,
                       {"pattern": "^beilin/dossier/v1\n"}, "dossier_statement"),
                _OWNER, owner=True,
                parameters=(_path("id", f"The dossier; {spelled[0]}.", f"案卷；{spelled[1]}。",
                                  base64(16, "The dossier", "案卷",
                                         REAL["entry_in"]["dossier"].replace("/", "_"),
                                         in_path=True)),)),
            "/v1/declaration": _get(
                "get_declaration", "log", ("The declaration in force", "现行平台声明"),
                ("What the operator declares of the platform.", "运营者对平台所作的声明。"), declaration,
                (*public, "bad-query", "not-found")),
            "/v1/declarations/{digest}": _get(
                "get_declaration_by_digest", "log", ("A declaration by its digest", "按摘要读取声明"),
                ("The one that a statement names, for ever.", "陈述所载的那一份，永久可读。"), declaration,
                (*public, "bad-query", "not-found"),
                parameters=(_path("digest", f"As in the statement; {spelled[0]}.",
                                  f"与陈述所载相同；{spelled[1]}。",
                                  base64(32, "SHA-256 of the signed note", "已签名声明的 SHA-256",
                                         "oWnfEvC_03PEgggwWYrr4O0t9DMTZfLRdRPTyA5xcKE=",
                                         in_path=True)),)),
            "/v1/accounts/me": _get(
                "get_account", "read", ("The account of this key", "本密钥的账号"),
                ("What a submission needs: account and origin.", "提交文本所需：账号与日志名称。"),
                answer("This key's account.", "本密钥的账号。", JSON, "Account", "account"),
                (*_ANY, *_KEYED, "bad-query", "method-not-allowed"), owner=True),
            "/checkpoint": _get(
                "get_checkpoint", "log", ("The newest signed tree head", "最新检查点"),
                ("Where witnesses are asked: the newest that met the quorum.",
                 "有见证者的，为达到见证要求的最新一个。"), checkpoint, (*public, "not-found")),
            "/checkpoint.pending": _get(
                "get_pending_checkpoint", "log",
                ("A tree head that waits for its witnesses", "等待见证的检查点"),
                ("A larger one than /checkpoint; 404 while there is none.",
                 "大于 /checkpoint 的检查点；没有时为 404。"), checkpoint, (*public, "not-found")),
            "/tile/{path}": _get(
                "get_tile", "log", ("Tiles and entry bundles", "日志的分块与条目"),
                ("c2sp.org/tlog-tiles; whatever web server serves the same files does as well.",
                 "c2sp.org/tlog-tiles；也可由任何网页服务器提供同样的文件。"),
                answer("The file's bytes.", "文件的字节。", "application/octet-stream",
                       {"contentMediaType": "application/octet-stream"}),
                (*public, "not-found"),
                parameters=(_path("path", "level/index[.p/width] or entries/…",
                                  "层/序号[.p/宽度]，或 entries/…",
                                  {"type": "string", "examples": ["0/000.p/4"]}),)),
            "/livez": _get(
                "livez", "machine", ("The process answers", "进程是否在运行"),
                ("Nothing is looked at.", "不检查其他。"),
                answer("It does.", "在运行。", TEXT, None, "live"), always),
            "/readyz": _get(
                "readyz", "machine", ("It takes entries", "是否可受理"),
                ("Database, disk and signer can write; a witness that disagrees is named.",
                 "数据库、磁盘与签名器可写；列出持不同意见的见证者。"),
                answer("It does.", "可受理。", TEXT, None, "ready"), (*always, "not-ready", "frozen")),
            "/metrics": _get(
                "metrics", "machine", ("Metrics for Prometheus", "供 Prometheus 读取的指标"),
                ("Not for the public side of a proxy.", "不应经代理对外公开。"),
                answer("Metrics.", "指标。", TEXT, None, "metrics"), public),
            "/openapi.json": _get(
                "openapi", "machine", ("This document", "本文档"),
                ("OpenAPI 3.1, the committed file byte for byte.", "OpenAPI 3.1，与源码所载逐字节相同。"),
                answer("An OpenAPI 3.1 document.", "OpenAPI 3.1 文档。", JSON, {"type": "object"}, "document"),
                public),
        },
    }  # fmt: skip


def _version() -> str:
    try:
        return version("beilin")
    except PackageNotFoundError:  # run from a folder, not installed
        return "0"


DOCUMENT: Final = _document()
DOCUMENT_BYTES: Final = msgspec.json.format(msgspec.json.encode(DOCUMENT), indent=1) + b"\n"

if __name__ == "__main__":
    Path(__file__).with_name("openapi.json").write_bytes(DOCUMENT_BYTES)
