"""Where the service is: the address that a person gives, and whether it is this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from app.commands.common import EXIT_USAGE, Refusal

from .words import tell


def check_url(text: str, *, insecure_http: bool = False) -> str:
    """Return the server's base address without a slash at its end.

    Plain HTTP reaches no other machine unless ``insecure_http`` says that it is meant.
    """
    try:
        parts = urlsplit(text)
        port_ok = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        parts, port_ok = urlsplit(""), False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok or not plain:
        raise Refusal(
            EXIT_USAGE,
            "--server 应为 http:// 或 https:// 开头的地址，不含账号、问号和井号。",
            "--server takes an address that starts with http:// or https://, without a user, "
            "a question mark or a hash.",
        )
    if parts.scheme == "http" and not is_here(parts.hostname):
        if not insecure_http:
            raise Refusal(
                EXIT_USAGE,
                "--server 是另一台机器而未使用 https：API 密钥在途中可被他人读取。请改用 https:// "
                "地址；确知后果仍要使用的，请加 --insecure-http。",
                "--server is another machine and not https: the API key could be read on its way. "
                "Use an https:// address, or --insecure-http to accept that knowingly.",
            )
        tell(
            "警告：未使用 https，API 密钥在途中可被他人读取。",
            "Warning: without https the API key can be read on its way.",
        )
    return text.rstrip("/")


def is_here(host: str) -> bool:
    """Whether a host is this machine, by what it is called: no name is looked up."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
