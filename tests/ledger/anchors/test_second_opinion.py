"""The whole path judged by others: `openssl ts -verify`, rfc3161-client, `openssl ts -reply`."""

from __future__ import annotations

import hashlib
import shutil
import time

import pytest

from app.tsa import folder
from app.tsa.authority import Authority
from app.tsa.state import State
from ledger.anchors.settings import Round
from tests.ledger.anchors.stub import http, sound, stub
from tests.ledger.anchors.support import anchor, not_after, open_with
from tests.ledger.support import submit
from tests.verifier.timestamp.chains import Chain, chain
from verifier.checks.receipt import check_receipt
from verifier.errors import UnknownAuthority
from verifier.evidence.receipt import parse_receipt
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import Result
from verifier.timestamp import der
from verifier.timestamp.stamped_note import stamped_note
from verifier.tlog.note import parse_note

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="no openssl here")


def taken(made, behaviour):
    """Anchor one entry; return the stamped note, and the token of its better receipt."""
    with stub(behaviour) as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
        receipt = parse_receipt(log.latest_receipt(0))
        return stamped_note(parse_note(receipt.proof.note), log.config.log), receipt.tokens[0]


def dev(place):
    """The built-in development authority, behind a stub."""
    keys = folder.create(place)
    authority = Authority(keys, State(place, time.time))
    return keys, lambda request: iter([http(authority.respond(request.to_bytes()))])


@needs_openssl
def test_openssl_verifies_the_token_of_a_receipt(made, tmp_path):
    from tests.verifier.timestamp.test_openssl import openssl

    _, behaviour = dev(tmp_path / "tsa")
    note, token = taken(made, behaviour)
    (tmp_path / "note").write_bytes(note)
    (tmp_path / "token.der").write_bytes(token.token)
    words = ("ts", "-verify", "-in", "token.der", "-token_in", "-CAfile", "tsa/root.crt")
    assert "Verification: OK" in openssl(*words, "-data", "note", cwd=tmp_path).stdout
    # Over the checkpoint's text alone, or over more lines, it is nobody's token.
    (tmp_path / "text").write_bytes(parse_note(note).text)
    assert openssl(*words, "-data", "text", cwd=tmp_path).returncode != 0


def test_rfc3161_client_verifies_the_token_of_a_receipt(made, tmp_path):
    client = pytest.importorskip("rfc3161_client", reason="no rfc3161-client: no second opinion")
    keys, behaviour = dev(tmp_path / "tsa")
    note, token = taken(made, behaviour)
    granted = der.encode(0x30, der.encode(0x30, der.encode_integer(0)), token.token)
    verifier = client.VerifierBuilder().add_root_certificate(keys.root).build()
    answer = client.decode_timestamp_response(granted)
    assert verifier.verify(answer, hashlib.sha256(note).digest())
    with pytest.raises(client.VerificationError):
        verifier.verify(answer, hashlib.sha256(note + b"x").digest())


@needs_openssl
@pytest.mark.parametrize("with_chain", [False, True])
@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_openssl_as_the_authority(made, tmp_path, kind, with_chain):
    from tests.verifier.timestamp.test_openssl import reply

    chained: Chain = chain(kind, 1 if with_chain else 0)
    calls = iter(range(9))

    def behaviour(request):
        place = tmp_path / f"call{next(calls)}"
        place.mkdir()
        token = reply(place, chained, request.to_bytes(), with_chain=with_chain)
        yield http(der.encode(0x30, der.encode(0x30, der.encode_integer(0)), token))

    with stub(behaviour) as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
        (found,) = not_after(log.latest_receipt(0), log, [chained.tsa()])
        assert found.policy == "1.2.3.4.1"


def test_whole_path_with_two_kinds_of_authorities(made, tmp_path):
    _, behaviour = dev(tmp_path / "tsa")
    with (
        stub(behaviour) as one,
        stub(sound(chain("rsa3072"))) as two,
        open_with(made.data, one, two) as log,
    ):
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 2, 0)
        submit(log, made.account, "y")
        assert anchor(log) == Round(3, 2, 0)
        receipt = parse_receipt(log.latest_receipt(2))
        assert (len(receipt.tokens), len(receipt.anchor_proofs)) == (2, 2)


def test_a_sound_token_of_nobody_that_is_trusted_gives_nothing(made):
    """The log has no root: such a token is stored and borne, and the verifier does not count it."""
    with stub(sound(chain("rsa3072"))) as tsa, open_with(made.data, tsa) as log:
        submit(log, made.account, "x")
        assert anchor(log) == Round(1, 1, 0)
        receipt = log.latest_receipt(0)
        with pytest.raises(UnknownAuthority):
            not_after(receipt, log, ())
        policy = parse_policy(log.policy())
        result = Result("receipt", policy_source="test")
        assert check_receipt(result, receipt, policy, Options()) is not None
        assert result.time_grade == "T0"
        assert "not_after" not in result.facts
