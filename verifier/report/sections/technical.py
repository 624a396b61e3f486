"""The technical verification: object, rules, its parts, every check, what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...encoding import to_time
from ...result import DONE, FAILED, NOT_DONE, REQUIRED, Check, Result
from .. import compared
from ..document import Block, Bullets, Entry, Line, Section
from ..findings import findings, marks_of
from ..marked import value as shown
from ..shown_files import is_disclosure
from ..statements import are_counted, facts_of, is_bound, level_reason, parts
from ..texts import Texts, fill
from .opening import level

MAXIMUM_FILES: Final = 100
"""So many files of a package are listed one by one."""

WORDS: Final = {DONE: "consistent", FAILED: "inconsistent", NOT_DONE: "not_checked"}
"""The status of a check as one of the eight words of the examination."""


def technical(result: Result, texts: Texts, *, examined: bool = False) -> tuple[Section, ...]:
    """Return the sections of the technical verification, in reading order.

    With ``examined`` the parts of Article 16 stand in a section of their own,
    as rows, and are not listed a second time in other words.
    """
    words = texts.words
    none = (Line(words["none"]),)
    found = findings(result.findings, texts, result.facts)
    checks = tuple(_check(check, result.scope, texts) for check in result.ordered())
    made_of = tuple(map(Line, _parts(result, texts, examined=examined)))
    of_parts = (Section("parts", words["parts.chain" if examined else "parts"], made_of),)
    graded = (Line(level(result, texts)),) if made_of else ()
    return (
        Section("input", words["input"], tuple(map(Line, _input(result, texts)))),
        Section("rules", words["rules"], tuple(map(Line, _rules(result, texts)))),
        *(of_parts if made_of else ()),
        Section("checks", words["checks"], (*graded, *checks)),
        Section("findings", words["findings"], (Bullets(tuple(found)),) if found else none),
        Section("missing", words["missing"], tuple(_missing(result, texts)) or none),
    )


# ------------------------------------------------------------------- object and rules


def _input(result: Result, texts: Texts) -> Iterator[str]:
    words, facts = texts.words, result.facts
    yield words["what"].replace("{scope}", words[f"scope.{result.scope}"])
    if "origin" in facts:
        yield fill(words["log" if "size" in facts else "log.only"], facts)
    if "index" in facts:
        yield fill(words["entry"], facts)
    if "entries.evidence" in facts:
        kinds = {name[8:]: value for name, value in facts.items() if name.startswith("entries.")}
        yield fill(words["kinds"], {**facts_of(result), **kinds})
    if result.scope in compared.SCOPES:
        return
    if "origin" in facts and not is_bound(result):
        yield words["unbound"]
    yield from _files(result, texts)


def _files(result: Result, texts: Texts) -> Iterator[str]:
    words, facts = texts.words, result.facts
    marks = marks_of(result.findings)
    count = facts.get("files", 0)
    numbers = range(min(count, MAXIMUM_FILES) if isinstance(count, int) else 0)
    count_is_of_manifest = is_disclosure(result)
    for n in numbers:
        prefix = f"file.{n}."
        values = {k.removeprefix(prefix): v for k, v in facts.items() if k.startswith(prefix)}
        if count_is_of_manifest and not values:
            continue  # not shown: the section on completeness counts these
        key = "file.part" if count_is_of_manifest and "sha256" not in values else "file"
        yield fill(words[key], {**values, "n": n})
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
    if result.scope in compared.SCOPES:
        yield words["compare.L0" if result.trust_level == "L0" else "compare.L1"]
    else:
        yield level_reason(result, texts)
        yield words["levels"]
        yield words["grades"]
    if result.at:
        key = "at.clock" if result.at_is_clock else "at"
        yield fill(words[key], {"at": to_time(result.at)})
    if result.scope in compared.SCOPES:
        return
    names = texts.comma.join(texts.titles[name] for name in REQUIRED[result.scope])
    yield words["required"].replace("{names}", names)


# ------------------------------------------------------------------- parts


def _parts(result: Result, texts: Texts, *, examined: bool) -> Iterator[str]:
    words, facts = texts.words, facts_of(result)
    if result.scope in compared.SCOPES:
        return
    if are_counted(result):
        yield fill(words["chain"], facts)
        if facts["operators"] == 1:
            yield words["chain.one"]
            if facts["witnesses"]:
                yield words["chain.own"]
    else:
        yield words["chain.open"]
    if result.scope == "audit" or examined:
        return
    for part, title, status in parts(result, texts):
        line = words["part"].replace("{id}", part).replace("{title}", title)
        yield line.replace("{status}", status)
    yield f"M16-08 {texts.parts['M16-08']}{texts.colon}{texts.parts['M16-08.text']}"
    yield words["numbering"]


# ------------------------------------------------------------------- checks


def _variant(check: Check) -> str:
    """Return which of several sentences a check that was done has."""
    if check.id == "history" and check.values.get("by_copy"):
        return ".copy"
    if check.id == "quorum" and check.values.get("required") == "none":
        return ".none"
    if check.id == "siblings" and "index" in check.values:
        return ".found"
    if check.id == "time" and check.values.get("counted") == 0:
        return ".witness"
    if check.id in {"messages", "readers", "records"} and check.values.get("files") == 0:
        return ".empty"
    if check.id == "files" and check.values.get("count") == 0:
        return ".empty"
    return ""


def _sentence(check: Check, scope: str, texts: Texts) -> str:
    unknown = texts.words["unknown_check"]
    sub = texts.sub_of(check)
    if check.status == DONE:
        table = texts.done
        name = f"{check.id}{_variant(check)}"
        template = table.get(f"{scope}:{name}") or table.get(name) or unknown
        return fill(template, check.values)
    code = f" [{shown(check.sub_indication)}]" if check.sub_indication else ""
    if check.status == FAILED:
        why = f" {sub.why}{texts.words['stop']}" if sub is not None else ""
        name = f"{check.id}.{check.sub_indication}"
        failed = texts.failed.get(name) or texts.failed.get(check.id, unknown)
        return f"{failed}{why}{code}"
    return f"{sub.why if sub is not None else unknown}{texts.words['stop']}{code}"


def _check(check: Check, scope: str, texts: Texts) -> Entry:
    words = texts.words
    # What was done over nothing is not consistent with anything.
    empty = check.status == DONE and _variant(check) in {".none", ".empty"}
    return Entry(
        "",
        texts.titles.get(check.id, shown(check.id)),
        "not_applicable" if empty else WORDS[check.status],
        words["not_applicable"] if empty else _status(check, scope, texts),
        blocks=(Line(_sentence(check, scope, texts)), *_details(check, texts)),
        brief=True,
    )


def _status(check: Check, scope: str, texts: Texts) -> str:
    """Return the word for a status; a comparison never calls "consistent" what is only done."""
    if scope in compared.SCOPES:
        return texts.words[f"compare.{check.status}"]
    return texts.status[check.status]


def _details(check: Check, texts: Texts) -> Iterator[Block]:
    """Yield where, why, and for a failure what to do next."""
    words, values = texts.words, check.values
    if check.status == DONE:
        return
    if "path" in values:
        keys = {"index": "place.index", "offset": "place.offset", "first_index": "place.first"}
        more = "".join(words[key] for name, key in keys.items() if name in values)
        yield Line(f"{fill(words['place'] + more, values)}{words['stop']}")
    reason = values.get("reason")
    if isinstance(reason, str) and reason in texts.reasons:
        text = fill(texts.reasons[reason], values)
        yield Line(words["detail"].replace("{text}", text + words["stop"]))
    elif reason is not None:
        yield Line(fill(words["detail.raw"], values))
    if check.status == FAILED and check.id in texts.next_steps:
        yield Line(words["next"].replace("{text}", texts.next_steps[check.id]))


# ------------------------------------------------------------------- what is missing


def _missing(result: Result, texts: Texts) -> Iterator[Block]:
    """Yield who can supply what; checks that were not come to are one line together."""
    missing = [check for check in result.ordered() if check.status == NOT_DONE]
    behind = [check for check in missing if check.sub_indication == "NOT_REACHED"]
    for check in missing:
        if check not in behind:
            yield _gap(check, result.scope, texts)
    if behind:
        names = texts.comma.join(texts.titles.get(check.id, shown(check.id)) for check in behind)
        yield Line(texts.words["not_reached"].replace("{names}", names))


def _gap(check: Check, scope: str, texts: Texts) -> Entry:
    sub = texts.sub_of(check)
    title = texts.titles.get(check.id, shown(check.id))
    code = shown(check.sub_indication or "—")
    blocks: tuple[Block, ...] = ()
    if sub is not None:
        blocks = (
            Line(f"{sub.why}{texts.words['stop']}"),
            Line(texts.words["who"].replace("{text}", sub.who)),
            Line(texts.words["change"].replace("{text}", sub.change)),
        )
    return Entry(
        "", f"{title} [{code}]", "not_checked", _status(check, scope, texts), blocks=blocks
    )
