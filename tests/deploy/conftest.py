"""One service behind one nginx for each test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.server.harness import entry, new_account, new_log, post, running
from tests.deploy.proxy import Behind, proxied


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    folder = tmp_path_factory.mktemp("nginx")
    data = folder / "data"
    new_log(data)
    key, other = new_account(data, "one"), new_account(data, "two")
    short = dict.fromkeys(("header_timeout_seconds", "idle_timeout_seconds"), 1)
    with (
        running(data, batch_interval_ms=0, **short) as server,
        server.client(key) as client,
        proxied(folder / "nginx", server.address, **{
            "client_header_timeout 10s;": "client_header_timeout 1s;",
            "keepalive_timeout 15s;": "keepalive_timeout 1s;",
            "keepalive_timeout 10s;": "keepalive_timeout 500ms;",
        }) as proxy,
    ):  # fmt: skip
        for number in range(3):
            assert post(client, entry(b"%d" % number)).status_code == 201
        yield Behind(server, proxy, key, other)
