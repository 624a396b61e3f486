"""The four statements of every report, and the parts of technical verification.

Integrity; time and who vouches for it; who submitted and how identity was
checked; what is not shown. The last is never empty, whatever the verdict.
"""

from __future__ import annotations

from typing import Final

from ..proven_time import proven_time
from ..result import DONE, FAILED, NOT_DONE, PASSED, TOTAL_FAILED, Check, Result
from . import compared
from .marked import value as show
from .shown_files import files_not_shown, is_disclosure, shown_files
from .texts import Texts, Values, fill
from .time_statement import time_statement, who, within

PARTS: Final = {
    # Rows of the examination matrix, and the checks that stand behind each.
    "M16-03": ("files", "file", "records", "openings", "manifest", "statement"),
    "M16-04": ("entry", "inclusion"),
    "M16-05": ("siblings",),
    "M16-06": ("checkpoint", "log_key", "quorum"),
    "M16-07": ("time",),
}
_BINDING: Final = ("statement", "entry", "inclusion", "checkpoint", "log_key")
UNCHECKED: Final = "not checked"
"""What a service writes that checked nobody's identity; not in anyone's words."""
STATEMENTS: Final = ("integrity", "time", "submitter", "not_shown")


def facts_of(result: Result) -> dict[str, str | int]:
    """Return the facts with what the templates need beside them."""
    counted: dict[str, str | int] = {"operators": 1, "witnesses": 0, "anchors": 0}
    found = {**counted, **result.facts}
    operators = found["operators"]
    return {
        **found,
        "others": operators - 1 if isinstance(operators, int) else 0,
        "first": result.facts.get("received_first", ""),
        "last": result.facts.get("received_last", ""),
        "level": result.trust_level,
        "grade": result.time_grade,
    }


def deciding(result: Result) -> tuple[str, str]:
    """Return id and sub-indication of the check that the verdict is named after."""
    wanted = FAILED if result.verdict == TOTAL_FAILED else NOT_DONE
    for check in result.ordered():
        if check.status == wanted and check.sub_indication == result.sub_indication:
            return check.id, check.sub_indication or ""
    return "", result.sub_indication or ""


def statements(result: Result, texts: Texts) -> dict[str, list[str]]:
    """Return the sentences of each of the four statements."""
    if result.scope in compared.SCOPES:
        failed = [_failure(check, texts) for check in result.ordered() if check.status == FAILED]
        said = compared.statements(result, texts)
        if failed:
            said["integrity"] = [*failed, *compared.found_of_failure(result, texts)]
        return capitalised(said)
    facts = facts_of(result)
    found = {
        "integrity": _integrity(result, texts, facts),
        "time": list(time_statement(result, texts, facts, _unbound(result, texts))),
        "submitter": _submitter(result, texts, facts),
        "not_shown": _not_shown(result, texts),
    }
    return capitalised(found)


def capitalised(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the sentences with the capital letters that they begin with in English."""
    return {name: [one[:1].upper() + one[1:] for one in many] for name, many in found.items()}


def _integrity(result: Result, texts: Texts, facts: Values) -> list[str]:
    words = texts.words
    if result.verdict == TOTAL_FAILED:
        return [_failure(check, texts) for check in result.ordered() if check.status == FAILED]
    if result.verdict != PASSED:
        name, sub = deciding(result)
        title = texts.titles.get(name, name)
        return [words["integrity.open"].replace("{title}", title).replace("{sub}", show(sub))]
    proven = proven_time(result)
    values = dict(facts)
    if result.scope == "audit":
        template = words["integrity.audit"]
    elif proven.latest is None or result.trust_level == "L0":
        # At L0 the authorities are those of a policy of which nobody says where it is from.
        template = words["integrity.passed"]
        values["grade"] = "T0"  # of the log's own word
    else:
        # Only a time-stamp can say since when (design: from T3 up).
        stamped = proven.grade >= "T3"
        vouching = who(proven.latest, texts, "tsa" if stamped else "witness")
        template = words["integrity.since" if stamped else "integrity.witnessed"]
        template = template.replace("{who}", vouching)
        template = template.replace("{within}", within(proven.latest, texts, "since"))
        values |= proven.latest._asdict()
    found = [fill(template, values)]
    stolen = [each for each in result.findings if each.code == "KEY_COMPROMISED_LATER"]
    found += [fill(texts.findings[each.code], each.values) for each in stolen]
    return [*found, level_reason(result, texts)] if result.trust_level == "L0" else found


def _failure(check: Check, texts: Texts) -> str:
    """Return which check failed and what cannot be said for it, and nothing about the others."""
    sentence = texts.words["integrity.failed"].replace(
        "{title}", texts.titles.get(check.id, check.id)
    )
    sentence = sentence.replace("{sub}", show(check.sub_indication or ""))
    return sentence.replace(
        "{consequence}", texts.consequences.get(check.id, texts.words["unknown_check"])
    )


def level_reason(result: Result, texts: Texts) -> str:
    """Return the sentence of the trust level; for L0 with what it is for."""
    level = result.trust_level
    if level != "L0" or result.policy_source is None:
        return texts.words.get(level, level)
    check = result.check("log_key")
    sub = texts.subs.get((check.sub_indication if check is not None else None) or "NOT_REACHED")
    why = sub.why if sub is not None else texts.words["unknown_check"]
    return texts.words["L0.key"].replace("{why}", why)


def _submitter(result: Result, texts: Texts, facts: Values) -> list[str]:
    check = result.check("submitter")
    if result.scope == "audit":
        kind = "audit"
    elif check is not None and check.status == FAILED:
        kind = "failed"
    elif check is None or "account" not in facts:
        kind = "unknown"
    else:
        kind = "signed" if check.status == DONE else "unsigned"
    template = texts.words[f"submitter.{kind}"]
    if facts.get("identity") == UNCHECKED:
        template = template.replace("{identity}", texts.words["identity.not_checked"])
    found = [fill(template, facts)]
    return [*found, *_unbound(result, texts)] if kind in {"signed", "unsigned"} else found


def is_bound(result: Result) -> bool:
    """Whether what the material says was followed into a log that the policy knows."""
    names = ("checkpoint", "log_key") if result.scope == "audit" else _BINDING
    checks = {check.id: check.status for check in result.checks}
    return all(checks.get(name) == DONE for name in names)


def are_counted(result: Result) -> bool:
    """Whether operators and witnesses could be counted at all."""
    check = result.check("log_key")
    return check is not None and check.status == DONE and "operators" in result.facts


def _unbound(result: Result, texts: Texts) -> list[str]:
    """Return the reservation that facts need unless they were followed into a trusted log."""
    return [] if is_bound(result) else [texts.words["unbound"]]


def _not_shown(result: Result, texts: Texts) -> list[str]:
    words = texts.words
    if result.scope == "audit":
        names = ("statements", "copies", "dropped")
        rest = [words[f"not_shown.{name}"] for name in names]
    else:
        siblings = result.check("siblings")
        later, values = "not_shown.later", {}
        if siblings is not None and siblings.status == DONE:
            later += ".found" if "index" in siblings.values else ".none"
            values = siblings.values
        elif siblings is not None and siblings.sub_indication != "LOG_COPY_NOT_SUPPLIED":
            later += ".open"
        rest = [fill(words[later], values)]
    first = [words["not_shown.before"], *_withheld(result, texts)]
    if result.trust_level == "L2" or result.time_grade >= "T2":
        rest.append(words["not_shown.independence"])
    return [*first, words["not_shown.versions"], *rest, words["not_shown.art16"]]


def _withheld(result: Result, texts: Texts) -> list[str]:
    """Return what a disclosure leaves out of what was registered, where it leaves out anything."""
    hidden = files_not_shown(result) if is_disclosure(result) else None
    if hidden is None:
        return []
    files = shown_files(result)
    values: dict[str, str | int] = {
        "files": result.facts["files"],
        "hidden": hidden,
        "segments": sum(each.count("withheld_segments") for each in files),
        "redacted": sum(each.count("redacted_records") for each in files),
    }
    if not any(values[name] for name in ("hidden", "segments", "redacted")):
        return []
    return [fill(texts.words["not_shown.withheld"], values)]


def parts(result: Result, texts: Texts) -> list[tuple[str, str, str]]:
    """Return (matrix id, title, status word) of M16-03 to M16-07; never one word for all."""
    found: list[tuple[str, str, str]] = []
    for part, ids in PARTS.items():
        checks = [check for check in result.ordered() if check.id in ids]
        statuses = {check.status for check in checks} or {NOT_DONE}
        status = next(s for s in (FAILED, NOT_DONE, DONE) if s in statuses)
        word = texts.status[status]
        if part == "M16-05" and status == DONE and not _two_heads(result):
            word = texts.parts["M16-05.one"]
        if part == "M16-06" and status == DONE:
            # The source of the key is what someone says; nothing here checks it.
            word = texts.parts["M16-06.L0" if result.trust_level == "L0" else "M16-06.stated"]
        found.append((part, texts.parts[part], word))
    return found


def _two_heads(result: Result) -> bool:
    """Whether the log copy is larger than the receipt's tree: a head against itself shows nothing."""
    siblings = result.check("siblings")
    copy = siblings.values.get("size") if siblings is not None else None
    size = result.facts.get("size")
    return isinstance(copy, int) and isinstance(size, int) and copy > size
