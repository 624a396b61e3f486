"""Tokens, keys and signed addresses that stand in a record. Counts only, never a value.

Whoever is shown such a record is shown a way in: Slack's ``url_private`` holds
a bearer token, WeChat's XML the key of a picture, Discord's addresses are
signed. So records are searched before anything is disclosed.

Each kind has its own pattern, and what none of them knows is not seen: the
counts are "found", never "all". Searched are bytes in ASCII's family (UTF-8,
GB18030), as written or with the escapes of JSON and XML; not UTF-16, and not
what is encoded once more, such as base64.
"""

from __future__ import annotations

import re
from typing import Final

from ..text import Text

KINDS: Final[dict[str, Text]] = {
    "access_token": Text("访问令牌或应用密钥", "access tokens or application secrets"),
    "aws_access_key": Text("AWS 访问密钥编号", "AWS access key ids"),
    "bearer_token": Text("Bearer 令牌", "bearer tokens"),
    "discord_signed_url": Text("Discord 带签名的网址", "signed Discord addresses"),
    "github_token": Text("GitHub 令牌", "GitHub tokens"),
    "jwt": Text("JWT 令牌", "JSON web tokens"),
    "password": Text("“密码”之后的文字", "what follows a word for password"),
    "private_key": Text("私钥", "private keys"),
    "signed_url": Text("带签名的网址", "signed addresses"),
    "slack_token": Text("Slack 令牌", "Slack tokens"),
    "wechat_media_address": Text("微信媒体文件的地址", "addresses of WeChat media"),
    "wechat_media_key": Text("微信媒体文件的密钥", "keys of WeChat media"),
}  # fmt: skip
"""Every kind that is looked for, and what it is called."""

HINT: Final = re.compile(
    rb"xox|xapp-|KIA|SIA|KEN|KEY|gh[opsru]_|github_pat|yJ|key|Key|ken|word|wd|WORD|WD"
    rb"|cret|CRET|cdn|bearer|Bearer|=(?<=hm=|gn=|ig=|re=|RE=)"
    rb"|\x86\xe7\xa0\x81|\xdc\xc2\xeb|\\u5bc6"
)
"""Whatever is counted below holds this; one search rules nearly every record out.

Each alternative begins with a byte that is rare in text: then the search skips
most of it at once, which is ten times as fast as with the words' own beginnings.
"""

_AMP = rb"(?:&(?:amp;)?|\\u0026)"
_QUOTE = rb"(?:\\?[\"']|&quot;|&#34;)"
_IS = _QUOTE + rb"?\s{0,4}[=:]\s{0,4}" + _QUOTE + rb"?"
_BEFORE = rb"(?<![0-9A-Za-z_-])"
_COLON = rb"(?:[:=]|\xef\xbc\x9a|\xa3\xba)"  # full width too, in UTF-8 and GB18030
_NAMED_IN_ENGLISH = (
    rb"(?<![0-9A-Za-z])(?i:password|passwd|pwd)" + _QUOTE + rb"?"
    rb"(?:\s{0,4}" + _COLON + rb"|\s{1,4}is\b)\s{0,4}" + _QUOTE + rb"?"
)
_NAMED_IN_CHINESE = (
    rb"(?:\xe5\xaf\x86\xe7\xa0\x81|\xc3\xdc\xc2\xeb|\\u5bc6\\u7801)"
    rb"(?:\xe6\x98\xaf|\xe4\xb8\xba|\xca\xc7|\xce\xaa|\\u662f|\\u4e3a)?"  # "is"
    rb"\s{0,4}" + _COLON + rb"?\s{0,4}" + _QUOTE + rb"?"
)
_LIKE_A_PASSWORD = rb"(?=[!-~]{0,40}[0-9!#$%&*+@^_~])[!#-&(-~]{4}"  # more than a word's letters
_PATTERNS: Final[dict[str, re.Pattern[bytes]]] = {
    "access_token": re.compile(
        rb"(?<![0-9A-Za-z])(?i:access_?token|refresh_?token|auth_?token|session_key"
        rb"|client_?secret|app_?secret|api_?key)" + _IS + rb"[0-9A-Za-z_.~+/%=|-]{8}"
    ),
    "aws_access_key": re.compile(rb"(?<![0-9A-Za-z])A[KS]IA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    "bearer_token": re.compile(_BEFORE + rb"[Bb]earer[ +][0-9A-Za-z_.~+/=-]{16}"),
    "discord_signed_url": re.compile(
        rb"[?&]ex=[0-9a-f]{6,16}" + _AMP + rb"is=[0-9a-f]{6,16}" + _AMP + rb"hm=[0-9a-f]{32}"
    ),
    "github_token": re.compile(
        rb"(?<![0-9A-Za-z])(?:gh[opsru]_[0-9A-Za-z]{36}|github_pat_[0-9A-Za-z_]{40})"
    ),
    "jwt": re.compile(
        _BEFORE + rb"eyJ[0-9A-Za-z_-]{8,4096}+\.eyJ[0-9A-Za-z_-]{4,16384}+\.[0-9A-Za-z_-]{8}"
    ),
    "password": re.compile(
        rb"(?:" + _NAMED_IN_ENGLISH + rb"|" + _NAMED_IN_CHINESE + rb")" + _LIKE_A_PASSWORD
    ),
    "private_key": re.compile(rb"-----BEGIN (?:[A-Z0-9]{2,10} ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
    "signed_url": re.compile(
        rb"(?:[?&]|&amp;|\\u0026)(?:(?i:x-(?:amz|goog|oss)-|q-)?[Ss]ignature|sign|sig)"
        rb"=[0-9A-Za-z_.~+/%=-]{8}"
    ),
    "slack_token": re.compile(_BEFORE + rb"(?:xox[a-z]-|xapp-)[0-9A-Za-z-]{8}"),
    "wechat_media_address": re.compile(
        rb"(?<![0-9A-Za-z])cdn[a-z]{0,12}url" + _IS + rb"(?:https?:|[0-9a-f]{32})"
    ),
    "wechat_media_key": re.compile(
        rb"(?<![0-9A-Za-z])(?:cdn[a-z]{0,12})?aeskey" + _IS + rb"[0-9a-fA-F]{32}"
    ),
}  # fmt: skip

_OWN_HINTS: Final[dict[str, tuple[bytes, ...]]] = {
    "access_token": (b"ken", b"KEN", b"key", b"Key", b"KEY", b"cret", b"CRET"),
    "aws_access_key": (b"KIA", b"SIA"),
    "bearer_token": (b"earer",),
    "discord_signed_url": (b"hm=",),
    "github_token": (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
    "jwt": (b"eyJ",),
    "password": (b"word", b"wd", b"WORD", b"WD", b"\xaf\x86\xe7\xa0", b"\xdc\xc2\xeb", b"5bc6"),
    "private_key": (b"KEY",),
    "signed_url": (b"gn=", b"ig=", b"re="),
    "slack_token": (b"xox", b"xapp-"),
    "wechat_media_address": (b"cdn",),
    "wechat_media_key": (b"aeskey",),
}
"""What each kind must hold: the patterns themselves begin with a look back, which is slow."""


def kinds_in(data: bytes) -> dict[str, int]:
    """Return how many of each kind stand in ``data``; kinds without any are left out.

    Linear in the length of ``data``; never raises, and what it returns holds
    nothing of what was found.
    """
    if HINT.search(data) is None:
        return {}
    found: dict[str, int] = {}
    for kind, hints in _OWN_HINTS.items():
        if not any(hint in data for hint in hints):
            continue
        count = sum(1 for _ in _PATTERNS[kind].finditer(data))
        if count:
            found[kind] = count
    return found
