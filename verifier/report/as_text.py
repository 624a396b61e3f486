"""The face for people, in Chinese or English: input, rules, result, statements, checks.

Good news never stands alone: every report says what was not shown, and what is
missing, who can supply it, and whether that can change the result. The verdict
stands before the details and again at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..encoding import to_time
from ..result import DONE, FAILED, NOT_DONE, PASSED, REQUIRED, Check, Result
from .escape import show
from .findings import findings, marks_of
from .statements import (
    STATEMENTS,
    are_counted,
    facts_of,
    is_bound,
    level_reason,
    parts,
    statements,
)
from .texts import Texts, fill, texts_for

MAXIMUM_FILES: Final = 100
"""So many files of a package are listed one by one."""


def as_text(result: Result, lang: str) -> str:
    """Return the report in ``zh`` or ``en``; every line ends in LF."""
    texts = texts_for(lang)
    return "\n".join([*_lines(result, texts), ""])


def _lines(result: Result, texts: Texts) -> Iterator[str]:
    words = texts.words
    if result.facts.get("kind") == "private":
        yield words["private"]
    yield words["title"]
    yield from _section(words["input"], _input(result, texts))
    yield from _section(words["rules"], _rules(result, texts))
    yield from _section(words["conclusion"], _verdict(result, texts))
    found = statements(result, texts)
    yield from _section(words["statements"])
    for name in STATEMENTS:
        yield f"  {words[name]}"
        yield from (f"    {sentence}" for sentence in found[name])
    yield from _section(words["parts"], _parts(result, texts))
    yield from _section(words["checks"], [_level(result, texts)])
    for check in result.ordered():
        yield from _check(check, result.scope, texts)
    yield from _section(words["findings"], findings(result.findings, texts) or [words["none"]])
    missing = [check for check in result.ordered() if check.status == NOT_DONE]
    yield from _section(words["missing"], [] if missing else [words["none"]])
    for check in missing:
        yield from _missing(check, texts)
    yield ""
    yield from _verdict(result, texts)


def _section(heading: str, lines: Iterator[str] | list[str] | None = None) -> Iterator[str]:
    yield ""
    yield heading
    yield from (f"  {line}" for line in lines or [])


def _verdict(result: Result, texts: Texts) -> list[str]:
    lines = [texts.words["verdict"].replace("{headline}", texts.headlines[result.verdict])]
    if result.verdict != PASSED:
        lines.append(fill(texts.words["verdict.sub"], {"sub": result.sub_indication or ""}))
    return [*lines, _level(result, texts)]


def _colon(texts: Texts) -> str:
    return "：" if texts.lang == "zh" else ": "


def _level(result: Result, texts: Texts) -> str:
    values = {"level": result.trust_level, "grade": result.time_grade}
    return fill(texts.words["level"], values)


def _input(result: Result, texts: Texts) -> Iterator[str]:
    words, facts = texts.words, result.facts
    yield words["what"].replace("{scope}", words[f"scope.{result.scope}"])
    if "origin" in facts:
        yield fill(words["log"], facts)
    if "index" in facts:
        yield fill(words["entry"], facts)
    if "entries.evidence" in facts:
        kinds = {name[8:]: value for name, value in facts.items() if name.startswith("entries.")}
        yield fill(words["kinds"], {**facts_of(result), **kinds})
    if "origin" in facts and not is_bound(result):
        yield words["unbound"]
    yield from _files(result, texts)


def _files(result: Result, texts: Texts) -> Iterator[str]:
    words, facts = texts.words, result.facts
    marks = marks_of(result.findings)
    count = facts.get("files", 0)
    numbers = range(min(count, MAXIMUM_FILES) if isinstance(count, int) else 0)
    for n in numbers:
        prefix = f"file.{n}."
        values = {k.removeprefix(prefix): v for k, v in facts.items() if k.startswith(prefix)}
        yield fill(words["file"], {**values, "n": n})
        if "reader" in values:
            how = "".join(words[f"file.{mark}"] for mark in marks.get(n, ()))
            yield fill(words["file.cut"].replace("{how}", how), values)
    if isinstance(count, int) and count > MAXIMUM_FILES:
        yield fill(words["file.more"], {"count": count - MAXIMUM_FILES})


def _rules(result: Result, texts: Texts) -> Iterator[str]:
    words = texts.words
    yield fill(words["policy"], {"sha256": result.policy_sha256})
    if result.policy_source is None:
        yield words["source.none"]
    else:
        yield fill(words["source"], {"policy_source": result.policy_source})
    yield level_reason(result, texts)
    yield words.get(result.time_grade, result.time_grade)
    if result.at:
        yield fill(words["at"], {"at": to_time(result.at)})
    comma = "、" if texts.lang == "zh" else ", "
    names = comma.join(texts.titles[name] for name in REQUIRED[result.scope])
    yield words["required"].replace("{names}", names)


def _parts(result: Result, texts: Texts) -> Iterator[str]:
    words, facts = texts.words, facts_of(result)
    if are_counted(result):
        yield fill(words["chain"], facts)
        if facts["operators"] == 1:
            yield words["chain.one"]
    else:
        yield words["chain.open"]
    if result.scope == "audit":
        return
    for part, title, status in parts(result, texts):
        line = words["part"].replace("{id}", part).replace("{title}", title)
        yield line.replace("{status}", status)
    yield f"M16-08 {texts.parts['M16-08']}{_colon(texts)}{texts.parts['M16-08.text']}"


def _variant(check: Check) -> str:
    """Return which of several sentences a check that was done has."""
    if check.id == "quorum" and check.values.get("required") == "none":
        return ".none"
    if check.id == "siblings" and "index" in check.values:
        return ".found"
    if check.id in {"messages", "readers"} and check.values.get("files") == 0:
        return ".empty"
    return ""


def _sentence(check: Check, scope: str, texts: Texts) -> str:
    unknown = texts.words["unknown_check"]
    sub = texts.subs.get(check.sub_indication or "")
    if check.status == DONE:
        table = texts.done
        name = f"{check.id}{_variant(check)}"
        template = table.get(f"{scope}:{name}") or table.get(name) or unknown
        return fill(template, check.values)
    code = f" [{show(check.sub_indication)}]" if check.sub_indication else ""
    if check.status == FAILED:
        why = f" {sub.why}{texts.words['stop']}" if sub is not None else ""
        name = f"{check.id}.{check.sub_indication}"
        failed = texts.failed.get(name) or texts.failed.get(check.id, unknown)
        return f"{failed}{why}{code}"
    return f"{sub.why if sub is not None else unknown}{texts.words['stop']}{code}"


def _check(check: Check, scope: str, texts: Texts) -> Iterator[str]:
    title = f"{texts.titles.get(check.id, check.id)}{_colon(texts)}"
    words, values = texts.words, check.values
    done = check.status == DONE
    empty = done and _variant(check) in {".none", ".empty"}  # nothing there to be consistent
    status = words["not_applicable"] if empty else texts.status[check.status]
    yield f"  [{status}] {title}{_sentence(check, scope, texts)}"
    if done:
        return
    if "path" in values:
        keys = {"index": "place.index", "offset": "place.offset", "first_index": "place.first"}
        more = "".join(words[key] for name, key in keys.items() if name in values)
        yield f"      {fill(words['place'] + more, values)}{words['stop']}"
    reason = values.get("reason")
    if isinstance(reason, str) and reason in texts.reasons:
        text = fill(texts.reasons[reason], values)
        yield "      " + words["detail"].replace("{text}", text + words["stop"])
    elif reason is not None:
        yield f"      {fill(words['detail.raw'], values)}"


def _missing(check: Check, texts: Texts) -> Iterator[str]:
    sub = texts.subs.get(check.sub_indication or "")
    yield f"  {texts.titles.get(check.id, check.id)} [{show(check.sub_indication or '—')}]"
    if sub is not None:
        yield f"    {sub.why}{texts.words['stop']}"
        yield f"    {texts.words['who'].replace('{text}', sub.who)}"
        yield f"    {texts.words['change'].replace('{text}', sub.change)}"
