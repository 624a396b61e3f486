"""A policy in words, for whoever must decide whether to rely on it. Nothing is verified.

Each log, key and authority with who runs it, the quorum with who is indispensable
in it, and the highest level and grade that receipts can reach. The first and the
last line say that nothing was verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..policy import GRADES, LEVELS, Policy
from .escape import show
from .marked import filled
from .policy_data import policy_as_json
from .policy_reach import usable_witnesses
from .policy_words import WORDS


def policy_as_text(policy: Policy, lang: str) -> str:
    """Return the policy in ``zh`` or ``en``; every line ends in LF."""
    return "".join(f"{line}\n" for line in _Face(policy, lang).lines())


class _Face:
    def __init__(self, policy: Policy, lang: str) -> None:
        self._policy = policy
        self._words = WORDS[lang]
        self._data = policy_as_json(policy)

    def _say(self, key: str, **values: Any) -> str:
        shown = {name: show(value) for name, value in values.items() if value is not None}
        return filled(self._words[key], shown)

    def lines(self) -> Iterator[str]:
        data = self._data
        yield self._say("title")
        yield self._say("fingerprint", sha256=data["policy_sha256"])
        yield self._say("date" if data["date"] else "no_date", date=data["date"])
        yield from self._part("logs", self._logs())
        yield from self._part("services", [self._say("service", vkey=v) for v in data["services"]])
        yield from self._part("witnesses", self._witnesses())
        yield from self._groups()
        yield from self._quorum()
        yield from self._part("tsas", self._tsas())
        yield from self._part("statuses", self._statuses())
        yield from self._require()
        yield ""
        yield self._say("last")

    def _part(self, title: str, lines: Any) -> Iterator[str]:
        yield ""
        yield self._say(title)
        found = list(lines) or [self._say("none")]
        yield from (f"  {line}" for line in found)

    def _who(self, each: dict[str, Any]) -> Iterator[str]:
        operator = each["operator"]
        yield "  " + self._say("operator" if operator else "no_operator", operator=operator)
        if each.get("url"):
            yield "  " + self._say("url", url=each["url"])

    def _logs(self) -> Iterator[str]:
        for log in self._data["logs"]:
            yield self._say("log", origin=log["origin"], vkey=log["vkey"])
            yield from self._who(log)
            for name in ("level", "grade"):
                why = self._words[f"{name}.{log[f'{name}_why']}"]
                yield "  " + filled(self._words[name], {name: log[name], "why": why})
            if log["level"] != "L0":
                yield "  " + self._say("source")

    def _witnesses(self) -> Iterator[str]:
        for each in self._data["witnesses"]:
            yield self._say("witness", name=each["name"], kind=each["kind"], vkey=each["vkey"])
            yield from self._who(each)
            if each["indispensable"]:
                yield "  " + self._say("indispensable")
            if not each["usable"]:
                yield "  " + self._say("unusable")

    def _groups(self) -> Iterator[str]:
        groups = self._data["groups"]
        if groups:
            yield from self._part("groups", map(self._group, groups))

    def _group(self, group: dict[str, Any]) -> str:
        members = [show(member) for member in group["members"]]
        values = {
            "name": show(group["name"]),
            "threshold": str(group["threshold"]),
            "count": str(len(members)),
            "members": ", ".join(members),
        }
        return filled(self._words["group"], values)

    def _quorum(self) -> Iterator[str]:
        quorum = self._data["quorum"]
        yield ""
        yield self._say("quorum.none" if quorum == "none" else "quorum", quorum=quorum)
        if not self._policy.log_policy.quorum_met(set(usable_witnesses(self._policy))):
            yield "  " + self._say("quorum.idle")

    def _tsas(self) -> Iterator[str]:
        for tsa in self._data["tsas"]:
            yield self._say("tsa", name=tsa["name"], subject=tsa["subject"])
            yield from self._who(tsa)
            for key in ("certificate", "window"):
                values = ("sha256", "valid_from", "valid_to", "not_before", "not_after")
                yield "  " + self._say(key, **{name: tsa[name] for name in values})

    def _statuses(self) -> Iterator[str]:
        for each in self._data["statuses"]:
            known = {
                name: self._words["unknown"] if each[name] is None else each[name]
                for name in ("size", "time")
            }
            yield filled(self._words[each["status"]], {"key": show(each["key"]), **known})

    def _require(self) -> Iterator[str]:
        level, grade = self._policy.require_level, self._policy.require_grade
        wanted = [word for word in (level, grade) if word]
        yield ""
        yield filled(
            self._words["require" if wanted else "require.none"], {"wanted": " ".join(wanted)}
        )
        for log in self._data["logs"]:
            enough = LEVELS.index(log["level"]) >= LEVELS.index(level or "L0")
            if not enough or GRADES.index(log["grade"]) < GRADES.index(grade or "T0"):
                yield f"  {show(log['origin'])}: " + self._say("require.idle")
