"""Files that are not TOML: every mistake by its line and in words a person can use."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.evidence.provenance import (
    test_annex,
    test_contradictions,
    test_stand_ins,
    test_values,
)
from tests.verifier.evidence.provenance.support import FORMAT, VECTORS, codes, problems, record
from verifier.errors import Malformed, NewerFormat
from verifier.evidence.provenance import document
from verifier.evidence.provenance.problems import SENTENCES, describe, sentence
from verifier.evidence.provenance.record import MAX_BYTES, RecordError, parse_record

BROKEN = {
    "needs_quotes": "item.title = 聊天记录",
    "curly_quotes": "item.title = “聊天记录”",
    "full_width": 'scope.conversations = ["a"，"b"]',
    "full_width_equals": "item.title ＝ 1",
    "full_width_bracket": "acq.tool = ｛ name = 'a' ｝",
    "colon": 'item.title: "a"',
    "key_dots": 'src。device。model = "a"',
    "inner_quotes": 'item.title = "他说"好"了"',
    "yes_no": "acq.env_check.performed = 是",
    "backslash": 'item.title = "C:\\聊天"',
    "unclosed_text": 'item.title = "聊天',
    "unclosed": 'scope.conversations = [ "a"',
    "inline_table": 'acq.tool = { name = "a",\n version = "1" }',
    "no_value": "item.title =",
    "time_spelling": "decl.created_at = 2026-3-2",
    "impossible_time": "decl.created_at = 2026-02-30T10:00:00Z",
    "syntax": 'item.title = "a" "b"',
}


@pytest.mark.parametrize("code", BROKEN)
def test_what_is_not_toml_is_named_and_the_rest_is_read(code: str) -> None:
    lines = BROKEN[code].count("\n") + 1
    told = codes(f"\n{BROKEN[code]}\nitem.no = 1\n")
    field = BROKEN[code].split(" ")[0].rstrip(":").replace("。", ".").removesuffix(".performed")
    assert told == [(3, field, code), (3 + lines, "item.no", "not_text")]


@pytest.mark.parametrize(
    "line",
    ["a = 1 b", "= 1", "a", "a..b = 1", "[a", "[]", "a = [1,,2]", "a = {b}", "a = tru", "證 = 1"],
)
def test_lines_that_are_nothing_are_refused(line: str) -> None:
    told = codes(f"{line}\nitem.no = 1\n")
    assert told[0][0] == 2
    assert told[-1] == (3, "item.no", "not_text") or line.startswith("[")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("scope.conversations = ['a'，'b']", "full_width"),
        ("src,device,model = 'a'", "key_dots"),
        ("[src、device]", "key_dots"),
        ("acq.tool = { name，version }", "syntax"),
        ('acq.tool = { name = "a"b"" }', "inner_quotes"),
        ('acq.tool = { name = "a" version = "b" }', "syntax"),
        ("item.title ： 'a'", "colon"),
        ("law.privacy = { private_chat = TRUE }", "yes_no"),
        ("acq.reproducible = 否", "yes_no"),
        ("gen.recovery_used = 否", "needs_quotes"),
        ("law.purpose = 未知", "bare_unknown"),
        ("law.purpose = N/A", "bare_unknown"),
        ('item.title = "a”', "curly_quotes"),
        ("gen.period = [2025-01-01，2025-02-01]", "full_width"),
        ("gen.period = [2025-01-01, 2025-02-01】", "full_width_bracket"),
        ("decl.created_at = 2026/3/2 10:00", "time_spelling"),
        ("acq.tool = { name = 'a'\n}", "inline_table"),
        ("acq.tool = { name = 'a' version = '1' }", "syntax"),
        ("acq.tool = { name = 'a',, }", "syntax"),
        ("x = " + "[" * 17, "too_deep"),
        ("x = [" + "1," * 100_000 + "]", "too_many"),
    ],
)
def test_other_slips_of_the_pen(text: str, code: str) -> None:
    assert codes(text + "\n")[0][2] == code


def test_neighbouring_mistakes_are_each_told() -> None:
    assert codes("item.no = “1”\nitem.title = “2”\nacq.place = x\n") == [
        (2, "item.no", "curly_quotes"),
        (3, "item.title", "curly_quotes"),
        (4, "acq.place", "needs_quotes"),
    ]


def test_what_follows_from_a_forgotten_bracket_is_told_once() -> None:
    text = 'acq.steps = [\n{ n = 1, action = "a" },\n{ n = 2, action = "b" },\nitem.no = 1\n'
    assert codes(text) == [(2, "acq.steps", "unclosed"), (5, "item.no", "not_text")]
    text = "item.title = '''a\nb\nc\n"
    assert codes(text) == [(2, "item.title", "unclosed_text")]


@pytest.mark.parametrize(
    ("text", "line", "field", "first"),
    [
        ('item.no = "1"\nitem.no = "2"\n', 3, "item.no", 2),
        ("[src.device]\n[acq]\n[src.device]\n", 4, "src.device", 2),
        ('acq.time.time_grade = "T1"\nacq.time = 1\n', 3, "acq.time", 2),
        ("acq.time = 1\n[acq.time]\n", 3, "acq.time", 2),
    ],
)
def test_what_stands_twice_names_the_first(text: str, line: int, field: str, first: int) -> None:
    found = problems(text)
    told = [p for p in found if p.code == "duplicate"]
    assert [(p.line, p.field, p.values) for p in told] == [(line, field, {"first_line": first})]


def test_an_unreadable_member_is_not_also_missing() -> None:
    assert codes("acq.tool.name = x\nacq.tool.version = '1'\n") == [(2, "acq.tool", "needs_quotes")]
    assert codes("acq.tool.version = '1'\n") == [(2, "acq.tool", "missing_member")]


def test_an_impossible_date_in_a_long_list_has_its_own_line() -> None:
    text = "cust.transfer = [\n{ channel = 'mail' },\n{ channel = 'mail', at = 2026-02-30T00:00:00Z },\n]\n"
    assert codes(text) == [(4, "cust.transfer", "impossible_time")]


def test_bytes_that_are_no_text() -> None:
    def told(data: bytes) -> list[tuple[int, str]]:
        with pytest.raises(RecordError) as caught:
            parse_record(data)
        return [(p.line, p.code) for p in caught.value.problems]

    text = FORMAT.encode()
    assert told(b"\xef\xbb\xbf" + text + b"item.no = 1\n") == [
        (1, "byte_order_mark"),
        (2, "not_text"),
    ]
    assert told(text + b"\nitem.no = '\xff'\n") == [(3, "not_utf8")]
    assert told(text + b"#" * (MAX_BYTES + 1 - len(text))) == [(1, "too_large")]
    parse_record(text + b"#" * (MAX_BYTES - len(text)))
    assert told(text + b"item.no = 'a\x00'\n") == [(2, "syntax")]
    assert told(text + b"# a\x07\nitem.no = 1\n") == [(2, "syntax"), (3, "not_text")]
    assert told(text + b"acq.place = 'a' # \x7f\nitem.no = 1\n") == [(2, "syntax"), (3, "not_text")]


def test_both_line_ends_are_read() -> None:
    text = (VECTORS / "full-wechat.toml").read_bytes()
    crlf = parse_record(text.replace(b"\n", b"\r\n"))
    assert crlf.lines == parse_record(text).lines
    values = dict(crlf.values)
    assert values.pop("decl.truth_statement") == record(
        'decl.truth_statement = """\n本人如实陈述以上内容，\n知悉作虚假陈述须承担法律责任。"""\n'
    ).get("decl.truth_statement")


@pytest.mark.parametrize("version", ["2", "10", "9999"])
def test_a_newer_version_is_told_apart_whatever_else_it_holds(version: str) -> None:
    for rest in ("", "new = 1\n", "]]] not even TOML 1.0\n"):
        with pytest.raises(NewerFormat):
            parse_record(f'format = "beilin/provenance/v{version}"\n{rest}'.encode())
    for other in ("v0", "v01", "v1x", "1", "v99999"):
        with pytest.raises(RecordError) as caught:
            parse_record(f'format = "beilin/provenance/{other}"\n'.encode())
        assert [p.code for p in caught.value.problems] == ["wrong_format"]


def test_too_many_repairs_end_with_what_was_found(monkeypatch) -> None:
    text = "".join(f"decl.created_at = 2026-02-3{n % 2}T10:00:00Z\n" for n in range(30))
    assert codes(text)[-1][2] == "unreadable"
    assert len(codes(text)) == document.MAX_REPAIRS + 1
    monkeypatch.setattr(document, "MAX_REPAIRS", 100)
    assert len(codes(text)) == 30


@pytest.mark.parametrize("error", [RecursionError, ValueError("Exceeds the limit")])
def test_whatever_the_library_throws_becomes_a_problem(monkeypatch, error) -> None:
    def throw(_: str) -> None:
        raise error

    monkeypatch.setattr(tomllib, "loads", throw)
    assert codes('item.no = "1"\n')


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_refused(data: bytes) -> None:
    for head in (b"", FORMAT.encode(), FORMAT.encode() + b"acq.tool = "):
        try:
            parse_record(head + data)
        except Malformed as error:
            assert isinstance(error, RecordError | NewerFormat)


@given(st.data(), st.sampled_from(["full-wechat.toml", "minimal.toml"]))
def test_a_changed_record_has_its_problems_within_it(data, name) -> None:
    raw = bytearray((VECTORS / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(
            st.sampled_from(b"\"'[]{}\n,=.\\ a1\xff")
        )
    try:
        parse_record(bytes(raw))
    except NewerFormat:
        return
    except RecordError as error:
        assert error.problems
        lines = bytes(raw).count(b"\n") + 1
        for problem in error.problems:
            assert 1 <= problem.line <= lines
            for lang in ("zh", "en"):
                assert describe(problem, lang)


# -- sentences


def test_every_sentence_is_said_by_some_test_and_no_code_is_without_one() -> None:
    said = {*BROKEN, *test_values.BAD, *test_annex.BAD, *test_annex.UNFIT, *test_stand_ins.BAD}
    said |= {code for _, _, (_, code) in test_contradictions.CASES.values()}
    said |= {
        "recording_without_digest", "no_format", "wrong_format", "duplicate", "too_many",
        "too_deep", "unreadable", "byte_order_mark", "not_utf8", "too_large", "more",
        "from_declarant",
    }  # fmt: skip
    assert said == set(SENTENCES)
    folder = Path(document.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    for code in SENTENCES:
        assert f'"{code}"' in source or code.startswith("from_"), code


def test_a_problem_is_one_line_in_both_languages() -> None:
    (found,) = problems(
        '\ncust.events = [{ at = 2026-03-02T10:00:00Z, from = "a", action = "b" }]\n'
    )
    assert describe(found, "zh") == (
        "第 3 行 cust.events：（第1项）缺少接收方（to）。请补上；整个项目不知道的，写明原因。"
    )
    assert describe(found, "en") == (
        "line 3 cust.events: (item 1) to (to) is missing. Add it; if the whole field is not known, "
        "say why."
    )
    assert sentence("not_utf8", "en", {}) == SENTENCES["not_utf8"].en


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            'src.device.clock_offset = { offset_ms = 1, method = "a", measured_at = "2026-03-02 10:00" }',
            "（测定时间 measured_at）缺少时区，北京时间请在末尾加 +08:00。",
            "(measured_at: measured at) The time has no offset.",
        ),
        (
            "acq.time = { started_at = 2026-03-02T10:00:00Z, ended_at = 2026-03-01T10:00:00Z }",
            "开始时间（started_at）晚于结束时间（ended_at）。",
            "start (started_at) is later than end (ended_at).",
        ),
        ("gen.period = [2025-01-01, 1]", "（第2项）这里应为日期", "(item 2) A date"),
        ('item.title = "他说"好"了"', '或写成 \\" ，', 'as \\" or'),
    ],
)
def test_a_part_is_called_by_its_label(text: str, zh: str, en: str) -> None:
    (found,) = problems(text + "\n")
    assert zh in describe(found, "zh")
    assert en in describe(found, "en")


def test_the_error_names_the_first_problem() -> None:
    with pytest.raises(RecordError) as caught:
        parse_record((FORMAT + "item.no = 1\nitem.title = 2\n").encode())
    assert str(caught.value) == "provenance record: line 2: item.no: not_text (and 1 more)"
