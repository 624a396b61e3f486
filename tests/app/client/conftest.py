"""A real service for the client's tests: one for all that do not harm it, a new one for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.app.client.support import CHAT, Client, Service, must, new_service, write
from tests.app.server.test_tsa_over_http import authority


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service with one account; tests count entries before and after."""
    with new_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Callable[[], Service]]:
    """Services of one test's own, to be stopped, revoked and set back."""
    with ExitStack() as stack:

        def make(name: str = "service") -> Service:
            return stack.enter_context(new_service(tmp_path / name))

        yield make


@pytest.fixture
def client(service: Service, tmp_path: Path) -> Client:
    """A person with an own state folder and an account of the shared service."""
    return Client(service, tmp_path)


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with a development authority of its own, and a policy that names it."""
    folder = tmp_path_factory.mktemp("stamped")
    with authority(folder / "tsa") as (url, _), new_service(folder / "service") as service:
        service.stop()
        service.more = ["--tsa", url]
        service.start()
        root = folder / "tsa/root.crt"
        policy = must("policy", "--data", str(service.data), "--tsa", f"dev={root}")
        service.policy.write_text(policy, encoding="utf-8")
        yield service


@pytest.fixture
def person(stamped: Service, tmp_path: Path) -> Client:
    """A person with a package that no head above has a time for yet."""
    client = Client(stamped, tmp_path)
    done = client.seal(write(tmp_path / "in/chat.txt", CHAT))
    assert done.returncode == 0, done.stderr
    return client


@pytest.fixture
def ready(person: Client) -> Client:
    """The same, and a head above it has a time by now."""
    person.service.stamp()
    return person
