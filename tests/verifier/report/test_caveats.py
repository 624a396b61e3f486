"""A sentence says no more than its check: what was not looked at is not spoken of as if it were."""

from __future__ import annotations

import re

import pytest

from tests.verifier.report import shapes
from verifier.report import texts_en, texts_zh
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.statements import statements
from verifier.report.texts import fill
from verifier.result import DONE, FAILED, NOT_DONE, OPTIONAL, REQUIRED, Check, Result

ZH, EN = texts_zh.TEXTS, texts_en.TEXTS
LANGS = pytest.mark.parametrize(("lang", "texts"), [("zh", ZH), ("en", EN)])
KEYS = pytest.mark.parametrize(
    ("status", "sub"),
    [
        (NOT_DONE, "UNKNOWN_LOG_KEY"),
        (FAILED, "SIG_CRYPTO_FAILURE"),
        (NOT_DONE, "KEY_COMPROMISED_NO_POE"),
        (NOT_DONE, "KEY_RETIRED"),
        (None, "NOT_REACHED"),
    ],
)


def with_key(status: str | None, sub: str, scope: str = "receipt") -> Result:
    """A result whose log key is as given; None: it was not come to."""
    check = Check("log_key", status or NOT_DONE, sub)
    result = shapes.base(scope, failing=check)
    if status is None:
        result.checks.remove(check)
    return result


def section(text: str, texts, name: str) -> str:
    """The text from one heading (with its number) to the empty line after it."""
    heading = re.compile(rf"\n\S+?[、.] ?{re.escape(texts.words[name])}\n")
    return heading.split(text, maxsplit=1)[1].partition("\n\n")[0]


# ------------------------------------------------------------------- level, operators


@KEYS
@LANGS
def test_l0_says_whether_the_source_or_the_key_is_wanting(lang, texts, status, sub):
    result = with_key(status, sub)
    assert texts.words["L0"] in section(as_text(result, lang), texts, "rules")
    result.policy_source = "from the court, on paper"
    rules = section(as_text(result, lang), texts, "rules")
    assert texts.words["L0"] not in rules
    assert texts.words["L0.key"].replace("{why}", texts.subs[sub].why) in rules
    for level in ("L1", "L2"):
        assert texts.words[level] not in rules


@KEYS
@LANGS
@pytest.mark.parametrize("scope", shapes.EVIDENCE)
def test_operators_that_were_not_counted_are_not_called_one(scope, lang, texts, status, sub):
    for facts in (True, False):
        result = with_key(status, sub, scope)
        if not facts:
            del result.facts["operators"]
        text = as_text(result, lang)
        assert texts.words["chain.open"] in text
        assert texts.words["chain.one"] not in text
        assert texts.words["chain"].partition("{")[0] not in text


@LANGS
def test_an_empty_result_counts_nothing(lang, texts):
    text = as_text(Result("receipt"), lang)
    assert texts.words["chain.open"] in text


@KEYS
@LANGS
def test_what_a_log_that_was_not_verified_says_is_not_stated_as_fact(lang, texts, status, sub):
    for scope in shapes.EVIDENCE:
        text = section(as_text(with_key(status, sub, scope), lang), texts, "input")
        assert texts.words["unbound"] in text
    assert texts.words["unbound"] not in as_text(shapes.base("audit"), lang)


# ------------------------------------------------------------------- which check failed


@LANGS
def test_each_failed_check_has_a_sentence_of_its_own(lang, texts):
    seen: set[str] = set()
    for scope, required in REQUIRED.items():
        for name in (*required, *OPTIONAL):
            result = shapes.base(scope, failing=Check(name, FAILED, "FORMAT_FAILURE"))
            (sentence,) = statements(result, texts)["integrity"]
            assert texts.titles[name] in sentence
            assert texts.consequences[name] in sentence
            seen.add(texts.consequences[name])
    assert len(seen) == len(texts.consequences)


@LANGS
def test_two_failed_checks_have_two_sentences(lang, texts):
    result = shapes.base("package", failing=Check("readers", FAILED, "BINDING_FAILURE"))
    result.checks = [check for check in result.checks if check.id != "container"]
    result.checks.append(Check("container", FAILED, "FORMAT_FAILURE"))
    first, second = statements(result, texts)["integrity"]
    assert texts.titles["container"] in first
    assert texts.titles["readers"] in second


def test_only_what_binds_the_material_speaks_of_the_material():
    """A package packed again, or cut by other software, may hold exactly what was registered."""
    for texts, words in (
        (ZH, "不能认为其与日志所载一致"),
        (EN, "cannot be taken to agree with the log"),
    ):
        said = {name for name, text in texts.consequences.items() if words in text}
        assert said >= {"file", "files", "statement"}
        assert not said & {"container", "tag_files", "receipt", "readers", "siblings", "submitter"}


# ------------------------------------------------------------------- time


@pytest.mark.parametrize("proofs", [0, 1, 16])
@LANGS
def test_time_blocks_that_do_not_count_take_no_caveat_away(lang, texts, proofs):
    sub = "NOT_CHECKABLE_HERE" if proofs else "NO_POE"
    result = shapes.base("receipt", failing=Check("time", NOT_DONE, sub))
    result.facts.update(tokens=proofs, tokens_counted=0)
    said = statements(result, texts)["time"]
    assert texts.words["time.voucher"] in said
    uncounted = fill(texts.words["time.uncounted"], {"tokens": proofs, "count": proofs})
    assert (uncounted in said) == bool(proofs)


@pytest.mark.parametrize("status", [FAILED, None])
@LANGS
def test_only_a_proof_of_time_that_holds_takes_it_away(lang, texts, status):
    result = shapes.base("receipt", failing=Check("time", FAILED, "SIG_CRYPTO_FAILURE"))
    result.time_grade = "T3"  # even so
    failed = texts.words["time.failed"]
    failed = failed[:1].upper() + failed[1:]
    assert failed in statements(result, texts)["time"]
    if status is None:
        result.checks = [check for check in result.checks if check.id != "time"]
        assert failed not in statements(result, texts)["time"]
    assert texts.words["time.voucher"] in statements(result, texts)["time"]
    good = shapes.base("receipt")
    good.time_grade = "T3"
    assert texts.words["time.voucher"] not in statements(good, texts)["time"]


@LANGS
def test_a_clock_before_the_receipt_is_printed_as_a_time(lang, texts):
    result = shapes.base("receipt")
    result.note("CLOCK_BEFORE_RECEIPT", at=1_577_836_800, received="2026-11-21T12:00:05Z")
    text = as_text(result, lang)
    assert "2020-01-01T00:00:00Z" in text
    assert "1577836800" not in text


# ------------------------------------------------------------------- counts


@LANGS
def test_counts_that_nobody_derived_again_are_as_sealed(lang, texts):
    result = shapes.base("package")
    marks = (texts.words["file.sealed"], texts.words["file.apparent"])
    assert not any(mark in as_text(result, lang) for mark in marks)
    result.note("READER_UNKNOWN", file=0, reader="wechat-officiaI/1")
    line = section(as_text(result, lang), texts, "input").split("\n")[-1]
    assert marks[0] in line
    assert marks[1] not in line
    result = shapes.base("package")
    result.note("READER_NOTE", file=0, note="COUNT_APPARENT", count=3)
    result.note("READER_UNKNOWN", file=1, reader="x/1")
    line = section(as_text(result, lang), texts, "input").split("\n")[-1]
    assert marks[1] in line
    assert marks[0] not in line


# ------------------------------------------------------------------- later items


@LANGS
def test_no_later_item_is_said_of_one_link_only(lang, texts):
    """The operator chooses the links: absence of one is not absence of an item."""
    result = shapes.base("receipt", failing=Check("siblings", DONE, None, {"size": 700}))
    result.note("NO_LATER_ITEM", size=700, link="C" * 43 + "=")
    text = as_text(result, lang)
    limit = (
        "运营者也可能将后一项编入其他链接或案卷"
        if lang == "zh"
        else "an operator could also number a later item under another link or dossier"
    )
    assert text.count(limit) == 3
    for words in (
        "没有后一项",
        "未见本案卷的后一项",
        "no later item",
        "no next item",
        "has no later",
    ):
        assert words not in text


@pytest.mark.parametrize(
    ("status", "sub", "key"),
    [
        (NOT_DONE, "LOG_COPY_NOT_SUPPLIED", "not_shown.later"),
        (NOT_DONE, "LOG_COPY_UNUSABLE", "not_shown.later.open"),
        (NOT_DONE, "NOT_REACHED", "not_shown.later.open"),
        (FAILED, "BINDING_FAILURE", "not_shown.later.open"),
        (FAILED, "CONSISTENCY_FAILURE", "not_shown.later.open"),
    ],
)
@LANGS
def test_without_an_answer_it_is_said_why(lang, texts, status, sub, key):
    result = shapes.base("receipt", failing=Check("siblings", status, sub))
    said = statements(result, texts)["not_shown"]
    assert texts.words[key] in said


@LANGS
def test_a_fork_of_a_chain_is_not_called_two_histories(lang, texts):
    found = {
        sub: as_text(shapes.base("receipt", failing=Check("siblings", FAILED, sub)), lang)
        for sub in ("BINDING_FAILURE", "CONSISTENCY_FAILURE")
    }
    histories = texts.failed["siblings"]
    assert histories in found["CONSISTENCY_FAILURE"]
    assert histories not in found["BINDING_FAILURE"]
    assert texts.failed["siblings.BINDING_FAILURE"] in found["BINDING_FAILURE"]


def test_json_says_the_same():
    result = with_key(NOT_DONE, "KEY_COMPROMISED_NO_POE")
    result.checks = [c for c in result.checks if c.id != "time"]
    result.checks.append(Check("time", NOT_DONE, "NOT_CHECKABLE_HERE"))
    result.facts.update(tokens=2, tokens_counted=0)
    report = as_json(result, "en")
    assert report["trust_level"] == "L0"
    assert EN.words["time.voucher"] in report["statements"]["time"]
    assert "carry: 2; of these not counted: 2" in report["statements"]["time"]
