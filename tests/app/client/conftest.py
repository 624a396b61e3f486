"""A real service for the client's tests: one for all that do not harm it, a new one for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.app.client.support import Client, Service, new_service


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
