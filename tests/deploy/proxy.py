"""The nginx of ``deploy/nginx.conf``, run in a scratch folder: only places and times are other ones."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.app.server.harness import PATIENCE, Server, wait_until
from tests.project import ROOT

HOST = "log.example.org"
CONF = ROOT / "deploy/nginx.conf"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def configured(folder: Path, upstream: tuple[str, int], port: int, **changes: str) -> str:
    """Return the example with its places in ``folder``; every change must find its place."""
    text = CONF.read_text(encoding="utf-8")
    for old, new in {
        "user www-data;": "user root;",  # a scratch folder is its owner's alone
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        "/var/cache/nginx/beilin": f"{folder}/cache",
        "/etc/beilin/": f"{folder}/",
        "127.0.0.1:8080": f"{upstream[0]}:{upstream[1]}",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "types { }": "types { }\n" + "".join(
            f"    {name}_temp_path {folder}/temp;\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ),
        "worker_processes auto;": "worker_processes 1;",
        **changes,
    }.items():  # fmt: skip
        assert old in text, old
        text = text.replace(old, new)
    return text


class Proxy:
    """A running nginx."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.address = ("127.0.0.1", port)
        self.context = ssl.create_default_context(cafile=str(folder / "tls.pem"))

    def raw(self, data: bytes, *, seconds: float = PATIENCE) -> bytes:
        """Send bytes over TLS; return what came until it closed."""
        got = b""
        with (
            socket.create_connection(self.address, timeout=seconds) as plain,
            self.context.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            with contextlib.suppress(OSError):
                connection.sendall(data)
            with contextlib.suppress(ConnectionResetError, ssl.SSLError):
                while chunk := connection.recv(65536):
                    got += chunk
        return got

    def client(self, key: str | None = None) -> httpx.Client:
        """Return a client that speaks to the log's name."""
        headers = {"Host": HOST} | ({"Authorization": f"Bearer {key}"} if key else {})
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.address[1]}", headers=headers, trust_env=False,
            verify=self.context, timeout=PATIENCE,
            mounts={"https://": _Named(verify=self.context)},
        )  # fmt: skip


class _Named(httpx.HTTPTransport):
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = HOST
        return super().handle_request(request)


@contextlib.contextmanager
def proxied(folder: Path, upstream: tuple[str, int], **changes: str) -> Iterator[Proxy]:
    """Run nginx with the example, and these changes of its text, before ``upstream``."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("no nginx here (apt-get install nginx-light)")
    folder.mkdir()
    _certificate(folder)
    port = free_port()
    conf = folder / "nginx.conf"
    conf.write_text(configured(folder, upstream, port, **changes), encoding="utf-8")
    command = [program, "-p", str(folder), "-c", str(conf), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    proxy = Proxy(folder, port)

    def listens() -> bool:
        assert process.poll() is None, (folder / "error.log").read_text()
        with contextlib.suppress(OSError), socket.create_connection(proxy.address):
            return True
        return False

    try:
        wait_until(listens)
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)


class Behind(NamedTuple):
    """A service with two accounts and one entry, and nginx before it."""

    server: Server
    proxy: Proxy
    key: str
    other: str


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def seen(server: Server, route: str | None = None) -> int:
    """Return how many requests the service has answered; this look is none of them."""
    with server.client() as client:
        text = client.get("/metrics").text
    counts = re.findall(r'requests_total\{method="\w+",route="(\w+)",status="\d+"\} (\d+)', text)
    return sum(int(n) for name, n in counts if name != "metrics" and route in (None, name))


class Backend:
    """What stands behind a proxy and keeps every byte; ``naive`` reads requests as an old server would.

    It believes Content-Length alone, takes a bare line feed, and knows no chunks, so that it
    sees two requests where others see one.
    """

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self.listener.getsockname()
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        data = b""
        with connection, contextlib.suppress(OSError):
            connection.settimeout(1)
            while True:
                while b"\n\n" not in data.replace(b"\r", b""):
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    data += chunk
                lines: list[bytes] = []
                while True:
                    line, _, data = data.partition(b"\n")
                    if not line.strip():
                        if lines:
                            break
                        continue
                    lines.append(line.rstrip(b"\r"))
                self.requests.append(b"\n".join(lines))
                lengths: list[Any] = [
                    line.partition(b":")[2].split(b",")[0].strip()
                    for line in lines
                    if line.lower().startswith(b"content-length")
                ]
                data = data[int(lengths[0]) if lengths and lengths[0].isdigit() else 0 :]
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def close(self) -> None:
        self.listener.close()
