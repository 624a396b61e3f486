"""``beilin-verify policy show``: everything in the file, in words, and what can be reached at most."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest

from tests import worked
from tests.vectors import generate
from tests.verifier import stamped
from tests.verifier.report.denylist import forbidden_words
from tests.verifier.stamped import (
    AFTER,
    BOTH,
    LOG_OPERATOR,
    ONE,
    TWO,
    WITNESS,
    WITNESS_TWO,
    Stamped,
    policy,
)
from tests.worked import NOON
from verifier import cli
from verifier.policy import GRADES, LEVELS, parse_policy
from verifier.report import policy_reach
from verifier.report.policy_data import policy_as_json
from verifier.report.policy_text import policy_as_text
from verifier.report.policy_words import WORDS

GOLDEN = generate.HERE / "policy.txt"
TWO_WITNESSES = [("w", WITNESS), ("v", WITNESS_TWO)]
KEY = worked.WorkedLog().key.vkey
LOG_KEY = f"{KEY.name}+{KEY.key_id.hex()}"
W_KEY = f"w.example+{WITNESS.vkey.key_id.hex()}"


@pytest.fixture
def run(capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["policy", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


# ------------------------------------------------------------------- the command


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_prints_every_value_of_the_file_and_exits_10(run, lang: str) -> None:
    code, out, err = run("show", str(GOLDEN), "--lang", lang)
    assert (code, err) == (10, "")
    text = GOLDEN.read_text(encoding="utf-8")
    parsed = parse_policy(text.encode())
    shown = [
        parsed.sha256, "2026-11-21T00:00:00Z", "某存证运营者", "某公证机构", "tsa1",
        "CN=Example TSA", "2036-01-01T00:00:00Z", "old.example.org+01020304",
        "2026-10-01T00:00:00Z", "L1 T0", *re.findall(r"\S+\+[0-9a-f]{8}\+\S+", text),
    ]  # fmt: skip
    for each in shown:
        assert each in out, each
    first, *_, last = out.splitlines()
    assert (first, last) == (WORDS[lang]["title"], WORDS[lang]["last"])


def test_json_holds_the_same_and_says_that_nothing_was_verified(run) -> None:
    code, out, _ = run("show", str(GOLDEN), "--json")
    assert code == 10
    found = json.loads(out)
    assert found == policy_as_json(parse_policy(GOLDEN.read_bytes()))
    assert (found["format"], found["verified"]) == ("beilin/policy-shown/v1", False)
    assert found["tsas"][0]["operator"] is None
    assert found["logs"][0]["level"] == "L2"


def test_both_languages_and_a_plain_policy(run, tmp_path: Path) -> None:
    path = tmp_path / "plain"
    path.write_bytes(worked.WorkedLog().policy())
    code, out, _ = run("show", str(path), "--lang", "both")
    assert code == 10
    for lang in ("zh", "en"):
        assert WORDS[lang]["no_date"] in out
        assert WORDS[lang]["quorum.none"] in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 64), (("show",), 64), (("print", "x"), 64), (("show", "nothing/here"), 65)],
)
def test_wrong_use(run, arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments)[0] == code


def test_a_file_that_is_no_policy_is_65_and_says_what_to_mend(run, tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_bytes(GOLDEN.read_bytes().replace(b"require L1 T0", b"require T0 L1"))
    code, out, err = run("show", str(path), "--lang", "en")
    assert (code, out) == (65, "")
    assert "require" in err


def test_names_cannot_draw_over_the_page(run, tmp_path: Path) -> None:
    path = tmp_path / "p"
    names = LOG_OPERATOR.replace("甲", "甲\u202e”\u2028 L2")
    path.write_bytes(policy(names))
    out = run("show", str(path), "--lang", "en")[1]
    assert "\u202e" not in out
    assert "\u2028" not in out
    assert "\\u{202e}" in out


# ------------------------------------------------------------------- quorum


def test_the_quorum_in_words_and_who_is_indispensable() -> None:
    groups = "group both all w v\nquorum both"
    text = policy_as_text(parse_policy(policy(witnesses=TWO_WITNESSES, quorum=groups)), "en")
    assert "both: at least 2 of these 2: w, v" in text
    assert text.count(WORDS["en"]["indispensable"]) == 2
    groups = "group one any w v\nquorum one"
    text = policy_as_text(parse_policy(policy(witnesses=TWO_WITNESSES, quorum=groups)), "en")
    assert "one: at least 1 of these 2: w, v" in text
    assert WORDS["en"]["indispensable"] not in text
    assert WORDS["en"]["quorum.idle"] not in text


def test_a_quorum_that_cannot_be_met_is_said() -> None:
    status = f"status {W_KEY} compromised size - time -\n"
    found = parse_policy(policy(witnesses=[("w", WITNESS)], quorum="quorum w", status=status))
    text = policy_as_text(found, "en")
    assert WORDS["en"]["quorum.idle"] in text
    assert WORDS["en"]["unusable"] in text


def test_a_requirement_that_cannot_be_met_is_said() -> None:
    for require, idle in (("L1 T3", False), ("L2", True), ("T4", True)):
        found = parse_policy(policy("", require=f"require {require}\n"))
        assert (WORDS["en"]["require.idle"] in policy_as_text(found, "en")) == idle


# ------------------------------------------------------------------- what can be reached

NAMED = f"{LOG_OPERATOR}operator w 乙\n"
REACH = {
    "nobody is named": ("", "L1", "log_not_named", "T3", "log_not_named"),
    "only the log": (LOG_OPERATOR, "L1", "witness_not_named", "T3", "tsa_not_named"),
    "all but the log": (f"operator w 乙\n{BOTH}", "L1", "log_not_named", "T3", "log_not_named"),
    "the log's own": (
        f"{LOG_OPERATOR}operator w 甲\noperator tsa1 甲\noperator tsa2 甲\n",
        "L1", "own_witness", "T0", "own_tsa",
    ),
    "own authorities, another witness": (
        f"{NAMED}operator tsa1 甲\noperator tsa2 甲\n", "L2", "other_witness", "T2", "witness_clock",
    ),
    "one operator of both": (
        f"{NAMED}operator tsa1 丙\noperator tsa2 丙\n", "L2", "other_witness", "T3", "one_tsa",
    ),
    "all": (f"{NAMED}{BOTH}", "L2", "other_witness", "T4", "two_tsas"),
}  # fmt: skip


@pytest.mark.parametrize(("names", "level", "why", "grade", "because"), REACH.values(), ids=REACH)
def test_what_is_reached_at_most_is_what_the_best_receipt_gets(
    names: str, level: str, why: str, grade: str, because: str
) -> None:
    text = policy(names, witnesses=[("w", WITNESS)])
    found = policy_reach.reach(parse_policy(text), KEY)
    assert found == (level, why, grade, because)
    log = Stamped()
    best = log.receipt(ONE.token(log.note), TWO.token(log.note), witnesses=[(WITNESS, NOON + 9)])
    result = stamped.check(best, text)
    assert (result.trust_level, result.time_grade) == (level, grade)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (f"status {LOG_KEY} compromised size - time -\n", ("L0", "stolen", "T0", "stolen")),
        (f"status {LOG_KEY} compromised size - time 2027-01-01T00:00:00Z\n",
         ("L2", "other_witness", "T4", "two_tsas")),
        (f"status {W_KEY} compromised size - time 2027-01-01T00:00:00Z\n",
         ("L1", "no_witness", "T4", "two_tsas")),
        (f"status {W_KEY} retired size - time -\n", ("L1", "no_witness", "T4", "two_tsas")),
        (f"status {W_KEY} retired size 9 time -\n", ("L2", "other_witness", "T4", "two_tsas")),
    ],
)  # fmt: skip
def test_statuses_lower_what_can_be_reached(status: str, expected: tuple[str, ...]) -> None:
    text = policy(f"{NAMED}{BOTH}", status=status, witnesses=[("w", WITNESS)])
    assert policy_reach.reach(parse_policy(text), KEY) == expected
    log = Stamped()
    best = log.receipt(ONE.token(log.note), TWO.token(log.note), witnesses=[(WITNESS, AFTER)])
    result = stamped.check(best, text)
    assert (result.trust_level, result.time_grade) == (expected[0], expected[2])


def test_without_witnesses_and_authorities() -> None:
    text = policy(LOG_OPERATOR, [])
    assert policy_reach.reach(parse_policy(text), KEY) == ("L1", "no_witness", "T0", "no_tsa")


# ------------------------------------------------------------------- words


def test_the_tables_fit_each_other_and_hold_no_forbidden_word() -> None:
    zh, en = WORDS["zh"], WORDS["en"]
    assert zh.keys() == en.keys()
    for key, sentence in zh.items():
        for each in (sentence, en[key]):
            assert forbidden_words(each) == [], key
        fields = [
            {f for _, f, _, _ in string.Formatter().parse(each) if f}
            for each in (sentence, en[key])
        ]
        assert fields[0] == fields[1], key


def test_every_reason_has_its_sentence() -> None:
    source = Path(policy_reach.__file__).read_text(encoding="utf-8")
    found = {
        f"{kind}.{why}"
        for kind in ("level", "grade")
        for why in re.findall(r'"([a-z_]+)"', source)
        if f"{kind}.{why}" in WORDS["en"]
    }
    assert found == {key for key in WORDS["en"] if key.startswith(("level.", "grade."))}
    assert set(LEVELS) >= {"L0", "L1", "L2"}
    assert set(GRADES) >= {"T0", "T4"}
