"""What opens a door is counted, what only looks like it is not, and no value is ever kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.exports.inspection import live_secrets
from verifier.exports.inspection.live_secrets import KINDS, kinds_in

HEX = "0123456789abcdef" * 4
KEY = "Ab3" * 30
# Put together here, so that nothing in this file is taken for a secret of the project.
FOUND = {
    "slack_token": [
        "https://files.slack.com/a.png?t=xox" + "e-123456789012-abcdef",
        "xox" + "b-123456789012-abcdef",
        "xapp" + "-1-A0123456789",
    ],
    "discord_signed_url": [
        f"https://cdn.discordapp.com/a.png?ex=65f0a1b2&is=65de2cb2&hm={HEX}&",
        f"https://cdn.discordapp.com/a.png?ex=65f0a1b2\\u0026is=65de2cb2\\u0026hm={HEX}",
        f"a?ex=65f0a1b2&amp;is=65de2cb2&amp;hm={HEX}",
    ],
    "wechat_media_key": [
        f'<img aeskey="{HEX[:32]}" />',
        f'{{"content":"<img aeskey=\\"{HEX[:32]}\\" />"}}',
        f"&lt;img aeskey=&quot;{HEX[:32]}&quot;",
        f'cdnthumbaeskey = "{HEX[:32]}"',
    ],
    "wechat_media_address": [
        f'<img cdnbigimgurl="{HEX[:40]}"',
        'cdnurl = "http://wxapp.tc.qq.com/262/x"',
    ],
    "aws_access_key": ["AKIA" + "IOSFODNN7EXAMPLE"],
    "github_token": ["ghp_" + KEY[:36], "github_pat_" + KEY[:60]],
    "jwt": ["eyJ" + KEY[:20] + ".eyJ" + KEY[:40] + "." + KEY[:43]],
    "private_key": ["-----BEGIN PRIVATE" + " KEY-----", "-----BEGIN OPENSSH PRIVATE" + " KEY-----"],
    "bearer_token": ["Authorization: Bearer " + KEY[:24]],
    "signed_url": [
        "https://b.oss-cn-hangzhou.aliyuncs.com/a?Expires=17155&OSSAccessKeyId=x&Signature=vjbyPxyb%2F0",
        "https://b.cos.ap.myqcloud.com/a?q-sign-algorithm=sha1&q-signature=0123456789ab",
        "https://s3/a?X-Amz-Signature=0123456789abcdef",
        "https://x/a?b=1\\u0026sign=0123456789abcdef",
    ],
    "access_token": [
        "https://x/a?access_token=0123456789abcdef",
        '{"access_token":"0123456789abcdef"}',
        "app_secret: 0123456789abcdef",
        "API_KEY=0123456789abcdef",
    ],
    "password": [
        "密码：abc123",
        "密码是abc123",
        "wifi密码 12345678",
        "password: hunter2",
        "Password is hunter2!",
        "pwd=hunter2",
        '{"password":"hunter2"}',
        "\\u5bc6\\u7801\\u662fabc123",
    ],
}
CASES = [(kind, text) for kind, texts in FOUND.items() for text in texts]


def test_every_kind_has_an_example():
    assert FOUND.keys() == KINDS.keys() == live_secrets._PATTERNS.keys()
    assert KINDS.keys() == live_secrets._OWN_HINTS.keys()
    assert list(KINDS) == sorted(KINDS)


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_is_found_once_and_as_nothing_else(kind: str, text: str):
    assert kinds_in(f"10:00 - 甲: {text} 见".encode()) == {kind: 1}
    assert kinds_in(text.encode()) == {kind: 1}
    assert kinds_in(f"{text}\n{text}\n".encode()) == {kind: 2}


@pytest.mark.parametrize("text", FOUND["password"][:3])
def test_chinese_is_found_in_gb18030_too(text: str):
    assert kinds_in(text.encode("gb18030")) == {"password": 1}


@pytest.mark.parametrize(
    "text",
    [
        "忘了密码，怎么办",
        "请修改密码以后再登录 thanks",
        "password-protected files, forgot my password again",
        "the password is required",
        "https://x/a?design=0123456789 assignment=0123456789",
        "AKIA is a name, eyJ too, xox-",
        "ghp_short",
        "bearer of good news, the ring bearer walked",
        "-----BEGIN CERTIFICATE-----",
        'aeskey=""',
        "signature: yours sincerely",
    ],
)
def test_what_is_no_secret_is_not_counted(text: str):
    assert kinds_in(text.encode()) == {}


def test_control_a_pattern_without_its_hint_would_be_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_secrets, "HINT", re.compile(rb"xox|xapp-"))
    missed = [kind for kind, text in CASES if not kinds_in(text.encode())]
    assert set(missed) == KINDS.keys() - {"slack_token"}


@pytest.mark.parametrize("kind", KINDS)
def test_control_each_kind_needs_its_own_hint(kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(live_secrets._OWN_HINTS, kind, (b"\xff",))
    assert all(not kinds_in(text.encode()) for name, text in CASES if name == kind)


def test_counts_hold_no_value():
    text = " ".join(text for _, text in CASES)
    assert "hunter2" not in repr(kinds_in(text.encode()))


@given(st.binary(max_size=300))
def test_any_bytes_are_searched(data: bytes):
    assert kinds_in(data).keys() <= KINDS.keys()


@pytest.mark.parametrize(
    "piece",
    ["eyJ", "eyJaaaaaaaa.", "cdn", "cdna", "password ", "密码", "密码=", "Bearer a", "?sign=", "aeskey=", "-----BEGIN A ", "xox-", "api_key ", "&amp;"],
)  # fmt: skip
def test_megabytes_of_beginnings_are_searched_in_linear_time(piece: str):
    """A quadratic pattern would need hours for this, and the suite's time limit would end it."""
    kinds_in((piece * (1 << 21))[: 1 << 21].encode())
