"""A time that is called measured is one that counts as measured, in every place of the report."""

from __future__ import annotations

import pytest

from tests.verifier.law.examined import make
from verifier.report.full_text import full_text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("offset", "grade"),
    [
        ('{ offset_ms = 8, method = "对时", measured_at = 2026-04-30T10:00:00+08:00 }', "T1"),
        ('{ offset_ms = 8, method = "对时", measured_at = 2027-04-30T10:00:00+08:00 }', "T0"),
        (None, "T0"),
    ],
)
def test_what_is_called_measured_is_what_counts_as_t1(tmp_path, lang, offset, grade):
    """The glossary's words for T1, the grade of the interval, and the words beside it agree."""
    made = make(tmp_path, changes={"src.device.clock_offset": offset})
    found = made.examination
    end = found.intervals[0].last
    assert end is not None
    assert (end.grade, end.source) == (grade, "acq.time")
    text = full_text(made.result, found, lang, made.material)
    said = {
        "zh": "T1（声明人称已测偏差，未经核实）",
        "en": "T1 (the declarant says that the offset",
    }
    line = {"zh": "出自：提取起止时间", "en": "from: start and end time"}[lang]
    points = [each for each in text.split("\n") if line in each]
    assert points
    assert all((said[lang] in each) == (grade == "T1") for each in points)
    words = {"zh": ("没有写明测定的按 T0 计", "由声明人写为 T1，未经核实"),
             "en": ("for T0 where no measurement is stated", "T1 by the declarant's word, not verified")}  # fmt: skip
    assert all(each in text for each in words[lang])
