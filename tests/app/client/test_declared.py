"""The platform's declaration in a sealed package: fetched, checked, and never the end of a seal."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from app.client import declared
from app.client.sealing import POINTS
from ledger.log import Log
from tests.app.client.between import Heard, between
from tests.app.client.support import Client, Service, must, write
from tests.app.client.test_interrupted import killed, receipts
from verifier.evidence import package
from verifier.evidence.zip_container import Container
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import DONE, NOT_DONE
from verifier.verify import verify_package

MEMBER = package.BASE + package.DECLARATION


@pytest.fixture
def client(own_service: Callable[[], Service], tmp_path: Path) -> Client:
    """A person of a service that has published a declaration."""
    service = own_service()
    publish(service, "one")
    return Client(service, tmp_path)


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    return write(tmp_path / "in/a.txt", b"one")


def publish(service: Service, text: str) -> bytes:
    with Log.open(service.data, read_only=True) as log:
        return log.publish_declaration({"plat.clean": text})


def packed(client: Client) -> bytes | None:
    with Container(client.out) as box:
        return box.read(MEMBER, 1 << 20) if MEMBER in box.members else None


def outcome(client: Client) -> tuple[str, str | None]:
    result = client.verify()
    assert result.verdict == "TOTAL-PASSED"
    found = result.check("declaration")
    assert found is not None
    return found.status, found.sub_indication


def test_what_the_statement_names_is_in_the_package(client: Client, chat: Path):
    done = client.seal(chat)
    assert done.returncode == 0
    assert "declaration" not in done.stderr
    note = packed(client)
    assert note is not None
    assert client.parsed().statement.declaration == hashlib.sha256(note).digest()
    assert outcome(client) == (DONE, None)


def test_none_in_force_none_packed(own_service: Callable[[], Service], tmp_path: Path, chat: Path):
    client = Client(own_service(), tmp_path)
    done = client.seal(chat)
    assert done.returncode == 0
    assert "declaration" not in done.stderr
    assert packed(client) is None
    assert client.verify().check("declaration") is None


def test_one_that_was_replaced_meanwhile_is_still_the_one_named(client: Client, chat: Path):
    first = publish(client.service, "two")
    assert killed(client, "submitted", client.arguments(chat)) == -9
    publish(client.service, "three")
    assert client.seal(chat).returncode == 0
    assert packed(client) == first


# -- a service that does not give it

_DECLARATIONS = "/v1/declarations/"


def instead(what: Callable[[Heard], Heard | None]) -> Callable[[Heard], Heard | None]:
    """Change only the answer that brings the declaration."""
    return lambda heard: what(heard) if heard.path.startswith(_DECLARATIONS) else heard


def flipped(heard: Heard) -> Heard:
    return heard._replace(body=heard.body.replace(b'"one"', b'"two"'))


ABSENT: dict[str, Callable[[Heard], Heard | None]] = {
    "not found": lambda heard: heard._replace(status=404, body=b""),
    "refused": lambda heard: heard._replace(status=403, body=b"{}"),
    "a line that breaks": lambda _: None,
    "out of order for long": lambda heard: heard._replace(
        status=503, body=b"", headers={"retry-after": "30"}
    ),
    "nothing": lambda heard: heard._replace(body=b""),
    "a page": lambda heard: heard._replace(body=b"<html>log in</html>"),
    "far too much": lambda heard: heard._replace(body=b"x" * (5 << 20)),
    "too much": lambda heard: heard._replace(body=heard.body + b"x" * (1 << 18)),
    "one value edited": flipped,
}


@pytest.mark.parametrize("name", ABSENT)
def test_without_it_the_package_is_whole_and_a_warning_says_so(
    client: Client, chat: Path, name: str
):
    with between(client.service.url, instead(ABSENT[name])) as url:
        done = client.seal(chat, server=url)
    assert done.returncode == 0, done.stderr
    assert "declaration that the receipt names could not be had" in done.stderr
    assert "Traceback" not in done.stderr
    assert packed(client) is None
    assert client.parsed().statement.declaration is not None
    assert outcome(client) == (NOT_DONE, "SIGNED_DATA_NOT_FOUND")
    assert client.leftovers() == {"package.zip"}


def test_one_that_comes_late_is_waited_for(client: Client, chat: Path):
    left = [2]

    def busy(heard: Heard) -> Heard:
        if not left[0]:
            return heard
        left[0] -= 1
        return heard._replace(status=503, body=b"", headers={"retry-after": "0"})

    with between(client.service.url, instead(busy)) as url:
        done = client.seal(chat, server=url)
    assert done.returncode == 0, done.stderr
    assert left == [0]
    assert outcome(client) == (DONE, None)


GARBAGE = {
    "no note": b"x",
    "a note of nobody's": b"beilin/declaration/v1\norigin test.example/client\n\n\xe2\x80\x94 a AAAAAAAA\n",
}


@pytest.mark.parametrize("name", [*GARBAGE, "another key"])
@pytest.mark.parametrize("plain", [False, True], ids=["full policy", "plain policy"])
def test_what_would_speak_against_the_innocent_stays_out(
    client: Client, own_service: Callable[..., Service], chat: Path, name: str, plain: bool
):
    """A service whose statements name what is no declaration of it: its fault, nobody else's."""
    if name in GARBAGE:
        note = GARBAGE[name]
    else:
        note = publish(own_service("impostor"), "forged")  # the same origin, another service key
    with closing(sqlite3.connect(client.service.data / "beilin.db")) as database:
        row = (2, hashlib.sha256(note).digest(), note)
        database.execute("INSERT INTO declarations VALUES (?, ?, ?)", row)
        database.commit()
    policy = client.service.policy
    if plain:
        text = must("policy", "--data", str(client.service.data), "--plain")
        policy = write(client.folder / "plain.txt", text.encode())
    done = client.seal(chat, policy=policy)
    assert done.returncode == 0, done.stderr
    assert client.parsed().statement.declaration == hashlib.sha256(note).digest()
    if name == "another key" and plain:
        # Nothing but the service's key could tell, and this person does not have it.
        assert packed(client) == note
        return
    assert "could not be had" in done.stderr
    assert packed(client) is None
    assert outcome(client) == (NOT_DONE, "SIGNED_DATA_NOT_FOUND")


def test_a_plain_policy_takes_what_has_the_digest(client: Client, chat: Path):
    text = must("policy", "--data", str(client.service.data), "--plain")
    policy = write(client.folder / "plain.txt", text.encode())
    done = client.seal(chat, policy=policy)
    assert done.returncode == 0
    assert "declaration" not in done.stderr
    assert outcome(client) == (DONE, None)  # under the policy with the service's key
    result = verify_package(client.out, parse_policy(policy.read_bytes()), Options())
    found = result.check("declaration")
    assert found is not None
    assert (found.status, found.sub_indication) == (NOT_DONE, "UNKNOWN_SERVICE_KEY")


# -- interrupted, with a service that gives it only before or only after

AFTER = POINTS[POINTS.index("declared") : POINTS.index("cleaned")]


@pytest.mark.fault
@pytest.mark.parametrize("first", [False, True], ids=["absent, then there", "there, then absent"])
@pytest.mark.parametrize("point", AFTER)
def test_a_seal_taken_up_again_ends_well_whatever_became_of_it(
    client: Client, chat: Path, point: str, first: bool
):
    before = client.service.size()
    with between(client.service.url, instead(ABSENT["not found"])) as url:
        urls = [client.service.url, url] if first else [url, client.service.url]
        assert killed(client, point, client.arguments(chat, server=urls[0])) == -9
        finished = client.out.exists()
        kept = client.out.read_bytes() if finished else None
        done = client.seal(chat, server=urls[1])
    assert done.returncode == 0, done.stderr
    assert client.service.size() == before + 1
    assert set(receipts(client)) == {client.receipt()}
    assert client.leftovers() == {"package.zip"}
    if finished:  # a package that had its name already stays as it is, byte for byte
        assert client.out.read_bytes() == kept
        assert (packed(client) is not None) == first
    else:
        assert (packed(client) is not None) == (not first)
    assert outcome(client)[0] == (DONE if packed(client) else NOT_DONE)


@pytest.mark.fault
def test_control_without_looking_into_the_package_the_second_run_is_refused(
    client: Client, chat: Path, monkeypatch: pytest.MonkeyPatch
):
    assert killed(client, "renamed", client.arguments(chat)) == -9
    monkeypatch.setenv("BEILIN_HOME", str(client.home))
    with between(client.service.url, instead(ABSENT["not found"])) as url:
        arguments = client.arguments(chat, server=url)
        with monkeypatch.context() as blind:
            blind.setattr(declared, "_packed", lambda _: (False, None))
            assert main(arguments) == 73
        assert main(arguments) == 0
    assert outcome(client) == (DONE, None)
