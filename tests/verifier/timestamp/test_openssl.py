"""OpenSSL as the other side: it verifies tokens of ours, and we verify tokens of its authority."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.verifier.timestamp.chains import Chain, chain, key_pem, pem, raw
from tests.verifier.timestamp.making import NONCE, STAMPED, Token, good
from verifier.errors import Malformed, VerifierError
from verifier.timestamp import der
from verifier.timestamp.messages import Request, parse_request, parse_response
from verifier.timestamp.verify import verify_token

OPENSSL = shutil.which("openssl")
if OPENSSL is None:
    pytest.skip("no openssl here: nobody else to agree with", allow_module_level=True)


def openssl(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(OPENSSL), *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False
    )


def agrees(folder: Path, made: Chain, token: bytes, *, between: bool = False) -> bool:
    """Whether `openssl ts -verify` accepts the token over STAMPED."""
    (folder / "token.der").write_bytes(token)
    (folder / "data").write_bytes(STAMPED)
    (folder / "root.pem").write_bytes(pem(made.root))
    (folder / "more.pem").write_bytes(b"".join(map(pem, (made.signer, *made.between))))
    more = ("-untrusted", "more.pem") if between else ()
    done = openssl(
        "ts", "-verify", "-in", "token.der", "-token_in", "-data", "data", "-CAfile", "root.pem",
        *more, cwd=folder,
    )  # fmt: skip
    assert (done.returncode == 0) == ("Verification: OK" in done.stdout)
    return done.returncode == 0


# -- ours, verified by it


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa2048", "rsa3072"])
@pytest.mark.parametrize("between", [0, 1])
def test_it_verifies_our_tokens(kind: str, between: int, tmp_path: Path) -> None:
    made = chain(kind, between)
    assert agrees(tmp_path, made, Token(made).to_bytes())
    assert agrees(tmp_path, made, Token(made, embedded=()).to_bytes(), between=True)


def test_it_refuses_what_we_refuse(tmp_path: Path) -> None:
    made = chain()
    for bad in (
        good(stamped=b"other"), good(ess=()), good(message_digest=bytes(32)),
        good(signature=bytes(70)), good(imprint_hash="sha-512", imprint=bytes(64)),
    ):  # fmt: skip
        assert not agrees(tmp_path, made, bad.to_bytes())
        with pytest.raises(VerifierError):
            verify_token(bad.to_bytes(), STAMPED, [made.tsa()])


def test_control_it_reads_the_encodings_that_only_der_forbids(tmp_path: Path) -> None:
    # The same tokens that we refuse for their spelling alone are sound to a lenient reader.
    made, data = chain(), good().to_bytes()
    inside = der.Reader(data, "test").any().content
    longer = b"\x30\x83" + len(inside).to_bytes(3, "big") + inside
    endless = b"\x30\x80" + inside + b"\0\0"
    for spelled in (longer, endless):
        assert agrees(tmp_path, made, spelled)
        with pytest.raises(Malformed):
            verify_token(spelled, STAMPED, [made.tsa()])


# -- its own, verified by us


CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_digest = {digest}
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.5
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 0
ordering = yes
tsa_name = yes
ess_cert_id_chain = {whole}
ess_cert_id_alg = {ess}
"""


def reply(
    folder: Path,
    made: Chain,
    query: bytes,
    *,
    with_chain: bool = False,
    digest: str = "sha256",
    ess: str = "sha256",
    whole: str = "no",
) -> bytes:
    """Return the token that `openssl ts -reply` makes for a request."""
    (folder / "tsa.cnf").write_text(CONFIG.format(digest=digest, ess=ess, whole=whole))
    (folder / "serial").write_text("0A\n")
    (folder / "query").write_bytes(query)
    (folder / "signer.pem").write_bytes(pem(made.signer))
    (folder / "key.pem").write_bytes(key_pem(made.key))
    (folder / "chain.pem").write_bytes(b"".join(map(pem, (*made.between, made.root))))
    more = ("-chain", "chain.pem") if with_chain else ()
    done = openssl(
        "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-signer", "signer.pem",
        "-inkey", "key.pem", *more, "-out", "reply", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = parse_response((folder / "reply").read_bytes())
    assert answer.status == 0
    assert answer.token is not None
    return answer.token


QUERY = Request(hashlib.sha256(STAMPED).digest(), nonce=NONCE).to_bytes()


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048"])
@pytest.mark.parametrize("with_chain", [False, True])
@pytest.mark.parametrize("ess", ["sha1", "sha256", "sha512"])
def test_we_verify_its_tokens(kind: str, with_chain: bool, ess: str, tmp_path: Path) -> None:
    made = chain(kind, 1)
    token = reply(
        tmp_path, made, QUERY, with_chain=with_chain, ess=ess, whole="yes" if with_chain else "no"
    )
    beside = () if with_chain else tuple(map(raw, made.between))
    found = verify_token(token, STAMPED, [made.tsa()], nonce=NONCE, certificates=beside)
    assert (found.policy, found.serial, found.accuracy) == ("1.2.3.4.1", 11, (1, 500, 100))
    assert found.ordering is True
    assert found.unread == ()
    assert found.signer.named_by == {"sha1": "sha-1"}.get(ess, ess.replace("sha", "sha-"))


@pytest.mark.parametrize("digest", ["sha384", "sha512"])
@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_we_verify_its_tokens_by_other_digests(kind: str, digest: str, tmp_path: Path) -> None:
    made = chain(kind)
    token = reply(tmp_path, made, QUERY, digest=digest)
    assert verify_token(token, STAMPED, [made.tsa()], nonce=NONCE)


def test_no_byte_of_its_token_can_be_changed(tmp_path: Path) -> None:
    made = chain("p256", 1)
    token = reply(tmp_path, made, QUERY, with_chain=True)
    root = raw(made.root)
    start = token.index(root)  # -chain puts it in; a changed one is not the policy's any more
    for at in [at for at in range(len(token)) if not start <= at < start + len(root)]:
        changed = token[:at] + bytes([token[at] ^ 0xFF]) + token[at + 1 :]
        with pytest.raises(VerifierError):
            verify_token(changed, STAMPED, [made.tsa()], nonce=NONCE)


def test_we_read_its_requests_and_it_reads_ours(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(STAMPED)
    for words, certificates in ((("-cert",), True), ((), False)):
        done = openssl("ts", "-query", "-data", "data", "-sha256", "-tspolicy", "1.2.3", *words,
                       "-out", "query", cwd=tmp_path)  # fmt: skip
        assert done.returncode == 0
        request = parse_request((tmp_path / "query").read_bytes())
        assert request.imprint == hashlib.sha256(STAMPED).digest()
        assert (request.algorithm, request.policy) == ("sha-256", "1.2.3")
        assert request.certificates is certificates
        assert request.nonce is not None
    (tmp_path / "query").write_bytes(QUERY)
    shown = openssl("ts", "-query", "-in", "query", "-text", cwd=tmp_path).stdout
    assert "sha256" in shown
    assert re.search(r"Nonce: 0x123456789ABCDEF0", shown, re.IGNORECASE)
    assert "Certificate required: yes" in shown
