"""Which file a statement is about: the one named, in the role it is sealed in."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests import worked
from verifier.law.consistency import run_checks
from verifier.law.gather import before_anchoring
from verifier.law.intervals import intervals_of
from verifier.law.known import Known


def record(folder: Path, *lines: str) -> Path:
    path = folder / "prov.toml"
    path.write_text("\n".join(['format = "beilin/provenance/v1"', *lines, ""]), encoding="utf-8")
    return path


def listed(name: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return (
        f'{{ name = "{name}", bytes = {len(data)}, sha256 = "{digest}", role = "original_export" }}'
    )


def codes(path: Path, files: dict[Path, str]) -> set[str]:
    outcomes = run_checks(before_anchoring(path, list(files), files))
    return {found.code for each in outcomes for found in each.findings}


def test_a_listed_file_is_never_called_the_changed_one_of_another_line(tmp_path: Path):
    (tmp_path / "x.txt").write_bytes(b"one")
    lines = f"item.files = [{listed('a/x.txt', b'one')}, {listed('b/x.txt', b'two')}]"
    found = codes(record(tmp_path, lines), {tmp_path / "x.txt": "original"})
    assert "LISTED_ABSENT" in found
    assert "FILE_DIGEST" not in found


def test_a_changed_file_is_called_changed(tmp_path: Path):
    (tmp_path / "x.txt").write_bytes(b"other")
    lines = f"item.files = [{listed('x.txt', b'one')}]"
    found = codes(record(tmp_path, lines), {tmp_path / "x.txt": "original"})
    assert "FILE_DIGEST" in found
    assert "LISTED_ABSENT" not in found


def test_a_recording_attached_is_not_the_evidence_itself(tmp_path: Path):
    film = tmp_path / "screen.mp4"
    film.write_bytes(b"film")
    digest = hashlib.sha256(b"film").hexdigest()
    path = record(tmp_path, f'acq.recording = {{ digest = "{digest}", continuous = true }}')
    assert "RECORDING_IS_THE_EVIDENCE" not in codes(path, {film: "recording"})
    assert "RECORDING_IS_THE_EVIDENCE" in codes(path, {film: "original"})


def test_creation_is_read_from_the_material_alone(tmp_path: Path):
    chat = tmp_path / "chat.txt"
    chat.write_bytes(worked.CHAT)
    zone = (
        'src.device.clock_offset = { offset_ms = 0, method = "x", '
        'measured_at = 2026-11-01T00:00:00+08:00, timezone = "+08:00" }'
    )
    path = record(tmp_path, zone)
    for role, known in (("original", True), ("attestation", False)):
        material = before_anchoring(path, [chat], {chat: role})
        first = intervals_of(material, Known(material))[0]
        assert (first.first is not None) == known, role
