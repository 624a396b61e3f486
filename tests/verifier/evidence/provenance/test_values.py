"""What a field takes, and what it refuses: each with line, field and code, nothing converted."""

from __future__ import annotations

import pytest

from tests.verifier.evidence.provenance.support import FORMAT, C, H, codes, problems, record
from verifier.evidence.provenance.record import Moment, NotApplicable, Span, Unknown

BAD = {
    # code: (field, value)
    "not_text": ("item.no", "1"),
    "not_bool": ("src.carrier.available_for_court", '"true"'),
    "not_int": ("item.category", "true"),
    "range": ("item.category", "6"),
    "empty": ("item.title", '" \\t "'),
    "one_line": ("item.title", '"a\\nb"'),
    "too_long": ("item.title", f'"{"字" * 501}"'),
    "word": ("acq.method", '"magic"'),
    "word_near": ("acq.method", '"screenshots"'),
    "unknown_needs_reason": ("src.device.rooted", '"unknown"'),
    "digest": ("acq.log", '["abc"]'),
    "digest_capitals": ("acq.log", f"[{H.upper()}]"),
    "commitment": ("src.device.ids_commitment", '"123456789012345"'),
    "not_list": ("scope.conversations", '"a"'),
    "empty_list": ("scope.conversations", "[]"),
    "too_many_items": ("cor.witness", "[" + '{ name = "a" },' * 1001 + "]"),
    "repeated": ("scope.conversations", '["a", "a"]'),
    "not_object": ("acq.tool", '"x"'),
    "missing_member": ("acq.tool", '{ version = "1" }'),
    "unknown_member": ("acq.tool", '{ name = "a", qqqqqq = 1 }'),
    "unknown_member_near": ("acq.tool", '{ name = "a", vresion = "1" }'),
    "time_in_quotes": ("decl.created_at", '"2026-03-02T10:00:00+08:00"'),
    "not_masked": ("acct.own.id", '{ account_id = "a", bound_phone_masked = "13800000001" }'),
    "bare_unknown": ("law.purpose", '"未知"'),
    "not_time": ("decl.created_at", "20260302"),
    "not_date": ("src.carrier.custody", '{ custodian = "a", since = 2026 }'),
    "date_only": ("decl.created_at", "2026-03-02"),
    "no_offset": ("decl.created_at", "2026-03-02T10:00:00"),
    "time_range": ("decl.created_at", "1969-12-31T23:59:59Z"),
    "grade": ("decl.created_at", '{ at = 2026-03-02T10:00:00Z, grade = "T3" }'),
    "not_interval": ("gen.period", "[2025-01-01]"),
    "period_reversed": ("gen.period", "[2025-01-02, 2025-01-01]"),
    "unknown_and_value": ("item.title", '{ unknown = "a", not_applicable = "b" }'),
    "unknown_within": ("acq.tool", '{ name = { unknown = "a" } }'),
    "no_reason": ("item.title", '{ unknown = "" }'),
    "not_table": ("src.device", '"phone"'),
    "unknown_key": ("qqqqqqq", "1"),
    "unknown_key_near": ("item.titel", '"a"'),
    "from_log": ("anc.receipt", '"a"'),
    "from_operator": ("plat.security", '"a"'),
    "from_verifier": ("ver.scope", '"a"'),
    "from_computed": ("decl.phase", '"before_anchor"'),
}


@pytest.mark.parametrize("code", BAD)
def test_what_does_not_fit_is_named_with_its_line(code):
    name, value = BAD[code]
    found = problems(f"\n{name} = {value}\n")
    assert [(each.line, each.code) for each in found] == [(3, code)]
    assert not found[0].field or name.startswith(found[0].field)


@pytest.mark.parametrize(
    "spelling",
    ["2026-03-02T10:00:00", "2026-03-02", "10:00:00", '"now"', "1772417100", "1.5"],
)
def test_a_time_is_a_date_a_time_of_day_and_an_offset(spelling):
    assert len(problems(f"decl.created_at = {spelling}")) == 1


@pytest.mark.parametrize(
    ("spelling", "seconds", "offset"),
    [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("2199-12-31T23:59:59Z", 7_258_118_399, 0),
        ("2026-03-02T10:05:00+08:00", 1_772_417_100, 28_800),
        ("2026-03-02 10:05:00.999999+08:00", 1_772_417_100, 28_800),
        ("2026-03-01T21:05:00-05:00", 1_772_417_100, -18_000),
        ("2026-03-02t02:05:00z", 1_772_417_100, 0),
    ],
)
def test_a_time_keeps_its_spelling(spelling, seconds, offset):
    moment = record(f"decl.created_at = {spelling}\n").get("decl.created_at")
    assert moment == Moment(seconds, offset, "T0", spelling)


@pytest.mark.parametrize("spelling", ["2200-01-01T00:00:00Z", "2026-03-02T10:05:00+14:01"])
def test_times_out_of_range_are_refused(spelling):
    assert codes(f"decl.created_at = {spelling}") == [(2, "decl.created_at", "time_range")]


def test_a_grade_said_for_both_ends_holds_where_none_is_said():
    got = record(
        "acq.time.started_at = 2026-03-02T10:05:00Z\n"
        'acq.time.ended_at = { at = 2026-03-02T10:06:00Z, grade = "T0" }\n'
        'acq.time.time_grade = "T1"\n'
    ).get("acq.time")
    assert got is not None
    assert (got["started_at"].grade, got["ended_at"].grade) == ("T1", "T0")


def test_a_date_is_its_whole_day_and_says_so():
    span = record("gen.period = [2025-01-01, 2025-01-01]\n").get("gen.period")
    assert span == Span(
        Moment(1_735_689_600, 0, "T0", "2025-01-01"), Moment(1_735_775_999, 0, "T0", "2025-01-01")
    )
    same = record("gen.period = { from = 2025-01-01, to = 2025-01-01 }\n").get("gen.period")
    assert same == span


def test_a_bare_value_stands_for_the_leading_member():
    assert record('gen.recovery_used = "no"\n').get("gen.recovery_used") == {"used": "no"}
    assert record('gen.recovery_used.used = "no"\n').get("gen.recovery_used") == {"used": "no"}
    assert codes('gen.recovery_used = "never"\n') == [(2, "gen.recovery_used", "word")]


def test_what_is_not_known_or_does_not_apply_is_said_with_a_reason():
    got = record('src.device.rooted.unknown = "a"\n[acct.group]\nnot_applicable = "b"\n')
    assert got.values == {"src.device.rooted": Unknown("a"), "acct.group": NotApplicable("b")}
    assert got.get("src.device.rooted") is None
    assert got.member("acct.group", "name") is None
    assert [got.state(f) for f in ("src.device.rooted", "acct.group", "item.no")] == [
        "unknown", "not_applicable", "absent",
    ]  # fmt: skip
    assert got.lines == {"src.device.rooted": 2, "acct.group": 3}


def test_every_sha_256_of_a_value_is_found_and_no_other_digest():
    other = '"' + "cd" * 32 + '"'
    got = record(
        f'item.files = [{{ name = "a", bytes = 1, sha256 = {H}, sm3 = {other}, role = "log" }}]\n'
        f'decl.supersedes = "none"\nacq.env_check.performed = true\n'
        f'acq.env_check.items = [{{ item = "a", observed = "b", screenshot_digest = {other} }}]\n'
        f"acq.env_check.report_digest = {H}\n"
    )
    assert got.digests("item.files") == [b"\xab" * 32]
    assert got.digests("acq.env_check") == [b"\xcd" * 32, b"\xab" * 32]
    assert got.digests("decl.supersedes") == got.digests("acq.log") == []


def test_an_identifier_is_a_name_or_a_sound_commitment():
    for value in ('"wxid_a"', C):
        assert record(f"scope.conversations = [{value}]\n").state("scope.conversations") == "given"
    assert codes('scope.conversations = ["commit:AA=="]\n') == [
        (2, "scope.conversations", "commitment")
    ]


def test_hidden_characters_are_data():
    text = "a\u202eb\u200b\x00\x1b"
    spelled = '"a\\u202Eb\\u200B\\u0000\\u001B"'
    assert record(f"item.title = {spelled}\n").get("item.title") == text


def test_all_problems_are_told_in_the_order_of_their_lines():
    text = (
        "item.no = 1\nacq.methd = 2\n[acq.time]\nstarted_at = 2026-03-02T10:00:00\n"
        'ended_at = 2026-02-30T10:00:00Z\n[[item.files]]\nname = "a"\nbytes = -1\n'
        f'sha256 = {H}\nrole = "x"\ncolour = 1\n'
    )
    assert codes(text) == [
        (2, "item.no", "not_text"),
        (3, "acq", "unknown_key_near"),
        (5, "acq.time", "no_offset"),
        (6, "acq.time", "impossible_time"),
        (9, "item.files", "range"),
        (11, "item.files", "word"),
        (12, "item.files", "unknown_member"),
    ]
    assert problems(text)[4].values["within"] == "1.bytes"


def test_a_flood_of_problems_is_cut_off_and_says_so():
    found = problems("\n".join(f"x{n} = 1" for n in range(1500)))
    assert len(found) == 1001
    assert found[-1].code == "more"
    items = ", ".join(["1"] * 1000)
    found = problems(f"scope.conversations = [{items}]\npres.demo_plan = [{items}]\n")
    assert len(found) == 1001


def test_numbers_are_never_text_in_a_problem():
    hostile = "\\u202e<script>“x”"
    text = f'item.kind = "{hostile}"\n"{hostile}" = 1\nacq.tool = {{ "{hostile}" = 1 }}\n'
    text += f'item.title = {{ unknown = "a", "{hostile}" = 1 }}\nacq."{hostile}".x = 1\n'
    for each in problems(text):
        for value in each.values.values():
            assert "script" not in str(value)
            assert str(value).isascii()


def test_a_quoted_name_with_dots_is_not_a_path():
    assert codes('"item.no" = "1"\n') == [(2, "", "unknown_key_near")]
    assert codes('item."no" = 1\n') == [(2, "item.no", "not_text")]


def test_the_format_stands_first():
    assert codes('item.no = "1"\n', head="") == [(1, "format", "no_format")]
    assert codes("", head="") == [(1, "format", "no_format")]
    assert codes("", head='format = "beilin/annex/v1"\n') == [(1, "format", "wrong_format")]
    assert codes("", head="format = 1\n") == [(1, "format", "wrong_format")]
    assert codes('[item]\nformat = "beilin/provenance/v1"\n', head="")[0][2] == "no_format"
    assert codes(FORMAT) == [(2, "", "duplicate")]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("decl.created_at = { when = 2026-03-02T10:00:00Z }", "not_time"),
        ('decl.created_at = { at = { at = 1 }, grade = "T1" }', "not_time"),
        ('src.carrier.custody = { custodian = "a", since = "2026-03-02" }', "time_in_quotes"),
        ('src.carrier.custody = { custodian = "a", since = 1969-12-31 }', "time_range"),
        ("gen.period = [2025-01-01, 2025-01-02T10:00:00]", "no_offset"),
        ("decl.created_at = '2026-03-02T10:00:00'", "no_offset"),
        ("decl.created_at = '2026-03-02 10:00'", "no_offset"),
        ("decl.created_at = '2026-03-02'", "date_only"),
        ("gen.period = [2025-01-01, '2025-01-02 10:00:00']", "no_offset"),
        ("gen.period = [{ at = 2025-01-01T00:00:00Z }, 2025-01-02]", "not_time"),
        ("item.title = { unknown = 1 }", "no_reason"),
        ("item.title = { not_applicable = ' ' }", "no_reason"),
        ("acq.steps = [{ n = 1, action = 'a', unknown = 'b' }]", "unknown_within"),
        ("acq.steps = [{ unknown = 'b' }]", "unknown_within"),
        ("scope.gaps = [{ from = 1, to = '2', reason = 'a' }]", "not_time"),
        ("acct.peer.id = [{}]", "not_object"),
        (f'"{"a" * 61}" = 1', "unknown_key"),
    ],
)
def test_the_odder_forms_of_a_value_are_refused_as_well(line, code):
    assert code in {each.code for each in problems(line + "\n")}


def test_the_ends_of_a_period_may_have_grades_and_offsets():
    span = record(
        'gen.period = [{ at = 2025-01-01T00:00:00+08:00, grade = "T2" }, 2025-01-02]\n'
    ).get("gen.period")
    assert span is not None
    assert (span.first.grade, span.first.offset_seconds) == ("T2", 28_800)
    assert (span.last.grade, span.last.written) == ("T0", "2025-01-02")


def test_a_member_of_a_list_is_that_of_its_first_item():
    got = record('acct.peer.id = [{ nickname = "a" }, { nickname = "b" }]\ncor.witness = []\n')
    assert got.member("acct.peer.id", "nickname") == "a"
    assert got.member("cor.witness", "name") is None
    assert got.member("item.no", "x") is None
