"""Results of every shape that a verification can have, for the faces to be tried on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from hypothesis import strategies as st

from verifier.result import DONE, FAILED, NOT_DONE, OPTIONAL, REQUIRED, Check, Finding, Result

VERIFIER = Path(__file__).resolve().parents[3] / "verifier"
IDS = sorted({name for names in REQUIRED.values() for name in names} | set(OPTIONAL))

EVIDENCE = sorted(REQUIRED.keys() - {"compare", "misconduct"})
"""Scopes that say something of evidence or of a log's entries; the two others have words of their own."""

VALUES: dict[str, str | int] = {
    "members": 18, "bytes": 6218, "reason": "package: something is wrong", "count": 3,
    "file": 0, "sha256": "ab" * 32, "size": 600, "files": 2, "segments": 7,
    "algorithms": "sha-256 sm3", "index": 57, "root": "A" * 43 + "=", "origin": "log.example.org/a",
    "key_id": "2fd2a01f", "required": "w", "met": 1, "key": "B" * 43 + "=", "wanted": "L2 T3",
    "received": "2026-11-21T13:07:00Z", "path": "tile/entries/001", "offset": 842, "first_index": 4,
    "reader": "whatsapp-text/1", "epoch": 1, "item": 2, "number": 9, "name": "w", "note": "NO_RECORDS",
    "heads": 2, "items": 3, "statements": 1, "kind": "fork", "key_ids": "2fd2a01f", "side": "A",
    "first_size": 6, "second_size": 9, "first_root": "F" * 43 + "=", "second_root": "G" * 43 + "=",
    "start": 0, "last": 5, "first_item": 1, "first": "2026-11-21T13:07:00Z",
    "second": "2026-11-21T13:06:00Z", "by_copy": 1,
    "link": "C" * 43 + "=", "proofs": 1, "status": "retired", "at": 1_795_266_420,
    "time": "2026-11-21T13:07:00Z", "successor": "-",
    "shown": "2026-11-21T13:07:00Z", "theft": "2026-11-22T13:07:00Z", "type": "rfc3161",
    "ends": "2036-11-22T13:07:00Z",
}  # fmt: skip
FACTS: dict[str, str | int] = {
    "kind": "private", "origin": "log.example.org/a", "index": 57, "size": 600,
    "root": "A" * 43 + "=", "received": "2026-11-21T13:07:00Z", "what": "manifest", "item": 2,
    "number": 9, "epoch": 0, "account": "D" * 22 + "==", "dossier": "E" * 22 + "==",
    "identity": "not checked", "service": "beilin 0.1.0", "submitter": "B" * 43 + "=",
    "declaration": "", "log_key": "log.example.org/a+2fd2a01f+AAAA", "witnesses": 1, "quorum": "w",
    "operators": 1, "anchors": 0, "files": 1, "file.0.name": "聊天记录.txt", "file.0.role": "original",
    "file.0.size": 260, "file.0.sha256": "ab" * 32, "file.0.segments": 6, "file.0.records": 3,
    "file.0.reader": "whatsapp-text/1", "file.0.variant": "ios", "entries.evidence": 600,
    "entries.anchor": 0, "entries.key": 0, "entries.freeze": 0,
    "received_first": "2026-11-21T13:07:00Z", "received_last": "2026-11-21T13:08:00Z",
    "not_after": "2026-11-22T00:00:00Z",
}  # fmt: skip

_CODE = re.compile(r"(?!O_)[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")  # not the flags of os.open


def _modules() -> list[Path]:
    folders = ("", "checks/", "misconduct/", "compare/")
    return [path for folder in folders for path in VERIFIER.glob(f"{folder}*.py")]


def codes() -> set[str]:
    """Every SCREAMING code in the modules that make results, docstrings left out."""
    found: set[str] = set()
    for path in _modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _CODE.fullmatch(node.value)
        }
    return found


def check_ids() -> set[str]:
    """Every id that a check is added under."""
    found: set[str] = set()
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"add", "_add"}
                and len(node.args) >= 2
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value))
    return found


def base(scope: str, *, failing: Check | None = None, values: dict | None = None) -> Result:
    """A result in which all is done but one check."""
    result = Result(scope, policy_sha256="ab" * 32, facts=dict(FACTS), at=1_795_266_420)
    for name in [*REQUIRED[scope], *OPTIONAL]:
        if failing is not None and failing.id == name:
            result.checks.append(failing)
        else:
            result.checks.append(
                Check(name, DONE, None, dict(VALUES if values is None else values))
            )
    return result


def every_check(subs: list[str]) -> Iterator[Result]:
    """Each check in each status with each sub-indication, with values and without."""
    seen: set[str] = set()
    for scope, required in REQUIRED.items():
        yield Result(scope)
        yield base(scope)
        yield base(scope, values={})
        for name in [n for n in [*required, *OPTIONAL] if n not in seen]:
            seen.add(name)
            for status in (FAILED, NOT_DONE):
                for sub in subs:
                    yield base(scope, failing=Check(name, status, sub, dict(VALUES)))


def small_results(subs: list[str], findings: list[str]) -> st.SearchStrategy[Result]:
    """Any mixture: checks in any order, values and facts present or not, all levels and grades."""
    values = st.dictionaries(st.sampled_from(sorted(VALUES)), st.nothing(), max_size=0) | st.sets(
        st.sampled_from(sorted(VALUES))
    ).map(lambda names: {name: VALUES[name] for name in names})
    checks = st.lists(
        st.builds(
            Check,
            st.sampled_from(IDS),
            st.sampled_from([DONE, FAILED, NOT_DONE]),
            st.sampled_from([None, *subs]),
            values,
        ),
        max_size=12,
        unique_by=lambda check: check.id,
    )
    return st.builds(
        Result,
        scope=st.sampled_from(sorted(REQUIRED)),
        checks=checks,
        findings=st.lists(st.builds(Finding, st.sampled_from(findings), values), max_size=4),
        facts=st.sets(st.sampled_from(sorted(FACTS))).map(
            lambda names: {name: FACTS[name] for name in names}
        ),
        policy_sha256=st.sampled_from(["", "ab" * 32]),
        policy_source=st.sampled_from([None, "received by hand from the registry"]),
        trust_level=st.sampled_from(["L0", "L1", "L2"]),
        time_grade=st.sampled_from(["T0", "T1", "T2", "T3", "T4"]),
        at=st.sampled_from([0, 1_795_266_420]),
    )
