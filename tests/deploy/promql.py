"""The little of PromQL that our rules use, over what a service has really answered.

    rule  := part (("and" | "unless") part)*
    part  := value OP value          OP one of == != < >
    value := NUMBER | SELECTOR | SELECTOR "*" NUMBER | "increase(" SELECTOR "[…])"

``increase`` is the difference between the last scrape and the first. Series match where all
their labels but the name are equal. Whatever else a rule says raises ValueError; where promtool
is installed the same samples are given to it, and it must say the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Labels = frozenset[tuple[str, str]]
Scrape = dict[str, dict[Labels, float]]
Vector = dict[Labels, float]

LABEL = re.compile(r'([a-z_]+)(=~|=)"([^"\\]*)"')
SELECTOR = re.compile(r"([a-z_:]+)(?:\{([^}]*)\})?")
OPERATORS = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b, ">": lambda a, b: a > b,
}  # fmt: skip


def read_metrics(text: str, **more: str) -> Scrape:
    """Return the samples of the text format; the labels of ``more`` are the scraper's."""
    found: Scrape = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z_:]+)(?:\{(.*)\})? (\S+)", line)
        if match is None:
            raise ValueError(line)
        labels = {name: value for name, _, value in LABEL.findall(match[2] or "")} | more
        found.setdefault(match[1], {})[frozenset(labels.items())] = float(match[3])
    return found


def select(text: str, scrape: Scrape) -> Vector:
    """Return the series of one scrape that a selector names."""
    match = SELECTOR.fullmatch(text)
    if match is None:
        raise ValueError(text)
    wanted = LABEL.findall(match[2] or "")
    if LABEL.sub("", match[2] or "").strip(", "):
        raise ValueError(text)
    return {
        labels: value
        for labels, value in scrape.get(match[1], {}).items()
        if all(
            re.fullmatch(value_, dict(labels).get(name, ""))
            if how == "=~"
            else dict(labels).get(name, "") == value_
            for name, how, value_ in wanted
        )
    }


def _value(text: str, scrapes: Sequence[Scrape]) -> Vector | float:
    if re.fullmatch(r"[0-9]+", text):
        return float(text)
    if match := re.fullmatch(r"increase\((.*)\[[0-9]+[smh]\]\)", text):
        first, last = select(match[1], scrapes[0]), select(match[1], scrapes[-1])
        return {labels: value - first[labels] for labels, value in last.items() if labels in first}
    if match := re.fullmatch(r"(.*) \* ([0-9]+)", text):
        return {key: value * int(match[2]) for key, value in select(match[1], scrapes[-1]).items()}
    return select(text, scrapes[-1])


def _part(text: str, scrapes: Sequence[Scrape]) -> Vector:
    match = re.fullmatch(r"(.+?) (==|!=|<|>) (.+)", text)
    if match is None or match[1].isdecimal():
        raise ValueError(text)
    left, right = _value(match[1], scrapes), _value(match[3], scrapes)
    assert not isinstance(left, float)
    holds = OPERATORS[match[2]]
    if isinstance(right, float):
        return {labels: value for labels, value in left.items() if holds(value, right)}
    return {key: value for key, value in left.items() if key in right and holds(value, right[key])}


def fires(rule: str, scrapes: Sequence[Scrape]) -> Vector:
    """Return the series for which a rule holds after these scrapes."""
    first, *rest = re.split(r" (and|unless) ", rule)
    found = _part(first, scrapes)
    for word, part in zip(rest[::2], rest[1::2], strict=True):
        other = _part(part, scrapes)
        found = {key: value for key, value in found.items() if (key in other) == (word == "and")}
    return found


def names(rule: str) -> set[str]:
    """Return the metrics that a rule refers to."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", rule)
    return set(re.findall(r"\b[a-z_]{2,}\b", bare)) - {"and", "unless", "increase"}
