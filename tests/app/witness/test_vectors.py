"""The two ordered files of requests, each sent to a fresh witness over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.witness import opening
from tests.app.witness.support import NAME, cosigned_at, serving
from tests.project import ROOT
from verifier.tlog.note import parse_note

WORKED = ROOT / "tests/vectors/worked/witness-edge.json"


def replay(data: Path, vectors: dict[str, Any]) -> list[str]:
    """Send every case; return what differs from the file."""
    vkey = opening.create(data, data / "signer", NAME)
    opening.add_log(data, data / "signer", vectors["log_vkey"])
    findings = []
    with serving(data) as witness, witness.client() as client:
        for case in vectors["cases"]:
            answer = client.post("/add-checkpoint", content=case["request"].encode())
            wrong = answer.status_code != case["expect_status"] or (
                case.get("expect_body") is not None and answer.text != case["expect_body"]
            )
            if wrong or not is_in_form(answer):
                findings.append(f"{case['name']}: {answer.status_code} {answer.text!r}")
            if answer.status_code == 200:
                note = case["request"].partition("\n\n")[2].encode()
                assert cosigned_at(answer.content, parse_note(note).text, vkey) > 0
        assert witness.stop() == 0
    return findings


def is_in_form(answer: httpx.Response) -> bool:
    kind = answer.headers["content-type"]
    if answer.status_code == 409:
        return kind == "text/x.tlog.size" and answer.text == f"{int(answer.text)}\n"
    return kind == "text/plain; charset=utf-8" and answer.text.endswith("\n")


def test_our_own_edge_cases(tmp_path: Path) -> None:
    vectors = json.loads(WORKED.read_text())
    assert len(vectors["cases"]) > 25
    assert replay(tmp_path / "w", vectors) == []


def test_torchwood_s_requests(tmp_path: Path, shared: Path) -> None:
    vectors = json.loads((shared / "vectors/torchwood/witness-add-checkpoint.json").read_text())
    for case in vectors["cases"]:
        if case["expect_status"] == 409:  # the body stands in the remark: "body 3\\n, …"
            size = case["remark"].removeprefix("body ").partition("\\n")[0]
            case["expect_body"] = f"{int(size)}\n"
    assert replay(tmp_path / "w", vectors) == []


@pytest.mark.parametrize("change", ["status", "body", "order"])
def test_control_a_changed_file_is_noticed(tmp_path: Path, change: str) -> None:
    vectors = json.loads(WORKED.read_text())
    names = [case["name"] for case in vectors["cases"]]
    if change == "status":
        vectors["cases"][names.index("0 -> 3")]["expect_status"] = 409
    elif change == "body":
        vectors["cases"][names.index("smaller checkpoint: old 1, size 2")]["expect_body"] = "2\n"
    else:
        vectors["cases"].insert(0, vectors["cases"].pop(names.index("0 -> 3")))
    assert replay(tmp_path / "w", vectors) != []
