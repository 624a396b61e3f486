"""``beilin policy``: composing what a verifier is given, and that the verifier reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.commands.policy import _tell_unnamed
from tests.app.server.harness import ORIGIN, beilin, new_log
from tests.ledger.witness.support import Cosigner, Named, log_vkey, policy_text
from tests.verifier.timestamp import chains
from verifier.policy import parse_policy

WITNESSES = [
    Named("w1", Cosigner("w1").vkey, "http://127.0.0.1:1"),
    Named("w2", Cosigner("w2").vkey, "https://w2.example/"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new log."""
    folder: Path = tmp_path_factory.mktemp("policy") / "data"
    new_log(folder)
    return folder


@pytest.fixture
def witnesses(tmp_path: Path) -> Path:
    """The file that ``serve`` is given."""
    path = tmp_path / "witnesses"
    path.write_bytes(b"# ours\n" + policy_text(WITNESSES))
    return path


def test_everything_together(data: Path, witnesses: Path) -> None:
    arguments = ["--operator", "w1=公证处 Notary=Office", "--operator", f"{ORIGIN}=Operator"]
    text = beilin("policy", "--data", data, "--witness-policy", witnesses, *arguments)
    policy = parse_policy(text.encode())
    assert [log.vkey for log in policy.log_policy.logs] == [log_vkey(data)]
    assert {name: each.vkey for name, each in policy.log_policy.witnesses.items()} == {
        each.name: each.vkey for each in WITNESSES
    }
    assert policy.log_policy.quorum == "all"
    assert policy.operators == {"w1": "公证处 Notary=Office", ORIGIN: "Operator"}
    assert "# ours" not in text
    plain = beilin("policy", "--data", data, "--witness-policy", witnesses, "--plain")
    assert text.endswith(plain)
    assert parse_policy(plain.encode()).log_policy == policy.log_policy


@pytest.mark.parametrize("lang", ["en_US.UTF-8", "zh_CN.UTF-8"])
@pytest.mark.parametrize(
    ("named", "missing"),
    [
        ((), (ORIGIN, "w1", "w2")),
        (("w1", "w2"), (ORIGIN,)),
        ((ORIGIN, "w2"), ("w1",)),
        ((ORIGIN, "w1", "w2"), ()),
    ],
)
def test_it_says_whose_operator_is_missing(
    data: Path, witnesses: Path, lang: str, named: tuple[str, ...], missing: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("LANG", lang)
    arguments = [word for name in named for word in ("--operator", f"{name}=Somebody")]
    text = beilin("policy", "--data", data, "--witness-policy", witnesses, *arguments)
    _tell_unnamed(text.encode())
    said = capsys.readouterr().err
    between = ", " if lang.startswith("en") else "、"
    assert between.join(missing) in said
    assert bool(said) == bool(missing)
    assert all(f" {name}," not in f" {said}," for name in named)
    # A log without witnesses and authorities has nothing to be told apart from.
    _tell_unnamed(beilin("policy", "--data", data).encode())
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_a_root_certificate_with_its_own_validity(
    data: Path, tmp_path: Path, encoding: Encoding
) -> None:
    key = chains.key("p256")
    root = chains.certificate("root", key, "root", key, chains.AUTHORITY)
    path = tmp_path / "root"
    path.write_bytes(root.public_bytes(encoding))
    policy = parse_policy(
        beilin("policy", "--data", data, "--tsa", f"tsa1={path}",
               "--operator", "tsa1=Someone").encode()
    )  # fmt: skip
    (tsa,) = policy.tsas
    assert tsa.certificate == root.public_bytes(Encoding.DER)
    assert tsa.not_before == root.not_valid_before_utc.timestamp()
    assert tsa.not_after == root.not_valid_after_utc.timestamp()
    assert policy.operators == {"tsa1": "Someone"}


def test_what_a_full_policy_says_already_is_kept_and_replaced(data: Path, tmp_path: Path) -> None:
    base = beilin("policy", "--data", data)
    head, _, _ = base.partition("tlog-policy\n")
    status = f"status {ORIGIN}+{log_vkey(data).key_id.hex()} retired size 9 time -\n"
    own = f"log {log_vkey(data).to_text()} https://log.example.org/\n".encode()
    path = tmp_path / "full"
    path.write_bytes(
        f"{head}operator w1 Old\noperator w2 Kept\n{status}require L2 T3\ntlog-policy\n".encode()
        + own
        + policy_text(WITNESSES)
    )
    policy = parse_policy(
        beilin("policy", "--data", data, "--witness-policy", path, "--operator", "w1=New").encode()
    )
    assert policy.operators == {"w1": "New", "w2": "Kept"}
    assert policy.statuses[0].size == 9
    assert (policy.require_level, policy.require_grade) == ("L2", "T3")
    assert policy.log_policy.logs[0].url == "https://log.example.org/"


def test_refusals(data: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no certificate")
    for arguments, code, says in (
        (["--operator", "w1"], 64, "NAME and a value"),
        (["--operator", "=x"], 64, "NAME and a value"),
        (["--operator", "nobody=x"], 65, "not in this policy"),
        (["--operator", f"{ORIGIN}=a\nrequire L0"], 65, "cannot stand in one line"),
        (["--operator", f"{ORIGIN} x=a"], 65, "cannot stand in one line"),
        (["--tsa", f"t={tmp_path / 'text'}"], 65, "not an X.509 certificate"),
        (["--tsa", f"t={tmp_path / 'none'}"], 65, "cannot read"),
        (["--witness-policy", tmp_path / "text"], 65, "witness policy"),
    ):
        assert says in beilin("policy", "--data", data, *arguments, code=code), arguments
