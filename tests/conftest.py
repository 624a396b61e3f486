"""What every test can rely on.

* ``shared``     the folder of third-party vectors and samples that is kept beside the project
* ``soak``       whether this is ``make soak``; ``rounds(normal, soak)`` picks the number
* ``tool``       the path of an outside program, or a skip that says which one is missing
* ``postgresql`` a real PostgreSQL server; ``new_database()`` gives the URL of an empty database
* ``verifier_only``  the interpreter of an environment that has the verifier and nothing else
* ``no_network`` from here to the end of the test, any use of an internet socket is a failure

Always on: no test reaches a machine other than this one, and no ``BEILIN_*`` variable of
the person who runs the suite reaches a program under test (the service refuses to start
on names that it does not know). What this machine lacks is printed first and last, because
a suite that skipped half of its faults looks just like one that passed them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.postgresql import Server, new_server
from tests.project import ROOT, verifier_environment

# Programs that only tests use, with a command that proves they may be used here
# (a container often has strace but forbids tracing), and what goes untested without.
TOOLS: dict[str, tuple[list[str], str]] = {
    "strace": (["strace", "-qq", "-o", os.devnull, "true"], "injected write and fsync faults"),
    "openssl": (["openssl", "version"], "signatures and tokens by a program that is not ours"),
    "unshare": (["unshare", "-n", "true"], "verification in a network namespace without a network"),
    "go": (["go", "version"], "our log read by x/mod/sumdb"),
    "git": (["git", "--version"], "which files belong to the project"),
}

OWN_VARIABLES = ("BEILIN_SOAK", "BEILIN_SHARED")
_own: dict[str, str] = {}

# One worker of two on a busy machine is slow now and then: no deadline per example.
# In CI the examples are the same each time, so that a red run is red again.
_QUIET = [HealthCheck.too_slow]
settings.register_profile("developer", deadline=None, suppress_health_check=_QUIET)
settings.register_profile("ci", parent=settings.get_profile("developer"), derandomize=True)
settings.register_profile("soak", parent=settings.get_profile("developer"), max_examples=2000)


# --------------------------------------------------------------------------- settings of the run


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take our own variables out of the environment; workers get them from the controller."""
    if hasattr(config, "workerinput"):
        _own.update(config.workerinput["beilin"])
    else:
        _own.update({name: os.environ[name] for name in OWN_VARIABLES if name in os.environ})
    for name in [name for name in os.environ if name.startswith("BEILIN_")]:
        del os.environ[name]
    profile = "soak" if is_soak() else "ci" if is_ci() else "developer"
    settings.load_profile(profile)
    sys.addaudithook(_watch)


class _Workers:
    """Registered only with xdist, whose hook is unknown to pytest without it."""

    @staticmethod
    def pytest_configure_node(node: Any) -> None:
        node.workerinput["beilin"] = dict(_own)


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    """Add the hook for workers when xdist's controller is there."""
    if type(plugin).__name__ == "DSession" and not manager.has_plugin("beilin-workers"):
        manager.register(_Workers(), "beilin-workers")


def is_soak() -> bool:
    """Whether the run asked for the slow rounds (``BEILIN_SOAK=1``)."""
    return _own.get("BEILIN_SOAK") == "1"


def is_ci() -> bool:
    """Whether this is continuous integration, where a missing part is a failure."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what takes minutes unless it was asked for."""
    if not is_soak():
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="slow: runs in `make soak`"))


# --------------------------------------------------------------------------- what is here


@cache
def find_tool(name: str) -> str | None:
    """Return the program's path if it is here and works, else None."""
    probe, _ = TOOLS[name]
    path = shutil.which(name)
    if path is None:
        return None
    try:
        done = subprocess.run(probe, capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return path if done.returncode == 0 else None


def shared_folder() -> Path | None:
    """Return the shared folder, None where there is none or BEILIN_SHARED says ``none``."""
    named = _own.get("BEILIN_SHARED")
    if named == "none":
        return None
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if (folder / "vectors").is_dir() else None


def missing_parts() -> list[str]:
    """One line for each thing that this machine lacks."""
    lines = [
        f"no {name} here, or it may not be used: not tested: {what}"
        for name, (_, what) in TOOLS.items()
        if find_tool(name) is None
    ]
    if shared_folder() is None:
        lines.append("no shared folder: not tested: third-party vectors and sample exports")
    return lines


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say first what this run can show."""
    here = [name for name in TOOLS if find_tool(name)]
    return [f"outside programs: {', '.join(here) or 'none'}", *(f"!! {x}" for x in missing_parts())]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it again where people look."""
    for line in missing_parts():
        terminalreporter.write_line(f"!! {line}", red=True, bold=True)


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether this is ``make soak``."""
    return is_soak()


@pytest.fixture(scope="session")
def rounds() -> Callable[[int, int], int]:
    """Pick a number of rounds: ``rounds(40, 400)`` is 40, or 400 in ``make soak``."""

    def pick(normal: int, slow: int) -> int:
        return slow if is_soak() else normal

    return pick


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of third-party vectors and samples.

    It is not part of the project (its data belong to others), so without it a test skips;
    but in CI that would be a gate standing open, so there it fails unless BEILIN_SHARED=none
    says that it is meant.
    """
    folder = shared_folder()
    if folder is not None:
        return folder
    where = "no shared folder (../shared, or BEILIN_SHARED=FOLDER)"
    if is_ci() and _own.get("BEILIN_SHARED") != "none":
        pytest.fail(f"{where}; in CI it is required, or BEILIN_SHARED=none")
    pytest.skip(where)


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """``tool("openssl")``: the program's path, or a skip that names it."""

    def find(name: str) -> str:
        path = find_tool(name)
        if path is None:
            pytest.skip(f"no {name} here, or it may not be used")
        return path

    return find


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Run a PostgreSQL of our own for the whole session; ask it for ``new_database``."""
    with new_server() as server:
        yield server


@pytest.fixture(scope="session")
def verifier_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of a fresh environment with ./verifier and its one dependency."""
    return verifier_environment(tmp_path_factory.mktemp("verifier-only"))


# --------------------------------------------------------------------------- the network


class NetworkUsedError(BaseException):
    """A test used a network that it must not use. No ``except Exception`` can swallow it."""


class _Guard:
    offline = False


_REMOTE_EVENTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_NAME_EVENTS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def _watch(event: str, args: tuple[Any, ...]) -> None:
    """Audit hook: sees every socket of this process, C extensions' use of Python's included."""
    if not event.startswith("socket."):
        return
    if _Guard.offline and (event in _NAME_EVENTS or _is_internet(event, args)):
        raise NetworkUsedError(f"{event} while the test has no network")
    if event in _REMOTE_EVENTS and not _is_local(args[1]):
        raise NetworkUsedError(f"{event} to {args[1]!r}: tests stay on this machine")


def _is_internet(event: str, args: tuple[Any, ...]) -> bool:
    if event == "socket.__new__":
        return args[1] != 1  # AF_UNIX; event loops wake themselves up with a pair of these
    return event in _REMOTE_EVENTS | {"socket.bind"} and not isinstance(args[1], str | bytes)


def _is_local(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a path, or a connected socket's None
    host = str(address[0])
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host in {"localhost", ""}


@pytest.fixture
def no_network() -> Iterator[None]:
    """Any internet socket, bind or name look-up in this process fails the test."""
    _Guard.offline = True
    try:
        yield
    finally:
        _Guard.offline = False
