"""What a bill declares of itself: lines, amounts, totals of many directions."""

from __future__ import annotations

import pytest

from verifier.exports.families.bill_declared import Declared, Sums, cents, yuan


def test_declared_lines():
    said = Declared()
    for line in (
        "共：15笔记录", "共16笔记录", '"收入：4笔 1,000.00元",,', "支出:2笔,7元", "不包含已删除的记录",
        "起始时间：[2024-02-30 00:00:00] 终止时间：[2024-03-31 23:59:59]", "x共17笔记录", "共18笔记录" + "x" * 2000,
    ):  # fmt: skip
        said.add(line)
    assert said == Declared(records=15, totals={"支出": (2, 700)}, deleted=True)
    assert not said.outside((0, 0))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("¥28.16", 2816), ("50.0", 5000), ("¥7", 700), ("-0.01", -1), ("+1.00", 100), ("￥0.00", 0),
        ("", None), ("1,000.00", None), ("1.234", None), ("1e3", None), ("１.00", None), ("=1+1", None),
    ],
)  # fmt: skip
def test_amounts(written: str, value: int | None):
    assert cents(written) == value
    assert value is None or cents(yuan(value)) == value


def test_totals_of_many_directions_stay_bounded():
    sums = Sums()
    for n in range(1000):
        sums.add(n, f"d{n}", 1, "")
    assert len(sums.directions) == 100


# -- lines that are no rows -------------------------------------------------------
