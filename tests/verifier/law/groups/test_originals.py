"""Carriers that are not as they were, and copies whose own digest nobody registered."""

from __future__ import annotations

import pytest

from tests.verifier.law.examined import CHAT, SCREENS, row, sha, unsealed
from verifier.law.examine import examine

OFFERED = "声明可出示；声明载体已有变动"
FILLED = {"declared", "declared_with_artifact"}
COPIES = {"M16-09": "missing", "M15-02": "none", "N2-02": "none"}
CONVERTED = (
    '[{{ from = "聊天记录.txt", to = "打印件.pdf", digest_before = "{}", digest_after = "{}" }}]'
)


@pytest.mark.parametrize("status", ["altered", "handed_over", "lost"])
@pytest.mark.parametrize("id_", ["M90-02", "N4-01", "M15-01", "M12-01", "MC-01"])
def test_a_carrier_that_is_not_as_it_was_leaves_the_row_open(id_, status):
    changes = {"src.carrier.status": f'"{status}"', "src.carrier.available_for_court": "true"}
    if status == "lost":
        changes["src.carrier.available_for_court"] = "false"
    kind = "video" if id_ == "M15-01" else None
    found = examine(unsealed(changes, kind))
    each = row(found, id_)
    assert each.status == ("court" if id_ == "M12-01" else "missing")
    assert each.wording != "present"
    assert each.why is not None
    if status == "altered":
        assert each.why.zh.endswith(OFFERED)
    assert each.row.severity == "info" or id_ in {gap.row.row.id for gap in found.gaps}


@pytest.mark.parametrize("id_", ["M90-02", "N4-01", "M15-01", "M12-01", "MC-01"])
def test_control_a_carrier_as_it_was_leaves_it_filled(id_):
    each = row(unsealed(None, "video" if id_ == "M15-01" else None), id_)
    assert each.wording == "present"


def test_what_the_benchmark_counts_is_said():
    found = row(unsealed(), "MC-01")
    assert found.why is not None
    assert found.why.zh.startswith("所计为来源声明有记载的项目")


@pytest.mark.parametrize("id_", COPIES)
def test_a_digest_of_the_source_is_not_one_of_the_copy(id_):
    found = row(unsealed(), id_)
    assert (found.status, found.wording) == ("missing", COPIES[id_])
    assert found.why is not None
    assert found.why.zh.endswith("：打印件.pdf")


@pytest.mark.parametrize("id_", COPIES)
def test_a_copy_whose_own_digest_is_sealed_is_reached(id_):
    sealed = {"item.conversions": CONVERTED.format(sha(CHAT), sha(SCREENS[0]))}
    assert row(unsealed(sealed), id_).status in FILLED
    other = {"item.conversions": CONVERTED.format(sha(CHAT), sha(b"not sealed"))}
    assert row(unsealed(other), id_).status == "missing"
    disc = '[{ carrier_no = "光盘2", type = "DVD-R" }]'
    found = row(unsealed({**sealed, "pres.carriers": disc}), id_)
    assert found.status == "missing"
    assert found.why is not None
    assert found.why.zh.endswith("：光盘2")
