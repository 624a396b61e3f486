"""The development authority: its tokens verify everywhere, and it says what it is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.tsa import folder
from app.tsa.authority import POLICY, Authority
from app.tsa.state import State
from tests.app.tsa.test_state import Clock
from verifier.errors import CertificateFailure
from verifier.policy import Tsa, parse_policy
from verifier.timestamp import der
from verifier.timestamp.messages import Request, Response, parse_response
from verifier.timestamp.names import HASH_OIDS, encode_hash
from verifier.timestamp.verify import verify_token

DATA = b"stamped\n"
DIGEST = hashlib.sha256(DATA).digest()


class Made:
    """An authority in a folder, with a clock that a test sets to a time within its life."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.keys = folder.create(place)
        start = int(self.keys.certificate.not_valid_before_utc.timestamp())
        self.clock = Clock(start + 100.7)
        self.state = State(place, self.clock)
        self.authority = Authority(folder.load(place), self.state)
        self.tsa = Tsa("dev", 0, 2**33, self.keys.root.public_bytes(Encoding.DER))

    def ask(self, **changes: Any) -> Response:
        request = Request(DIGEST, nonce=7)._replace(**changes)
        return parse_response(self.authority.respond(request.to_bytes()))


@pytest.fixture
def made(tmp_path: Path) -> Made:
    return Made(tmp_path / "tsa")


def test_its_tokens_verify(made: Made) -> None:
    for number in (1, 2, 3):
        answer = made.ask()
        assert answer.status == 0
        assert answer.token is not None
        found = verify_token(answer.token, DATA, [made.tsa], nonce=7)
        assert (found.serial, found.policy) == (number, POLICY)
        assert found.seconds == int(made.clock.now)
        assert found.accuracy == (1, 0, 0)
        assert found.unread == ()
        assert "DEVELOPMENT ONLY" in found.signer.subject
        assert "NOT INDEPENDENT" in found.signer.issuer


@pytest.mark.parametrize("name", HASH_OIDS)
def test_every_digest(made: Made, name: str) -> None:
    imprint = hashlib.new(name.replace("-", ""), DATA).digest()
    answer = made.ask(imprint=imprint, algorithm=name, nonce=None)
    assert answer.token is not None
    assert verify_token(answer.token, DATA, [made.tsa], algorithm=name).nonce is None


def test_without_its_certificate_if_nobody_asks_for_it(made: Made) -> None:
    answer = made.ask(certificates=False)
    assert answer.token is not None
    own = made.keys.certificate.public_bytes(Encoding.DER)
    assert own not in answer.token
    assert verify_token(answer.token, DATA, [made.tsa], certificates=[own])


def test_others_agree(made: Made, tmp_path: Path) -> None:
    answer = made.ask()
    assert answer.token is not None
    client = pytest.importorskip("rfc3161_client", reason="no rfc3161-client: no second opinion")
    request = Request(DIGEST, nonce=7)
    response = client.decode_timestamp_response(made.authority.respond(request.to_bytes()))
    verifier = client.VerifierBuilder().add_root_certificate(made.keys.root).nonce(7).build()
    assert verifier.verify(response, DIGEST)
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here: only rfc3161-client has agreed")
    (tmp_path / "token").write_bytes(answer.token)
    (tmp_path / "data").write_bytes(DATA)
    # Its certificates have just begun to be valid, and OpenSSL judges at the machine's time.
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", "token", "-token_in", "-data", "data",
         "-CAfile", "tsa/root.crt"], cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout, done.stderr


def test_what_it_refuses_and_that_it_costs_no_number(made: Made) -> None:
    respond = made.authority.respond
    unknown = der.encode(
        0x30, der.encode_integer(1),
        der.encode(0x30, der.encode(0x30, der.encode_oid("1.2.156.10197.1.401")),
                   der.encode(der.OCTET_STRING, bytes(32))),
    )  # fmt: skip
    extended = der.encode(
        0x30, der.encode_integer(1),
        der.encode(0x30, encode_hash("sha-256"), der.encode(der.OCTET_STRING, DIGEST)),
        der.encode(der.context(0), b"\x30\x00"),
    )  # fmt: skip
    for query, bit in (
        (b"", 5), (b"\x30\x80\0\0", 5), (Request(DIGEST[1:]).to_bytes(), 5), (bytes(5000), 5),
        (unknown, 0), (extended, 16), (Request(DIGEST, policy="1.2.3").to_bytes(), 15),
    ):  # fmt: skip
        assert parse_response(respond(query)) == Response(2, bit, None)
    made.clock.now -= 1
    assert made.ask(policy=POLICY).token is not None
    assert "serial 1\n" in (made.place / "state").read_text()
    made.clock.now -= 100
    assert made.ask() == Response(2, 14, None)


@pytest.mark.fault
def test_no_token_where_the_state_cannot_be_written(made: Made, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("app.tsa.state.write_durably", fail)
    assert made.ask() == Response(2, 25, None)
    monkeypatch.undo()
    assert made.ask().status == 0


def test_its_folder(made: Made, tmp_path: Path) -> None:
    assert (made.place / "tsa.key").stat().st_mode & 0o077 == 0
    assert made.place.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in made.place.iterdir()) == [
        "lock", "root.crt", "state", "tsa.crt", "tsa.key",
    ]  # fmt: skip
    before = {path: path.read_bytes() for path in made.place.iterdir()}
    with pytest.raises(FileExistsError):
        folder.create(made.place)
    assert before == {path: path.read_bytes() for path in made.place.iterdir()}
    other = Made(tmp_path / "other")
    (made.place / "tsa.key").write_bytes((other.place / "tsa.key").read_bytes())
    with pytest.raises(ValueError, match="not the key"):
        folder.load(made.place)


def test_its_certificates_are_for_time_stamping_and_issue_nothing_else(made: Made) -> None:
    keys = made.keys
    keys.certificate.verify_directly_issued_by(keys.root)
    usage = keys.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert [each.dotted_string for each in usage.value] == ["1.3.6.1.5.5.7.3.8"]
    root = keys.root.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (root.ca, root.path_length) == (True, 0)
    answer = made.ask()
    assert answer.token is not None
    with pytest.raises(CertificateFailure):  # its life is that of its certificates
        verify_token(answer.token, DATA, [made.tsa], also_valid_at=2**32)


def test_the_policy_line_is_one_of_a_policy(made: Made) -> None:
    line = folder.policy_line(made.keys, "development-tsa")
    text = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\n{line}\ntlog-policy\nquorum none\n"
    (tsa,) = parse_policy(text.encode()).tsas
    answer = made.ask()
    assert answer.token is not None
    assert verify_token(answer.token, DATA, [tsa]).tsa == "development-tsa"
