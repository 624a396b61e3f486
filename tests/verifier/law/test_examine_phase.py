"""When the record was made: only the anchored manifest decides. And the three intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import worked
from tests.verifier.law.examined import (
    ALL_FILES,
    CHAT,
    Made,
    make,
    record,
    record_text,
    row,
    sha,
    unsealed,
    verified,
)
from verifier.evidence import package
from verifier.law.examination import Examination
from verifier.law.examine import examine
from verifier.law.material import Material, SealedFile

RECORD_MEMBER = package.file_member(len(ALL_FILES), b"a.toml")


def provenance_gaps(found: Examination) -> set[str]:
    """Open rows that rest on the record; M07-01 is about the account as the receipt names it."""
    return {
        gap.row.row.id
        for gap in found.gaps
        if gap.row.row.cls != "A"
        and gap.row.row.id != "M07-01"
        and not all(name.startswith(("anc.", "ver.", "plat.")) for name in gap.row.row.inputs)
    }


def not_used(made: Made) -> None:
    """The record is not used at all: whoever wrote it is not named, and its rows are open."""
    found = made.examination
    assert found.declarant is None
    assert row(found, "M18-01").status == "missing"
    assert row(found, "M18-10").status == "not_checked"
    assert row(found, "M18-10").wording != "present"


def test_in_the_manifest_is_before_and_has_the_entrys_index_and_time(whole):
    found = whole.examination
    assert (found.phase, found.entry_index) == ("before_anchor", 5)
    assert found.entry_received == worked.NOON + 5
    assert found.supplements is None


def test_the_date_in_a_record_decides_nothing(tmp_path):
    late = make(tmp_path, changes={"decl.created_at": "2030-01-01T00:00:00Z"})
    assert late.examination.phase == "before_anchor"
    early = make(
        tmp_path,
        changes={"decl.created_at": "2020-01-01T00:00:00Z"},
        supplements=worked.seed("leaf"),
    )
    assert early.examination.phase == "after_anchor"


def test_a_supplement_is_after_and_names_what_it_adds_to(tmp_path):
    earlier = worked.seed("leaf of the earlier item")
    found = make(tmp_path, supplements=earlier).examination
    assert (found.phase, found.supplements) == ("after_anchor", earlier)
    assert row(found, "M18-01").values["phase"].zh == "后（补充登记）"
    assert "M18-10" in {gap.row.row.id for gap in found.gaps}


def test_a_record_anchored_later_bears_its_own_index_and_time(tmp_path):
    log = worked.WorkedLog()
    worked.seal([("聊天记录.txt", CHAT)], log)  # the old file, without a record
    log.fill(20)
    files = [*ALL_FILES, ("来源声明.toml", record_text(), "provenance")]
    second = verified(tmp_path, worked.seal(files, log), log)
    found = second.examination
    assert found.phase == "before_anchor"  # relative to this entry, and to no other
    assert found.entry_index == 29
    assert found.entry_received == worked.NOON + 29


def test_an_edited_record_fails_the_package_and_is_not_used(tmp_path):
    def edit(payload):
        payload[RECORD_MEMBER] = payload[RECORD_MEMBER].replace(b"2026-05-01", b"2026-04-08")

    made = make(tmp_path, spoil=edit)
    assert made.result.verdict == "TOTAL-FAILED"
    not_used(made)
    why = row(made.examination, "M18-10").why
    assert why is not None
    assert "未予采用" in why.zh


def test_a_record_of_another_package_fails_the_package_and_is_not_used(tmp_path):
    def swap(payload):
        payload[RECORD_MEMBER] = record_text({"app.version": '"9.9"'})

    made = make(tmp_path, spoil=swap)
    assert made.result.verdict == "TOTAL-FAILED"
    not_used(made)


def test_a_record_with_its_opening_from_another_package_is_not_used(tmp_path):
    other = worked.seal(
        [*ALL_FILES, ("来源声明.toml", record_text({"item.no": '"2"'}), "provenance")]
    )
    taken = (RECORD_MEMBER, package.opening_member(len(ALL_FILES)))

    def swap(payload):
        payload.update({name: other.payload[name] for name in taken})

    made = make(tmp_path, spoil=swap)
    assert made.result.verdict == "TOTAL-FAILED"
    not_used(made)


def test_a_manifest_that_is_made_to_hide_that_it_supplements_fails(tmp_path):
    def hide(payload):
        text = payload[package.MANIFEST]
        start = text.index(b"supplements ")
        end = text.index(b"\n", start)
        payload[package.MANIFEST] = text[:start] + b"supplements none" + text[end:]

    made = make(tmp_path, spoil=hide, supplements=worked.seed("leaf"))
    assert made.result.verdict == "TOTAL-FAILED"
    not_used(made)


def test_a_record_that_no_manifest_holds_is_unbound_and_not_used(bare):
    material = replace(bare.material, record=record(), record_bound=False)
    found = examine(material)
    assert found.phase == "unbound"
    assert found.declarant is None
    assert provenance_gaps(found) == provenance_gaps(bare.examination)
    assert row(found, "M18-10").why != row(bare.examination, "M18-10").why


def test_a_file_sealed_as_a_record_that_the_manifest_does_not_name_is_unbound(bare):
    stray = SealedFile(6, b"r.toml", "provenance", 10, bytes(32), "text")
    material = replace(bare.material, files=[*bare.material.files, stray])
    assert examine(material).phase == "unbound"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"not a record", "第 1 行："),
        (record_text({"cust.medium": "7"}), "保存介质"),
        (b'format = "beilin/provenance/v2"\n', "其格式较新"),
        (record_text() + b"#" * (1 << 20), "其格式较新、过长"),
    ],
)
def test_a_record_that_cannot_be_read_is_unreadable_and_says_why(tmp_path, data, said):
    files = (*ALL_FILES, ("来源声明.toml", data, "provenance"))
    made = make(tmp_path, files, with_record=False)
    assert made.examination.phase == "unreadable"
    not_used(made)
    why = row(made.examination, "M18-10").why
    assert why is not None
    assert why.zh.startswith("有来源声明，但不能读取：")
    assert said.replace("保存介质", "cust.medium") in why.zh
    assert not why.own


def test_an_entry_that_was_not_followed_into_a_known_log_says_so(whole):
    checks = [each for each in whole.result.checks if each.id != "log_key"]
    material = replace(whole.material, result=replace(whole.result, checks=checks))
    found = row(material, "M18-10")
    assert (found.status, found.wording) == ("not_checked", "none")


def test_before_anchoring_there_is_no_phase_and_the_record_is_used():
    found = examine(unsealed())
    assert (found.phase, found.entry_index) == ("none", None)
    assert found.declarant == "张某"
    assert row(found, "M18-01").values["phase"].zh == "前（尚未上链）"


# -- intervals


def by_name(found: Examination) -> dict:
    return {each.name: each for each in found.intervals}


def test_three_intervals_with_the_source_and_grade_of_each_end(whole):
    found = by_name(whole.examination)
    assert list(found) == ["creation_export", "export_anchoring", "anchoring_verification"]
    first = found["creation_export"]
    assert (first.first.source, first.first.grade) == ("gen.period", "T0")
    assert (first.last.source, first.last.grade) == ("acq.time", "T1")
    assert first.oldest.seconds < first.first.seconds
    second = found["export_anchoring"]
    assert (second.last.source, second.last.grade) == ("anc.time", "T0")
    assert second.seconds == second.last.seconds - second.first.seconds
    assert found["anchoring_verification"].last.source == "ver.run"


def test_a_declared_t1_without_a_measured_offset_is_t0():
    found = by_name(examine(unsealed({"src.device.clock_offset": None})))
    assert found["creation_export"].last.grade == "T0"


def test_the_files_own_records_serve_where_no_period_is_declared(tmp_path):
    made = make(tmp_path, changes={"gen.period": None})
    first = by_name(made.examination)["creation_export"].first
    assert (first.source, first.grade) == ("file.0", "T1")
    # 09:05 on the device's clock, which is set to +08:00
    assert first.seconds == 1775523900


def test_wall_time_without_a_zone_gives_no_length(tmp_path):
    changes = {"gen.period": None, "src.device.clock_offset": None}
    found = by_name(make(tmp_path, changes=changes).examination)["creation_export"]
    assert (found.seconds, found.why) == (None, "interval.wall_clock")


@pytest.mark.parametrize(
    ("changes", "name", "why"),
    [
        ({"gen.period": None}, "creation_export", "interval.no_creation"),
        ({"acq.time": None}, "creation_export", "interval.no_export"),
        ({"acq.time": None}, "export_anchoring", "interval.no_export"),
        ({}, "export_anchoring", "interval.not_anchored"),
        ({}, "anchoring_verification", "interval.not_anchored"),
    ],
)
def test_an_interval_that_cannot_be_computed_says_why(changes, name, why):
    found = by_name(examine(unsealed(changes)))[name]
    assert (found.seconds, found.why) == (None, why)


def test_without_a_time_of_verification_the_last_is_open(whole):
    found = by_name(examine(replace(whole.material, at=0)))["anchoring_verification"]
    assert (found.seconds, found.why) == (None, "interval.no_time_given")


def test_reversed_ends_are_negative_and_say_so():
    changes = {"gen.period": "[2026-06-01T00:00:00Z, 2026-06-02T00:00:00Z]"}
    found = by_name(examine(unsealed(changes)))["creation_export"]
    assert found.seconds < 0
    assert found.why == "interval.reversed"


def test_on_the_day_that_is_named_the_interval_is_from_nothing_to_the_hours_since_midnight():
    changes = {"gen.period": "[2026-05-01, 2026-05-01]", "src.device.clock_offset": None}
    found = by_name(examine(unsealed(changes)))["creation_export"]
    assert (found.seconds, found.why) == (0, "")
    assert found.longest == 10 * 3600 + 5 * 60  # from midnight to 10:05, both at +08:00


def test_a_period_of_dates_keeps_its_dates_and_gives_a_shortest_and_a_longest():
    changes = {"gen.period": "[2026-04-06, 2026-04-07]"}
    found = by_name(examine(unsealed(changes)))["creation_export"]
    assert (found.oldest.written, found.first.written) == ("2026-04-06", "2026-04-07")
    started = found.last.seconds
    assert found.seconds == started - 1775577599  # 2026-04-07 23:59:59 at +08:00
    assert found.longest == started - 1775404800  # 2026-04-06 00:00:00 at +08:00
    said = row(unsealed(changes), "M18-09").values["d1"].zh
    assert said.startswith("最短23天10小时，最长25天10小时（时间等级：")
    assert "T1（声明人称已测偏差，未经核实）" in said


def test_material_without_anything_is_examined_too():
    assert examine(Material()).phase == "none"
    assert sha(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
