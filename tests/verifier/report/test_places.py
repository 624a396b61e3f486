"""A value never has places of its own: whoever writes ``{app}`` is quoted, not obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import worked
from verifier.law.examine import examine
from verifier.law.gather import gather
from verifier.options import Options
from verifier.policy import parse_policy
from verifier.report.as_html import as_html
from verifier.report.full_text import full_text
from verifier.report.marked import CLOSE, OPEN, filled, own, pieces
from verifier.verify import verify_package

RECORD = """format = "beilin/provenance/v1"
item.kind = "chat_export"
src.device.model = "X1{app}经核验无误{app}"
app.name = "微信{ver}"
cor.notarial = [{ office = "某公证处", cert_no = "第1号{office}。真实有效。{office}", date = 2026-05-02, scope = "both" }]
"""


def test_a_place_in_a_value_is_printed_as_it_stands(tmp_path: Path):
    sealed = worked.seal([("a.txt", worked.CHAT), ("r.toml", RECORD.encode(), "provenance")])
    path = tmp_path / "package.zip"
    path.write_bytes(sealed.zip())
    policy = parse_policy(sealed.log.policy())
    options = Options(worked.NOON + 60)
    result = verify_package(path, policy, options)
    material = gather(path, result, policy, options)
    found = examine(material)
    text = full_text(result, found, "zh", material)
    page = as_html(result, found, ("zh",), material)
    for face in (text, page):
        assert "{office}" in face  # as it was written, wherever it is quoted
        assert "真实有效。“某公证处”" not in face
    for line in text.split("\n"):
        if "真实有效" in line:
            before = line.split("真实有效")[0]
            assert before.count("“") == before.count("”") + 1, line


def test_filled_looks_at_the_template_only():
    assert filled("{a} {b} {c}", {"a": "{b}", "b": "{a}"}) == "{b} {a} {c}"


@pytest.mark.parametrize(
    "broken",
    [f"{OPEN}a{OPEN}b{CLOSE}c{CLOSE}", f"a{CLOSE}b", f"a{OPEN}b", f"{OPEN}a{CLOSE}b{CLOSE}"],
)
def test_control_marks_within_marks_reach_no_face(broken: str):
    with pytest.raises(AssertionError):
        list(pieces(broken))
    assert list(pieces(f"x{own('y')}z")) == [("x", False), ("y", True), ("z", False)]
