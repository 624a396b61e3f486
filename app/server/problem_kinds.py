"""The table of problems: what can go wrong at the edge, and what to do about it.

``code`` (the key) and status are stable for ever; the words may be improved.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """One row of the table; ``retryable``: the very same request may succeed later."""

    status: int
    title: str
    title_zh: str
    action: str
    action_zh: str
    retryable: bool = False


_REPEAT = "Repeat the same request with the same Idempotency-Key; it is never anchored twice."
_REPEAT_ZH = "请用相同的 Idempotency-Key 重发同一请求；不会重复存证。"

KINDS: Final[dict[str, Kind]] = {
    # -- the request cannot be read
    "bad-request": Kind(
        400,
        "The request is not HTTP as this service reads it",
        "请求不符合 HTTP 规范",
        "Correct the request line and headers.",
        "请检查请求行和请求头。",
    ),
    "bad-json": Kind(
        400,
        "The body is not strict JSON",
        "请求正文不是严格的 JSON",
        "Send UTF-8 without BOM, no key twice, no NaN.",
        "请以无 BOM 的 UTF-8 发送，键不得重复，不得含 NaN。",
    ),
    "bad-query": Kind(
        400,
        "This address takes no query",
        "此地址不接受查询参数",
        "Remove everything from the question mark on.",
        "请去掉问号及其后的内容。",
    ),
    "idempotency-key": Kind(
        400,
        "The Idempotency-Key is missing or not readable",
        "缺少 Idempotency-Key 或格式不对",
        "Send 16 random bytes in base64, and keep them for repeats.",
        "请发送 16 个随机字节的 base64，并保存以便重发。",
    ),
    "unauthorized": Kind(
        401,
        "No valid API key",
        "没有有效的 API 密钥",
        "Send `Authorization: Bearer <API key>`; a revoked key needs a new one from the operator.",
        "请发送 `Authorization: Bearer <API 密钥>`；密钥被撤销时请向运营方申请新的。",
    ),
    "scope-missing": Kind(
        403,
        "This API key may not do this",
        "该 API 密钥无此权限",
        "Use a key with the scope named in detail, or ask the operator for one.",
        "请使用具有 detail 所示权限的密钥，或向运营方申请。",
    ),
    "not-found": Kind(
        404,
        "There is nothing here, or not for this key",
        "此处没有内容，或该密钥无权读取",
        "Check the address and the key.",
        "请检查地址和密钥。",
    ),
    "not-yet-published": Kind(
        404,
        "Accepted, not yet published",
        "已受理，尚未公布",
        "Ask again after the time in Retry-After.",
        "请在 Retry-After 所示时间后再读取。",
        True,
    ),
    "method-not-allowed": Kind(
        405,
        "This address does not take this method",
        "此地址不支持该方法",
        "Use a method named in Allow.",
        "请使用 Allow 中列出的方法。",
    ),
    "erased": Kind(
        410,
        "Salt and statement of this entry were erased",
        "该条目的盐值与陈述已被删除",
        "Verify with the receipt that was given out; it stays valid. The service can give none any more.",
        "请使用此前交付的回执核验，其效力不受影响；服务不再能出具该条目的回执。",
    ),
    "request-timeout": Kind(
        408,
        "The request did not arrive in time",
        "请求未在规定时间内到齐",
        _REPEAT,
        _REPEAT_ZH,
        True,
    ),
    "body-too-large": Kind(
        413,
        "The body is too large",
        "请求正文过大",
        "Send fewer entries in one request.",
        "请减少单次请求的条目数。",
    ),
    "media-type": Kind(
        415,
        "The body must be application/json, not encoded",
        "正文须为 application/json 且未压缩",
        "Send `Content-Type: application/json` and no Content-Encoding.",
        "请发送 `Content-Type: application/json`，不要使用 Content-Encoding。",
    ),
    "headers-too-large": Kind(
        431,
        "The headers are too large",
        "请求头过大",
        "Send fewer and shorter headers.",
        "请减少请求头。",
    ),
    # -- the request can be read and is refused
    "bad-shape": Kind(
        422,
        "The JSON is not of the shape this address takes",
        "JSON 结构不符合要求",
        "Compare with /openapi.json.",
        "请对照 /openapi.json。",
    ),
    "bad-value": Kind(
        422,
        "A value is not in its one spelling",
        "某个值不是规定的唯一写法",
        "Correct the value named in detail.",
        "请更正 detail 中指出的值。",
    ),
    "signature-refused": Kind(
        422,
        "The submitter's signature does not hold",
        "提交人签名不成立",
        "Sign exactly the submission text (SPEC §3) with the key that it names.",
        "请用文本所载公钥对应的私钥，对提交文本（SPEC §3）原样签名。",
    ),
    "signature-required": Kind(
        422,
        "This account accepts only signed submissions",
        "该账号只接受已签名的提交",
        "Sign with the account's registered key.",
        "请用账号登记的密钥签名。",
    ),
    "digest-twice-in-batch": Kind(
        422,
        "One digest stands twice in the batch",
        "同一批次内摘要重复",
        "Send each digest once in a batch.",
        "同一批次内每个摘要只提交一次。",
    ),
    "key-reused": Kind(
        422,
        "This Idempotency-Key was used for another request",
        "该 Idempotency-Key 已用于另一请求",
        "Use 16 new random bytes for a new request.",
        "新的请求请用新的 16 个随机字节。",
    ),
    "in-progress": Kind(
        409, "The same request is being worked on", "同一请求正在处理", _REPEAT, _REPEAT_ZH, True
    ),
    "digest-known": Kind(
        409,
        "This digest is already anchored for this account",
        "该账号已对此摘要存证",
        'Read the receipt at the index named, or send "again": true for a further item.',
        '请按所示序号读取回执；确需再次存证请加 "again": true。',
    ),
    "frozen": Kind(
        409,
        "This log is closed for good",
        "本日志已终止接收",
        "Anchor with the log that the operator names as successor; receipts stay valid.",
        "请向运营方指明的后继日志存证；已有回执继续有效。",
    ),
    # -- the request is one too many
    "rate-limited": Kind(
        429,
        "Too much at once from this key or address",
        "该密钥或地址的请求过于频繁",
        "Repeat the same request with the same Idempotency-Key after the time in Retry-After.",
        "请在 Retry-After 所示时间后，用相同的 Idempotency-Key 重发同一请求。",
        True,
    ),
    "quota-used-up": Kind(
        429,
        "The account has used up its entries of this day",
        "该账号当日可存证项数已用完",
        "Ask the operator for a larger quota, or repeat after the time in Retry-After; receipts "
        "can still be read.",
        "请向运营方申请提高限额，或在 Retry-After 所示时间后重发；回执仍可读取。",
        True,
    ),
    "too-many-failures": Kind(
        429,
        "Too many requests without a good API key from this address",
        "该地址多次使用无效的 API 密钥",
        "Check the API key, and repeat after the time in Retry-After.",
        "请检查 API 密钥，并在 Retry-After 所示时间后重发。",
        True,
    ),
    # -- the service cannot, at the moment or until the operator acts
    "internal": Kind(
        500,
        "A fault of the service",
        "服务内部故障",
        _REPEAT + " If it stays, tell the operator the trace_id.",
        _REPEAT_ZH + "若仍失败，请将 trace_id 告知运营方。",
        True,
    ),
    "overloaded": Kind(
        503, "Too many entries wait", "等待处理的条目过多", _REPEAT, _REPEAT_ZH, True
    ),
    "too-many-connections": Kind(
        503, "Too many connections are open", "连接数过多", _REPEAT, _REPEAT_ZH, True
    ),
    "shutting-down": Kind(
        503, "The service is stopping", "服务正在停止", _REPEAT, _REPEAT_ZH, True
    ),
    "answer-timeout": Kind(
        503,
        "Not published in time; the outcome is open",
        "未在规定时间内公布，结果未定",
        _REPEAT,
        _REPEAT_ZH,
        True,
    ),
    "writing-stopped": Kind(
        503,
        "Writing is stopped until the operator has looked",
        "日志写入已停止，须运营方处理",
        _REPEAT + " Receipts can still be read.",
        _REPEAT_ZH + "回执仍可读取。",
        True,
    ),
    "not-ready": Kind(
        503,
        "Not ready to take entries",
        "尚不能受理",
        "Ask again later; detail names the reason.",
        "请稍后再试；detail 说明原因。",
        True,
    ),
    "disk-full": Kind(
        507,
        "Too little disk space to accept anything new",
        "磁盘空间不足，暂停受理",
        _REPEAT + " Receipts can still be read.",
        _REPEAT_ZH + "回执仍可读取。",
        True,
    ),
}

RETRY_AFTER_SECONDS: Final = {
    "in-progress": 1, "not-yet-published": 1, "overloaded": 1, "too-many-connections": 1,
    "shutting-down": 2, "answer-timeout": 1, "writing-stopped": 30, "not-ready": 2, "disk-full": 60,
    "rate-limited": 1, "quota-used-up": 3600, "too-many-failures": 60,
}  # fmt: skip
"""Where the problem itself does not say (``Problem.retry_after``)."""
