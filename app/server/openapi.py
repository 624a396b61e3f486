"""The OpenAPI document: written by hand, because the routes are plain ones.

``python -m app.server.openapi`` writes ``openapi.json`` beside this file; a test
compares it with the document, the document with the route table, and the
schemas with the records that the server reads.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import msgspec

from .problem_kinds import KINDS
from .problems import MEDIA_TYPE

_PROBLEM: Final = MEDIA_TYPE.decode()
_INDEX: Final = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$", "examples": ["57"]}


def _base64(length: int, about: str) -> dict[str, Any]:
    size = (length + 2) // 3 * 4
    return {
        "type": "string",
        "contentEncoding": "base64",
        "pattern": "^[A-Za-z0-9+/]+={0,2}$",
        "minLength": size,
        "maxLength": size,
        "description": f"{about}; {length} bytes in base64 (RFC 4648 §4, padded, one spelling)",
    }


def _record(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required,
            "properties": properties}  # fmt: skip


SCHEMAS: Final[dict[str, Any]] = {
    "DigestIn": _record(["alg", "value"], {
        "alg": {"enum": ["sha-256", "sm3", "sha-512"]},
        "value": {"type": "string", "contentEncoding": "base64", "minLength": 44, "maxLength": 88},
    }),
    "EntryIn": _record(["what", "digests", "dossier"], {
        "what": {"enum": ["manifest", "file"]},
        "digests": {"type": "array", "minItems": 1, "maxItems": 3,
                    "description": "sha-256, then sm3, then sha-512, all over the same bytes",
                    "items": {"$ref": "#/components/schemas/DigestIn"}},
        "dossier": _base64(16, "案卷 dossier: one matter's chain of entries"),
        "submitter": _base64(32, "Ed25519 public key; stands together with signature"),
        "signature": _base64(64, "Ed25519 over the submission text (verifier/SPEC.md §3)"),
        "again": {"type": "boolean", "description": "anchor a known digest once more"},
    }),
    "BatchIn": _record(["entries"], {
        "entries": {"type": "array", "minItems": 1, "maxItems": 1000,
                    "items": {"$ref": "#/components/schemas/EntryIn"}},
    }),
    "EntryOut": _record(["index", "leaf_hash", "receipt", "state"], {
        "index": _INDEX,
        "leaf_hash": _base64(32, "RFC 6962 leaf hash of the entry"),
        "receipt": {"type": "string", "description": "beilin/receipt/v1 (verifier/SPEC.md §6)"},
        "state": {"enum": ["published", "witnessed"],
                  "description": "what this receipt itself shows: `witnessed` where the "
                                 "cosignatures in it are the quorum of the service's policy"},
    }),
    "BatchOut": _record(["entries"], {
        "entries": {"type": "array", "items": {"$ref": "#/components/schemas/EntryOut"}},
    }),
    "Accepted": _record(["index"], {"index": _INDEX}),
    "Account": _record(["account", "origin"], {
        "account": _base64(16, "account id, a line of every submission"),
        "origin": {"type": "string", "description": "the log's name, a line of every submission"},
    }),
    "Problem": {
        "type": "object",
        "description": "RFC 9457. `code` is stable; `action` says what to do next; the input is "
                       "never echoed. 输入内容不会被回显。",
        "required": ["type", "status", "code", "title", "title_zh", "detail", "action",
                     "action_zh", "retryable", "trace_id"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:beilin:problem:[a-z-]+$"},
            "status": {"type": "integer"},
            "code": {"enum": sorted(KINDS)},
            "title": {"type": "string"}, "title_zh": {"type": "string"},
            "detail": {"type": "string"},
            "action": {"type": "string"}, "action_zh": {"type": "string"},
            "retryable": {"type": "boolean"},
            "trace_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "index": _INDEX,
        },
    },
}  # fmt: skip


def _problems(*codes: str) -> dict[str, Any]:
    """Return the responses for these codes, one per status, naming its codes."""
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(KINDS[code].status, []).append(code)
    return {
        str(status): {
            "description": " · ".join(f"{code}: {KINDS[code].title}" for code in names),
            "content": {_PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, names in sorted(found.items())
    }


def _answer(about: str, media: str, schema: str | None = None, **headers: str) -> dict[str, Any]:
    body = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "string"}
    answer: dict[str, Any] = {"description": about, "content": {media: {"schema": body}}}
    if headers:
        answer["headers"] = {
            name.replace("_", "-"): {"description": text, "schema": {"type": "string"}}
            for name, text in headers.items()
        }
    return answer


_KEY: Final = {"name": "Idempotency-Key", "in": "header", "required": True,
               "description": "16 random bytes; the nonce of the submission. Keep it for repeats.",
               "schema": _base64(16, "nonce")}  # fmt: skip
_ANY: Final = ("bad-request", "request-timeout", "headers-too-large", "internal",
               "too-many-connections")  # fmt: skip
_OWNER: Final = (*_ANY, "unauthorized", "bad-query", "not-found", "method-not-allowed")
_WRITE: Final = (
    *_ANY, "unauthorized", "bad-query", "bad-json", "idempotency-key", "body-too-large",
    "media-type", "method-not-allowed", "bad-shape", "bad-value", "signature-refused",
    "signature-required", "key-reused", "in-progress", "digest-known", "frozen", "overloaded",
    "answer-timeout", "writing-stopped", "shutting-down", "disk-full",
)  # fmt: skip
_BEARER: Final[list[dict[str, list[str]]]] = [{"apiKey": []}]


def _post(name: str, about: str, taken: str, given: str, codes: tuple[str, ...]) -> dict[str, Any]:
    location = "address of the receipt" if given == "EntryOut" else ""
    extra = {"Location": location} if location else {}
    return {"post": {
        "operationId": name, "summary": about, "security": _BEARER, "parameters": [_KEY],
        "requestBody": {"required": True, "content": {
            "application/json": {"schema": {"$ref": f"#/components/schemas/{taken}"}}}},
        "responses": {
            "200": _answer("The same request as before: the first answer", "application/json",
                           given, **extra),
            "201": _answer("Anchored and published", "application/json", given, **extra),
            **_problems(*codes),
        },
    }}  # fmt: skip


def _get(
    name: str, about: str, answer: dict[str, Any], codes: tuple[str, ...], *, owner: bool = False,
    parameters: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:  # fmt: skip
    got: dict[str, Any] = {"operationId": name, "summary": about, "parameters": list(parameters),
                           "responses": {"200": answer, **_problems(*codes)}}  # fmt: skip
    got["security"] = _BEARER if owner else []
    head = {**got, "operationId": f"{name}_head", "summary": f"{about} (headers only)"}
    return {"get": got, "head": head}


def _path(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": about, "schema": schema}


def _document() -> dict[str, Any]:
    text = "text/plain"
    index = _path("index", "place in the log, from 0, for good", _INDEX)
    entries = _post("post_entry", "Anchor one digest 存证", "EntryIn", "EntryOut", _WRITE)
    entries["post"]["parameters"] = [_KEY, {
        "name": "Prefer", "in": "header", "required": False, "schema": {"type": "string"},
        "description": "`respond-async`: 202 as soon as the entry has its place",
    }]  # fmt: skip
    entries["post"]["responses"]["202"] = _answer(
        "It has its place and will be published; until then Location is a 404 with Retry-After",
        "application/json", "Accepted", Location="address of the receipt",
    )  # fmt: skip
    public = (*_ANY, "method-not-allowed")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Beilin 碑林", "version": _version(),
            "description": "Hash-chain notarization of evidence. Only digests are sent; the "
                           "content never leaves the client. 只提交摘要，内容不离开本机。",
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
        },
        "paths": {
            "/v1/entries": entries,
            "/v1/batches": _post("post_batch", "Anchor up to 1,000 digests, all or none", "BatchIn",
                                 "BatchOut", (*_WRITE, "digest-twice-in-batch")),
            "/v1/entries/{index}/receipt": _get(
                "get_receipt", "The first receipt, for ever the same bytes 存证回执",
                _answer("beilin/receipt/v1", text), (*_OWNER, "not-yet-published"),
                owner=True, parameters=(index,)),
            "/v1/entries/{index}/receipt/latest": _get(
                "get_latest_receipt", "The receipt with all that was added since",
                _answer("beilin/receipt/v1", text), (*_OWNER, "not-yet-published"),
                owner=True, parameters=(index,)),
            "/v1/dossiers/{id}/statement": _get(
                "get_dossier_statement", "The service key's signed word on a dossier's items",
                _answer("a signed note", text), _OWNER, owner=True,
                parameters=(_path("id", "dossier; `+` and `/` may be written `-` and `_`",
                                  _base64(16, "dossier")),)),
            "/v1/declaration": _get(
                "get_declaration", "The platform's declaration in force 平台声明",
                _answer("beilin/declaration/v1, a note signed by the service key", text),
                (*public, "bad-query", "not-found")),
            "/v1/declarations/{digest}": _get(
                "get_declaration_by_digest", "The declaration that a statement names, for ever",
                _answer("beilin/declaration/v1, a note signed by the service key", text),
                (*public, "bad-query", "not-found"),
                parameters=(_path("digest", "as in the statement; `+` and `/` may be written "
                                  "`-` and `_`", _base64(32, "SHA-256 of the signed note")),)),
            "/v1/accounts/me": _get(
                "get_account", "What a submission needs: account and origin",
                _answer("This key's account", "application/json", "Account"),
                (*_ANY, "unauthorized", "bad-query", "method-not-allowed"), owner=True),
            "/checkpoint": _get("get_checkpoint", "The newest signed tree head (C2SP)",
                                _answer("a signed note", text), (*public, "not-found")),
            "/checkpoint.pending": _get(
                "get_pending_checkpoint", "A larger tree head that waits for its witnesses, if any",
                _answer("a signed note", text), (*public, "not-found")),
            "/tile/{path}": _get(
                "get_tile", "Tiles and entry bundles (c2sp.org/tlog-tiles)",
                _answer("the tile's bytes", "application/octet-stream"), (*public, "not-found"),
                parameters=(_path("path", "level/index[.p/width] or entries/…",
                                  {"type": "string"}),)),
            "/livez": _get("livez", "The process answers", _answer("ok", text), public),
            "/readyz": _get("readyz", "It takes entries", _answer("ready", text),
                            (*public, "not-ready")),
            "/metrics": _get("metrics", "Prometheus; not for the public side of a proxy",
                             _answer("metrics", text), public),
            "/openapi.json": _get(
                "openapi", "This document",
                {"description": "OpenAPI 3.1", "content": {"application/json": {
                    "schema": {"type": "object"}}}}, public),
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
