"""``beilin seal`` with a provenance record, attached files, and as a supplement."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.cli import main
from app.client import beside
from app.client.api import Api
from app.client.inputs import Input
from app.commands.common import Refusal
from tests.app.client.support import CHAT, Client, beilin, write
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


ANNEX = 'format = "beilin/annex/v1"\n\n[[opening]]\nfield = "src.account"\nvalue = "13800001111"\n'


@pytest.mark.parametrize(
    "head",
    ["", "\n# note\n\t\n  # more = 1\n", "\r\n#\r\n", "\ufeff", "#" * 3000 + "\n"],
    ids=["plain", "comments", "crlf", "bom", "long"],
)
def test_a_sealed_annex_stays_out_of_the_package(client: Client, tmp_path: Path, head: str):
    chat = write(tmp_path / "chat.txt", CHAT)
    annex = write(tmp_path / "folder" / "sub" / "notes.bin", (head + ANNEX).encode())
    for paths, more in (
        ((chat, tmp_path / "folder"), ()),
        ((annex,), ()),
        ((chat,), ("--attach", f"log={annex}")),
        ((chat,), ("--provenance", str(annex))),
    ):
        done = client.seal(*paths, more=more)
        assert done.returncode == 64, done.stderr
        assert f"{annex} is a sealed annex" in done.stderr
        assert "13800001111" not in done.stderr
        assert client.leftovers() == set()


def test_what_only_speaks_of_an_annex_is_sealed(client: Client, tmp_path: Path):
    text = b'a = 1\nformat = "beilin/annex/v1"\n'
    chat = write(tmp_path / "prov.annex.toml", text)
    done = client.seal(chat, write(tmp_path / "b.txt", b'# format = "beilin/annex/v1"\nx\n'))
    assert done.returncode == 0, done.stderr


def test_check_leaves_an_annex_out_and_says_so(tmp_path: Path):
    chat = write(tmp_path / "chat.txt", CHAT)
    record = write(tmp_path / "prov.toml", RECORD.encode())
    annex = write(tmp_path / "prov.annex.toml", ANNEX.encode())
    check = ("provenance", "check", "--lang", "en", str(record), str(chat))
    without, done = beilin(*check), beilin(*check, str(annex))
    assert (without.returncode, without.stderr) == (0, "")
    assert (done.returncode, done.stdout) == (0, without.stdout)
    assert done.stderr.startswith(f"{annex} is a sealed annex")
    assert beilin(*check, str(tmp_path / "absent")).returncode == 65


def test_a_file_is_not_sealed_twice(client: Client, tmp_path: Path):
    folder = tmp_path / "export"
    write(folder / "chat.txt", CHAT)
    record = write(folder / "prov.toml", RECORD.encode())
    link = tmp_path / "way"
    link.symlink_to(folder)
    for option, value in (
        ("--provenance", str(record)),
        ("--provenance", str(link / "prov.toml")),
        ("--attach", f"log={record}"),
    ):
        done = client.seal(folder, more=(option, value))
        assert done.returncode == 64, done.stderr
        assert "sealed twice" in done.stderr
        assert option in done.stderr
        assert client.leftovers() == set()
    record = record.rename(tmp_path / "prov.toml")
    assert client.seal(folder, more=("--provenance", str(record))).returncode == 0


def test_only_the_record_that_was_checked_is_sealed(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):  # fmt: skip
    chat = write(tmp_path / "chat.txt", CHAT)
    record = write(tmp_path / "prov.toml", RECORD.encode())
    arguments = client.arguments(chat, more=("--provenance", str(record)))
    for name, value in (("BEILIN_HOME", str(client.home)), ("LANG", "en_US.UTF-8")):
        monkeypatch.setenv(name, value)
    check, size = beside.check_record, client.service.size()
    after = RECORD + 'colour = "red"\n'

    def then_change(path: Path, inputs: Sequence[Input]) -> bytes:
        checked = check(path, inputs)
        path.write_text(after)
        return checked

    def refuse(*_: object, **__: object) -> None:
        raise Refusal(69, "断", "cut")

    changing = pytest.MonkeyPatch()
    with changing.context() as patch:
        patch.setattr(beside, "check_record", then_change)
        assert main(arguments) == 65
        assert "changed while it was being sealed" in capsys.readouterr().err
    assert client.leftovers() == set()  # no plan: the next run starts anew
    assert main(arguments) == 65
    assert "mistakes" in capsys.readouterr().err

    record.write_text(RECORD)
    with changing.context() as patch:
        patch.setattr(Api, "submit", refuse)
        assert main(arguments) == 69
    planned = client.part.read_bytes()
    record.write_text(RECORD + "# another\n")
    after = RECORD
    with changing.context() as patch:
        patch.setattr(beside, "check_record", then_change)
        assert main(arguments) == 65
    assert client.part.read_bytes() == planned  # it may have been submitted: it is kept
    assert client.service.size() == size
    assert main(arguments) == 0


def test_a_blank_form_is_not_anchored(client: Client, tmp_path: Path):
    chat = write(tmp_path / "chat.txt", CHAT)
    record = write(tmp_path / "prov.toml", b'format = "beilin/provenance/v1"\n# nothing yet\n')
    done = client.seal(chat, more=("--provenance", str(record)))
    assert done.returncode == 65
    assert "Nothing is filled in" in done.stderr
    assert not client.out.exists()
