"""The platform's declaration in a package: swapped, edited, re-signed, replayed, lost."""

# long because: every forgery shares one package and one table of expected reasons.

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import worked
from tests.vectors import generate
from tests.worked import Sealed, WorkedLog, pack, seal
from verifier import verify
from verifier.checks import declaration as check
from verifier.checks.declaration import declaration_of
from verifier.evidence import package
from verifier.evidence.receipt import parse_receipt
from verifier.options import Options
from verifier.policy import Policy, parse_policy
from verifier.report.as_text import as_text
from verifier.result import DONE, FAILED, NOT_DONE, PASSED, TOTAL_FAILED, Result

OPTIONS = Options(at=worked.NOON)
FILES = [("聊天记录.txt", worked.CHAT)]
NOTE = worked.declaration()
MEMBER = package.DECLARATION


def policy(*lines: str, service: worked.Key | None = None, log: WorkedLog | None = None) -> Policy:
    """A policy with a service key, and further lines of its head in order."""
    log = log or WorkedLog()
    key = service or worked.service_key(log.origin)
    head = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nservice {key.vkey.to_text()}\n"
    return parse_policy((head + "".join(lines) + "tlog-policy\n").encode() + log.policy())


def run(zipped: bytes, tmp_path: Path, policy_: Policy | None = None) -> Result:
    path = tmp_path / "package.zip"
    path.write_bytes(zipped)
    return verify.verify_package(path, policy_ or policy(), OPTIONS)


def outcome(result: Result) -> tuple[str, str | None]:
    found = result.check("declaration")
    assert found is not None
    return found.status, found.sub_indication


@pytest.fixture
def sealed() -> Sealed:
    return seal(FILES, declared=NOTE)


def test_the_golden_package_passes() -> None:
    path = generate.HERE / "package-declared.zip"
    result = verify.verify_package(path, policy(), OPTIONS)
    assert result.verdict == PASSED
    assert outcome(result) == (DONE, None)
    found = result.check("declaration")
    assert found is not None
    assert found.values == {
        "made": "2026-11-20T12:00:00Z",
        "count": len(worked.DECLARED),
        "sha256": hashlib.sha256(NOTE).hexdigest(),
    }
    assert result.facts["declaration"]


def test_no_declaration_named_no_check(tmp_path: Path) -> None:
    result = run(seal(FILES).zip(), tmp_path)
    assert result.verdict == PASSED
    assert result.check("declaration") is None


def test_one_that_is_lost_leaves_the_package_whole(sealed: Sealed, tmp_path: Path) -> None:
    del sealed.payload[MEMBER]
    result = run(sealed.zip(), tmp_path)
    assert result.verdict == PASSED
    assert outcome(result) == (NOT_DONE, "SIGNED_DATA_NOT_FOUND")


def test_one_that_nobody_named_does_not_belong(tmp_path: Path) -> None:
    result = run(pack(seal(FILES).payload | {MEMBER: NOTE}), tmp_path)
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "FORMAT_FAILURE")
    assert result.check("declaration") is None
    container = result.check("container")
    assert container is not None
    assert container.status == FAILED


# -- forged: each is signed and spelled as well as the forger can


def edited() -> bytes:
    values = {**worked.DECLARED, "plat.mlps": {"level": 4}}
    return worked.declaration(values)


OTHERS: dict[str, bytes] = {
    "one value edited, signed anew": edited(),
    "one value edited, the old signature": edited().split("—".encode())[0]
    + "—".encode()
    + NOTE.split("—".encode())[1],
    "signed with the log's key": worked.declaration(signer=WorkedLog().key),
    "signed with the log's key under the service's name": worked.declaration(
        signer=worked.Key(f"{worked.ORIGIN}/service", "log")
    ),
    "of another origin": worked.declaration(origin="other.example/log"),
    "older, once in force": worked.declaration({"plat.clean": "旧"}, made=worked.NOON - 999_999),
    "newer, in force later": worked.declaration(
        replaces=hashlib.sha256(NOTE).digest(), made=worked.NOON + 999_999
    ),
    "dated back": worked.declaration(made=worked.NOON - 86_400 * 365),
    "no declaration": b"x",
    "empty": b"",
    "too long": NOTE + b"x" * (1 << 18),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_bytes_than_those_named_fail(name: str, sealed: Sealed, tmp_path: Path) -> None:
    result = run(pack(sealed.payload | {MEMBER: OTHERS[name]}), tmp_path)
    assert result.verdict == TOTAL_FAILED
    wanted = "FORMAT_FAILURE" if name == "too long" else "HASH_FAILURE"
    assert outcome(result) == (FAILED, wanted)
    assert result.sub_indication == wanted
    assert declaration_of(OTHERS[name], sealed.anchored.statement, policy()) is None


def test_every_flipped_bit_fails(sealed: Sealed, tmp_path: Path) -> None:
    for at in range(0, len(NOTE), 7):
        changed = bytearray(NOTE)
        changed[at] ^= 1 << (at % 8)
        result = run(pack(sealed.payload | {MEMBER: bytes(changed)}), tmp_path)
        assert outcome(result) == (FAILED, "HASH_FAILURE"), at


def test_the_declaration_of_another_package_of_the_same_log_fails(tmp_path: Path) -> None:
    later = worked.declaration(replaces=hashlib.sha256(NOTE).digest(), made=worked.NOON)
    log = WorkedLog()
    first, second = seal(FILES, log, declared=NOTE), seal([("b", b"b")], log, declared=later)
    for each, other in ((first, second), (second, first)):
        assert run(each.zip(), tmp_path).verdict == PASSED
        swapped = pack(each.payload | {MEMBER: other.payload[MEMBER]})
        assert outcome(run(swapped, tmp_path)) == (FAILED, "HASH_FAILURE")


NAMED: dict[str, tuple[bytes, str]] = {
    # What only a service (or who has its place) can do: name bytes that are no declaration of it.
    "signed with the log's key": (OTHERS["signed with the log's key"], "SIG_CRYPTO_FAILURE"),
    "signed with the log's key under the service's name": (
        OTHERS["signed with the log's key under the service's name"],
        "SIG_CRYPTO_FAILURE",
    ),
    "one value edited, the old signature": (
        OTHERS["one value edited, the old signature"],
        "SIG_CRYPTO_FAILURE",
    ),
    "of another origin": (OTHERS["of another origin"], "SIG_CRYPTO_FAILURE"),
    "of another origin, signed by this service": (
        worked.declaration(origin="other.example/log", signer=worked.service_key()),
        "BINDING_FAILURE",
    ),
    "no declaration": (b"x", "FORMAT_FAILURE"),
    "of another kind": (
        (text := f"beilin/dossier/v1\norigin {worked.ORIGIN}\n".encode())
        + b"\n"
        + worked.service_key().line(text),
        "FORMAT_FAILURE",
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_bytes_that_the_statement_names_must_still_be_the_services(
    name: str, tmp_path: Path
) -> None:
    note, wanted = NAMED[name]
    result = run(seal(FILES, declared=note).zip(), tmp_path)
    assert (result.verdict, *outcome(result)) == (TOTAL_FAILED, FAILED, wanted)
    statement = seal(FILES, declared=note).anchored.statement
    assert declaration_of(note, statement, policy()) is None


# -- what cannot be judged


def with_another_service() -> Policy:
    """A policy that has the key of another log's service only."""
    other = WorkedLog("other.example/log", label="other log")
    logs = other.policy().replace(b"quorum none\n", b"") + WorkedLog().policy()
    key = worked.service_key(other.origin).vkey.to_text()
    head = f"beilin/policy/v1\ndate 2026-11-21T00:00:00Z\nservice {key}\ntlog-policy\n"
    return parse_policy(head.encode() + logs)


@pytest.mark.parametrize("held", [parse_policy(WorkedLog().policy()), with_another_service()])
def test_a_policy_without_the_service_key_leaves_it_open(
    held: Policy, sealed: Sealed, tmp_path: Path
) -> None:
    result = run(sealed.zip(), tmp_path, held)
    assert result.verdict == PASSED
    assert outcome(result) == (NOT_DONE, "UNKNOWN_SERVICE_KEY")
    assert declaration_of(NOTE, sealed.anchored.statement, held) is None


def test_a_newer_version_that_the_service_signed_leaves_it_open(tmp_path: Path) -> None:
    text = NOTE[: NOTE.rindex(b"\n\n") + 1].replace(b"/v1\n", b"/v2\n", 1)
    note = text + b"\n" + worked.service_key().line(text)
    result = run(seal(FILES, declared=note).zip(), tmp_path)
    assert (result.verdict, *outcome(result)) == (PASSED, NOT_DONE, "NEWER_FORMAT")


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("retired size 5 time -", (NOT_DONE, "KEY_RETIRED")),
        ("retired size 6 time -", (DONE, None)),  # the entry has index 5
        ("retired size - time -", (NOT_DONE, "KEY_RETIRED")),
        ("compromised size - time -", (NOT_DONE, "KEY_COMPROMISED_NO_POE")),
    ],
)
def test_what_is_known_against_the_key_counts(
    status: str, wanted: tuple[str, str | None], sealed: Sealed, tmp_path: Path
) -> None:
    key = worked.service_key().vkey
    held = policy(f"status {key.name}+{key.key_id.hex()} {status}\n")
    result = run(sealed.zip(), tmp_path, held)
    assert result.verdict == PASSED
    assert outcome(result) == wanted
    found = declaration_of(NOTE, sealed.anchored.statement, held, sealed.anchored.index + 1)
    assert (found is not None) == (wanted[0] == DONE)


def test_a_key_with_a_status_does_not_excuse_a_wrong_signature(tmp_path: Path) -> None:
    key = worked.service_key().vkey
    held = policy(f"status {key.name}+{key.key_id.hex()} compromised size - time -\n")
    forged = seal(FILES, declared=OTHERS["signed with the log's key"])
    assert outcome(run(forged.zip(), tmp_path, held)) == (FAILED, "SIG_CRYPTO_FAILURE")


def test_a_forged_log_with_its_own_service_is_not_believed(tmp_path: Path) -> None:
    forged = WorkedLog(label="forger")
    mine = worked.Key(f"{forged.origin}/service", "forger's service")
    result = run(seal(FILES, forged, declared=worked.declaration(signer=mine)).zip(), tmp_path)
    assert result.verdict == TOTAL_FAILED
    assert outcome(result) == (FAILED, "SIG_CRYPTO_FAILURE")


def test_a_statement_that_is_not_bound_names_nothing(sealed: Sealed, tmp_path: Path) -> None:
    receipt = parse_receipt(sealed.payload[package.RECEIPT])
    digest = hashlib.sha256(OTHERS["one value edited, signed anew"]).digest()
    statement = receipt.statement._replace(declaration=digest)
    changed = sealed.payload[package.RECEIPT].replace(receipt.statement_bytes, statement.to_bytes())
    assert changed != sealed.payload[package.RECEIPT]
    payload = sealed.payload | {
        package.RECEIPT: changed,
        MEMBER: OTHERS["one value edited, signed anew"],
    }
    result = run(pack(payload), tmp_path)
    assert (result.verdict, result.sub_indication) == (TOTAL_FAILED, "BINDING_FAILURE")
    assert result.check("declaration") is None


def test_one_made_later_than_its_entry_is_told(tmp_path: Path) -> None:
    late = worked.declaration(made=worked.NOON + 86_400)
    result = run(seal(FILES, declared=late).zip(), tmp_path)
    assert (result.verdict, *outcome(result)) == (PASSED, DONE, None)
    (finding,) = [each for each in result.findings if each.code == "DECLARATION_LATER"]
    assert finding.values == {
        "made": "2026-11-22T12:00:00Z",
        "received": "2026-11-21T12:00:05Z",
    }
    for lang in ("zh", "en"):
        assert "2026-11-22T12:00:00Z" in as_text(result, lang)
    soon = run(seal(FILES, declared=NOTE).zip(), tmp_path)
    assert not [each for each in soon.findings if each.code == "DECLARATION_LATER"]


def test_what_is_exposed_is_what_was_checked(sealed: Sealed) -> None:
    found = declaration_of(NOTE, sealed.anchored.statement, policy())
    assert found is not None
    assert found.values == worked.DECLARED
    assert declaration_of(None, sealed.anchored.statement, policy()) is None
    unnamed = sealed.anchored.statement._replace(declaration=None)
    assert declaration_of(NOTE, unnamed, policy()) is None


# -- controls: each guard taken away lets its forgery through


def test_control_without_the_digest_a_replay_passes(
    sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        def __init__(self, _: bytes) -> None:
            return

        def digest(self) -> bytes:
            return sealed.anchored.statement.declaration or b""

    older = pack(sealed.payload | {MEMBER: OTHERS["older, once in force"]})
    assert outcome(run(older, tmp_path)) == (FAILED, "HASH_FAILURE")
    monkeypatch.setattr(check, "hashlib", SimpleNamespace(sha256=Blind))
    assert outcome(run(older, tmp_path)) == (DONE, None)


def test_control_without_the_signature_the_logs_key_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = seal(FILES, declared=OTHERS["signed with the log's key"]).zip()
    assert outcome(run(forged, tmp_path)) == (FAILED, "SIG_CRYPTO_FAILURE")
    monkeypatch.setattr("verifier.evidence.declaration.verify_note", lambda *_: [])
    assert outcome(run(forged, tmp_path)) == (DONE, None)


def test_control_nothing_but_the_origin_stops_another_logs_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = seal(FILES, declared=NAMED["of another origin, signed by this service"][0]).zip()
    assert outcome(run(forged, tmp_path)) == (FAILED, "BINDING_FAILURE")
    monkeypatch.setattr(
        "verifier.evidence.declaration.BindingFailure", lambda _: AssertionError("reached")
    )
    with pytest.raises(AssertionError, match="reached"):
        run(forged, tmp_path)
