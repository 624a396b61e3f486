"""Written records are read back as they were meant, and the blank form can be filled in by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.evidence.provenance.support import VECTORS
from tests.verifier.report.denylist import forbidden_words
from verifier.errors import Malformed
from verifier.evidence.provenance.contradictions import contradictions
from verifier.evidence.provenance.fields import FIELDS, MATERIAL_OF, MATERIALS, Type, in_flow
from verifier.evidence.provenance.record import Moment, NotApplicable, Span, Unknown, parse_record
from verifier.evidence.provenance.stand_ins import REASONS, is_no_answer, is_sample, is_unmasked
from verifier.evidence.provenance.writing import blank_form, to_toml

# Any text, the awkward characters more often than chance would have them.
CHARACTERS = st.one_of(
    st.sampled_from("\"'\\\t\n\r\x00\x7f\u202e\u200b\u2028“#=[]{}é字😀"),
    st.characters(codec="utf-8"),
)


def is_answer(text: str) -> bool:
    """Tell whether a text says anything (Hypothesis tries the words of our own source)."""
    stands_in = is_sample(text) or is_no_answer(text) or text.strip().casefold() in REASONS
    return bool(text.strip()) and not stands_in and not is_unmasked(text)


TEXTS = st.text(CHARACTERS, min_size=1, max_size=40).filter(is_answer)
LINES = TEXTS.filter(lambda text: not {"\n", "\r"} & set(text) and not text.startswith("commit:"))
DIGESTS = st.binary(min_size=32, max_size=32).map(bytes.hex)
COMMITMENTS = st.just("commit:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")


def moment(hour: int, grade: str) -> Moment:
    return Moment(
        1_772_409_600 + 3600 * hour, 28_800, grade, f"2026-03-02T{8 + hour:02}:00:00+08:00"
    )


MOMENTS = st.builds(moment, st.integers(0, 9), st.sampled_from(["T0", "T1", "T2"]))


def day(number: int) -> Span:
    written = f"2026-03-{1 + number:02}"
    first = 1_772_323_200 + 86_400 * number
    return Span(Moment(first, 0, "T0", written), Moment(first + 86_399, 0, "T0", written))


DAYS = st.builds(day, st.integers(0, 30))
SPANS = (
    st.tuples(DAYS, DAYS)
    .filter(lambda pair: pair[0] <= pair[1])
    .map(lambda pair: Span(pair[0].first, pair[1].last))
)


def parts_of(names: tuple[str, ...], item: Any) -> str:
    return repr([item.get(name) for name in names])


def values(kind: Type) -> st.SearchStrategy[Any]:
    plain: dict[str, st.SearchStrategy[Any]] = {
        "string": LINES, "text": TEXTS, "bool": st.booleans(), "timestamp": MOMENTS,
        "date": DAYS, "point": st.one_of(LINES, MOMENTS), "interval": SPANS, "sm3": DIGESTS,
        "digest": st.one_of(DIGESTS, st.just("none")) if kind.or_none else DIGESTS,
        "commitment": COMMITMENTS, "identifier": st.one_of(LINES, COMMITMENTS),
        "int": st.integers(kind.minimum, kind.maximum),
        "enum": st.sampled_from(list(kind.words)) if kind.words else st.nothing(),
    }  # fmt: skip
    if kind.kind == "list":
        assert kind.item is not None
        unique: Callable[[Any], str] | None = None if kind.unique is None else repr
        if kind.unique:
            unique = partial(parts_of, kind.unique)
        return st.lists(values(kind.item), min_size=kind.least, max_size=3, unique_by=unique)
    if kind.kind == "object":
        required = {m.name: values(m.type) for m in kind.members if not m.optional}
        optional = {m.name: values(m.type) for m in kind.members if m.optional}
        return st.fixed_dictionaries(required, optional=optional).filter(bool)
    return plain[kind.kind]


NO_VALUES = st.one_of(TEXTS.map(Unknown), TEXTS.map(NotApplicable))
ALWAYS = {field.id for field in in_flow() if len(field.always) == len(MATERIAL_OF)}
ANSWERS = {
    field.id: st.one_of(values(field.type), TEXTS.map(Unknown) if field.always else NO_VALUES)
    for field in in_flow()
}


def same(one: Any, other: Any) -> bool:
    """Compare values; members may be named in another order."""
    return bool(one == other)


@given(st.fixed_dictionaries({}, optional=ANSWERS).filter(lambda v: not contradictions(v)))
def test_what_is_written_is_read_back(written: dict[str, Any]) -> None:
    data = to_toml(written)
    assert same(parse_record(data).values, written)
    assert to_toml(dict(reversed(written.items()))) == data


@pytest.mark.parametrize("field", [field.id for field in in_flow()])
def test_every_field_alone_is_read_back(field: str) -> None:
    @given(ANSWERS[field].filter(lambda value: not contradictions({field: value})))
    def check(value: Any) -> None:
        assert same(parse_record(to_toml({field: value})).values, {field: value})

    check()


def test_what_an_editor_would_hide_is_spelled_out() -> None:
    text = to_toml({"item.purpose": "a\u202e\n\u200bb\x7f\u2028\U000e0041"}).decode()
    assert 'item.purpose = """\na\\u202E\n\\u200Bb\\u007F\\u2028\\U000E0041"""' in text


def test_text_that_is_no_text_is_refused() -> None:
    with pytest.raises(Malformed):
        to_toml({"item.no": "\ud800"})


def test_what_is_not_the_declarant_s_is_left_out() -> None:
    assert to_toml({"plat.security": "a", "decl.phase": "before_anchor"}) == to_toml({})


def test_the_golden_record_is_written_back() -> None:
    record = parse_record((VECTORS / "full-wechat.toml").read_bytes())
    again = to_toml(record.values)
    assert parse_record(again).values == record.values
    assert again == (VECTORS / "full-wechat-written.toml").read_bytes()


# -- the blank form

BOTH = pytest.mark.parametrize("lang", ["zh", "en"])
EVERY = pytest.mark.parametrize("material", [*MATERIALS, None])


@BOTH
@EVERY
def test_a_blank_form_is_a_record_without_values(lang: str, material: str | None) -> None:
    data = blank_form([material] if material else [], lang)
    assert parse_record(data).values == {}


@BOTH
def test_it_says_of_each_field_what_it_asks_and_what_can_be_answered(lang: str) -> None:
    text = blank_form([], lang).decode()
    for field in in_flow():
        label = field.zh if lang == "zh" else field.en
        note = field.note_zh if lang == "zh" else field.note_en
        assert f"# {label}" in text
        assert f"#   {note}\n" in text
        for word in field.type.words:
            assert f'"{word}"' in text
    assert forbidden_words(text) == []


def test_several_materials_ask_for_what_either_needs() -> None:
    both = blank_form(["sms", "web_page"], "en").decode()
    assert "#scope.counts" in both
    assert "#acct.group" not in both
    assert "#scope.counts" not in blank_form(["web_page"], "en").decode()


def test_an_object_is_one_line_a_member() -> None:
    text = blank_form(["chat"], "en").decode()
    assert '\n#acq.time.started_at = "fill in"\n#acq.time.ended_at' in text
    assert len(FIELDS) == 150
    signature = text.rindex("\n#[decl.signature]\n#alg =")
    assert not re.search(r"(?m)^#[a-z.]+\.", text[signature + 1 :])


def test_it_says_by_type_how_an_answer_is_spelled() -> None:
    def entry(field: str, lang: str) -> str:
        """The paragraph of the form about one field."""
        pattern = rf"^#\[?{re.escape(field)}[ .\]]"
        (found,) = (
            text
            for text in blank_form([], lang).decode().split("\n\n")
            if re.search(pattern, text, re.MULTILINE)
        )
        return found

    for field in in_flow():
        text = entry(field.id, "zh")
        assert ("没有的，写 []。" in text) == (field.type.kind == "list" and not field.type.least)
        assert ('没有的，写 "none"。' in text) == field.type.or_none
        assert ("不能写不适用" in text) == (field.id in ALWAYS)
    assert 'grade = "T1"' in entry("decl.created_at", "en")
    for name in ("src.device.ids_commitment", "decl.identity"):
        assert "先存下本表，再运行 beilin provenance new --out 同一文件" in entry(name, "zh")
        assert "beilin provenance new --out with the same file" in entry(name, "en")
    assert "acq.recording.made = false" in entry("acq.recording", "zh")
