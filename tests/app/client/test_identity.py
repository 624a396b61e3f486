"""The submitter's key file."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.client.identity import default_identity, load_identity, new_identity
from app.commands.common import Refusal
from tests.app.client.support import beilin, environment
from verifier.encoding import to_base64
from verifier.tlog.keys import check_ed25519_signature


def test_a_new_key_signs_and_is_read_back(tmp_path: Path):
    path = tmp_path / "id.key"
    identity = new_identity(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    again = load_identity(path)
    assert again.public_key == identity.public_key
    check_ed25519_signature(identity.public_key, again.sign(b"text"), b"text")


def test_the_form_of_the_file(tmp_path: Path):
    path = tmp_path / "id.key"
    seed = bytes(range(32))
    path.write_text("beilin/identity/v1\nseed AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    path.chmod(0o600)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert load_identity(path).public_key == public
    assert to_base64(public) == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="


def test_no_key_is_overwritten(tmp_path: Path):
    path = tmp_path / "id.key"
    new_identity(path)
    before = path.read_bytes()
    done = beilin("identity", "new", "--out", str(path), env=environment())
    assert done.returncode == 73
    assert path.read_bytes() == before


def test_the_default_key_is_made_once(tmp_path: Path):
    path = tmp_path / "id.key"
    assert default_identity(path).public_key == default_identity(path).public_key


GOOD = b"beilin/identity/v1\nseed " + b"A" * 43 + b"=\n"


@pytest.mark.parametrize(
    "data",
    [b"", GOOD[:-1], GOOD + b"\n", GOOD.replace(b"v1", b"v2"), GOOD.replace(b"A=", b"B="),
     GOOD.replace(b"AAAA", b"AAA", 1), b"\xff" + GOOD, GOOD.replace(b"\n", b"\r\n"), b"x" * 500],
)  # fmt: skip
def test_other_bytes_are_refused(tmp_path: Path, data: bytes):
    path = tmp_path / "id.key"
    path.write_bytes(data)
    with pytest.raises(Refusal) as caught:
        load_identity(path)
    assert caught.value.exit_code == 65
