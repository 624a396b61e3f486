"""Text that others wrote cannot hide, move or imitate anything in a report."""

from __future__ import annotations

import itertools
import json
import re
import unicodedata

import pytest

from tests.verifier.report import shapes
from verifier.exports.codes import NOTES
from verifier.report import texts_en, texts_zh
from verifier.report.as_json import as_json
from verifier.report.as_text import as_text
from verifier.report.escape import escape, quoted
from verifier.report.marked import CLOSE, OPEN
from verifier.result import FAILED, Check

ZH, EN = texts_zh.TEXTS, texts_en.TEXTS
LANGS = pytest.mark.parametrize(("lang", "texts"), [("zh", ZH), ("en", EN)])


# ------------------------------------------------------------------- names and reasons


HOSTILE = {
    "controls": "a\nb\r\tc\x00\x1b[31mred\x7f",
    "c1": "a\x85b\x9b31m",
    "directions": "inv\u202egnp.exe \u202d \u2066x\u2069 \u200e\u200f\u061c",
    "zero width": "a\u200bb\u200c\u200d\ufeff\u2060c",
    "separators": "a\u2028b\u2029c\u00a0d",
    "fillers": "a\u3164b\u115f\uffa0\u2800",
    "surrogate": "a\udc80b",
    "quotes": 'x” 核验一致 “y " 」',
    "selectors": "a\ufe0fb\U000e0100c\U000e0041",
    "long": "长" * 5000,
    "look-alikes": "x＂ 〞〟″‟❞ʺ״ ｣﹂﹄》 »› y",
    "two apostrophes": "x’’ consistent ‘‘y",
    "a line of its own": "chat.txt" + " " * 60 + "[consistent] proof of time",
    "wide spaces": "chat.txt\u3000\u3000\u2003 \u3000[consistent]",
    "marks": "\u0338a\u20dd b\u0301\u0301\u0301\u0301 \u0308",
}


@pytest.mark.parametrize("name", HOSTILE)
@LANGS
def test_untrusted_text_cannot_leave_its_quotes(name, lang, texts):
    hostile = HOSTILE[name]
    result = shapes.base("package")
    plain = as_text(result, lang)
    result.facts.update({"file.0.name": hostile, "identity": hostile, "origin": hostile})
    result.policy_source = hostile
    result.trust_level = "L1"
    result.note("UNKNOWN_FILE", name=hostile)
    result.note(hostile, name=hostile)
    result.checks[3] = Check("files", FAILED, hostile, {"reason": hostile, "path": hostile})
    text = as_text(result, lang)
    allowed = set("\n") | set(plain)
    for character in set(text) - allowed:
        assert unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}, (
            character
        )
    assert hostile not in text
    assert max(len(line) for line in text.split("\n")) < 3000
    if name == "quotes":
        for line in text.split("\n"):
            assert line.count("“") == line.count("”")
    json.dumps(as_json(result)).encode("ascii")


def test_right_to_left_names_are_kept_apart():
    assert quoted("שלום.txt") == "“\u2068שלום.txt\u2069”"
    assert quoted("plain.txt") == "“plain.txt”"


def u(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b  c", "a b " + u(" ") + "c"),
        ("a\u3000b\u3000 c", "a\u3000b\u3000" + u(" ") + "c"),
        ("a \u2003\u3000b", "a " + u("\u2003") + u("\u3000") + "b"),
        ("\u0301a", u("\u0301") + "a"),
        ("a \u0301", "a " + u("\u0301")),
        ("a\u202e\u0301", "a" + u("\u202e") + u("\u0301")),
        ("a\u20dd", "a" + u("\u20dd")),
        ("a\u0301\u0302\u0303b\u0301", "a\u0301\u0302" + u("\u0303") + "b\u0301"),
        ("it's 5’ l‘x", "it's 5’ l‘x"),
        ("a''b", "a'" + u("'") + "b"),
        ("a’'b", "a’" + u("'") + "b"),
        ("ที่นี่ tiê\u0301ng हिन्दी ㄅ", "ที่นี่ tiê\u0301ng हिन्दी ㄅ"),
    ],
)
def test_runs_marks_and_quotes(text, shown):
    assert escape(text) == shown


@pytest.mark.parametrize("character", [*"“”„‟«»「」『』＂〝〞〟″‶ʺ˝״❝❞《》｢｣﹁﹂‹›⸂⸃"])
def test_no_quote_stands_in_a_name(character):
    assert escape(f"a{character}b") == "a" + u(character) + "b"


PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))


@pytest.mark.parametrize(
    "text", ['say "yes"', r"C:\files\a.txt", r"CN=Example\, Inc", "a\\", "\\u", "\\x{5c}", "a\\ b"]
)
def test_printable_ascii_is_printed_as_it_is(text):
    assert escape(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\\u{202e}", r"\u{5c}u{202e}"),
        ("\u202e", r"\u{202e}"),
        ("\\\u202e", r"\u{5c}\u{202e}"),
        ("\\\\u{22}", r"\u{5c}\u{5c}u{22}"),
        ("\\\\", r"\u{5c}" + "\\"),
    ],
)
def test_a_backslash_is_not_taken_for_the_beginning_of_a_code(text, shown):
    assert escape(text) == shown


def read_back(shown: str) -> str:
    """Return the text of which this was printed: a code is a character, all else itself."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), shown)


def differs(alphabet: str, length: int = 4) -> str | None:
    """Return a text over an alphabet that cannot be read back from what is printed."""
    for size in range(length + 1):
        for parts in itertools.product(alphabet.split(" "), repeat=size):
            text = "".join(parts)
            if read_back(escape(text)) != text:
                return text
    return None


ODD = "\\ u { 5c } u{5c} \u202e “ \" ' a"


def test_no_two_texts_are_printed_alike():
    assert differs(ODD) is None
    assert read_back(escape(PRINTABLE)) == PRINTABLE


def test_control_a_bare_backslash_would_be_one(monkeypatch):
    monkeypatch.setattr("verifier.report.escape._BACKSLASH", "\\")
    assert differs(ODD) is not None


def test_a_hostile_subindication_is_escaped():
    result = shapes.base("receipt", failing=Check("file", FAILED, "X\u202e\nY"))
    assert "\u202e" not in as_text(result, "zh")
    assert "\nY" not in as_text(result, "zh")


@LANGS
def test_the_place_of_a_fault_and_its_reason_are_named(lang, texts):
    values: dict[str, str | int] = {
        "path": "tile/entries/001",
        "index": 261,
        "offset": 842,
        "reason": "ENTRY_DIFFERS",
    }
    text = as_text(
        shapes.base("audit", failing=Check("bundles", FAILED, "HASH_FAILURE", values)), lang
    )
    assert "tile/entries/001" in text
    assert "261" in text
    assert "842" in text
    assert texts.reasons["ENTRY_DIFFERS"] in text
    assert "ENTRY_DIFFERS" not in text


def test_a_program_reason_is_quoted():
    values: dict[str, str | int] = {"reason": "package: 2 members that do not belong in it"}
    failing = Check("container", FAILED, "FORMAT_FAILURE", values)
    assert "“package: 2 members that do not belong in it”" in as_text(
        shapes.base("package", failing=failing), "zh"
    )


def test_many_files_are_counted():
    result = shapes.base("package")
    result.facts["files"] = 10_000
    text = as_text(result, "en")
    assert "9900 more files" in text


@LANGS
def test_ten_thousand_files_make_a_short_report(lang, texts):
    result = shapes.base("package")
    result.facts["files"] = 10_000
    for n in range(10_000):
        result.note("READER_NOTE", file=n, note="NO_RECORDS", count=2)
        result.note(
            "READER_NOTE", file=n, note="TIME_MINUTE_ONLY" if n else "YEAR_TWO_DIGITS", count=0
        )
        result.note("READER_UNKNOWN", file=n, reader=f"x/{n % 500}")
    text = as_text(result, lang)
    assert text.count("\n") < 500
    note = NOTES["NO_RECORDS"].zh if lang == "zh" else NOTES["NO_RECORDS"].en
    assert text.count(note) == 1
    numbers = "0、1、2、3、4 及另外 9995 个" if lang == "zh" else "0, 1, 2, 3, 4 and 9995 more"
    assert numbers in text
    assert "20000" in text
    assert len(as_json(result)["findings"]) == 30_000


@LANGS
def test_findings_of_one_file_each_are_named_one_by_one(lang, texts):
    result = shapes.base("package")
    result.note("READER_NOTE", file=3, note="NO_RECORDS", count=0)
    result.note("UNKNOWN_FILE", name="a")
    result.note("UNKNOWN_FILE", name="a")
    text = as_text(result, lang)
    assert texts.findings["READER_NOTE"].split("{")[0] + "3" in text
    assert text.count(texts.findings["UNKNOWN_FILE"].replace("{name}", "“a”")) == 2


def test_control_a_face_without_escaping_is_caught(monkeypatch):
    monkeypatch.setattr("verifier.report.texts.own", lambda text: f"{OPEN}{text}{CLOSE}")
    with pytest.raises(AssertionError):
        test_untrusted_text_cannot_leave_its_quotes("directions", "zh", ZH)
