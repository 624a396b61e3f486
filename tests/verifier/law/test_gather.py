"""Nothing is used that is not bound: what is gathered from a package after its verification."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.verifier import logs
from tests.verifier.law.recorded import AT, CHAT, Matter, gathered, policy_of, verified
from tests.worked import NOON, Sealed, WorkedLog, pack, seal, submission
from verifier.errors import Malformed
from verifier.evidence import package
from verifier.evidence.manifest import parse_manifest
from verifier.evidence.provenance.record import MAX_BYTES as MAX_RECORD_BYTES
from verifier.law import bound
from verifier.law.gather import before_anchoring, gather
from verifier.law.material import Material
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.result import DONE, FAILED
from verifier.verify import verify_package


def swapped(folder: Path, made: Sealed, forged: bytes) -> Material:
    """Verify the package, put other bytes in its place, and gather."""
    path = folder / "case.zip"
    path.write_bytes(made.zip())
    result = verified(path, made.log)
    assert result.verdict == "TOTAL-PASSED"
    path.write_bytes(forged)
    return gather(path, result, parse_policy(policy_of(made.log)), Options(at=AT))


def payload(made: Sealed, **members: bytes) -> bytes:
    """Return the package with other members, every checksum fitting."""
    names = {"chat": "data/files/0000.txt", "record": "data/files/0010.toml"}
    return pack({**made.payload, **{names.get(name, name): data for name, data in members.items()}})


# -- what is gathered -------------------------------------------------------------


def test_everything_that_is_bound_is_there(tmp_path: Path):
    matter = Matter(platform={"plat.operator": {"name": "某运营者"}})
    material = matter.gathered(tmp_path)
    assert material.result is not None
    assert material.manifest is not None
    assert material.receipt is not None
    assert [file.position for file in material.files] == list(range(11))
    for file, (name, data, role) in zip(material.files, matter.files, strict=False):
        assert (file.name, file.role, file.size) == (name.encode(), role, len(data))
        assert file.sha256 == hashlib.sha256(data).digest()
    kinds = [file.kind for file in material.files]
    assert kinds[:4] == ["chat", "image", "image", "audio"]
    assert kinds[5:7] == ["pdf", "video"]
    assert (material.files[3].duration_seconds, material.files[6].duration_seconds) == (2, 1300)
    assert material.files[1].pixels == (8, 8)
    assert list(material.summaries) == [0]
    assert material.summaries[0].records == 3
    assert material.record == matter.parsed()
    assert (material.record_bound, material.record_position) == (True, 10)
    assert set(material.attestations.values()) == {
        data for _, data, role in matter.files if role == "attestation"
    }
    assert material.declaration is not None
    assert material.declaration.values == matter.platform
    assert (material.at, material.audit) == (AT, None)


def test_the_log_is_audited_where_a_copy_answers(tmp_path: Path):
    made = Matter().sealed()
    path, copy = tmp_path / "case.zip", tmp_path / "log"
    path.write_bytes(made.zip())
    logs.write_files(copy, made.log.entries, len(made.log.entries))
    (copy / "checkpoint").write_bytes(made.log.note())
    policy, options = parse_policy(policy_of(made.log)), Options(at=AT, log=copy)
    result = verify_package(path, policy, options)
    material = gather(path, result, policy, options)
    assert material.audit is not None
    assert material.audit.scope == "audit"
    assert material.audit.verdict == "TOTAL-PASSED"
    # One that cannot answer is not audited either.
    (copy / "checkpoint").write_bytes(b"")
    result = verify_package(path, policy, options)
    assert gather(path, result, policy, options).audit is None


# -- what is not --------------------------------------------------------------------


def test_a_file_swapped_after_the_verification_is_not_used(tmp_path: Path):
    made = Matter().sealed()
    other = CHAT.replace("好的".encode(), "坏的".encode())
    assert len(other) == len(CHAT)
    material = swapped(tmp_path, made, payload(made, chat=other))
    assert [file.position for file in material.files] == list(range(1, 11))
    assert material.summaries == {}
    assert material.record is not None  # the others are what they were


def test_the_control_without_the_comparison_it_would_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bound.Bound, "_checked", lambda self, pieces: pieces)
    made = Matter().sealed()
    material = swapped(tmp_path, made, payload(made, chat=CHAT.replace(b"16:21", b"16:22")))
    assert material.files[0].position == 0
    assert material.summaries[0].first is not None
    assert material.summaries[0].first.time == b"16:22"


def test_a_record_swapped_after_the_verification_is_not_used(tmp_path: Path):
    made = Matter().sealed()
    other = Matter().set("decl.id", '"PD-2"').bytes()
    material = swapped(tmp_path, made, payload(made, record=other))
    assert (material.record, material.record_bound) == (None, False)
    assert len(material.files) == 10


def test_another_package_of_the_same_log_in_its_place_is_not_used(tmp_path: Path):
    """Sound in itself, but not the one that was verified."""
    log = WorkedLog()
    log.fill(2)
    first = Matter().sealed(log)
    second = Matter().put("chat.txt", CHAT + b"\n").sealed(log)
    material = swapped(tmp_path, first, second.zip())
    assert (material.receipt, material.manifest, material.files) == (None, None, [])
    assert material.record is None


@pytest.mark.parametrize(
    "member", ["data/manifest.txt", "data/openings/0000.txt", "data/receipt.txt"]
)
def test_damaged_members_bind_nothing(tmp_path: Path, member: str):
    made = Matter().sealed()
    data = bytearray(made.payload[member])
    data[len(data) // 2] ^= 1
    material = swapped(tmp_path, made, payload(made, **{member: bytes(data)}))
    assert 0 not in [file.position for file in material.files]
    if "openings" not in member:
        assert material.files == []
    else:
        assert len(material.files) == 10


@pytest.mark.parametrize("rest", [b"", b"PK\x05\x06" + bytes(18), os.urandom(300)])
def test_something_else_in_its_place_is_no_error(tmp_path: Path, rest: bytes):
    material = swapped(tmp_path, Matter().sealed(), rest)
    assert (material.receipt, material.files, material.record) == (None, [], None)


def test_what_failed_its_verification_is_not_used(tmp_path: Path):
    made = Matter().sealed()
    path = tmp_path / "case.zip"
    path.write_bytes(payload(made, chat=CHAT + b"x"))
    material = gathered(path, made.log)
    assert material.result is not None
    check = material.result.check("files")
    assert check is not None
    assert check.status == FAILED
    assert material.receipt is not None  # what the log holds stands by itself
    assert (material.manifest, material.files, material.record) == (None, [], None)


def test_a_file_is_not_bound_by_the_name_of_provenance_alone(tmp_path: Path):
    """The manifest names the record; a second file of that role is not one."""
    matter = Matter()
    matter.files.append(("second.toml", Matter().set("decl.id", '"PD-2"').bytes(), "log"))
    material = matter.gathered(tmp_path)
    assert material.record is not None
    assert material.record.get("decl.id") == "PD-1"
    assert material.record_position == 11


@pytest.mark.parametrize("role", ["log", "provenance"])
def test_a_record_of_another_role_is_not_used(tmp_path: Path, role: str):
    """A manifest that names as its record a file sealed as something else."""
    matter = Matter()
    made = seal([*matter.files, ("prov.toml", matter.bytes(), role)])
    data = made.payload[package.MANIFEST]
    if role == "log":
        data = parse_manifest(data)._replace(provenance=10).to_bytes()
        made.payload[package.MANIFEST] = data
        made.payload[package.RECEIPT] = made.log.anchor(*submission(data, "manifest")).receipt()
    assert parse_manifest(data).provenance == 10
    path = tmp_path / "case.zip"
    path.write_bytes(made.zip())
    material = gathered(path, made.log)
    assert len(material.files) == 11
    assert material.record_bound is (role == "provenance")
    assert (material.record is not None) is (role == "provenance")


def test_a_record_with_mistakes_is_named_and_not_used(tmp_path: Path):
    matter = Matter(record=b'format = "beilin/provenance/v1"\nno.such = 1\n')
    material = matter.gathered(tmp_path)
    assert (material.record, material.record_bound) == (None, False)
    assert [each.code for each in material.record_problems]
    assert material.record_position == 10


@pytest.mark.parametrize(
    "record",
    [
        b'format = "beilin/provenance/v2"\n',
        b'format = "beilin/provenance/v1"\n' + b"#" * MAX_RECORD_BYTES,
    ],
    ids=["newer", "too long"],
)
def test_a_record_that_cannot_be_read_is_left_out(tmp_path: Path, record: bytes):
    material = Matter(record=record).gathered(tmp_path)
    assert (material.record, material.record_bound) == (None, False)
    assert material.record_position == 10
    assert len(material.files) == 11


def test_a_declaration_that_the_service_did_not_sign_is_not_used(tmp_path: Path):
    matter = Matter(platform={"plat.operator": {"name": "某运营者"}})
    made = matter.sealed()
    note = made.payload[package.DECLARATION]
    forged = payload(made, **{package.DECLARATION: note.replace("某".encode(), "他".encode())})
    assert swapped(tmp_path, made, forged).declaration is None
    path = tmp_path / "case.zip"
    path.write_bytes(made.zip())
    result, plain = verified(path, made.log), parse_policy(made.log.policy())
    assert gather(path, result, plain, Options(at=AT)).declaration is None


# -- before anchoring -------------------------------------------------------------------


def test_before_anchoring_files_have_the_roles_that_the_record_lists(tmp_path: Path):
    matter = Matter()
    (tmp_path / "prov.toml").write_bytes(matter.bytes())
    paths = []
    for name, data, _ in [*matter.files, ("unlisted.bin", b"\x00\x01", "")]:
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    material = before_anchoring(tmp_path / "prov.toml", paths)
    assert (material.result, material.receipt, material.at) == (None, None, 0)
    assert (material.record, material.record_bound) == (matter.parsed(), False)
    assert [file.role for file in material.files] == [
        *(role for _, _, role in matter.files),
        "original",
    ]
    assert [file.position for file in material.files] == list(range(11))
    assert material.summaries[0].records == 3


def test_before_anchoring_mistakes_are_collected_and_missing_files_raised(tmp_path: Path):
    record = tmp_path / "prov.toml"
    record.write_bytes(b'format = "beilin/provenance/v1"\nno.such = 1\nalso.not = 2\n')
    material = before_anchoring(record, [])
    assert material.record is None
    assert len(material.record_problems) == 2
    with pytest.raises(OSError, match="missing"):
        before_anchoring(record, [tmp_path / "missing.txt"])
    record.write_bytes(b"#" * (MAX_RECORD_BYTES + 1))
    with pytest.raises(Malformed):
        before_anchoring(record, [])


def test_the_time_given_is_the_time_that_counts(tmp_path: Path):
    assert Matter().gathered(tmp_path, at=NOON + 9).at == NOON + 9
    check = Matter().gathered(tmp_path).result
    assert check is not None
    files = check.check("files")
    assert files is not None
    assert files.status == DONE
