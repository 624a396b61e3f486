"""The 27 rows that a consistency check can contradict: each by a real package, each with its control."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.verifier.law.examined import (
    ALL_FILES,
    CHAT,
    PLATFORM,
    SOUND,
    TOOL_LOG,
    TRANSCRIPT,
    make,
    row,
    sha,
)
from verifier.law.consistency.sentences import table
from verifier.law.rules import ROWS


@dataclass
class Contradiction:
    check: str
    changes: dict[str, str | None] = field(default_factory=dict)
    files: tuple[Any, ...] = ALL_FILES
    platform: dict[str, Any] = field(default_factory=lambda: PLATFORM)


OLDER_TIME = "{ started_at = 2026-04-06T10:00:00+08:00, ended_at = 2026-04-06T10:20:00+08:00 }"
CONTRADICTIONS = {
    "M16-09": Contradiction("P-10", files=(*ALL_FILES, ("a.pdf", b"%PDF-1.7 x", "derived"))),
    "M15-02": Contradiction("P-10", files=(*ALL_FILES, ("a.pdf", b"%PDF-1.7 x", "derived"))),
    "M13-05": Contradiction("P-10", files=(*ALL_FILES, ("a.pdf", b"%PDF-1.7 x", "derived"))),
    "M17-02": Contradiction(
        "P-18",
        {"decl.declarant": '{ name = "某存证运营者", role = "agent", relation_to_party = "代理" }'},
    ),
    "M18-03": Contradiction(
        "P-09",
        {"acq.output_digests": f'[{{ file = "聊天记录.txt", sha256 = "{sha(b"other")}" }}]'},
    ),
    "M93-04": Contradiction(
        "P-09",
        {"acq.output_digests": f'[{{ file = "聊天记录.txt", sha256 = "{sha(b"other")}" }}]'},
    ),
    "M18-04": Contradiction(
        "P-17",
        {
            "cor.notarial": (
                '[{ office = "某公证处", cert_no = "1", date = 2026-01-02, scope = "both" }]'
            )
        },
    ),
    "M94-06": Contradiction(
        "P-17",
        {
            "cor.notarial": (
                '[{ office = "某公证处", cert_no = "1", date = 2026-01-02, scope = "content" }]'
            )
        },
    ),
    "M18-06": Contradiction(
        "P-22",
        {
            "cor.records": (
                f'[{{ type = "transfer", ref = "x", digest = "{sha(CHAT)}", matches = "1" }}]'
            )
        },
    ),
    "M18-07": Contradiction(
        "P-12",
        {
            "acq.env_check": (
                '{ performed = true, items = [{ item = "x", observed = "y" }], result = "clean", '
                f'report_digest = "{sha(ALL_FILES[4][1])}", when = 2026-05-01T10:10:00+08:00 }}'
            )
        },
    ),
    "M18-08": Contradiction(
        "P-13",
        {
            "acq.recording": (
                f'{{ digest = "{sha(TOOL_LOG)}", continuous = true, '
                "starts_at = 2026-05-01T10:00:00+08:00 }"
            )
        },
    ),
    "MI-04": Contradiction(
        "P-14", {"acq.tool": f'{{ name = "x", version = "1", sha256 = "{sha(b"")}" }}'}
    ),
    "M18-09": Contradiction(
        "P-02", {"gen.period": "[2026-06-01T08:00:00+08:00, 2026-06-02T08:00:00+08:00]"}
    ),
    "M93-02": Contradiction("P-03", {"acq.time": OLDER_TIME}),
    "N3-01": Contradiction("P-04", {"scope.counts": "{ messages = 99 }"}),
    "MI-05": Contradiction("P-04", {"scope.counts": "{ messages = 99 }"}),
    "W03-01": Contradiction("P-06", {"acct.peer.id": '[{ nickname = "路人", phone = "1" }]'}),
    "N6-02": Contradiction("P-06", {"acct.peer.id": '[{ nickname = "路人", phone = "1" }]'}),
    "N2-03": Contradiction("P-07", {"acct.peer.profile_screens": f'["{sha(TOOL_LOG)}"]'}),
    "N2-04": Contradiction(
        "P-08",
        {
            "pres.transcripts": (
                f'[{{ media_digest = "{sha(SOUND)}", text_digest = "{sha(TRANSCRIPT)}" }}]'
            )
        },
        (*ALL_FILES, ("语音.wav", SOUND, "media")),
    ),
    "MP-02": Contradiction(
        "P-11",
        {
            "scope.redactions": (
                f'[{{ where = "1", reason = "x", original_digest = "{sha(b"%PDF-1.7 x")}" }}]'
            )
        },
        (*ALL_FILES, ("a.pdf", b"%PDF-1.7 x", "derived")),
    ),
    "M27-01": Contradiction(
        "P-11",
        {
            "scope.redactions": (
                f'[{{ where = "1", reason = "x", original_digest = "{sha(b"%PDF-1.7 x")}" }}]'
            )
        },
        (*ALL_FILES, ("a.pdf", b"%PDF-1.7 x", "derived")),
    ),
    "M93-01": Contradiction(
        "P-15", {"app.integrity": '{ install_source = "网站", modded = true }'}
    ),
    "W02-01": Contradiction("P-15", {"gen.recovery_used": '{ used = "yes", method = "软件恢复" }'}),
    "M106-08": Contradiction(
        "P-16", {"law.privacy": "{ private_chat = true, logout_signal = true }"}
    ),
    "M106-09": Contradiction(
        "P-16",
        {
            "acct.own.id": '{ account_id = "wxid_ming", nickname = "小明", holder = "employer" }',
            "law.account_consent": '"consented"',
        },
    ),
    "M87-05": Contradiction(
        "P-18", {"cor.witness": '[{ name = "张某", relation = "无关系", saw = "全程" }]'}
    ),
}


def test_a_material_for_each_row_that_a_check_can_contradict():
    rows = {
        row_
        for check in table()["checks"].values()
        for row_ in check["contradicts"]
        if ROWS[row_].cls == "B"
    }
    assert set(CONTRADICTIONS) == rows
    assert len(rows) == 27


@pytest.mark.parametrize("id_", CONTRADICTIONS)
def test_a_contradicted_row_is_inconsistent_and_names_the_check(id_, tmp_path):
    case = CONTRADICTIONS[id_]
    made = make(tmp_path, case.files, case.changes, platform=case.platform)
    assert made.material.record_bound, made.material.record_problems
    found = row(made.examination, id_)
    assert found.status == "inconsistent"
    assert case.check in {each.check for each in found.findings if not each.raised}
    gaps = {gap.row.row.id: gap for gap in made.examination.gaps}
    assert gaps[id_].how.startswith("inconsistent.") or ROWS[id_].severity == "info"


@pytest.mark.parametrize("id_", CONTRADICTIONS)
def test_the_same_row_is_not_inconsistent_in_the_material_that_fits(id_, whole):
    assert row(whole.examination, id_).status != "inconsistent"


def test_the_two_rows_with_a_sentence_for_failure_use_it(tmp_path):
    for id_ in ("M18-03", "M18-09"):
        folder = tmp_path / id_
        folder.mkdir()
        found = row(make(folder, changes=CONTRADICTIONS[id_].changes).examination, id_)
        assert found.wording == "fail"
        assert found.values
    unlisted = (*ALL_FILES, ("b.txt", b"unlisted", "log"))
    found = row(make(tmp_path, unlisted).examination, "M18-03")
    assert (found.status, found.wording) == ("inconsistent", "present")
