"""``beilin seal`` with a provenance record, attached files, and as a supplement."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.app.client.support import CHAT, Client, write
from verifier.evidence import package
from verifier.evidence.manifest import Manifest, Opening, parse_manifest, parse_opening
from verifier.evidence.receipt import parse_receipt
from verifier.evidence.zip_container import Container
from verifier.tlog.merkle import leaf_hash

RECORD = 'format = "beilin/provenance/v1"\n\n[src.device]\nkind = "phone"\nmodel = "X1"\n'


def contents(path: Path) -> tuple[Manifest, list[Opening], bytes]:
    """Return a package's manifest, openings and the leaf hash of its entry."""
    with Container(path) as box:
        manifest = parse_manifest(box.read(package.BASE + package.MANIFEST, 1 << 20))
        openings = [
            parse_opening(box.read(package.BASE + package.opening_member(n), 1 << 16))
            for n in range(len(manifest.files))
        ]
        receipt = parse_receipt(box.read(package.BASE + package.RECEIPT, 1 << 20))
    return manifest, openings, leaf_hash(receipt.entry_bytes)


def test_record_and_attachments_are_anchored_with_the_evidence(client: Client, tmp_path: Path):
    chat = write(tmp_path / "chat.txt", CHAT)
    record = write(tmp_path / "prov.toml", RECORD.encode())
    screen = write(tmp_path / "screen.png", b"\x89PNG picture")
    done = client.seal(chat, more=("--provenance", str(record), "--attach", f"screenshot={screen}"))
    assert done.returncode == 0, done.stderr
    assert client.verify().verdict == "TOTAL-PASSED"
    manifest, openings, _ = contents(client.out)
    assert [opening.file.role for opening in openings] == ["original", "screenshot", "provenance"]
    assert (manifest.provenance, manifest.supplements) == (2, None)
    assert openings[2].content is not None
    assert openings[2].content.digests[0].value == hashlib.sha256(RECORD.encode()).digest()
    assert "beilin provenance check" in done.stderr


def test_a_supplement_names_the_entry_it_adds_to(client: Client, tmp_path: Path):
    chat = write(tmp_path / "chat.txt", CHAT)
    assert client.seal(chat).returncode == 0
    _, _, leaf = contents(client.out)
    record = write(tmp_path / "prov.toml", RECORD.encode())
    second = tmp_path / "second.zip"
    more = ("--provenance", str(record), "--supplements", str(client.out))
    done = client.seal(chat, out=second, more=more)
    assert done.returncode == 0, done.stderr
    manifest, _, _ = contents(second)
    assert manifest.supplements == leaf


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--attach", "screenshot"), 64),
        (("--attach", "provenance=chat.txt"), 64),
        (("--attach", "Screenshot=chat.txt"), 64),
        (("--attach", "screenshot="), 64),
        (("--attach", "screenshot=absent.png"), 65),
        (("--provenance", "absent.toml"), 65),
        (("--supplements", "chat.txt"), 65),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_cannot_go_beside(client: Client, tmp_path: Path, more: tuple[str, str], code: int):
    chat = write(tmp_path / "chat.txt", CHAT)
    option, value = more
    value = value.replace("chat.txt", str(chat))
    done = client.seal(chat, more=(option, value))
    assert done.returncode == code, done.stderr
    assert not client.out.exists()


def test_a_record_with_mistakes_is_not_anchored(client: Client, tmp_path: Path):
    chat = write(tmp_path / "chat.txt", CHAT)
    text = RECORD + 'colour = "red"\nrooted = 7\n\u202eevil = 1\n'
    record = write(tmp_path / "prov.toml", text.encode())
    done = client.seal(chat, more=("--provenance", str(record)))
    assert done.returncode == 65
    assert "\u202e" not in done.stderr
    assert "line 8" in done.stderr
    assert not client.out.exists()
