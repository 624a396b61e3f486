"""The answers of the OpenAPI document: a body with its examples, headers, and problems by status."""

from __future__ import annotations

from typing import Any, Final

from ..problem_kinds import KINDS, RETRY_AFTER_SECONDS
from ..problems import MEDIA_TYPE
from .examples import refer
from .words import both

PROBLEM: Final = MEDIA_TYPE.decode()
JSON: Final = "application/json"
TEXT: Final = "text/plain"


def _header(en: str, zh: str, example: str, **schema: Any) -> dict[str, Any]:
    return {"description": both(en, zh), "schema": {"type": "string", **schema}, "example": example}


HEADERS: Final[dict[str, Any]] = {
    "X-Trace-Id": _header(
        "Names this answer in the service's log.", "在服务日志中标识本次答复。",
        "4bf92f3577b34da6a3ce929d0e0e4736", pattern="^[0-9a-f]{32}$",
    ),
    "Cache-Control": _header(
        "How long the answer may be kept, and by whom.", "答复可由谁缓存、缓存多久。", "no-store",
    ),
    "Location": _header(
        "Address of the receipt.", "存证回执的地址。", "/v1/entries/57/receipt",
        pattern="^/v1/entries/[0-9]+/receipt$",
    ),
    "Preference-Applied": _header(
        "The preference that was kept (RFC 7240).", "已采用的偏好（RFC 7240）。", "respond-async",
    ),
    "Retry-After": _header(
        "Seconds to wait before the next attempt.", "再次尝试前应等待的秒数。", "1",
        pattern="^[0-9]+$",
    ),
    "WWW-Authenticate": _header(
        "How to say who asks.", "身份验证方式。", "Bearer",
    ),
    "Allow": _header(
        "The methods of this address.", "此地址支持的方法。", "GET, HEAD",
    ),
}  # fmt: skip
_OF_A_STATUS: Final = {401: ("WWW-Authenticate",), 405: ("Allow",)}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def answer(
    en: str, zh: str, media: str, schema: str | dict[str, Any] | None, *examples: str,
    headers: tuple[str, ...] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return a response with a body of this media type."""
    shape: dict[str, Any] = {"type": "string", "description": both(en, zh)}
    if isinstance(schema, str):
        shape = {"$ref": f"#/components/schemas/{schema}"}
    elif schema is not None:
        shape |= schema
    return {
        "description": both(en, zh),
        "headers": _headers("X-Trace-Id", "Cache-Control", *headers),
        "content": {
            media: {"schema": shape, **({"examples": refer(*examples)} if examples else {})}
        },
    }


def problems(*codes: str) -> dict[str, Any]:
    """Return the responses for these codes, one per status, naming its codes."""
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(KINDS[code].status, []).append(code)
    return {
        str(status): {
            "description": both(
                " · ".join(f"`{code}`: {KINDS[code].title}" for code in names) + ".",
                " · ".join(f"`{code}`：{KINDS[code].title_zh}" for code in names) + "。",
            ),
            "headers": _headers(
                "Cache-Control",
                *_OF_A_STATUS.get(status, ()),
                *(["Retry-After"] if set(names) & set(RETRY_AFTER_SECONDS) else []),
            ),
            "content": {PROBLEM: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": refer(*(f"problem-{code}" for code in names)),
            }},
        }
        for status, names in sorted(found.items())
    }  # fmt: skip
